"""From source to a container that was run: plan, Dockerfile, buildah, runc, all real."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.check.report import Report
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import prepared
from builder.pipeline import Order, carried_out
from builder.source.directory import open_directory
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]


@dataclass(frozen=True, kw_only=True)
class App:
    id: str
    files: dict[str, str]
    bases: tuple[str, ...]
    failed: frozenset[str] = field(default_factory=frozenset)


GO = {
    "go.mod": "module example.com/shop\n\ngo 1.19\n",
    "main.go": """package main

import (
\t"fmt"
\t"net/http"
)

func main() {
\thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "shop") })
\thttp.ListenAndServe(":8080", nil)
}
""",
}

LISTEN = "http.ListenAndServe("
WRITE = 'if err := os.WriteFile("/app/data", nil, 0o600); err != nil {\n\t\tfmt.Println(err)\n\t}\n\t'

APPS = (
    App(id="go", files=GO, bases=("library/golang:1.19-alpine", "library/alpine:3.22")),
    App(
        id="go-bound-to-itself",
        files={**GO, "main.go": GO["main.go"].replace('":8080"', '"127.0.0.1:8080"')},
        bases=("library/golang:1.19-alpine", "library/alpine:3.22"),
        failed=frozenset({"listens"}),
    ),
    App(
        id="go-that-ends",
        files={
            **GO,
            "main.go": GO["main.go"].replace(LISTEN, 'panic("no database")\n\t' + LISTEN),
        },
        bases=("library/golang:1.19-alpine", "library/alpine:3.22"),
        failed=frozenset({"starts", "log"}),
    ),
    App(
        id="go-that-writes",
        files={
            **GO,
            "main.go": GO["main.go"].replace('"net/http"\n', '"net/http"\n\t"os"\n').replace(LISTEN, WRITE + LISTEN),
        },
        bases=("library/golang:1.19-alpine", "library/alpine:3.22"),
        failed=frozenset({"read_only"}),
    ),
)


async def built(app: App, images: RealImages, folder: Path) -> Report:
    for name, text in app.files.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    await images.need(*app.bases)
    tree = open_directory(folder / "source")
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    order = Order(
        source=folder / "source", prepared=one, name=f"localhost/{app.id}:1", network=images.network, start_seconds=20
    )
    outcome = await carried_out(order, images.executor, lambda _stage, _line: None, folder)
    assert outcome.report is not None
    return outcome.report


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_source_becomes_a_container_that_was_tried(app: App, images: RealImages, tmp_path: Path) -> None:
    report = await built(app, images, tmp_path)
    failed = {one.check for one in report.checks if one.outcome == "failed"}
    assert failed == app.failed, [(one.text.en, one.proof) for one in report.checks]
    assert report.works == (not app.failed)
    if not app.failed:
        names = ["starts", "listens", "answers", "health", "user", "stops", "read_only", "log"]
        assert [one.check for one in report.checks] == names
