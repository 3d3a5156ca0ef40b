defmodule Tournament.MixProject do
  use Mix.Project

  def project do
    [app: :tournament, version: "0.1.0", elixir: "~> 1.16", start_permanent: Mix.env() == :prod, deps: deps()]
  end

  def application do
    [mod: {Tournament.Application, []}, extra_applications: [:logger]]
  end

  defp deps do
    [{:phoenix, "~> 1.7.14"}, {:bandit, "~> 1.5"}, {:jason, "~> 1.4"}]
  end
end
