"""A plan on one screen, and as data."""

import json
from dataclasses import replace

from builder.detect.languages.go import GO
from builder.detect.planning import plan
from builder.plan import BuildPlan, Command, Item, Kind, Service, Task, Variable, Volume
from builder.render import as_data, screen
from builder.tree import Tree
from core.phrase import Language
from tests.builder.components import component, field

TREE = Tree.of(
    {
        "go.mod": "module example.com/shop\n\ngo 1.24\n\nrequire github.com/lib/pq v1\n",
        "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n',
    }
)

SCREEN = """\
shop  .
  kind       web                                                             main.go:5
  language   go                                                              go.mod
  packages   go                                                              go.mod
  runtime    go 1.24                                                         go.mod:3
  install    go mod download                                                 go.mod
  build      go build -trimpath '-ldflags=-s -w' -o /out/shop .              main.go:5
  start      /app/shop                                                       main.go:5
  port       9000                                                            main.go:6
  listens on 0.0.0.0                                                         main.go:6
  output     /out/shop                                                       main.go:5
  needs      postgresql                                                      go.mod:5
"""


def shown(found: BuildPlan, language: Language = "en") -> str:
    return "".join("".join(cell.text for cell in line).rstrip() + "\n" for line in screen(found, language))


def test_each_value_stands_beside_the_line_that_says_so() -> None:
    assert shown(plan(TREE, providers=(GO,))) == SCREEN


def test_labels_are_in_the_language_and_columns_stay_in_line() -> None:
    lines = shown(plan(TREE, providers=(GO,)), "zh").splitlines()
    assert lines[1].startswith("  类型       web ")
    assert lines[8].startswith("  端口       9000 ")


def test_lists_are_shown_line_by_line() -> None:
    def item(value: object) -> Item:  # type: ignore[type-arg]
        ground = plan(TREE, providers=(GO,)).components[0].kind.grounds[0]
        return Item(value=value, confidence=1.0, grounds=(ground,))

    one = component(
        variables=(item(Variable(name="A", required=True, secret=True)), item(Variable(name="B", default="x"))),
        services=(item(Service(name="redis", version="7")),),
        volumes=(item(Volume(path="/data")),),
        tasks=(item(Task(name="migrate", purpose="migrate", command=Command(line="./m"), schedule="@daily")),),
    )
    text = shown(BuildPlan(components=(one,)))
    assert "variables  A  (required, secret)" in text
    assert "\n             B=x " in text
    assert "needs      redis 7" in text
    assert "keeps      /data" in text
    assert "tasks      migrate: ./m  (@daily)" in text


def test_what_is_open_or_refused_is_said() -> None:
    library = plan(Tree.of({"go.mod": "module example.com/x\n", "x.go": "package x\n"}), providers=(GO,))
    assert "✗ x: It is a library" in shown(library)
    nothing = plan(Tree.of({"README": "hello"}), providers=(GO,))
    assert shown(nothing).startswith("✗ The tree holds no source code that Sextant knows.")
    undecided = plan(TREE, providers=(GO,))
    broken = replace(undecided.components[0], port=replace(field(1), value=None, rivals=()))
    assert "port" not in shown(BuildPlan(components=(broken,))).split("start", 1)[1].split("listens", 1)[0]


def test_data_holds_everything_that_is_known() -> None:
    told = as_data(plan(TREE, providers=(GO,)), "en")
    assert json.loads(json.dumps(told)) == told
    (one,) = told["components"]
    assert told["primary"] == "shop"
    assert one["kind"]["value"] == Kind.WEB
    assert one["start"]["value"] == {"text": "/app/shop", "argv": ["/app/shop"]}
    assert one["runtime"]["value"] == {"name": "go", "version": "1.24", "constraint": "1.24"}
    (ground,) = one["port"]["grounds"]
    assert ground["evidence"] == [{"path": "main.go", "line": 6, "quote": 'http.ListenAndServe(":9000", nil)'}]
    assert [rival["value"] for rival in one["port"]["rivals"]] == [8080]
    assert one["services"][0]["value"]["name"] == "postgresql"
