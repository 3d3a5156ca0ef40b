"""The images of Elixir and Gleam programs."""

from dataclasses import replace

import pytest

from builder.detect.languages.elixir import ELIXIR
from builder.detect.languages.gleam import GLEAM
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.grounds import Field
from builder.plan import Command, Component
from builder.recipe import Copy, Recipe, Run, Stage
from builder.tree import Tree

Files = dict[str, str | bytes]

MIX = """defmodule Shop.MixProject do
  def project, do: [app: :shop, elixir: "~> 1.15", deps: deps()]
  def application, do: [mod: {Shop.Application, []}]
  defp deps, do: [{:phoenix, "~> 1.7"}, {:bandit, "~> 1.5"}]
end
"""
PHOENIX: Files = {"mix.exs": MIX, "mix.lock": "%{}\n", "config/config.exs": "", "config/runtime.exs": ""}
GLEAM_APP: Files = {
    "gleam.toml": 'name = "app"\n[dependencies]\nmist = "~> 5.0"\n',
    "src/app.gleam": "import mist\npub fn main() { mist.port(b, 3000) }\n",
}


def component_of(files: Files) -> Component:
    """Return the component of a tree."""
    return plan(Tree.of(files), providers=(ELIXIR, GLEAM)).components[0]


def recipe_of(files: Files) -> Recipe:
    """Return the recipe of a tree's component."""
    component = component_of(files)
    provider = ELIXIR if component.provider == "elixir" else GLEAM
    return provider.recipe(component, Tree.of(files))


def lines(stage: Stage) -> list[str]:
    """Return the lines that a stage runs."""
    return [one.line for one in stage.steps if isinstance(one, Run)]


def test_a_release_runs_on_debian_without_elixir() -> None:
    made = recipe_of(PHOENIX)
    assert str(made.stages[-1].base) == "docker.io/library/elixir:1.18-otp-27-slim"
    assert str(made.final.base) == "docker.io/library/debian:bookworm-slim"
    assert Copy(sources=("/src/_build/prod/rel/shop/",), to="/app/", stage="build") in made.final.steps
    assert ("PHX_SERVER", "true") in made.final.environment


def test_a_release_without_erlang_runs_where_erlang_is() -> None:
    files = {
        **PHOENIX,
        "mix.exs": MIX.replace("deps: deps()]", "deps: deps(), releases: [shop: [include_erts: false]]]"),
    }
    made = recipe_of(files)
    assert made.final.base == made.stages[-1].base
    assert made.final.command.argv == ("/app/bin/shop", "start")


def test_dependencies_are_compiled_before_the_source_is_copied() -> None:
    steps = recipe_of(PHOENIX).stages[-1].steps
    manifests = steps.index(Copy(sources=("mix.exs", "mix.lock"), to="/src/"))
    settings = steps.index(Copy(sources=("config/config.exs",), to="/src/config/"))
    assert manifests < settings < steps.index(Copy(sources=(".",), to="/src/"))


def test_an_otp_of_a_version_file_is_taken() -> None:
    made = recipe_of({**PHOENIX, ".tool-versions": "elixir 1.17.3\nerlang 26.2.5\n"})
    assert made.stages[-1].base.tag == "1.17-otp-26-slim"


def test_the_front_end_of_phoenix_is_built_in_its_folder() -> None:
    made = recipe_of({**PHOENIX, "assets/package.json": '{"scripts": {"deploy": "webpack"}}'})
    assert made.stages[0].name == "node"
    run = lines(made.stages[-1])
    assert "npm --prefix assets install --no-audit --no-fund" in run
    assert "npm --prefix assets run deploy" in run


def test_configuration_that_is_compiled_late_keeps_its_source() -> None:
    files: Files = {"mix.exs": MIX, "config/prod.exs": 'config :x, key: System.get_env("KEY")\n'}
    made = recipe_of(files)
    assert made.final.command.argv == ("mix", "phx.server", "--no-compile")
    assert made.final.base == made.stages[-1].base


def test_a_shipment_of_gleam_runs_on_erlang() -> None:
    made = recipe_of(GLEAM_APP)
    assert "gleam export erlang-shipment" in lines(made.stages[0])
    assert str(made.final.base) == "docker.io/library/erlang:27-alpine"
    assert made.final.command.argv == ("/app/entrypoint.sh", "run")


def test_gleam_for_javascript_runs_on_node() -> None:
    files = {**GLEAM_APP, "gleam.toml": 'name = "app"\ntarget = "javascript"\n[dependencies]\nglen = "~> 1.0"\n',
             "src/app.gleam": "import glen\npub fn main() { glen.serve(8000, h) }\n"}  # fmt: skip
    assert recipe_of(files).final.health_tool == "node"


def test_a_compiler_that_a_version_file_names_is_taken() -> None:
    assert recipe_of({**GLEAM_APP, ".tool-versions": "gleam 1.11.1\n"}).stages[0].base.tag == "v1.11.1-erlang-alpine"


def test_a_folder_beside_the_project_is_part_of_what_is_built() -> None:
    files: Files = {
        "web/mix.exs": MIX.replace('{:bandit, "~> 1.5"}', '{:core, path: "../core"}'),
        "core/mix.exs": "defmodule Core.MixProject do\nend\n",
        "site/gleam.toml": 'name = "site"\n[dependencies]\nmist = "~> 5.0"\nshared = { path = "../shared" }\n',
        "site/src/site.gleam": "import mist\npub fn main() { mist.port(b, 3000) }\n",
    }
    tree = Tree.of(files)
    found = {one.path: one for one in plan(tree, providers=(ELIXIR, GLEAM)).components}
    assert (found["web"].context, found["site"].context) == ("", "")
    assert ELIXIR.recipe(found["web"], tree).stages[-1].directory == "/src/web"
    assert (
        Copy(sources=("/src/site/build/erlang-shipment/",), to="/app/", stage="build")
        in GLEAM.recipe(found["site"], tree).final.steps
    )


def test_what_is_not_decided_is_named() -> None:
    with pytest.raises(PlanIncomplete, match="start"):
        ELIXIR.recipe(replace(component_of(PHOENIX), start=Field()), Tree.of(PHOENIX))
    with pytest.raises(PlanIncomplete, match="start"):
        GLEAM.recipe(replace(component_of(GLEAM_APP), start=Field()), Tree.of(GLEAM_APP))


def test_what_mix_starts_keeps_mix() -> None:
    component = replace(component_of(PHOENIX), start=Field(value=Command(line="MIX_ENV=prod mix phx.server")))
    made = ELIXIR.recipe(component, Tree.of(PHOENIX))
    assert made.final.base == made.stages[-1].base


def test_without_dependencies_neither_hex_nor_an_install_is_needed() -> None:
    made = recipe_of({"mix.exs": MIX.replace('[{:phoenix, "~> 1.7"}, {:bandit, "~> 1.5"}]', "[]"), "lib/shop.ex": ""})
    stage = made.stages[-1]
    assert Copy(sources=(".",), to="/src/") in stage.steps
    assert not any("hex" in line or "deps.get" in line for line in lines(stage))
    assert any("mix release" in line for line in lines(stage))
