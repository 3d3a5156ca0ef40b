defmodule Sauna.Router do
  use Plug.Router

  plug :match
  plug :dispatch

  get "/" do
    send_resp(conn, 200, "it is #{Sauna.Stove.degrees()} degrees in there")
  end

  get "/health" do
    send_resp(conn, 200, "ok")
  end
end
