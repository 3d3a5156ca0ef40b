"""Memory kills and full heaps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from diagnose.analyzers.memory import memory
from diagnose.analyzers.memory.amounts import heap_of, raised
from diagnose.containers import containers
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
LIMITED: dict[str, Any] = {"resources": {"limits": {"memory": "128Mi"}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """An end, and what must be said of it."""

    id: str
    status: dict[str, Any]
    code: str = ""
    variant: str = ""
    spec: dict[str, Any] = field(default_factory=lambda: dict(LIMITED))
    lines: Sequence[str] = ()
    says: Sequence[str] = ()
    ready: bool = False
    previous: bool = True


def oom(code: int = 137, **end: Any) -> dict[str, Any]:
    """Write the status of a container that waits after a memory kill."""
    return build.crash_loop(code=code, reason="OOMKilled", **end)


CASES = (
    Kill(id="after a while", status=oom(ran=300), code="OOMKilled", variant="limit", says=["128Mi", "5 min"]),
    Kill(
        id="at the start, again and again", status=oom(ran=1), code="OOMKilled", variant="at_start", says=["to start"]
    ),
    Kill(id="at the start, once", status=oom(ran=1, restarts=1), code="OOMKilled", variant="limit"),
    Kill(id="a child of the entry process", status=oom(code=1, ran=90), code="OOMKilled", variant="child_process"),
    Kill(
        id="heap flag above the limit",
        status=oom(ran=300),
        spec={**LIMITED, "args": ["-Xmx256m"]},
        code="OOMKilled",
        variant="limit",
        says=["heap flag allows more"],
    ),
    Kill(id="no limit at all", status=oom(ran=300), spec={}, code="OOMKilledByNode", says=["has no memory limit"]),
    Kill(
        id="too low for the runtime itself",
        status=build.status(
            state=build.waiting("RunContainerError", "runc: container init was OOM-killed (memory limit too low?)")
        ),
        code="OOMKilled",
        variant="at_start",
    ),
    Kill(
        id="over since",
        status=build.status(
            state=build.running(5000), last=build.terminated(137, "OOMKilled", ended=5010), restarts=1, ready=True
        ),
        ready=True,
    ),
    Kill(id="exit 137 of another origin", status=build.crash_loop(code=137, ran=100)),
    Kill(
        id="java heap",
        status=build.crash_loop(code=3, ran=100),
        spec={**LIMITED, "env": [{"name": "JAVA_OPTS", "value": "-Xmx64m"}]},
        lines=["Terminating due to java.lang.OutOfMemoryError: Java heap space"],
        code="RuntimeHeapExhausted",
        says=["Java heap space", "-Xmx64m", "128Mi"],
    ),
    Kill(
        id="node heap",
        status=build.crash_loop(code=134, ran=100),
        lines=["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
        code="RuntimeHeapExhausted",
        says=["JavaScript heap"],
    ),
    Kill(
        id="threads are no heap",
        status=build.crash_loop(code=1, ran=100),
        lines=["java.lang.OutOfMemoryError: unable to create native thread"],
    ),
    Kill(
        id="worker killed while the container runs on",
        status=build.status(state=build.running(300), ready=True),
        lines=["[ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?"],
        previous=False,
        code="OOMKilled",
        variant="child_process",
        ready=True,
    ),
    Kill(
        id="worker killed while a long run goes on, dated by the program",
        status=build.status(state=build.running(90000), ready=True),
        lines=[f"[{build.ago(60)[:19].replace('T', ' ')} +0000] [1] [ERROR] Worker (pid:12) was sent SIGKILL!"],
        spec=LIMITED,
        previous=False,
        code="OOMKilled",
        variant="child_process",
        ready=True,
    ),
    Kill(
        id="child ended by its master for running too long",
        status=build.status(state=build.running(300), ready=True),
        lines=[
            "WARNING: [pool www] child 31, script '/a.php' execution timed out (30 sec), terminating",
            "WARNING: [pool www] child 31 exited on signal 9 (SIGKILL) after 80 seconds from start",
        ],
        previous=False,
        ready=True,
    ),
    Kill(
        id="worker killed by its master for being late",
        status=build.status(state=build.running(300), ready=True),
        lines=[
            "[1] [CRITICAL] WORKER TIMEOUT (pid:12)",
            "[1] [ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?",
        ],
        spec=LIMITED,
        previous=False,
        ready=True,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_memory_is_blamed_when_kubelet_runtime_or_log_say_so(case: Kill) -> None:
    body = build.pod(POD, containers=[build.container(**case.spec)], statuses=[case.status], ready=case.ready)
    logs = {(POD, "app", case.previous): case.lines} if case.lines else {}
    found = build.findings(memory, build.scene(*build.deployed(body), build.node(), logs=logs))
    assert [(entry.code, entry.variant) for entry in found] == ([(case.code, case.variant)] if case.code else [])
    for words in case.says:
        assert words in found[0].summary.en


def test_a_larger_limit_is_offered_as_an_estimate() -> None:
    body = build.pod(POD, containers=[build.container(**LIMITED)], statuses=[oom(ran=300)])
    (finding,) = build.findings(memory, build.scene(*build.deployed(body)))
    assert '"memory":"192Mi"' in finding.remedies[0].command
    assert finding.remedies[0].estimate is not None


def test_a_kill_that_ended_long_ago_is_said_to_be_over() -> None:
    status = build.status(
        state=build.running(5000), last=build.terminated(137, "OOMKilled", ended=5010), ready=True, restarts=1
    )
    given = build.scene(
        *build.deployed(build.pod(POD, containers=[build.container(**LIMITED)], statuses=[status], ready=True))
    )
    assert [entry.healed for entry in build.ruled_out(memory, given)] == [True]


def test_the_node_is_blamed_when_its_event_and_the_end_agree() -> None:
    body = build.pod(
        POD, containers=[build.container(**LIMITED)], statuses=[build.crash_loop(code=137, ended=60, ran=100)]
    )
    host = build.node()
    event = build.event(host, "SystemOOM", "System OOM encountered, victim process: app, pid: 99", first=70, last=70)
    (finding,) = build.findings(memory, build.scene(*build.deployed(body), host, event))
    assert (finding.code, finding.object.kind, finding.object.name) == ("OOMKilledByNode", "Node", "node-1")
    assert "within its limit" in finding.summary.en


def test_a_limit_by_default_of_a_limit_range_is_named() -> None:
    body = build.pod(POD, containers=[build.container(**LIMITED)], statuses=[oom(ran=300)])
    body["metadata"]["annotations"] = {
        "kubernetes.io/limit-ranger": "LimitRanger plugin set: memory limit for container app"
    }
    limits = build.obj("LimitRange", "defaults", spec={})
    (finding,) = build.findings(memory, build.scene(*build.deployed(body), limits))
    assert "LimitRange defaults" in finding.summary.en


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ({"args": ["-Xmx2g"]}, 2 * 2**30),
        ({"env": [{"name": "NODE_OPTIONS", "value": "--max-old-space-size=512"}]}, 512 * 2**20),
        ({"env": [{"name": "GOMEMLIMIT", "value": "100MiB"}]}, 100 * 2**20),
    ],
)
def test_heap_flags_are_read(spec: dict[str, Any], size: int) -> None:
    (only,) = containers(build.pod(POD, containers=[build.container(**spec)]))
    heap = heap_of(only)
    assert heap is not None
    assert heap.amount == size


def test_a_raised_limit_leaves_room_above_the_heap() -> None:
    (only,) = containers(build.pod(POD, containers=[build.container(args=["-Xmx1g"])]))
    heap = heap_of(only)
    assert heap is not None
    assert raised(Fraction(heap.amount), heap) == "1536Mi"
