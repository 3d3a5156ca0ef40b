defmodule Sauna.Application do
  use Application

  @impl true
  def start(_type, _arguments) do
    children = [{Bandit, plug: Sauna.Router, port: 4001}]
    Supervisor.start_link(children, strategy: :one_for_one)
  end
end
