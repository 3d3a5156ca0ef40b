defmodule TournamentWeb.Router do
  use Phoenix.Router

  get "/", TournamentWeb.TableController, :show
end
