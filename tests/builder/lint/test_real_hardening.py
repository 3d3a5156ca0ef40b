"""Dockerfiles of strangers, built and run before and after hardening: what worked works, and more of it holds."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from builder.build.executor import BuildRequest
from builder.check.loopback import Loopback
from builder.check.report import Report
from builder.check.trying import Wanted, tried
from builder.lint import Surroundings
from builder.lint.hardening import hardened
from builder.plan import Kind
from builder.tree import Tree
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(600)]

NODE = """\
# The shop.
FROM docker.io/library/node:22-bookworm-slim
MAINTAINER Ada <ada@a.example>
WORKDIR /srv
WORKDIR shop

RUN apt-get update && apt-get install -y \\
    # for a look at the picture
    tree
ADD server.js package.json ./
ENV NAME the shop
EXPOSE 3000
CMD node server.js
CMD node server.js --quiet
"""
PYTHON = """\
from docker.io/library/python:3.11-slim-bookworm
workdir /srv
copy requirements.txt .
run pip install -r requirements.txt
ADD app.py .
expose 8000
CMD python -u app.py --port $PORT
env PORT 8000
"""
SERVER = """const http = require("http");
const server = http.createServer((request, response) => response.end(process.env.NAME));
server.listen(3000);
process.on("SIGTERM", () => server.close());
"""
APP = """import http.server, os, signal, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"shop")
    def log_message(self, *_): pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("0.0.0.0", int(sys.argv[2])), Page).serve_forever()
"""


@dataclass(frozen=True, kw_only=True)
class App:
    id: str
    text: str
    files: dict[str, str]
    base: str
    port: int


APPS = (
    App(
        id="node",
        text=NODE,
        files={"server.js": SERVER, "package.json": '{"name": "shop"}'},
        base="library/node:22-bookworm-slim",
        port=3000,
    ),
    App(
        id="python",
        text=PYTHON,
        files={"app.py": APP, "requirements.txt": "itsdangerous==2.2.0\n"},
        base="library/python:3.11-slim-bookworm",
        port=8000,
    ),
)


async def ran(images: RealImages, app: App, text: str, name: str, folder: Path) -> Report:
    """Build and try the image; return the report."""
    request = BuildRequest(context=folder, dockerfile=text, name=name, network=images.network)
    await images.executor.build(request, lambda _line: None)
    loopback = Loopback()
    await loopback.open()
    try:
        wanted = Wanted(image=name, kind=Kind.WEB, port=app.port, path="/", start_seconds=20)
        return await tried(images.executor, wanted, loopback, folder)
    finally:
        await loopback.close()


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_what_worked_works_after_it(app: App, images: RealImages, tmp_path: Path) -> None:
    await images.need(app.base)
    for name, text in app.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    around = Surroundings(port=app.port, tree=Tree.of(app.files))
    outcomes: list[dict[str, str]] = []
    texts = (
        app.text,
        hardened(app.text, around=around).text,
        hardened(app.text, around=replace(around), tried=True).text,
    )
    for at, text in enumerate(texts):
        report = await ran(images, app, text, f"localhost/hardened-{app.id}:{at}", tmp_path)
        outcomes.append({one.check: one.outcome for one in report.checks})
    before, sure, proved = outcomes
    assert (before["answers"], before["user"]) == ("passed", "failed")
    assert all(sure[check] == "passed" for check, outcome in before.items() if outcome == "passed")
    assert sure["stops"] == "passed"
    assert set(proved.values()) <= {"passed", "skipped"}
    assert texts[1] != texts[0] != texts[2] != texts[1]
