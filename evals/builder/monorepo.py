"""A generated monorepo of 50,000 files: how long listing and planning it takes."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from builder.detect.planning import plan
from builder.source.directory import open_directory

MEMBERS: Final = 250
FILES: Final = 200
"""Files of a member: 250 members of 200 make the 50,000."""
WITHIN_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What planning a tree took, the listing of its files included."""

    files: int
    seconds: float
    components: int
    cpu_seconds: float = 0.0
    """Of the processor alone: on a busy machine ``seconds`` says more of its other work."""


def measure(members: int = MEMBERS, files: int = FILES) -> Measured:
    """Make a monorepo in a temporary folder and plan it once."""
    with tempfile.TemporaryDirectory() as folder:
        written = generate(Path(folder), members, files)
        started, worked = time.perf_counter(), time.process_time()
        found = plan(open_directory(Path(folder)))
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    return Measured(files=written, seconds=seconds, components=len(found.components), cpu_seconds=cpu_seconds)


def generate(folder: Path, members: int, files: int) -> int:
    """Write a workspace of libraries, with a service in every fifth member; return how many files there are."""
    workspace = {"name": "shop", "private": True, "workspaces": ["packages/*"], "engines": {"node": ">=20"}}
    folder.joinpath("package.json").write_text(json.dumps(workspace), encoding="utf-8")
    folder.joinpath("package-lock.json").write_text(
        json.dumps({"name": "shop", "lockfileVersion": 3}), encoding="utf-8"
    )
    written = 2
    for number in range(members):
        member = folder / "packages" / f"part-{number}"
        written += _member(member, number, files)
    return written


def _member(member: Path, number: int, files: int) -> int:
    service = number % 5 == 0
    said = {"name": f"@shop/part-{number}", "version": "1.0.0", "main": "src/index.js"}
    extra = {"scripts": {"start": "node src/index.js"}, "dependencies": {"express": "^4.19.0"}} if service else {}
    for at in range(files - 1):
        path = member / "src" / f"area-{at % 10}" / f"module-{at}.js" if at else member / "src" / "index.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_SERVICE if service and not at else f"export const value = {at};\n", encoding="utf-8")
    member.joinpath("package.json").write_text(json.dumps(said | extra), encoding="utf-8")
    return files


_SERVICE = """const express = require("express");
const app = express();
app.get("/", (request, response) => response.send("part"));
app.listen(process.env.PORT || 3000);
"""
