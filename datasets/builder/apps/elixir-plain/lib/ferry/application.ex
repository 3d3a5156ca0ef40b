defmodule Ferry.Application do
  use Application

  @impl true
  def start(_type, _arguments) do
    children = [Ferry.Seats, {Ferry.Server, Application.fetch_env!(:ferry, :port)}]
    Supervisor.start_link(children, strategy: :one_for_one, name: Ferry.Supervisor)
  end
end
