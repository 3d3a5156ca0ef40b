"""Small objects for the tests of probes, services, scheduling and claims. Every object has a uid made of its name."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from cluster.fields import Obj
from cluster.kinds import BUILTIN
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef, verify
from core.settings import DiagnoseSettings
from diagnose.findings import Finding, Observation
from diagnose.scene import Scene

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NS = "shop"

Change = Mapping[str, Any]


def at(seconds_ago: float) -> str:
    """Write the moment that lies so many seconds before now."""
    return (NOW - timedelta(seconds=seconds_ago)).isoformat().replace("+00:00", "Z")


def obj(kind: str, name: str, *, space: str = NS, api: str = "v1", age: float = 3600, **parts: Any) -> dict[str, Any]:
    """Build any object; ``labels`` and ``owner`` go into its metadata, the rest is taken as it is."""
    meta: dict[str, Any] = {"name": name, "uid": f"uid-{kind}-{space}-{name}", "creationTimestamp": at(age)}
    if space:
        meta["namespace"] = space
    if "labels" in parts:
        meta["labels"] = parts.pop("labels")
    if owner := parts.pop("owner", None):
        meta["ownerReferences"] = [
            {
                "apiVersion": owner["apiVersion"],
                "kind": owner["kind"],
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
                "controller": True,
            }
        ]
    meta.update(parts.pop("meta", {}))
    return {"apiVersion": api, "kind": kind, "metadata": meta, **parts}


def deployment(name: str = "web", *, labels: Change | None = None, replicas: int = 1, **spec: Any) -> dict[str, Any]:
    """Build a Deployment whose template carries ``labels``; ``spec`` is the pod spec."""
    tags = dict(labels or {"app": name})
    return obj(
        "Deployment",
        name,
        api="apps/v1",
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": tags},
            "template": {"metadata": {"labels": tags}, "spec": spec or {"containers": [{"name": name}]}},
        },
        status={"replicas": replicas},
    )


def replica_set(owner: Obj, suffix: str = "5d8f", *, ready: int = 0, **template: Any) -> dict[str, Any]:
    """Build a ReplicaSet of a Deployment."""
    spec = dict(owner["spec"])
    if template:
        spec = {**spec, "template": template}
    name = f"{owner['metadata']['name']}-{suffix}"
    return obj(
        "ReplicaSet",
        name,
        space=owner["metadata"]["namespace"],
        api="apps/v1",
        owner=owner,
        spec=spec,
        status={"readyReplicas": ready},
    )


def pod(
    name: str = "web-1", *, owner: Obj | None = None, space: str = NS, age: float = 3600, **parts: Any
) -> dict[str, Any]:
    """Build a pod: ``spec`` and ``status`` are given, ``labels`` and ``containers`` may be."""
    spec = dict(parts.pop("spec", {}))
    if "containers" in parts:
        spec["containers"] = parts.pop("containers")
    status = {"phase": "Running", **parts.pop("status", {})}
    return obj("Pod", name, space=space, age=age, owner=owner, spec=spec, status=status, **parts)


def status_of(name: str, **fields: Any) -> dict[str, Any]:
    """Build a container status: running for an hour unless said otherwise."""
    return {
        "name": name,
        "ready": False,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": at(3600)}},
        **fields,
    }


def ended(code: int, *, started: float, finished: float, reason: str = "Error") -> dict[str, Any]:
    """Build a terminated state."""
    return {"terminated": {"exitCode": code, "reason": reason, "startedAt": at(started), "finishedAt": at(finished)}}


def condition(kind: str, status: str, *, ago: float = 600, reason: str = "", message: str = "") -> dict[str, Any]:
    """Build a condition."""
    return {"type": kind, "status": status, "lastTransitionTime": at(ago), "reason": reason, "message": message}


def event(
    about: Obj, reason: str, message: str, *, ago: float = 20, first: float = 300, count: int = 5, container: str = ""
) -> dict[str, Any]:
    """Build an event about an object."""
    meta = about["metadata"]
    return obj(
        "Event",
        f"{meta['name']}.{crc32(f'{reason} {message} {container}'.encode())}",
        space=meta.get("namespace", "default"),
        involvedObject={
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "namespace": meta.get("namespace", ""),
            "name": meta["name"],
            "uid": meta["uid"],
            **({"fieldPath": f"spec.containers{{{container}}}"} if container else {}),
        },
        type="Warning",
        reason=reason,
        message=message,
        count=count,
        firstTimestamp=at(first),
        lastTimestamp=at(ago),
    )


def service(name: str = "web", *, selector: Change | None = None, age: float = 3600, **spec: Any) -> dict[str, Any]:
    """Build a Service that sends port 80 to 8080 unless ``ports`` says otherwise."""
    return obj(
        "Service",
        name,
        age=age,
        spec={
            "type": "ClusterIP",
            "selector": {"app": name} if selector is None else dict(selector),
            "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}],
            **spec,
        },
    )


def node(
    name: str = "node-1", *, cpu: str = "4", memory: str = "8Gi", pods: str = "110", **parts: Any
) -> dict[str, Any]:
    """Build a ready node; ``allocatable`` adds resources, ``labels`` and ``spec`` go where they belong."""
    spec = parts.pop("spec", {})
    more = parts.pop("allocatable", {})
    labels = {"kubernetes.io/hostname": name, **parts.pop("labels", {})}
    amounts = {"cpu": cpu, "memory": memory, "pods": pods, "ephemeral-storage": "100Gi", **more}
    status = {"allocatable": amounts, "capacity": amounts, "conditions": [condition("Ready", "True")]}
    return obj("Node", name, space="", labels=labels, spec=spec, status=status, **parts)


def snapshot(
    *objects: Obj,
    unread: Iterable[str] = (),
    logs: Mapping[tuple[str, str], Iterable[str]] | None = None,
    previous: Mapping[tuple[str, str], Iterable[str]] | None = None,
) -> Snapshot:
    """Freeze objects; every built-in kind counts as listed but ``unread`` ones. Logs are by (pod, container)."""
    builder = SnapshotBuilder(origin="test")
    for entry in objects:
        builder.add(entry)
    for kind in BUILTIN:
        builder.covered(KindCoverage(kind=kind.key, state="refused" if kind.key in set(unread) else "complete"))
    for before, lines in ((False, logs), (True, previous)):
        for (name, container), text in (lines or {}).items():
            builder.add_log(ObjectRef(kind="Pod", namespace=NS, name=name), container, text, previous=before)
    return builder.build(now=NOW)


def scene(*objects: Obj, **kwargs: Any) -> Scene:
    """Prepare objects for analysis."""
    return Scene(snapshot=snapshot(*objects, **kwargs), numbers=DiagnoseSettings())


def findings(observed: Iterator[Observation], stage: Scene) -> list[Finding]:
    """Return the findings among what was observed, after a check that every evidence stands at its source."""
    found = [entry for entry in observed if isinstance(entry, Finding)]
    for finding in found:
        assert finding.evidence, finding.id
        for evidence in finding.evidence:
            assert verify(evidence, stage.snapshot), (finding.id, evidence)
        assert finding.summary.en
        assert finding.summary.zh
    return found
