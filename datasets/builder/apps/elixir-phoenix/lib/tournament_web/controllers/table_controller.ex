defmodule TournamentWeb.TableController do
  use Phoenix.Controller, formats: [:json]

  def show(conn, _params), do: json(conn, %{table: [%{player: "Vera", points: 2.5}]})
end
