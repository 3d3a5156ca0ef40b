"""Which logs are read, how much of them, and what is said of those that cannot be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cluster.fake import FakeCluster, Fault
from cluster.log_choice import LogWanted, choose_logs, pods_of
from cluster.logs import LogLimits, read_logs
from cluster.snapshot import Snapshot, SnapshotBuilder
from core.evidence import ObjectRef
from tests.cluster.asking import asking, obj

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ended(code: int, **span: float) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "finishedAt": ago(**span)}}


def running(**span: float) -> dict[str, Any]:
    return {"running": {"startedAt": ago(**span)}}


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason}}


def status(
    state: dict[str, Any], *, name: str = "app", ready: bool = False, restarts: int = 0, **more: Any
) -> dict[str, Any]:
    return {"name": name, "state": state, "ready": ready, "restartCount": restarts, **more}


def pod(
    name: str,
    *containers: dict[str, Any],
    init: tuple[dict[str, Any], ...] = (),
    owner: str = "",
    phase: str = "Running",
    **more: Any,
) -> dict[str, Any]:
    owners = [{"kind": "ReplicaSet", "name": owner, "uid": owner, "controller": True}] if owner else []
    return obj(
        "Pod",
        name,
        metadata={"uid": f"uid-{name}", "ownerReferences": owners, **more},
        spec={
            "containers": [{"name": c["name"]} for c in containers],
            "initContainers": [{"name": c["name"]} for c in init],
        },
        status={"phase": phase, "containerStatuses": list(containers), "initContainerStatuses": list(init)},
    )


def chosen(
    *pods: dict[str, Any], asked_about: frozenset[str] = frozenset(), most: int = 40
) -> list[tuple[str, str, bool]]:
    wanted = choose_logs(pods, now=NOW, asked_about=asked_about, max_containers=most)
    return [(item.pod.name, item.container, item.previous) for item in wanted]


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    pod: dict[str, Any]
    expected: list[tuple[str, str, bool]]


CASES = (
    Case(
        id="it crashes again and again",
        pod=pod("p", status(waiting("CrashLoopBackOff"), restarts=4, lastState=ended(1, minutes=1))),
        expected=[("p", "app", True)],
    ),
    Case(
        id="it ended with an error",
        pod=pod("p", status(ended(3, hours=2)), phase="Failed"),
        expected=[("p", "app", False)],
    ),
    Case(id="it ended with an error last week", pod=pod("p", status(ended(3, days=7)), phase="Failed"), expected=[]),
    Case(id="it ended well", pod=pod("p", status(ended(0, minutes=1)), phase="Succeeded"), expected=[]),
    Case(id="its image cannot be pulled", pod=pod("p", status(waiting("ImagePullBackOff"))), expected=[]),
    Case(id="it runs and is not ready", pod=pod("p", status(running(minutes=5))), expected=[("p", "app", False)]),
    Case(id="it runs and is ready", pod=pod("p", status(running(minutes=5), ready=True)), expected=[]),
    Case(
        id="it is ready again after a crash",
        pod=pod("p", status(running(minutes=5), ready=True, restarts=1, lastState=ended(137, minutes=5))),
        expected=[("p", "app", True)],
    ),
    Case(
        id="it crashed long ago",
        pod=pod("p", status(running(days=9), ready=True, restarts=1, lastState=ended(1, days=9))),
        expected=[],
    ),
    Case(
        id="an init container hangs",
        pod=pod(
            "p", status(waiting("PodInitializing")), init=(status(running(minutes=9), name="wait"),), phase="Pending"
        ),
        expected=[("p", "wait", False)],
    ),
    Case(
        id="an init container began just now",
        pod=pod(
            "p", status(waiting("PodInitializing")), init=(status(running(seconds=5), name="wait"),), phase="Pending"
        ),
        expected=[],
    ),
    Case(
        id="a sidecar among the init containers runs for ever",
        pod=pod(
            "p",
            status(running(days=1), ready=True),
            init=(status(running(days=1), name="proxy", ready=True, started=True),),
        ),
        expected=[],
    ),
    Case(
        id="only the container in trouble of several",
        pod=pod("p", status(running(days=1), name="ok", ready=True), status(running(days=1), name="bad")),
        expected=[("p", "bad", False)],
    ),
    Case(id="no status yet", pod=obj("Pod", "p"), expected=[]),
    Case(
        id="a status of wrong types",
        pod=obj(
            "Pod", "p", status={"containerStatuses": [3, {"name": 5}, {"state": "x"}], "initContainerStatuses": "x"}
        ),
        expected=[],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_logs_of_containers_in_trouble_are_chosen(case: Case) -> None:
    assert chosen(case.pod) == case.expected


def test_two_pods_of_one_owner_are_enough_and_the_newest_are_taken() -> None:
    pods = [
        pod(f"p{i}", status(waiting("CrashLoopBackOff"), restarts=2, lastState=ended(1, minutes=10 - i)), owner="rs")
        for i in range(5)
    ]
    assert [name for name, _, _ in chosen(*pods)] == ["p4", "p3"]


def test_what_is_down_comes_before_what_is_unready_and_the_number_is_bounded() -> None:
    pods = [pod("unready", status(running(minutes=5))), pod("down", status(ended(1, hours=3)))]
    assert [name for name, _, _ in chosen(*pods)] == ["down", "unready"]
    assert [name for name, _, _ in chosen(*pods, most=1)] == ["down"]


def test_the_pods_that_were_asked_about_are_read_even_when_healthy_and_come_first() -> None:
    healthy = pod("healthy", status(running(days=1), ready=True))
    down = pod("down", status(ended(1, hours=3)))
    assert chosen(down, healthy, asked_about=frozenset({"uid-healthy"})) == [
        ("healthy", "app", False),
        ("down", "app", False),
    ]


def test_the_pods_of_a_target_are_found_through_owners_and_selectors() -> None:
    builder = SnapshotBuilder(origin="test")
    deployment = {"kind": "Deployment", "name": "web", "uid": "uid-web", "controller": True}
    builder.add(obj("ReplicaSet", "web-1", api="apps/v1", metadata={"uid": "web-1", "ownerReferences": [deployment]}))
    builder.add(obj("Deployment", "web", api="apps/v1", metadata={"uid": "uid-web"}))
    builder.add(obj("Service", "web", spec={"selector": {"app": "web"}}))
    builder.add(obj("Service", "empty", spec={}))
    builder.add(pod("p", status(running(days=1)), owner="web-1", labels={"app": "web", "x": "y"}))
    builder.add(pod("other", status(running(days=1))))

    def found(kind: str, name: str, group: str = "") -> set[str]:
        return set(pods_of(ObjectRef(kind=kind, namespace="shop", name=name, group=group), builder))

    assert found("Deployment", "web", "apps") == {"uid-p"}
    assert found("ReplicaSet", "web-1", "apps") == {"uid-p"}
    assert found("Service", "web") == {"uid-p"}
    assert found("Service", "empty") == set()
    assert found("Pod", "other") == {"uid-other"}
    assert found("Deployment", "nope", "apps") == set()


# -- reading


CRASHING = pod("web", status(waiting("CrashLoopBackOff"), restarts=2, lastState=ended(1, minutes=1)))
REF = ObjectRef(kind="Pod", namespace="shop", name="web")
WANTED = LogWanted(pod=REF, container="app", previous=True)


async def read(fake: FakeCluster, *wanted: LogWanted, limits: LogLimits | None = None) -> Snapshot:
    builder = SnapshotBuilder(origin="test")
    async with asking(fake) as client:
        await read_logs(client, builder, wanted or (WANTED,), limits=limits or LogLimits())
    return builder.build(now=NOW)


async def test_current_and_previous_logs_are_read() -> None:
    logs = {("shop", "web", "app", False): "now\n", ("shop", "web", "app", True): "before\nFATAL\n"}
    snapshot = await read(FakeCluster([CRASHING], logs))
    assert {key[3]: excerpt.lines for key, excerpt in snapshot.logs.items()} == {
        False: ("now",),
        True: ("before", "FATAL"),
    }
    assert [(entry.previous, entry.state) for entry in snapshot.coverage.logs] == [(False, "read"), (True, "read")]


async def test_a_log_is_redacted() -> None:
    content = "connecting with postgres://shop:hunter22@db/orders\n"
    snapshot = await read(FakeCluster([CRASHING], {("shop", "web", "app", False): content}))
    assert "hunter22" not in str(snapshot.logs)


async def test_a_long_log_is_cut_and_says_so() -> None:
    content = b"".join(b"line %d\n" % i for i in range(10_000)) + b"FATAL the end\n"
    snapshot = await read(FakeCluster([CRASHING], {("shop", "web", "app", False): content}))
    excerpt = snapshot.logs[("shop", "web", "app", False)]
    assert excerpt.cut
    assert len(excerpt.lines) == 2000
    assert excerpt.lines[-1] == "FATAL the end"
    assert snapshot.coverage.logs[0].state == "cut"


async def test_a_log_whose_lines_are_huge_is_asked_for_again_with_fewer_lines() -> None:
    content = b"".join(b"x" * 50_000 + b" %d\n" % i for i in range(200)) + b"FATAL the end\n"
    fake = FakeCluster([CRASHING], {("shop", "web", "app", False): content})
    one = LogWanted(pod=REF, container="app", previous=False)
    snapshot = await read(fake, one, limits=LogLimits(read_bytes=1_000_000, tail_lines=100))
    excerpt = snapshot.logs[("shop", "web", "app", False)]
    assert fake.requests[("log", "pods")] == 2
    assert excerpt.lines[-1] == "FATAL the end"
    assert len(excerpt.lines) == 5
    assert excerpt.cut


async def test_a_container_that_never_started_costs_no_request() -> None:
    fake = FakeCluster([CRASHING])
    snapshot = await read(
        fake, LogWanted(pod=REF, container="app", previous=False, never_started="it waits: ErrImagePull")
    )
    assert not fake.requests
    assert [(entry.state, entry.note) for entry in snapshot.coverage.logs] == [("missing", "it waits: ErrImagePull")]


@dataclass(frozen=True, kw_only=True)
class Missing:
    id: str
    fake: FakeCluster
    note: str
    fault: Fault | None = None


MISSING = (
    Missing(
        id="it waits to start",
        fake=FakeCluster([pod("web", status(waiting("ErrImagePull")))]),
        note='container "app" in pod "web" is waiting to start: image can\'t be pulled',
    ),
    Missing(id="the pod has gone", fake=FakeCluster(), note='pods "web" not found'),
    Missing(
        id="logs are refused", fake=FakeCluster([CRASHING], refused=["pods/log"]), note='cannot get resource "pods/log"'
    ),
    Missing(
        id="the node does not answer",
        fake=FakeCluster([CRASHING]),
        note="proxy error from 10.0.0.9:10250",
        fault=Fault(kind="status", status=500, message="proxy error from 10.0.0.9:10250", times=9),
    ),
    Missing(
        id="the connection breaks off",
        fake=FakeCluster([CRASHING], {("shop", "web", "app", False): "half of it\n" * 99}),
        note="broke off",
        fault=Fault(kind="truncated", times=9),
    ),
)


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case.id)
async def test_a_log_that_cannot_be_read_is_missing_with_the_reason(case: Missing) -> None:
    if case.fault:
        case.fake.fail(case.fault)
    snapshot = await read(case.fake, LogWanted(pod=REF, container="app", previous=False))
    assert not snapshot.logs
    assert [entry.state for entry in snapshot.coverage.logs] == ["missing"]
    assert case.note in snapshot.coverage.logs[0].note


async def test_a_log_that_the_node_has_removed_is_missing_and_its_notice_is_no_log_line() -> None:
    snapshot = await read(FakeCluster([CRASHING], {("shop", "web", "app", False): "now\n"}))
    assert list(snapshot.logs) == [("shop", "web", "app", False)]
    assert [(e.previous, e.state, e.note) for e in snapshot.coverage.logs] == [
        (False, "read", ""),
        (True, "missing", "the node no longer has it"),
    ]


async def test_logs_that_take_too_long_are_missing_and_the_others_are_read() -> None:
    other = pod("other", status(ended(1, minutes=1)))
    fake = FakeCluster([CRASHING, other], {("shop", "other", "app", False): "fine\n"})
    fake.fail(Fault(kind="slow", verb="log"))
    slow = LogWanted(pod=REF, container="app", previous=False)
    quick = LogWanted(pod=ObjectRef(kind="Pod", namespace="shop", name="other"), container="app", previous=False)
    snapshot = await read(fake, slow, quick, limits=LogLimits(seconds=1))
    assert [(entry.pod.name, entry.state) for entry in snapshot.coverage.logs] == [
        ("other", "read"),
        ("web", "missing"),
    ]
    assert "no time left" in snapshot.coverage.logs[1].note
