"""What the tables of situations are made of: a case, and whole workloads as a cluster would report them."""

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


# -- workloads


def replica_set(
    owner: Obj, *pods: Obj, revision: int = 1, wanted: int | None = None, created: float = 3600
) -> list[Obj]:
    """Return a ReplicaSet of a Deployment and its pods."""
    name, mark = owner["metadata"]["name"], f"{revision:04x}abcdef"
    labels = {"app": name, "pod-template-hash": mark}
    count = len(pods) if wanted is None else wanted
    spec = body_of(pods) if pods else owner["spec"]["template"]["spec"]
    staying = [body for body in pods if "deletionTimestamp" not in body["metadata"]]
    middle = obj(
        "ReplicaSet",
        f"{name}-{mark}",
        created=created,
        metadata={
            "labels": labels,
            "generation": 1,
            "ownerReferences": owned_by(owner),
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        },
        spec={
            "replicas": count,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
        status={"replicas": len(staying), "readyReplicas": ready_among(pods), "observedGeneration": 1},
    )
    return [middle, *below(middle, *pods, labels=labels)]


COMPLETE = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
MOVING = {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}


def deploy(
    name: str,
    *pods: Obj,
    old: Sequence[Obj] = (),
    wanted: int | None = None,
    progressing: Mapping[str, str] = COMPLETE,
    moved: float = 3000,
    created: float = 30 * DAY,
    **spec: Any,
) -> list[Obj]:
    """Return a Deployment with the pods of its newest revision and, where there are any, of the one before."""
    count = len(pods) if wanted is None else wanted
    ready = ready_among(pods) + ready_among(old)
    available = "True" if ready >= count else "False"
    top = obj(
        "Deployment",
        name,
        created=created,
        metadata={"generation": 3, "annotations": {"deployment.kubernetes.io/revision": "2"}},
        spec={
            "replicas": count,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": body_of(pods)},
            **spec,
        },
        status={
            "observedGeneration": 3,
            "replicas": len(pods) + len(old),
            "updatedReplicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "conditions": [
                {
                    "type": "Available",
                    "status": available,
                    "reason": "MinimumReplicasAvailable" if available == "True" else "MinimumReplicasUnavailable",
                    "lastTransitionTime": ago(moved),
                },
                {**progressing, "lastTransitionTime": ago(moved), "lastUpdateTime": ago(moved)},
            ],
        },
    )
    return [
        top,
        *replica_set(top, *pods, revision=2, wanted=count if not old else None, created=moved + 60),
        *replica_set(top, *old, revision=1, wanted=ready_among(old), created=created - 60),
    ]


def stateful(name: str, *pods: Obj, wanted: int | None = None, updated: int | None = None, **spec: Any) -> list[Obj]:
    """Return a StatefulSet with its pods and its headless Service."""
    count = len(pods) if wanted is None else wanted
    done = len(pods) if updated is None else updated
    top = obj(
        "StatefulSet",
        name,
        created=30 * DAY,
        metadata={"generation": 2},
        spec={
            "replicas": count,
            "serviceName": name,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": body_of(pods)},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            **spec,
        },
        status={
            "observedGeneration": 2,
            "replicas": len(pods),
            "readyReplicas": ready_among(pods),
            "currentReplicas": len(pods) if done == len(pods) else len(pods) - done,
            "updatedReplicas": done,
            "currentRevision": f"{name}-1" if done != len(pods) else f"{name}-2",
            "updateRevision": f"{name}-2",
        },
    )
    front = obj(
        "Service",
        name,
        spec={"clusterIP": "None", "selector": {"app": name}, "ports": [{"port": 8080, "protocol": "TCP"}]},
    )
    labelled = [
        below(top, body, labels={"app": name, "controller-revision-hash": f"{name}-{2 if place < done else 1}"})[0]
        for place, body in enumerate(pods)
    ]
    return [top, front, *labelled]


def daemons(name: str, *pods: Obj, desired: int | None = None, updated: int | None = None, **spec: Any) -> list[Obj]:
    """Return a DaemonSet with its pods."""
    count = len(pods) if desired is None else desired
    top = obj(
        "DaemonSet",
        name,
        created=30 * DAY,
        metadata={"generation": 4},
        spec={
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {**body_of(pods), **spec.pop("pod", {})},
            },
            "updateStrategy": {"type": "RollingUpdate"},
            **spec,
        },
        status={
            "observedGeneration": 4,
            "desiredNumberScheduled": count,
            "currentNumberScheduled": len(pods),
            "numberReady": ready_among(pods),
            "updatedNumberScheduled": len(pods) if updated is None else updated,
        },
    )
    return [top, *below(top, *pods, labels={"app": name})]


def ended(name: str, code: int = 0, *, ago_: float, created: float | None = None, **rest: Any) -> Obj:
    """Make a pod that ran to its end and stays."""
    body = pod(
        name,
        phase="Succeeded" if code == 0 else "Failed",
        created=ago_ + 60 if created is None else created,
        statuses=rest.pop("statuses", [status(state=terminated(code, ended=ago_, ran=30))]),
        **rest,
    )
    return {**body, "spec": {**body["spec"], "restartPolicy": "Never"}}


def job_of(name: str, *pods: Obj, owner: Obj | None = None, created: float = 3600, **state: Any) -> list[Obj]:
    """Return a Job and its pods; ``state`` is its status, with ``spec`` for further fields of the spec."""
    more = state.pop("spec", {})
    top = obj(
        "Job",
        name,
        created=created,
        metadata={"ownerReferences": owned_by(owner)} if owner else {},
        spec={
            "backoffLimit": 6,
            "completions": 1,
            "parallelism": 1,
            "template": {
                "metadata": {"labels": {"job-name": name}},
                "spec": {**body_of(pods), "restartPolicy": "Never"},
            },
            **more,
        },
        status={"startTime": ago(created), **state},
    )
    return [top, *below(top, *pods, labels={"job-name": name})]


def done(at: float) -> list[Obj]:
    """Write the conditions of a Job that completed."""
    return [
        {"type": "SuccessCriteriaMet", "status": "True", "lastTransitionTime": ago(at)},
        {"type": "Complete", "status": "True", "lastTransitionTime": ago(at)},
    ]


def gave_up(at: float, reason: str = "BackoffLimitExceeded") -> list[Obj]:
    """Write the conditions of a Job that failed for good."""
    return [{"type": "Failed", "status": "True", "reason": reason, "lastTransitionTime": ago(at)}]


def cron(name: str, *, schedule: str, last: float | None, created: float = 30 * DAY, **fields: Any) -> Obj:
    """Make a CronJob; ``last`` is when it was last run, in seconds before now."""
    state = fields.pop("status", {})
    times = {} if last is None else {"lastScheduleTime": ago(last)}
    return obj(
        "CronJob",
        name,
        created=created,
        spec={
            "schedule": schedule,
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [container()], "restartPolicy": "Never"}}}},
            **fields,
        },
        status={**times, **state},
    )


# -- network and storage


def slice_of(service: Obj, *pods: Obj, ready: bool = True, manager: str = "endpointslice-controller.k8s.io") -> Obj:
    """Make the EndpointSlice of a Service with these pods behind it."""
    name = service["metadata"]["name"]
    ports = [
        {"name": entry.get("name", ""), "port": entry.get("targetPort", entry["port"]), "protocol": "TCP"}
        for entry in service["spec"].get("ports", [])
    ]
    labels = {"kubernetes.io/service-name": name}
    if manager:
        labels["endpointslice.kubernetes.io/managed-by"] = manager
    return obj(
        "EndpointSlice",
        f"{name}-x7k2p",
        namespace=service["metadata"]["namespace"],
        metadata={"labels": labels},
        addressType="IPv4",
        ports=ports if pods else None,
        endpoints=[
            {
                "addresses": [f"10.0.1.{number}"],
                "conditions": {"ready": ready, "serving": ready, "terminating": False},
                "targetRef": {"kind": "Pod", "name": body["metadata"]["name"], "uid": body["metadata"]["uid"]},
            }
            for number, body in enumerate(pods, start=10)
        ]
        or None,
    )


def claim(name: str, *, phase: str = "Bound", created: float = 3600, **spec: Any) -> Obj:
    """Make a claim of the default class."""
    bound = {"volumeName": f"pv-{name}"} if phase == "Bound" else {}
    return obj(
        "PersistentVolumeClaim",
        name,
        created=created,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "standard",
            "resources": {"requests": {"storage": "5Gi"}},
            **bound,
            **spec,
        },
        status={"phase": phase, **({"capacity": {"storage": "5Gi"}} if phase == "Bound" else {})},
    )


def volume(of: Obj) -> Obj:
    """Make the volume that a claim is bound to."""
    name, space = of["metadata"]["name"], of["metadata"]["namespace"]
    return obj(
        "PersistentVolume",
        f"pv-{name}",
        namespace="",
        spec={
            "capacity": {"storage": "5Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "standard",
            "claimRef": {
                "kind": "PersistentVolumeClaim",
                "name": name,
                "namespace": space,
                "uid": of["metadata"]["uid"],
            },
        },
        status={"phase": "Bound"},
    )


def mounts(name: str) -> Mapping[str, Any]:
    """Write the part of a pod spec that mounts a claim."""
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}
