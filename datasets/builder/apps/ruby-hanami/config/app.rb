# frozen_string_literal: true

require "hanami"

module ReadingList
  class App < Hanami::App
  end
end
