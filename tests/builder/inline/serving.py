"""Functions with their wrappers as real processes on this machine's own address."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import prepared
from builder.plan import Commands
from builder.tree import Tree

_SERVED = re.compile(r"is served on port (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True, kw_only=True)
class Service:
    process: subprocess.Popen[str]
    port: int
    folder: Path
    log: list[str] = field(default_factory=list)

    def ask(
        self,
        method: str = "GET",
        path: str = "/",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if data is not None and not isinstance(body, bytes) else {}
        try:
            connection.request(method, path, data, {**given, **(headers or {})})
            reply = connection.getresponse()
            return Answer(status=reply.status, headers=dict(reply.getheaders()), body=reply.read())
        finally:
            connection.close()

    def end(self) -> int:
        """Ask it to end; return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def finish(self) -> int:
        """Wait for its end and read the rest of its log."""
        _, left = self.process.communicate(timeout=30)
        self.log += left.splitlines()
        return self.process.returncode


Change = Callable[[str], str]


@contextmanager
def served(files: Mapping[str, str], folder: Path, change: Change = lambda text: text) -> Iterator[Service]:
    """Write files and wrapper, start them; ``change`` is applied to the wrapper's text."""
    tree = Tree.of(files)
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    for path, text in {**files, **{file.path: change(file.text) for file in one.beside}}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    assert one.component.start.value is not None
    words = _program(one.component.start.value.argv, one.component.build.value, folder)
    process = subprocess.Popen(
        words, cwd=folder, env={**os.environ, "PORT": "0"}, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield Service(process=process, port=_port(process), folder=folder)
    finally:
        if process.stderr is not None and not process.stderr.closed:
            process.kill()
            process.communicate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := _SERVED.search(line):
            return int(found[1])
    raise AssertionError("".join(said))


def _program(argv: tuple[str, ...], build: Commands | None, folder: Path) -> list[str]:
    """Return the command with the programs that are here."""
    if argv[0] == "python":
        return [sys.executable, *argv[1:]]
    if argv[0] == "node":
        return [needed("node"), *argv[1:]]
    program = str(folder / "program")
    assert build is not None
    (command,) = build.each
    words = [needed("go"), *command.argv[1:-3], "-o", program, command.argv[-1]]
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [program, *argv[1:]]


def needed(program: str) -> str:
    """Return where a program is; skip the test where it is not."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found
