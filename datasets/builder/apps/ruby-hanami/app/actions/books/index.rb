# frozen_string_literal: true

module ReadingList
  module Actions
    module Books
      class Index < ReadingList::Action
        def handle(_request, response)
          response.body = "reading list: three books left"
        end
      end
    end
  end
end
