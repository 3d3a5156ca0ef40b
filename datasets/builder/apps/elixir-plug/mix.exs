defmodule Sauna.MixProject do
  use Mix.Project

  def project do
    [app: :sauna, version: "0.2.0", elixir: "~> 1.14", deps: deps()]
  end

  def application do
    [extra_applications: [:logger], mod: {Sauna.Application, []}]
  end

  defp deps do
    [{:bandit, "~> 1.5"}, {:plug, "~> 1.16"}]
  end
end
