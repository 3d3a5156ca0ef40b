"""Run the measures: ``python -m benchmarks.knowledge [--only NAME …] [--corpus FOLDER] [--small]``.

Prints a table and writes ``benchmarks/results/DATE-knowledge.json``, where groups that were measured on the same day
stand beside each other; ``--small`` only tries everything out and writes nothing. What needs pages is left out where
there are none.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.knowledge.corpus import corpus
from benchmarks.knowledge.during import during
from benchmarks.knowledge.ingesting import pipeline, rate, whole
from benchmarks.knowledge.measures import Measure
from benchmarks.knowledge.searching import latency, load
from benchmarks.knowledge.sizes import SMALL, Sizes
from benchmarks.knowledge.storm import storm
from kb.embed.bundled import cores

RESULTS = Path(__file__).parent.parent / "results"
PLAIN: dict[str, Callable[[Sizes], list[Measure]]] = {"latency": latency, "load": load, "storm": storm}
READING: dict[str, Callable[[Sizes, Path], list[Measure]]] = {
    "rate": rate,
    "pipeline": pipeline,
    "whole": whole,
    "during": during,
}
"""Groups that need pages. Each group runs in a process of its own, so that one's memory is not another's."""

GIB = 1024**3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. Exits with 1 when a bound is not met."""
    asked = _parser().parse_args(arguments)
    sizes = replace(SMALL if asked.small else Sizes(), compacted=asked.compacted)
    if asked.into is not None:
        found = _group(asked.only[0], sizes, asked.corpus)
        asked.into.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")
        return 0
    groups: dict[str, list[Measure]] = {}
    with corpus(asked.corpus) as folder:
        for name in asked.only or (*PLAIN, *READING):
            if name in READING and folder is None:
                print(f"{name}: left out, there are no pages (--corpus FOLDER)", flush=True)
                continue
            groups[name] = _in_child(name, folder, asked)
            for one in groups[name]:
                print(one.line, flush=True)
            if not asked.small:
                _write(name, groups[name], asked.output)
    return 0 if all(one.met for measures in groups.values() for one in measures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], choices=(*PLAIN, *READING), metavar="NAME")
    parser.add_argument("--corpus", type=Path, help="a folder of pages, or of archives of pages")
    parser.add_argument("--small", action="store_true", help="try everything out in a few minutes; write nothing")
    parser.add_argument("--compacted", action="store_true", help="time single searches of a compacted store as well")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    return parser


def _group(name: str, sizes: Sizes, folder: Path | None) -> list[Measure]:
    if name in PLAIN:
        return PLAIN[name](sizes)
    if folder is None:
        raise SystemExit(f"{name} needs --corpus")
    return READING[name](sizes, folder)


def _in_child(name: str, folder: Path | None, asked: argparse.Namespace) -> list[Measure]:
    with TemporaryDirectory() as made:
        into = Path(made) / "measures.json"
        command = [sys.executable, "-m", "benchmarks.knowledge", "--only", name, "--into", str(into)]
        command += ["--corpus", str(folder)] if folder else []
        command += [flag for flag in ("--small", "--compacted") if getattr(asked, flag[2:])]
        subprocess.run(command, check=True)
        return [Measure(**one) for one in json.loads(into.read_text(encoding="utf-8"))]


def _write(group: str, measures: Sequence[Measure], folder: Path) -> None:
    """Put the measures of a group into the report of today, in place of earlier ones of the same group."""
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    folder.mkdir(exist_ok=True)
    path = folder / f"{date}-knowledge.json"
    known = json.loads(path.read_text(encoding="utf-8"))["groups"] if path.exists() else {}
    found = {
        "command": f"python -m benchmarks.knowledge --only {group}",
        "load": os.getloadavg()[0],
        "results": [{**asdict(one), "met": one.met} for one in measures],
    }
    report = {
        "date": date,
        "machine": {"cpu_count": cores(), "memory_gib": round(memory)},
        "groups": {**known, group: found},
    }
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
