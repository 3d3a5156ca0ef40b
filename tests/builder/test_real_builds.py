"""From source to a container that was run: plan, Dockerfile, buildah, runc, all real."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.build.executor import Image
from builder.check.report import Report
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import prepared
from builder.following import Recorded
from builder.machines import Machine
from builder.mending import Means, Mended, mended
from builder.order import Order
from builder.source.directory import open_directory
from builder.trial import tried_out
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]


@dataclass(frozen=True, kw_only=True)
class App:
    id: str
    files: dict[str, str]
    bases: tuple[str, ...]
    failed: frozenset[str] = field(default_factory=frozenset)
    environment: dict[str, str] = field(default_factory=dict)
    stop: str | None = None


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

FASTAPI = {
    ".python-version": "3.11\n",
    "requirements.txt": "fastapi==0.115.6\nuvicorn==0.34.0\n",
    "main.py": """import os

from fastapi import FastAPI

NAME = os.environ["SHOP_NAME"]
app = FastAPI()


@app.get("/healthz")
def healthz():
    return {"ok": NAME}
""",
}
NODE = {
    "package.json": '{"name": "shop", "engines": {"node": "22"}, "scripts": {"start": "node server.js"}}\n',
    "server.js": """const http = require("http");
const port = process.env.PORT || 3000;
const server = http.createServer((request, response) => response.end("shop"));
server.listen(port);
process.on("SIGTERM", () => server.close());
""",
}
PYTHON_BASES = ("library/python:3.11-slim-bookworm",)
NODE_BASES = ("library/node:22-bookworm-slim",)
SITE_BASES = ("nginxinc/nginx-unprivileged:1.29-alpine-slim",)

APPS = (
    App(id="fastapi", files=FASTAPI, bases=PYTHON_BASES, environment={"SHOP_NAME": "shop"}),
    App(
        id="fastapi-without-its-variable",
        files=FASTAPI,
        bases=PYTHON_BASES,
        failed=frozenset({"starts", "log"}),
        stop="variable.missing",
    ),
    App(id="node", files=NODE, bases=NODE_BASES),
    App(id="site", files={"index.html": "<!doctype html><title>Shop</title>\n"}, bases=SITE_BASES),
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


async def built(app: App, images: RealImages, folder: Path) -> Mended:
    source = folder / "source"
    for name, text in app.files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    await images.need(*app.bases)
    tree = open_directory(source)
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    order = Order(
        source=source,
        prepared=one,
        name=f"localhost/{app.id}:1",
        network=images.network,
        environment=app.environment,
        start_seconds=20,
    )
    provider = next(known for known in PROVIDERS if known.name == one.component.provider)

    async def try_out(order: Order, _image: Image, work: Path) -> Report:
        return await tried_out(order, images.executor, work)

    machine = Machine(executor=images.executor, try_out=try_out)
    means = Means(machine=machine, provider=provider, tree=tree)
    return await mended(order, means, Recorded(), folder)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_source_becomes_a_container_that_was_tried(app: App, images: RealImages, tmp_path: Path) -> None:
    done = await built(app, images, tmp_path)
    report = done.outcome.report
    assert report is not None
    failed = {one.check for one in report.checks if one.outcome == "failed"}
    assert failed == app.failed, [(one.text.en, one.proof) for one in report.checks]
    assert report.works == (not app.failed)
    if app.stop is not None:
        assert done.stop is not None
        assert done.stop.code == app.stop
    if not app.failed:
        names = ["starts", "listens", "answers", "health", "user", "stops", "read_only", "log"]
        assert [one.check for one in report.checks] == names
        assert not done.attempts
