require_relative "lib/word_of_the_day"

map "/health" do
  run ->(_env) { [200, { "content-type" => "text/plain" }, ["ok"]] }
end

run WordOfTheDay.new
