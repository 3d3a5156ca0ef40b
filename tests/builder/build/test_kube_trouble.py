"""What a cluster says of a build, as the errors that a person gets."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from builder.build.errors import BuildFailed, BuildInterrupted, BuildTooLong, ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Line
from builder.build.kube_trouble import Look, ended_badly, not_beginning
from builder.build.steps import Steps
from builder.errors import BuilderError

REQUEST = BuildRequest(context=Path(), dockerfile="FROM scratch\n", name="localhost/shop:1")
JOB: dict[str, Any] = {"metadata": {"name": "sextant-build-1"}}


def pod(*, state: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    containers = [{"name": "build", "state": state}] if state else []
    return {"metadata": {"name": "p"}, "status": {"containerStatuses": containers, **status}}


def ended(code: int, message: str, **more: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "message": message, **more}}


def event(reason: str, message: str) -> dict[str, Any]:
    return {"type": "Warning", "reason": reason, "message": message, "lastTimestamp": "2026-01-02T03:04:05Z"}


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What is seen before a build begins. ``error`` None: it may still begin."""

    id: str
    pod: dict[str, Any] | None = None
    job: dict[str, Any] | None = field(default_factory=lambda: JOB)
    events: tuple[dict[str, Any], ...] = ()
    patient: bool = True
    error: type[BuilderError] | None = None
    says: str = ""
    next_step: str = ""


def waiting(reason: str, message: str = "said the node") -> dict[str, Any]:
    return pod(state={"waiting": {"reason": reason, "message": message}})


UNSCHEDULED = pod(
    conditions=[{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available: Insufficient memory."}]
)
FORBIDDEN = 'pods "x" is forbidden: {}'

BEGINNINGS = (
    Beginning(id="no-pod-yet"),
    Beginning(id="no-pod-in-time", patient=False, error=ExecutorMissing, says="made no pod"),
    Beginning(id="job-gone", job=None, error=BuildInterrupted, says="was deleted"),
    Beginning(id="quota-may-free-up", events=(event("FailedCreate", FORBIDDEN.format("exceeded quota: none")),)),
    Beginning(
        id="quota",
        events=(event("FailedCreate", FORBIDDEN.format("exceeded quota: none")),),
        patient=False,
        error=ExecutorMissing,
        says="exceeded quota: none",
        next_step="ask for more quota",
    ),
    Beginning(
        id="pod-security",
        events=(event("FailedCreate", FORBIDDEN.format('violates PodSecurity "restricted:latest"')),),
        error=ExecutorMissing,
        says="violates PodSecurity",
        next_step="baseline",
    ),
    Beginning(
        id="no-account",
        events=(event("FailedCreate", 'error looking up service account shop/ci: serviceaccount "ci" not found'),),
        error=ExecutorMissing,
        says='serviceaccount "ci" not found',
    ),
    Beginning(id="pulling", pod=waiting("ContainerCreating")),
    Beginning(id="first-pull-failed", pod=waiting("ErrImagePull")),
    Beginning(
        id="pull-failed", pod=waiting("ImagePullBackOff"), error=ExecutorMissing, says="cannot be pulled: said the node"
    ),
    Beginning(
        id="no-name-of-an-image", pod=waiting("InvalidImageName"), error=ExecutorMissing, says="cannot be pulled"
    ),
    Beginning(id="no-shell", pod=waiting("RunContainerError"), error=ExecutorMissing, says="RunContainerError"),
    Beginning(id="no-room-yet", pod=UNSCHEDULED),
    Beginning(
        id="no-room",
        pod=UNSCHEDULED,
        patient=False,
        error=ExecutorMissing,
        says="Insufficient memory",
        next_step="kubernetes_memory",
    ),
    Beginning(
        id="secret-of-the-registry-missing",
        pod=waiting("ContainerCreating", ""),
        events=(event("FailedMount", 'secret "registry" not found'),),
        patient=False,
        error=ExecutorMissing,
        says='secret "registry" not found',
    ),
    Beginning(
        id="refused-by-the-node",
        pod=pod(phase="Failed", reason="OutOfcpu", message="Node didn't have enough resource: cpu"),
        error=BuildInterrupted,
        says="didn't have enough resource",
    ),
)


@pytest.mark.parametrize("case", BEGINNINGS, ids=lambda case: case.id)
def test_why_a_build_does_not_begin(case: Beginning) -> None:
    look = Look(job=case.job, pod=case.pod, events=case.events)
    error = not_beginning(look, "registry/buildah:1", patient=case.patient)
    assert type(error) is (case.error or type(None))
    if error is not None:
        assert case.says in error.message
        assert case.next_step in error.next_step
        assert error.next_step


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is seen when a build has ended without an image."""

    id: str
    error: type[BuilderError]
    pod: dict[str, Any] | None
    job: dict[str, Any] | None = field(default_factory=lambda: JOB)
    says: str = ""
    next_step: str = ""


LATE = {**JOB, "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]}}
PREEMPTED = [{"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": "preempting"}]

ENDINGS = (
    Ending(id="step", pod=pod(state=ended(1, "build")), error=BuildFailed, says="failed in: RUN make"),
    Ending(
        id="push",
        pod=pod(state=ended(1, "push")),
        error=PushFailed,
        says="could not be pushed",
        next_step="build.registry",
    ),
    Ending(id="storage", pod=pod(state=ended(93, "storage")), error=ExecutorMissing, next_step="kubernetes_seccomp"),
    Ending(id="no-files", pod=pod(state=ended(91, "context")), error=BuildInterrupted, says="in vain"),
    Ending(id="unknown", pod=pod(state=ended(5, "")), error=BuildInterrupted, says="status 5"),
    Ending(
        id="memory",
        pod=pod(state=ended(137, "build", reason="OOMKilled")),
        error=BuildFailed,
        says="more memory",
        next_step="kubernetes_memory",
    ),
    Ending(
        id="evicted-for-its-files",
        pod=pod(reason="Evicted", message='Usage of EmptyDir volume "work" exceeds the limit "1Gi".'),
        error=BuildInterrupted,
        says="exceeds the limit",
        next_step="kubernetes_scratch",
    ),
    Ending(
        id="evicted-for-the-node",
        pod=pod(reason="Evicted", message="The node was low on resource: memory."),
        error=BuildInterrupted,
        says="low on resource",
        next_step="Build again",
    ),
    Ending(id="preempted", pod=pod(conditions=PREEMPTED), error=BuildInterrupted, says="preempting"),
    Ending(id="deadline", pod=pod(state=ended(143, "build")), job=LATE, error=BuildTooLong, says="was stopped"),
    Ending(id="deadline-and-pod-gone", pod=None, job=LATE, error=BuildTooLong, says="was stopped"),
    Ending(id="pod-gone", pod=None, error=BuildInterrupted, says="The pod of the build"),
    Ending(id="job-gone", pod=None, job=None, error=BuildInterrupted, says="The Job of the build"),
    Ending(
        id="pod-being-deleted",
        pod=pod(state=ended(137, "build")) | {"metadata": {"deletionTimestamp": "2026-01-02T03:04:05Z"}},
        error=BuildInterrupted,
        says="was deleted while it ran",
    ),
)


@pytest.mark.parametrize("case", ENDINGS, ids=lambda case: case.id)
def test_why_a_build_ended_without_an_image(case: Ending) -> None:
    seen = Steps(lambda _line: None)
    seen.line(Line(text="STEP 2/2: RUN make"))
    seen.line(Line(text="no"))
    error = ended_badly(Look(job=case.job, pod=case.pod), REQUEST, seen)
    assert type(error) is case.error
    assert case.says in error.message
    assert case.next_step in error.next_step
    assert error.next_step
    if isinstance(error, BuildFailed):
        assert error.step == "RUN make"
        assert error.log[-1].text == "no"
