defmodule Ferry.Seats do
  use Agent

  def start_link(_options), do: Agent.start_link(fn -> 180 end, name: __MODULE__)
  def left, do: Agent.get(__MODULE__, & &1)
  def take, do: Agent.get_and_update(__MODULE__, &{&1, max(&1 - 1, 0)})
end
