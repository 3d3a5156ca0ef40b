# frozen_string_literal: true

module ReadingList
  class Routes < Hanami::Routes
    root to: "books.index"
  end
end
