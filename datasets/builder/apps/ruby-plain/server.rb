require "socket"
require_relative "lib/timers"

timers = Timers.new
server = TCPServer.new("0.0.0.0", Integer(ENV.fetch("PORT", "4568")))
trap("TERM") { exit }

loop do
  client = server.accept
  path = client.gets.to_s.split[1].to_s
  nil while (line = client.gets) && line != "\r\n"
  _, verb, name, minutes = path.split("/")
  timers.start(name, Integer(minutes)) if verb == "start"
  body = "kitchen timer: #{timers.running} running\n"
  client.write "HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
end
