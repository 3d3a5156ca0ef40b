defmodule Ferry.Server do
  use Task, restart: :permanent

  def start_link(port), do: Task.start_link(__MODULE__, :run, [port])

  def run(port) do
    {:ok, listening} = :gen_tcp.listen(port, [:binary, packet: :http_bin, active: false, reuseaddr: true])
    accept(listening)
  end

  defp accept(listening) do
    {:ok, socket} = :gen_tcp.accept(listening)
    {:ok, pid} = Task.start(fn -> serve(socket) end)
    :gen_tcp.controlling_process(socket, pid)
    accept(listening)
  end

  defp serve(socket) do
    with {:ok, _request} <- :gen_tcp.recv(socket, 0, 5_000) do
      body = "seats left: #{Ferry.Seats.left()}\n"
      :gen_tcp.send(socket, "HTTP/1.1 200 OK\r\ncontent-length: #{byte_size(body)}\r\nconnection: close\r\n\r\n#{body}")
    end

    :gen_tcp.close(socket)
  end
end
