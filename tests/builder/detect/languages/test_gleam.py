"""Gleam: small trees, and what the plan must say of them."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.gleam import GLEAM
from builder.detect.languages.gleam.sources import imports, tokens
from builder.detect.planning import plan
from builder.look import Look
from builder.plan import Kind
from builder.tree import Tree

Files = dict[str, str | bytes]

MAIN = 'pub fn main() {\n  io.println("x")\n}\n'
WISP = "import mist\nimport wisp/wisp_mist\npub fn main() {\n  h |> mist.new |> mist.port(8000) |> mist.start\n}\n"


def toml(*packages: str, name: str = "app", more: str = "") -> str:
    """Return a gleam.toml."""
    held = "".join(f'{one} = ">= 1.0.0 and < 9.0.0"\n' for one in packages)
    return f'name = "{name}"\nversion = "1.0.0"\n{more}\n[dependencies]\n{held}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree and the fields that count."""

    id: str
    files: Files
    kind: Kind = Kind.WEB
    framework: str | None = None
    start: str | None = None
    port: int | None = None
    output: str | None = None
    variables: frozenset[str] = frozenset()


SHIPMENT = "/app/entrypoint.sh run"
CASES = (
    Case(
        id="wisp", framework="wisp", start=SHIPMENT, port=8000, output="build/erlang-shipment",
        files={"gleam.toml": toml("wisp", "mist"), "src/app.gleam": WISP},
    ),
    Case(
        id="mist-with-a-port-of-the-environment", framework="mist", start=SHIPMENT, port=3000,
        variables=frozenset({"DATABASE_URL"}),
        files={"gleam.toml": toml("mist", "envoy"), "src/app.gleam":
               'import mist\nimport envoy\npub fn main() {\n  let port = envoy.get("PORT") |> unwrap(3000)\n'
               '  let url = envoy.get("DATABASE_URL")\n  mist.new(f) |> mist.port(port)\n}\n'},
    ),
    Case(
        id="port-in-another-module", framework="wisp", start=SHIPMENT, port=9000,
        files={"gleam.toml": toml("wisp", "mist"), "src/app.gleam": "import app/web\npub fn main() {\n  x()\n}\n",
               "src/app/web.gleam": "import mist\npub fn start() {\n  h |> mist.port(9000)\n}\n"},
    ),
    Case(
        id="port-is-not-told", framework="mist", start=SHIPMENT, port=4000,
        files={"gleam.toml": toml("mist"), "src/app.gleam": "import mist\npub fn main() {\n  mist.new(f)\n}\n"},
    ),
    Case(
        id="commented-port-is-none", framework="mist", start=SHIPMENT, port=5000,
        files={"gleam.toml": toml("mist"), "src/app.gleam":
               "import mist\n// mist.port(1234)\npub fn main() {\n  mist.new(f) |> mist.port(5_000)\n}\n"},
    ),
    Case(
        id="page-of-lustre", kind=Kind.STATIC, framework="lustre", output="priv/static",
        files={"gleam.toml": toml("lustre", more='target = "javascript"'), "src/app.gleam": MAIN},
    ),
    Case(
        id="page-of-lustre-with-newer-tools", kind=Kind.STATIC, framework="lustre", output="dist",
        files={"gleam.toml": toml("lustre") + '[dev-dependencies]\nlustre_dev_tools = "~> 2.0"\n',
               "src/app.gleam": MAIN},
    ),
    Case(
        id="bot-is-a-worker", kind=Kind.WORKER, start=SHIPMENT,
        files={"gleam.toml": toml("discord_gleam"), "src/app.gleam": MAIN},
    ),
    Case(id="hello", kind=Kind.CLI, files={"gleam.toml": toml("argv"), "src/app.gleam": MAIN}),
    Case(
        id="library", kind=Kind.LIBRARY,
        files={"gleam.toml": toml(more='licences = ["MIT"]'), "src/app.gleam": "pub fn area(x) { x }\n"},
    ),
    Case(
        id="library-for-servers", kind=Kind.LIBRARY,
        files={"gleam.toml": toml("wisp", more='licences = ["MIT"]'), "src/app.gleam": "import wisp\npub fn a() {}\n"},
    ),
    Case(id="broken-manifest", kind=Kind.CLI, files={"gleam.toml": "name = [", "src/app.gleam": MAIN}),
    Case(id="nothing-but-a-manifest", kind=Kind.LIBRARY, files={"gleam.toml": ""}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_gleam_is_planned(case: Case) -> None:
    components = plan(Tree.of(case.files), providers=(GLEAM,)).components
    assert len(components) == 1
    found = components[0]
    assert found.language.value == "gleam"
    assert found.package_manager.value == "gleam"
    assert found.kind.value == case.kind
    assert found.framework.value == case.framework
    assert (found.start.value.text if found.start.value else None) == case.start
    assert found.port.value == case.port
    if case.output:
        assert found.output.value == case.output
    assert case.variables <= {one.value.name for one in found.variables}


def test_imports_are_read_from_code_and_not_from_text() -> None:
    tree = Tree.of(
        {"a.gleam": '// import no/comment\nimport a/b.{type C}\nconst x = "import no/text"\nimport d as e\n'}
    )
    assert imports(Look(tree).at(""), "a.gleam") == {"a/b", "d"}


def test_tokens_carry_their_lines() -> None:
    assert [(one.text, one.line) for one in tokens('a\n"b\nc"\nd')] == [("a", 1), ("b\nc", 2), ("d", 4)]
