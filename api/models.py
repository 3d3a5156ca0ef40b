"""What requests may say and what answers say: the Pydantic models of the API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.runs import Run, RunFailure, RunState, Step
from diagnose.explain import Audience

TARGET_PATTERN = r"^[^\x00-\x1f\x7f]*$"
NAMESPACE_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$"

Target = Annotated[
    str,
    Field(
        max_length=320,
        pattern=TARGET_PATTERN,
        examples=["deploy/checkout"],
        description="KIND/NAME as kubectl takes it; empty: everything in the namespace.",
    ),
]
Namespace = Annotated[
    str,
    Field(
        max_length=63,
        pattern=NAMESPACE_PATTERN,
        examples=["shop"],
        description="The namespace to look at. Empty: all of a recording; of a cluster the person's default one.",
    ),
]


class Request(BaseModel):
    """A body that is read: unknown fields are refused and nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


class LiveSource(Request):
    """Read the cluster now, with the caller's own rights."""

    type: Literal["live"] = Field(examples=["live"])


class DemoSource(Request):
    """Read the recording that ships with the product."""

    type: Literal["demo"] = Field(examples=["demo"])


class DiagnosisRequest(Request):
    """What to diagnose, and where to read it."""

    source: Annotated[LiveSource | DemoSource, Field(discriminator="type", examples=[{"type": "demo"}])]
    target: Target = ""
    namespace: Namespace = ""
    all_namespaces: bool = Field(default=False, description="Look at all namespaces of the cluster.")
    hygiene: bool = Field(default=False, description="Also list what is not broken but could be better.")
    dry_run: bool = Field(
        default=True, description="Let a live API server judge each fix by the caller's credential, changing nothing."
    )
    explain: bool = Field(
        default=False,
        description="Also let the language model of the settings word what was found, in the language of the call.",
    )
    audience: Audience = Field(default=Audience.DEVELOPER, strict=False, description="Whom the wording is for.")

    @model_validator(mode="after")
    def _one_scope(self) -> "DiagnosisRequest":
        if self.namespace and self.all_namespaces:
            raise ValueError("namespace and all_namespaces contradict each other: give one of them")
        return self


class SnapshotRequest(Request):
    """What to record of the live cluster."""

    namespace: Namespace = ""
    all_namespaces: bool = Field(default=False, description="Record all namespaces.")
    target: Target = ""

    @model_validator(mode="after")
    def _one_scope(self) -> "SnapshotRequest":
        if self.namespace and self.all_namespaces:
            raise ValueError("namespace and all_namespaces contradict each other: give one of them")
        return self


class StepView(BaseModel):
    """A named part of a run."""

    name: str = Field(examples=["collect"])
    state: Literal["running", "succeeded", "failed", "cancelled"]
    started_at: datetime
    finished_at: datetime | None
    note: str


class FailureView(BaseModel):
    """Why a run failed."""

    code: str = Field(examples=["cluster_unreachable"])
    message: str
    next_step: str


class RunLinks(BaseModel):
    """Where to go on from a run. ``result`` answers 202 as long as there is none."""

    self: str = Field(examples=["/v1/runs/0d6f"])
    events: str = Field(examples=["/v1/runs/0d6f/events"])
    cancel: str = Field(examples=["/v1/runs/0d6f/cancel"])
    result: str | None = Field(examples=["/v1/diagnoses/0d6f"])


class RunView(BaseModel):
    """A piece of work, as it is now."""

    id: str = Field(examples=["0d6f1d0e5b9c4d0f8c4c2f6b6a1e7d11"])
    kind: str = Field(examples=["diagnosis"])
    state: RunState
    progress: float = Field(ge=0, le=1)
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    cancel_requested: bool
    steps: list[StepView]
    error: FailureView | None
    links: RunLinks


class RunList(BaseModel):
    """Some runs, newest first. Pass ``next_cursor`` as ``cursor`` for the next ones; null: there are no more."""

    runs: list[RunView]
    next_cursor: str | None


class WatchState(BaseModel):
    """The watch caches: how many are open, and of how many kinds the watch is down."""

    caches: int
    stale: int


class Ready(BaseModel):
    """Whether the service can work. The cluster is reported and not required; watches are where there are any."""

    status: Literal["ready"]
    database: Literal["ok"]
    cluster: Literal["reachable", "unreachable", "not configured"]
    watches: WatchState | None = None


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]


_RESULTS = {"build": "/v1/builds", "diagnosis": "/v1/diagnoses"}
"""Where the results of runs stand, by kind."""


def run_view(run: Run) -> RunView:
    """Return how a run is shown."""
    here = f"/v1/runs/{run.id}"
    return RunView(
        id=run.id,
        kind=run.kind,
        state=run.state,
        progress=run.progress,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        deadline_at=run.deadline_at,
        cancel_requested=run.cancel_requested,
        steps=[_step_view(step) for step in run.steps],
        error=_failure_view(run.error),
        links=RunLinks(
            self=here,
            events=f"{here}/events",
            cancel=f"{here}/cancel",
            result=f"{_RESULTS[run.kind]}/{run.id}" if run.kind in _RESULTS else None,
        ),
    )


def _step_view(step: Step) -> StepView:
    return StepView(
        name=step.name, state=step.state, started_at=step.started_at, finished_at=step.finished_at, note=step.note
    )


def _failure_view(failure: RunFailure | None) -> FailureView | None:
    if failure is None:
        return None
    return FailureView(code=failure.code, message=failure.message, next_step=failure.next_step)


class Sentence(BaseModel):
    """One sentence in both languages."""

    en: str
    zh: str


class WorkloadView(BaseModel):
    """The verdict of one workload."""

    model_config = ConfigDict(extra="allow")
    object: dict[str, Any]
    verdict: Literal["failing", "degraded", "unknown", "recovered", "healthy"]
    ready: int
    wanted: int
    cause: str = Field(description="The id of the finding that is its first cause, or empty.")


class DiagnosisDocument(BaseModel):
    """A diagnosis with everything that carries it. Described here for the reference; served as it was stored."""

    model_config = ConfigDict(extra="allow")
    format: Literal["sextant.dev/diagnosis/v1"] = Field(alias="schema")
    target: Sentence = Field(description="What was asked about.")
    verdict: Literal["failing", "degraded", "unknown", "recovered", "healthy"]
    summary: Sentence
    now: datetime = Field(description="The moment of the snapshot: all ages are measured against it.")
    origin: str = Field(description="What was read: a server or a recording.")
    findings: list[dict[str, Any]] = Field(description="Causes first, then what makes it worse, best first.")
    folded: list[dict[str, Any]] = Field(description="Symptoms, each with the finding that explains it.")
    in_progress: list[dict[str, Any]] = Field(description="What is inside its grace: no fault yet.")
    ruled_out: list[dict[str, Any]] = Field(description="What was looked at and does not count, with the reason.")
    unexplained: list[dict[str, Any]] = Field(description="What is not as it should be and has no cause here.")
    workloads: list[WorkloadView]
    checked: list[Sentence] = Field(description="What else was checked and is in order.")
    notes: list[Sentence]
    coverage: dict[str, Any] = Field(description="What could and could not be read.")
    worked_before: list[dict[str, Any]] | None = Field(
        default=None,
        description="Fixes of such causes that people confirmed here earlier, by finding: how often each worked or "
        "failed, last by whom.",
    )
    explanation: dict[str, Any] | None = Field(
        default=None,
        description="With `explain`: sentences with their evidence, guesses, or a note why there are none.",
    )


class WorkloadList(BaseModel):
    """The workloads of a source, worst first."""

    origin: str
    now: datetime
    namespace: str
    verdict: Literal["failing", "degraded", "unknown", "recovered", "healthy"]
    workloads: list[WorkloadView]
