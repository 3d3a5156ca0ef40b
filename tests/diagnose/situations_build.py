"""What the tables of situations are made of: a case, and pods as a cluster would report them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnose.findings import Verdict
from tests.diagnose.build import (
    SPACE,
    Logs,
    Obj,
    ago,
    container,
    node,
    obj,
    owned_by,
    pod,
    running,
    status,
    terminated,
    waiting,
)

HEALTHY = (Verdict.HEALTHY,)
RECOVERED = (Verdict.RECOVERED,)
DEGRADED = (Verdict.DEGRADED,)
FAILING = (Verdict.FAILING,)
UNKNOWN = (Verdict.UNKNOWN,)
FINE = (Verdict.HEALTHY, Verdict.RECOVERED)
"""Where the trace that would tell the two apart belongs to a family of a later release."""

DAY = 86_400.0

PROBE = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3}
REFUSED = (
    'Readiness probe failed: Get "http://10.0.1.7:8080/healthz": dial tcp 10.0.1.7:8080: connect: connection refused'
)
PROBED = container(ports=[{"containerPort": 8080}], readinessProbe=PROBE, livenessProbe=PROBE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a cluster shows, and what must be said of it.

    ``root``: the one code that may stand as a cause (empty: none may); with ``optional`` it may also be missing.
    ``healed``: the code that must be listed as ruled out, with ``over`` as a fault that has ended.
    ``waits``: something must be reported as in progress. ``well``: a workload that stays healthy beside a broken one.
    """

    id: str
    objects: Sequence[Obj]
    verdicts: tuple[Verdict, ...]
    target: str = ""
    namespace: str = SPACE
    root: str = ""
    variant: str = ""
    severity: str = ""
    optional: bool = False
    ruled_out: str = ""
    over: bool = True
    waits: bool = False
    well: str = ""
    logs: Logs = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def world(namespace: str = SPACE) -> list[Obj]:
    """Return what every namespace stands in: two nodes, itself, its default account, a storage class."""
    return [
        node("node-1"),
        node("node-2"),
        obj("Namespace", namespace, namespace="", status={"phase": "Active"}),
        obj("ServiceAccount", "default", namespace=namespace),
        storage_class(),
    ]


def storage_class(name: str = "standard", *, binding: str = "WaitForFirstConsumer") -> Obj:
    """Make the default storage class."""
    return obj(
        "StorageClass",
        name,
        namespace="",
        metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        provisioner="disk.csi.example.com",
        volumeBindingMode=binding,
    )


# -- pods


def conditions(*, ready: bool, since: float, scheduled: float) -> list[Obj]:
    """Write the four conditions of a pod that has a node."""
    word = "True" if ready else "False"
    return [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": ago(scheduled)},
        {"type": "Initialized", "status": "True", "lastTransitionTime": ago(scheduled)},
        {"type": "ContainersReady", "status": word, "lastTransitionTime": ago(since)},
        {"type": "Ready", "status": word, "lastTransitionTime": ago(since)},
    ]


def up(
    name: str = "web-a",
    *,
    since: float = 3000,
    created: float | None = None,
    placed: float | None = None,
    containers: Sequence[Obj] = (),
    statuses: Sequence[Obj] = (),
    **rest: Any,
) -> Obj:
    """Make a pod that has been ready for ``since`` seconds and on its node for ``placed`` (since it was made)."""
    born = since + 10 if created is None else created
    parts = list(containers) or [container(ports=[{"containerPort": 8080}])]
    states = list(statuses) or [
        status(part["name"], state=running((born if placed is None else placed) - 5), ready=True, started=True)
        for part in parts
    ]
    return pod(
        name,
        containers=parts,
        statuses=states,
        ready=True,
        created=born,
        startTime=ago(born),
        conditions=conditions(ready=True, since=since, scheduled=born if placed is None else placed),
        **rest,
    )


def restarted(
    code: int, *, ended: float, restarts: int = 1, name: str = "app", reason: str = "", ran: float = 600, **end: Any
) -> Obj:
    """Write the status of a container that came back ``ended`` seconds ago and is ready."""
    return status(
        name,
        state=running(ended - 1),
        last=terminated(code, reason, ended=ended, ran=ran, **end),
        restarts=restarts,
        ready=True,
        started=True,
    )


def starting(name: str = "web-n", *, created: float, reason: str = "ContainerCreating", **rest: Any) -> Obj:
    """Make a pod that has a node and whose containers wait."""
    parts = rest.pop("containers", [container()])
    return pod(
        name,
        containers=parts,
        phase="Pending",
        created=created,
        statuses=rest.pop("statuses", [status(part["name"], state=waiting(reason)) for part in parts]),
        conditions=conditions(ready=False, since=created, scheduled=created),
        **rest,
    )


def unscheduled(name: str = "web-n", *, created: float, message: str, **rest: Any) -> Obj:
    """Make a pod without a node."""
    entry = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": ago(created),
    }
    return pod(name, phase="Pending", node="", created=created, conditions=[entry], **rest)


def leaving(body: Obj, *, deleted: float) -> Obj:
    """Mark a pod as being deleted: its time to end ran out ``deleted`` seconds ago (negative: runs out later)."""
    stamps = {"deletionTimestamp": ago(deleted), "deletionGracePeriodSeconds": 30}
    return {**body, "metadata": {**body["metadata"], **stamps}}


def below(owner: Obj, *pods: Obj, labels: Mapping[str, str]) -> list[Obj]:
    """Give pods their owner and labels."""
    metadata = {"labels": dict(labels), "ownerReferences": owned_by(owner)}
    return [{**body, "metadata": {**body["metadata"], **metadata}} for body in pods]


def body_of(pods: Sequence[Obj]) -> Obj:
    """Return the pod spec that the template of these pods holds."""
    first = pods[0] if pods else up()
    return {key: value for key, value in first["spec"].items() if key != "nodeName"}


def ready_among(pods: Sequence[Obj]) -> int:
    """Count the pods that serve."""
    return sum(
        any(entry["type"] == "Ready" and entry["status"] == "True" for entry in body["status"].get("conditions", ()))
        for body in pods
        if "deletionTimestamp" not in body["metadata"]
    )
