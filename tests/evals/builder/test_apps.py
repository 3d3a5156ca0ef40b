"""The apps of the table: what it says of them, whose turn it is, and those of the day really built and run."""

import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.builder.apps import APPS, App, app, apps, of_the_day, rotation
from evals.builder.running import forget, ran
from evals.builder.truths import TruthBroken
from tests.images import RealImages

SEED = int(os.environ.get("SEXTANT_TEST_APPS_SEED") or of_the_day(datetime.now(UTC).date()))
"""Another one each day, so that in time all apps are built; a failure is repeated with the seed that its id names."""

TURN_SECONDS = 200.0
"""What one run of the tests spends on apps, by what each of them took before."""

LOCKS = (
    "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "uv.lock", "poetry.lock", "pdm.lock",
    "Pipfile.lock", "requirements.txt", "Gemfile.lock", "mix.lock", "Cargo.lock", "go.sum", "composer.lock",
)  # fmt: skip
FETCHED = re.compile(r"(?:resolved|registry|tarball|remote|source|url =)[^\n]*https?://([^/\s\"']+)")
PUBLIC = frozenset(
    {"registry.npmjs.org", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org", "rubygems.org", "github.com"}
)
"""Hosts that a lock file may fetch from."""

LISTED = apps()


def test_every_folder_has_a_truth_and_every_truth_a_folder() -> None:
    folders = {path.name for path in APPS.iterdir() if path.is_dir() and not path.name.startswith("inline-")}
    assert {one.name for one in LISTED} == folders
    assert len(LISTED) == len(folders) >= 60


def test_hostile_and_broken_ones_are_among_them() -> None:
    counted = Counter(one.group for one in LISTED)
    assert counted["hostile"] + counted["broken"] + counted["repair"] + counted["refused"] >= 20
    assert {one.expect for one in LISTED} == {"refused", "unbuilt", "built", "works", "repaired"}


def test_lock_files_name_public_registries_alone() -> None:
    told = {
        (str(path.relative_to(APPS)), host)
        for name in LOCKS
        for path in APPS.glob(f"*/**/{name}")
        for host in FETCHED.findall(path.read_text(encoding="utf-8", errors="replace"))
        if host not in PUBLIC
    }
    assert not told


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one.name)
async def test_plan_and_files_are_as_the_truth_says(one: App, tmp_path: Path) -> None:
    done = await ran(one, None, tmp_path)
    assert not done.problems
    assert bool(done.files) == (one.expect != "refused")


def test_a_line_that_expects_nothing_known_is_refused(tmp_path: Path) -> None:
    line = {"name": "a", "group": "a", "truth": {"language": "go"}, "expect": "to be fine"}
    (tmp_path / "truths.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(TruthBroken, match=r"line 1 is no app: nothing is expected by 'to be fine'"):
        apps(tmp_path)


def made_up(name: str, group: str, seconds: float, plan_only: str = "") -> App:
    said = {"name": name, "group": group, "truth": {"language": group}, "expect": "works", "plan_only": plan_only}
    return app({**said, "seconds": seconds}, Path())


FEW = (
    made_up("a", "go", 10),
    made_up("b", "go", 20),
    made_up("c", "node", 10),
    made_up("d", "node", 40, "no toolchain"),
    made_up("e", "rust", 30),
)


def test_languages_alternate_and_what_cannot_be_built_has_no_turn() -> None:
    assert [one.name for one in rotation(FEW, seed=0, seconds=1_000)] == ["a", "c", "e", "b"]


@pytest.mark.parametrize("seconds", [5.0, 25.0, 40.0, 70.0])
def test_all_have_their_turn(seconds: float) -> None:
    turns = [rotation(FEW, seed=seed, seconds=seconds) for seed in range(100, 130)]
    assert {one.name for turn in turns for one in turn} == {"a", "b", "c", "e"}
    assert all(len(turn) == 1 or sum(one.seconds for one in turn) <= seconds for turn in turns)


@pytest.mark.images
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "one", rotation(LISTED, seed=SEED, seconds=TURN_SECONDS), ids=lambda one: f"seed-{SEED}-{one.name}"
)
async def test_apps_whose_turn_it_is_are_built_and_run(one: App, images: RealImages, tmp_path: Path) -> None:
    done = await ran(one, images, tmp_path)
    await forget(images, [done])
    assert not done.problems, [made.proof for made in done.made]
    assert bool(done.made) == (one.expect != "refused")
