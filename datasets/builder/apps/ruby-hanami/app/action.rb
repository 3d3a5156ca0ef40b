# frozen_string_literal: true

require "hanami/action"

module ReadingList
  class Action < Hanami::Action
  end
end
