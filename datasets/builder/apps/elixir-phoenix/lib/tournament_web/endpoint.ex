defmodule TournamentWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :tournament

  plug Plug.Parsers, parsers: [:json], json_decoder: Phoenix.json_library()
  plug TournamentWeb.Router
end
