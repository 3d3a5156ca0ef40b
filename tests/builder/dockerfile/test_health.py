"""Health commands, run against a real server by the interpreters that are here."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from builder.dockerfile.health import check
from builder.plan import Probe
from builder.recipe import HealthTool

STATUS = {"/": 302, "/login": 401, "/up": 200, "/down": 503}


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(STATUS.get(self.path, 404))
        self.send_header("Location", "/login")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


TOOLS: tuple[HealthTool, ...] = ("python", "node", "deno", "bun", "php", "ruby", "bash", "busybox")
PROGRAMS = {"python": sys.executable, "bash": "/bin/bash", "busybox": "/bin/sh"}
NEEDED = {"busybox": "wget"}


def asked(tool: HealthTool, port: int, path: str) -> int:
    words = check(tool, port, Probe(path=path) if path else None)
    assert words is not None
    program = PROGRAMS.get(tool, tool)
    if shutil.which(NEEDED.get(tool, program)) is None:
        pytest.skip(f"{tool} is not installed")
    return subprocess.run([program, *words[1:]], capture_output=True, timeout=20, check=False).returncode


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("path", "well"), [("/up", True), ("/down", False), ("/missing", False), ("", True)])
def test_a_server_is_well_when_it_answers_well(tool: HealthTool, port: int, path: str, well: bool) -> None:
    assert (asked(tool, port, path) == 0) == well


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("path", ["", "/up"])
def test_a_port_without_a_server_is_not_well(tool: HealthTool, path: str) -> None:
    assert asked(tool, 1, path) != 0


def test_an_image_with_nothing_to_ask_with_has_no_check() -> None:
    assert check("none", 80, None) is None
