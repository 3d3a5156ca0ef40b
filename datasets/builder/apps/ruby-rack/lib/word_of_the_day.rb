require "date"

# Answers with a word, each day another.
class WordOfTheDay
  WORDS = { "petrichor" => "the smell of rain on dry ground", "sonder" => "that everybody has a life as full as yours" }.freeze

  def call(_env)
    word, meaning = WORDS.to_a[Date.today.yday % WORDS.size]
    [200, { "content-type" => "text/plain; charset=utf-8" }, ["word of the day: #{word}, #{meaning}\n"]]
  end
end
