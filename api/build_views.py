"""What the answers on requests for builds say."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from builder.check.report import Report
from builder.mending import Mended
from builder.order import Outcome
from builder.render.attempts import attempt_data
from builder.repair.repairing import Attempt
from core.phrase import Language


class PlanDocument(BaseModel):
    """A build plan: each field with its value, confidence, grounds and rivals."""

    commit: str = Field(description="The commit of the repository; empty for other sources.")
    plan: dict[str, Any]


class FileView(BaseModel):
    """A file that was generated."""

    path: str = Field(examples=["Dockerfile"])
    bytes: int
    sha256: str


class CheckView(BaseModel):
    """One check of a trial."""

    check: str = Field(examples=["listens"])
    outcome: Literal["passed", "failed", "skipped"]
    text: str
    proof: list[str]


class TrialView(BaseModel):
    """What an image showed when it was run. ``works`` null: it could not be run here, and ``why`` says why."""

    works: bool | None
    why: str
    seconds: float
    checks: list[CheckView]
    log: list[str]


class ProofView(BaseModel):
    """A line that proves a class of errors; `number` counts in the log of that attempt."""

    number: int
    text: str


class ClassView(BaseModel):
    """A class of errors that a failure belongs to."""

    code: str = Field(examples=["npm.lock-stale"])
    certainty: float
    where: str = Field(description="In a step of the build, at the start, or in a check of the trial.")
    means: str
    lines: list[ProofView]


class AttemptView(BaseModel):
    """A build or trial that failed: what it was, and what followed."""

    component: str
    number: int
    classes: list[ClassView]
    decision: Literal["repair", "retry", "stop"]
    code: str = Field(description="The class that the decision is about; empty: none is known.")
    by: Literal["", "rule", "model"] = Field(description="Who proposed the repair.")
    patch: dict[str, Any] | None = Field(description="The change of plan or recipe, as data.")
    reason: str = Field(description="Why it stopped.")
    text: str
    next_step: str


class AttemptsDocument(BaseModel):
    """The attempts of a build that failed, in order."""

    attempts: list[AttemptView]


class ImageView(BaseModel):
    """An image that was built."""

    component: str
    name: str = Field(examples=["localhost/web:0d6f1d0e5b9c"])
    id: str = Field(examples=["sha256:5f0c"])
    bytes: int
    seconds: float
    steps: int
    steps_cached: int
    pushed: str = Field(default="", description="Where it was pushed to. Empty: nowhere, or it does not work.")
    digest: str = Field(default="", description="The digest of its manifest, where it was pushed.")
    check: TrialView | None = Field(description="Null: no check was asked for.")
    attempts: list[AttemptView] = Field(description="Builds and trials that failed before, or at last.")


class BuildDocument(BaseModel):
    """What a build has come to."""

    commit: str = Field(description="The commit of the repository; empty for other sources.")
    plan: dict[str, Any] = Field(description="Each field with its value, confidence, grounds and rivals.")
    files: list[FileView]
    images: list[ImageView]
    works: bool | None = Field(description="Whether every image passed its check. Null: not all were checked.")


def image_view(done: Mended, language: Language, pushed: str = "", digest: str = "") -> ImageView:
    """Return what a component came to."""
    image, name = done.outcome.image, done.prepared.component.name
    return ImageView(
        component=name,
        name=image.name,
        id=image.id,
        bytes=image.size,
        seconds=round(image.seconds, 3),
        steps=image.steps,
        steps_cached=image.steps_cached,
        pushed=pushed,
        digest=digest or image.digest,
        check=_trial(done.outcome, language),
        attempts=[attempt_view(name, one, language) for one in done.attempts],
    )


def attempt_view(component: str, attempt: Attempt, language: Language) -> AttemptView:
    """Return an attempt that failed."""
    return AttemptView.model_validate({"component": component, **attempt_data(attempt, language)})


def works_of(images: Sequence[ImageView]) -> bool | None:
    """Say whether all images work, None where not all were tried."""
    worked = [one.check.works if one.check else None for one in images]
    return False if False in worked else None if None in worked or not worked else True


def _trial(outcome: Outcome, language: Language) -> TrialView | None:
    if outcome.untried is not None:
        why = f"{outcome.untried.message} {outcome.untried.next_step}".strip()
        return TrialView(works=None, why=why, seconds=0.0, checks=[], log=[])
    return _report(outcome.report, language) if outcome.report is not None else None


def _report(report: Report, language: Language) -> TrialView:
    checks = [
        CheckView(check=one.check, outcome=one.outcome, text=one.text.in_language(language), proof=list(one.proof))
        for one in report.checks
    ]
    return TrialView(works=report.works, why="", seconds=round(report.seconds, 3), checks=checks, log=list(report.log))
