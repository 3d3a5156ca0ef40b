require "sinatra"
require "json"
require_relative "rides"

set :bind, "0.0.0.0"
set :port, ENV.fetch("PORT", 4567)

RIDES = Rides.new

get "/" do
  "<h1>Carpool</h1><p>#{RIDES.free_seats} seats are free.</p>"
end

get "/up" do
  "ok"
end

post "/rides" do
  given = JSON.parse(request.body.read)
  RIDES.offer(given.fetch("driver"), Integer(given.fetch("seats")))
  status 201
end
