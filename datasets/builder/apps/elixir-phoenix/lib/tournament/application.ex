defmodule Tournament.Application do
  use Application

  @impl true
  def start(_type, _arguments) do
    Supervisor.start_link([TournamentWeb.Endpoint], strategy: :one_for_one)
  end
end
