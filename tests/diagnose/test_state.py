"""State before history: what is satisfied now, and which ends still count."""

from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.containers import containers
from diagnose.state import between_crashes, pod_satisfied, read_workload, termination_current
from tests.diagnose import build


@dataclass(frozen=True)
class End:
    """A container's status and whether its last end still counts."""

    id: str
    status: dict[str, Any]
    current: bool


ENDS = (
    End("waits between crashes", build.crash_loop(), current=True),
    End(
        "restarted a minute ago",
        build.status(state=build.running(50), last=build.terminated(1, ended=60), restarts=1, ready=True),
        current=True,
    ),
    End(
        "one restart half an hour ago",
        build.status(state=build.running(1800), last=build.terminated(1, ended=1800), restarts=1, ready=True),
        current=False,
    ),
    End(
        "many restarts, the last half an hour ago",
        build.status(state=build.running(1800), last=build.terminated(1, ended=1800), restarts=5, ready=True),
        current=True,
    ),
    End(
        "many restarts, the last four days ago",
        build.status(state=build.running(9), last=build.terminated(1, ended=345_600), restarts=14, ready=True),
        current=False,
    ),
    End("never ended", build.status(state=build.running(), ready=True), current=False),
)


@pytest.mark.parametrize("case", ENDS, ids=lambda case: case.id)
def test_an_end_counts_only_while_it_matters(case: End) -> None:
    pod = build.pod(statuses=[case.status])
    container = next(iter(containers(pod)))
    assert termination_current(build.scene(pod), container) is case.current


def test_an_init_container_that_ended_with_zero_is_done() -> None:
    pod = build.pod(
        inits=[build.container("init")], init_statuses=[build.status("init", state=build.terminated(0, ended=10))]
    )
    init = next(iter(containers(pod)))
    assert init.role == "init"
    assert not termination_current(build.scene(pod), init)


def test_a_sidecar_is_an_init_container_that_always_restarts() -> None:
    pod = build.pod(inits=[build.container("proxy", restartPolicy="Always")])
    assert [container.role for container in containers(pod)] == ["sidecar", "main"]


def test_a_ready_pod_is_satisfied_and_a_freshly_restarted_one_is_not() -> None:
    ready = build.pod(ready=True, statuses=[build.status(state=build.running(), ready=True)])
    restarted = build.pod(
        ready=True,
        statuses=[build.status(state=build.running(30), last=build.terminated(1, ended=40), restarts=1, ready=True)],
    )
    assert pod_satisfied(build.scene(ready), ready)
    assert not pod_satisfied(build.scene(restarted), restarted)


@pytest.mark.parametrize(
    ("replicas", "ready", "progress"), [(0, 0, "satisfied"), (2, 2, "satisfied"), (2, 1, "short"), (2, 0, "down")]
)
def test_a_deployment_is_read_by_its_numbers(replicas: int, ready: int, progress: str) -> None:
    top = build.deployment(replicas=replicas, ready=ready)
    assert read_workload(build.scene(top), top).progress == progress


def test_a_deployment_whose_old_revision_serves_everything_is_serving_not_satisfied() -> None:
    top = build.deployment(replicas=2, ready=2)
    top["status"]["updatedReplicas"] = 1
    assert read_workload(build.scene(top), top).progress == "serving"


@dataclass(frozen=True)
class Up:
    """A container that runs and is Ready, and whether it is only up until its next crash."""

    id: str
    since: float
    ran: float
    restarts: int
    between: bool


UPS = (
    Up("third start of a program that dies within two seconds", since=1, ran=2, restarts=3, between=True),
    Up("the last run ended in the second in which it began", since=1, ran=0, restarts=3, between=True),
    Up("it has outlived its last run by a minute", since=70, ran=2, restarts=3, between=False),
    Up("it ran for hours before", since=5, ran=7200, restarts=1, between=False),
    Up("its first run", since=1, ran=2, restarts=0, between=False),
)


@pytest.mark.parametrize("case", UPS, ids=lambda case: case.id)
def test_a_pod_between_two_crashes_does_not_serve(case: Up) -> None:
    ended = build.terminated(1, ended=case.since + 1, ran=case.ran) if case.restarts else None
    status = build.status(state=build.running(case.since), last=ended, restarts=case.restarts, ready=True)
    top, middle, pod = build.deployed(build.pod(ready=True, statuses=[status]))
    top["status"]["readyReplicas"] = 1
    scene = build.scene(top, middle, pod)
    assert between_crashes(scene, pod) is case.between
    assert read_workload(scene, top).ready == (0 if case.between else 1)
