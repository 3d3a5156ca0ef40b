import Config

config :tournament, TournamentWeb.Endpoint,
  url: [host: "localhost"],
  adapter: Bandit.PhoenixAdapter,
  render_errors: [formats: [json: TournamentWeb.ErrorJSON]]

config :phoenix, :json_library, Jason
