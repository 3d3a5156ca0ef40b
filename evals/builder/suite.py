"""Run the suite: ``python -m evals builder``."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from builder.detect.planning import plan
from builder.source.directory import open_directory
from builder.tree import Tree
from core.errors import SextantError
from evals.builder import bench, monorepo
from evals.builder.apps import apps
from evals.builder.apps_report import lines
from evals.builder.fetching import STEP_SECONDS, Skipped, fetch, root
from evals.builder.peers import enry
from evals.builder.report import Circumstances, report
from evals.builder.running import Ran
from evals.builder.scoring import Outcome, judged, shortfalls
from evals.builder.truths import DATA, Case, cases

RESULTS = Path(__file__).parents[1] / "results"
COMMAND = "make eval SUITE=builder"
AT_ONCE = 2
"""Clients that run at the same time: they wait for the network more than they compute."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; return 0 when every target is met, 1 when not, 2 when there is nothing to measure on."""
    wanted = _parser().parse_args(arguments)
    if wanted.only_apps is not None:
        return _only_apps(wanted.only_apps)
    try:
        listed = cases(wanted.data, tuple(wanted.group))
        folders, skipped = fetched(listed, wanted.trees, make=wanted.fetch, seconds=wanted.seconds)
    except SextantError as exc:
        sys.stderr.write(f"{exc.message} {exc.next_step}\n".rstrip() + "\n")
        return exc.exit_code
    outcomes = [_planned(case, folders.get(case)) for case in listed if case.written or case in folders]
    if not outcomes:
        sys.stderr.write("No tree is there and none could be made: nothing was measured.\n")
        return 2
    measured = monorepo.measure() if wanted.monorepo else None
    own = apps(wanted.data / "apps") if wanted.apps and not wanted.group else ()
    all_ran, unbuilt = bench.run(own, _tell) if own else ((), "")
    there = {one.case: folders.get(one.case, Path()) for one in outcomes}
    try:
        peers = (enry(wanted.enry, there),) if wanted.enry else ()
    except SextantError as exc:
        sys.stderr.write(f"{exc.message} {exc.next_step}\n")
        return exc.exit_code
    run = Circumstances(
        today=datetime.now(UTC).date(),
        command=told(wanted),
        cores=len(os.sched_getaffinity(0)),
        listed=len(listed),
        skipped=skipped,
        monorepo=measured,
        peers=peers,
        apps=all_ran,
        apps_unbuilt=unbuilt,
    )
    page = report(outcomes, run)
    if not wanted.dry:
        RESULTS.joinpath("builder.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    slow = measured is not None and measured.seconds > monorepo.WITHIN_SECONDS
    return 1 if shortfalls(outcomes) or slow or any(one.problems for one in all_ran) else 0


def _only_apps(names: Sequence[str]) -> int:
    """Run apps alone and print what went otherwise than their truth says."""
    listed = [one for one in apps() if not names or one.name in names]
    all_ran, unbuilt = bench.run(listed, _tell)
    sys.stdout.write("".join(f"{line}\n" for line in lines(all_ran, unbuilt)))
    return 1 if any(one.problems for one in all_ran) else 0


def _tell(done: Ran) -> None:
    """Say on stderr how an app went, as it ends."""
    told = "; ".join(one.told for one in done.made) or done.left_out or done.app.expect
    sys.stderr.write(f"{done.app.name}: {told}, {done.seconds:.0f} s\n")
    for one in done.problems:
        sys.stderr.write(f"  {one}\n")
    for made in done.made if done.problems else ():
        sys.stderr.write("".join(f"    {line}\n" for line in made.proof))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals builder", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the truths")
    parser.add_argument("--trees", type=Path, default=root(), help="folder that keeps the trees that are made")
    parser.add_argument("--group", nargs="+", default=(), help="only these files of truths: node python …")
    parser.add_argument(
        "--no-fetch", dest="fetch", action="store_false", help="score what is there and make no further tree"
    )
    parser.add_argument(
        "--seconds", type=float, default=STEP_SECONDS, help="how long a step that makes a tree may take"
    )
    parser.add_argument("--no-monorepo", dest="monorepo", action="store_false", help="leave out the generated monorepo")
    parser.add_argument("--no-apps", dest="apps", action="store_false", help="leave out building the apps")
    parser.add_argument(
        "--only-apps", nargs="*", metavar="NAME", help="run apps (all, or these) and nothing else; write no report"
    )
    parser.add_argument("--enry", help="an interpreter that enry-python is installed for, to compare with")
    parser.add_argument("--dry", action="store_true", help="print the report instead of writing it")
    return parser


def told(wanted: argparse.Namespace) -> str:
    """Return the command as a report names it: what changes the figures, without the paths of a machine."""
    words = ["--group", *wanted.group] if wanted.group else []
    words += [] if wanted.fetch else ["--no-fetch"]
    words += [] if wanted.apps else ["--no-apps"]
    words += ["--enry PYTHON"] if wanted.enry else []
    return f'{COMMAND} ARGS="{" ".join(words)}"' if words else COMMAND


def fetched(
    listed: Sequence[Case], trees: Path, *, make: bool, seconds: float
) -> tuple[dict[Case, Path], Counter[str]]:
    """Return the folders of the trees that are there or could be made, and how many were left out for which reason."""
    folders: dict[Case, Path] = {}
    skipped: Counter[str] = Counter()

    def one(case: Case) -> Path | Skipped:
        try:
            return fetch(case, trees, make=make, seconds=seconds)
        except Skipped as exc:
            return exc

    made = [case for case in listed if not case.written]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for case, found in zip(made, pool.map(one, made), strict=True):
            if isinstance(found, Skipped):
                skipped[found.reason] += 1
                sys.stderr.write(f"{case.group}/{case.name}: {found.reason}. {found.detail}".rstrip() + "\n")
            else:
                folders[case] = found
    return folders, skipped


def _planned(case: Case, folder: Path | None) -> Outcome:
    """Plan a tree. The time is that of the plan and, for a folder, of listing its files."""
    started = time.perf_counter()
    files = 0
    try:
        tree = Tree.of(case.files) if folder is None else open_directory(folder)
        files = len(tree.sizes)
        found = plan(tree)
    except Exception as exc:  # noqa: BLE001 - a plan that crashes is a result that is reported
        return judged(case, None, seconds=time.perf_counter() - started, files=files, crash=repr(exc)[:200])
    return judged(case, found, seconds=time.perf_counter() - started, files=files)
