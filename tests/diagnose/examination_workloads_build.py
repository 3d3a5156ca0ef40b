"""The shape of one examined situation, and the few objects that only these situations need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnose.findings import Verdict
from tests.diagnose.build import SPACE, Logs, Obj, ago, event, obj

FAILING = (Verdict.FAILING,)
DEGRADED = (Verdict.DEGRADED,)
BROKEN = (Verdict.FAILING, Verdict.DEGRADED)
FINE = (Verdict.HEALTHY, Verdict.RECOVERED)
ANY = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a cluster shows, and what the first finding must be.

    ``code`` empty: nothing may stand as a cause. ``says``: words of the English summary; ``never``: codes that may not
    be a cause beside it; ``also``: further causes that must be named; ``fix``: words of the first command.
    """

    id: str
    objects: Sequence[Obj]
    code: str = ""
    variant: str = ""
    on: str = ""
    part: str = ""
    verdicts: tuple[Verdict, ...] = BROKEN
    target: str = ""
    namespace: str = SPACE
    says: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    logs: Logs = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def machine(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    taints: Sequence[Mapping[str, str]] = (),
    closed: bool = False,
    **room: str,
) -> Obj:
    """Make a node with its own labels, taints and room (``cpu``, ``memory``, ``pods`` and others)."""
    allocatable = {"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "50Gi", **room}
    marks = [*taints]
    if closed:
        marks.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
    return obj(
        "Node",
        name,
        namespace="",
        created=9_000_000,
        metadata={"labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})}},
        spec={**({"taints": marks} if marks else {}), **({"unschedulable": True} if closed else {})},
        status={
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": "v1.31.4"},
            "allocatable": allocatable,
            "capacity": allocatable,
        },
    )


def control_plane(name: str = "cp-1") -> Obj:
    """Make a control-plane node with its usual taint."""
    return machine(
        name,
        labels={"node-role.kubernetes.io/control-plane": ""},
        taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}],
    )


def asks(**requests: str) -> Obj:
    """Write ``resources`` with these requests."""
    return {"resources": {"requests": {key.replace("_", "-"): value for key, value in requests.items()}}}


def refused(owner: Obj, message: str, *, last: float = 20, first: float = 900) -> Obj:
    """Make the event of a controller whose new object was refused."""
    return event(owner, "FailedCreate", message, first=first, last=last, count=17)


def unplaced(body: Obj, message: str) -> Obj:
    """Make the scheduler's event, which carries only ``eventTime``."""
    made = event(body, "FailedScheduling", message)
    nulls: dict[str, Any] = {"firstTimestamp": None, "lastTimestamp": None, "count": None, "source": {}}
    return {**made, **nulls, "eventTime": ago(40), "reportingComponent": "default-scheduler", "action": "Scheduling"}


def of_kind(objects: Sequence[Obj], kind: str) -> Obj:
    """Return the first object of a kind."""
    return next(entry for entry in objects if entry["kind"] == kind)


def pods_of(objects: Sequence[Obj]) -> list[Obj]:
    """Return the pods."""
    return [entry for entry in objects if entry["kind"] == "Pod"]


def wanting(name: str, spec: Mapping[str, Any]) -> Obj:
    """Write a pod template."""
    return {"metadata": {"labels": {"app": name}}, "spec": dict(spec)}
