"""Elixir: small trees, and what the plan must say of them."""

from dataclasses import dataclass
from typing import Any

import pytest

from builder.detect.languages.elixir import ELIXIR
from builder.detect.languages.elixir.versions import otp_of, spans
from builder.detect.planning import plan
from builder.detect.shared.clients_hex import CLIENTS
from builder.plan import SERVICES, Component, Kind
from builder.tree import Tree

Files = dict[str, str | bytes]

RUNTIME = """import Config
config :shop, ShopWeb.Endpoint,
  url: [host: System.get_env("PHX_HOST") || "example.com", port: 443],
  http: [port: String.to_integer(System.get_env("PORT") || "4100")],
  secret_key_base: System.get_env("SECRET_KEY_BASE") || raise("missing")
config :shop, Shop.Repo, url: System.fetch_env!("DATABASE_URL")
"""


def mix(*deps: str, app: str = "shop", elixir: str = "~> 1.15", mod: bool = True, more: str = "") -> str:
    """Return a mix.exs."""
    started = (
        "[mod: {Shop.Application, []}, extra_applications: [:logger]]" if mod else "[extra_applications: [:logger]]"
    )
    return f"""defmodule Shop.MixProject do
  use Mix.Project
  @version "1.0.0"

  def project do
    [app: :{app}, version: @version, elixir: "{elixir}", {more} aliases: aliases(), deps: deps()]
  end

  def application, do: {started}

  defp deps do
    [
      {", ".join(deps)}
    ]
  end

  defp aliases do
    ["assets.deploy": ["esbuild default --minify", "phx.digest"]]
  end
end
"""


PHOENIX = ('{:phoenix, "~> 1.7"}', '{:ecto_sql, "~> 3.10"}', '{:postgrex, ">= 0.0.0"}', '{:bandit, "~> 1.5"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree and the fields that count."""

    id: str
    files: Files
    kind: Kind = Kind.WEB
    framework: str | None = None
    elixir: str | None = None
    start: str | None = None
    port: int | None = None
    build: str | None = None
    variables: frozenset[str] = frozenset()
    migrate: str | None = None
    health: str | None = None


def refused(name: str, kind: Kind, files: Files, **more: Any) -> Case:
    """Return a case that cannot be put online."""
    return Case(id=name, kind=kind, files=files, **more)


CASES = (
    Case(
        id="phoenix", framework="phoenix", elixir="1.18", start="/app/bin/shop start", port=4100,
        build="mix compile && mix assets.deploy && mix release",
        variables=frozenset({"PHX_HOST", "SECRET_KEY_BASE", "DATABASE_URL"}),
        migrate="/app/bin/shop eval 'Application.load(:shop); {:ok, _, _} = "
        "Ecto.Migrator.with_repo(Shop.Repo, &Ecto.Migrator.run(&1, :up, all: true))'",
        files={"mix.exs": mix(*PHOENIX), "config/runtime.exs": RUNTIME,
               "lib/shop/repo.ex": "defmodule Shop.Repo do\n  use Ecto.Repo, otp_app: :shop\nend\n"},
    ),
    Case(
        id="phoenix-with-scripts-of-its-release", framework="phoenix", start="/app/bin/server", port=4100,
        migrate="/app/bin/migrate",
        files={"mix.exs": mix(*PHOENIX), "config/runtime.exs": RUNTIME, "rel/overlays/bin/server": "",
               "rel/overlays/bin/migrate": ""},
    ),
    Case(
        id="phoenix-of-old-is-configured-while-compiled", framework="phoenix", port=4000,
        start="mix phx.server --no-compile",
        variables=frozenset({"SECRET_KEY_BASE"}),
        files={"mix.exs": mix('{:phoenix, "~> 1.5.9"}', '{:plug_cowboy, "~> 2.0"}'), "config/prod.secret.exs":
               'use Mix.Config\nkey = System.get_env("SECRET_KEY_BASE") || raise "x"\n'
               'config :shop, W, http: [port: String.to_integer(System.get_env("PORT") || "4000")]\n'},
    ),
    Case(
        id="umbrella", framework="phoenix", start="/app/bin/shop start", port=4100, health="/healthz",
        build="mix compile && mix assets.deploy && mix release shop",
        files={
            "mix.exs": "defmodule U do\n  use Mix.Project\n  def project do\n"
            "    [apps_path: \"apps\", deps: [], releases: [shop: [applications: [web: :permanent]]]]\n  end\nend\n",
            "apps/shop/mix.exs": mix('{:jason, "~> 1.0"}'),
            "apps/shop_web/mix.exs": mix('{:phoenix, "~> 1.7"}', "{:shop, in_umbrella: true}", app="shop_web"),
            "apps/shop_web/lib/router.ex": 'defmodule R do\n  get "/healthz", H, :i\nend\n',
            "config/runtime.exs": RUNTIME,
        },
    ),
    Case(
        id="plug-with-bandit", framework="plug", start="/app/bin/shop start", port=8085, health="/health",
        files={
            "mix.exs": mix('{:bandit, "~> 1.6"}', '{:plug, "~> 1.16"}'),
            "lib/shop/application.ex": "defmodule A do\n  def start, do: {Bandit, plug: R, port: 8085}\nend\n",
            "lib/shop/router.ex": 'defmodule R do\n  use Plug.Router\n  get "/health" do\n    1\n  end\nend\n',
        },
    ),
    Case(
        id="cowboy-with-a-port-of-the-environment", framework="plug", start="/app/bin/shop start", port=4001,
        files={"mix.exs": mix('{:plug_cowboy, "~> 2.6"}'), "lib/shop/application.ex":
               'defmodule A do\n  def port, do: System.get_env("PORT", "4001")\nend\n'},
    ),
    Case(
        id="port-of-a-database-is-none-of-ours", framework="phoenix", start="/app/bin/shop start", port=4000,
        files={"mix.exs": mix(*PHOENIX), "config/runtime.exs":
               'import Config\nconfig :shop, Shop.Repo, hostname: "db", port: 5432, database: "x"\n'},
    ),
    Case(
        id="broadway-is-a-worker", kind=Kind.WORKER, start="/app/bin/shop start",
        files={"mix.exs": mix('{:broadway_kafka, "~> 0.4"}')},
    ),
    Case(
        id="bot-is-a-worker", kind=Kind.WORKER, start="/app/bin/shop start", variables=frozenset({"BOT_TOKEN"}),
        files={"mix.exs": mix('{:nostrum, "~> 0.10"}'), "config/runtime.exs":
               'import Config\nconfig :nostrum, token: System.fetch_env!("BOT_TOKEN")\n'},
    ),
    Case(
        id="a-socket-without-a-library", start="/app/bin/shop start", port=4321,
        files={"mix.exs": mix(), "config/runtime.exs":
               'import Config\nconfig :shop, port: String.to_integer(System.get_env("PORT") || "4321")\n',
               "lib/shop/server.ex": "defmodule Shop.Server do\n  def run(port) do\n"
               "    {:ok, socket} = :gen_tcp.listen(port, [:binary, active: false])\n    socket\n  end\nend\n"},
    ),
    Case(
        id="a-client-socket-is-no-server", kind=Kind.WORKER, start="/app/bin/shop start",
        files={"mix.exs": mix(), "lib/shop/client.ex": "defmodule Shop.Client do\n"
               "  def run, do: :gen_tcp.connect(~c\"host\", 25, [])\nend\n"},
    ),
    Case(
        id="application-without-a-known-dependency", kind=Kind.WORKER, start="/app/bin/shop start",
        files={"mix.exs": mix('{:jason, "~> 1.4"}')},
    ),
    Case(
        id="release-has-a-name-of-its-own", framework="phoenix", start="/app/bin/prod start", port=4000,
        files={"mix.exs": mix(*PHOENIX, more="releases: [prod: [include_executables_for: [:unix]]],")},
    ),
    Case(
        id="default-release-among-several", framework="phoenix", start="/app/bin/web start", port=4000,
        build="mix compile && mix assets.deploy && mix release web",
        files={"mix.exs": mix(*PHOENIX, more="default_release: :web, releases: [app: [], web: []],")},
    ),
    Case(
        id="dependencies-that-a-function-changes", framework="phoenix", elixir="1.18", start="/app/bin/shop start",
        port=4000,
        files={"mix.exs": mix(*PHOENIX).replace("deps: deps()", "deps: locked(more(Mix.target()) ++ deps())")
               .replace('elixir: "~> 1.15"', "elixir: @asked").replace("@version", '@asked "~> 1.17"\n  @version', 1)},
    ),
    refused("library", Kind.LIBRARY, {
        "mix.exs": mix('{:ex_doc, "~> 0.31", only: :dev, runtime: false}', mod=False, more="package: [files: []],"),
        "lib/tiny.ex": "",
    }, elixir="1.18"),
    refused("library-that-supports-phoenix", Kind.LIBRARY, {
        "mix.exs": mix('{:phoenix, "~> 1.7", optional: true}', more='package: [licenses: ["MIT"]],'),
    }),
    refused("test-dependency-does-not-serve", Kind.LIBRARY, {
        "mix.exs": mix('{:plug_cowboy, "~> 2.0", only: [:dev, :test]}', mod=False),
    }),
    refused("escript", Kind.CLI, {"mix.exs": mix('{:optimus, "~> 0.2"}', mod=False, more="escript: [main: C],")}),
    refused("firmware", Kind.OTHER, {"mix.exs": mix('{:nerves, "~> 1.10"}', '{:phoenix, "~> 1.7"}')}),
    refused("script", Kind.CLI, {"run.exs": "IO.puts 1\n"}),
    Case(
        id="version-file-wins", framework="phoenix", elixir="1.16", start="/app/bin/shop start", port=4000,
        files={"mix.exs": mix(*PHOENIX), ".tool-versions": "erlang 26.2\nelixir 1.16.2-otp-26\n"},
    ),
    Case(
        id="requirement-with-and", framework="phoenix", elixir="1.16", start="/app/bin/shop start", port=4000,
        files={"mix.exs": mix(*PHOENIX, elixir=">= 1.12.0 and < 1.17.0")},
    ),
    refused("broken-manifest", Kind.LIBRARY, {"mix.exs": "defmodule X do\n  def project do\n    [app: :x, deps: [{"}),
    refused("empty-manifest", Kind.LIBRARY, {"mix.exs": ""}),
    refused("manifest-that-turns-in-circles", Kind.LIBRARY, {
        "mix.exs": "defmodule X do\n  def project, do: project()\n  defp deps, do: deps()\nend\n",
    }),
    refused("manifest-in-latin-1", Kind.LIBRARY, {"mix.exs": b"# caf\xe9\ndefmodule X do\nend\n"}),
)  # fmt: skip


def component(files: Files) -> Component:
    """Return the one component of a tree."""
    found = plan(Tree.of(files), providers=(ELIXIR,)).components
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_elixir_is_planned(case: Case) -> None:
    found = component(case.files)
    assert found.language.value == "elixir"
    assert found.kind.value == case.kind
    assert found.framework.value == case.framework
    assert (found.start.value.text if found.start.value else None) == case.start
    assert found.port.value == case.port
    if case.elixir:
        assert found.runtime.value is not None
        assert found.runtime.value.version == case.elixir
    if case.build:
        assert found.build.value is not None
        assert found.build.value.text == case.build
    assert case.variables <= {one.value.name for one in found.variables}
    tasks = {one.value.name: one.value.command.text for one in found.tasks}
    if case.migrate:
        assert tasks["migrate"] == case.migrate
    assert (found.health.value.path if found.health.value else None) == case.health


def test_a_variable_that_the_release_raises_without_is_required() -> None:
    found = component({"mix.exs": mix(*PHOENIX), "config/runtime.exs": RUNTIME})
    required = {one.value.name for one in found.variables if one.value.required}
    assert required == {"SECRET_KEY_BASE", "DATABASE_URL"}


def test_dependencies_below_deps_are_no_components() -> None:
    files: Files = {"mix.exs": mix(*PHOENIX), "deps/plug/mix.exs": mix(app="plug")}
    assert [one.path for one in plan(Tree.of(files), providers=(ELIXIR,)).components] == [""]


@pytest.mark.parametrize(
    ("requirement", "allowed", "excluded"),
    [
        ("~> 1.14", ["1.14", "1.18"], ["1.13"]),
        ("~> 1.14.2", ["1.14"], ["1.15"]),
        (">= 1.12.0 and < 1.17.0", ["1.16"], ["1.17"]),
        ("~> 1.11 or ~> 2.0", ["1.18"], ["1.10"]),
        ("== 1.16.0", ["1.16"], ["1.17"]),
    ],
)
def test_requirements_of_mix_are_understood(requirement: str, allowed: list[str], excluded: list[str]) -> None:
    held = spans(requirement)
    assert all(any(one.meets(release) for one in held) for release in allowed)
    assert not any(one.meets(release) for one in held for release in excluded)


@pytest.mark.parametrize(
    ("elixir", "otp"), [("1.19", "27"), ("1.18", "27"), ("1.16", "26"), ("1.14", "25"), ("1.7", "22")]
)
def test_every_elixir_has_an_otp(elixir: str, otp: str) -> None:
    assert otp_of(elixir) == otp


def test_every_client_is_of_a_service_that_plans_know() -> None:
    assert set(CLIENTS.values()) <= set(SERVICES)
    assert all(name == name.lower() for name in CLIENTS)
