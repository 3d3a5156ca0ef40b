"""The pasted functions among the apps: each as its truth says, and really built and run."""

import json
from pathlib import Path

import pytest

from builder.detect.planning import plan
from builder.source.directory import open_directory
from evals.builder.apps import APPS, App, app
from evals.builder.running import ran
from tests.images import RealImages

LISTED = tuple(app(json.loads(line), APPS) for line in (APPS / "inline-truths.jsonl").read_text("utf-8").splitlines())
WORKING = tuple(one for one in LISTED if one.expect == "works")
UNDECIDED = "inline-several"


def test_every_folder_has_a_truth_and_every_truth_a_folder() -> None:
    folders = {path.name for path in APPS.glob("inline-*") if path.is_dir()}
    assert {one.name for one in LISTED} | {UNDECIDED} == folders


def test_of_two_functions_one_must_be_chosen() -> None:
    (question,) = plan(open_directory(APPS / UNDECIDED)).questions
    assert question.field == "start"
    assert question.choices == ("python sextant_serve.py weigh", "python sextant_serve.py price")


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one.name)
async def test_plan_and_files_are_as_the_truth_says(one: App, tmp_path: Path) -> None:
    done = await ran(one, None, tmp_path)
    assert not done.problems


@pytest.mark.images
@pytest.mark.timeout(900)
@pytest.mark.parametrize("one", WORKING, ids=lambda one: one.name)
async def test_it_is_built_runs_and_answers(one: App, images: RealImages, tmp_path: Path) -> None:
    done = await ran(one, images, tmp_path)
    assert not done.problems, done.made
    assert not done.left_out
