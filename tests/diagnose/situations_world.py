"""Whole workloads as a cluster would report them, with what stands before and below them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.diagnose.build import Obj, ago, container, obj, owned_by, pod, status, terminated
from tests.diagnose.situations_build import DAY, below, body_of, ready_among

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
