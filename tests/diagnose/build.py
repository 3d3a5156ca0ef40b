"""Small objects for the tests of the analyzers, with the fields that a real API server would set."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cluster.fields import name as name_of
from cluster.fields import namespace as namespace_of
from cluster.fields import text
from cluster.kinds import BUILTIN
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder, ref_of
from core.evidence import verify
from core.settings import DiagnoseSettings
from diagnose.findings import Finding, InProgress, Observation, RuledOut
from diagnose.scene import Scene

Obj = dict[str, Any]

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
SPACE = "shop"
IMAGE = "registry.example.com/shop/app:1.0"
VERSIONS = {kind.kind: f"{kind.group}/{kind.version}" if kind.group else kind.version for kind in BUILTIN}


def ago(seconds: float) -> str:
    """Write the moment that many seconds before ``NOW``."""
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def obj(kind: str, name: str, *, namespace: str = SPACE, created: float = 3600, **rest: Any) -> Obj:
    """Make an object of a built-in kind. ``metadata`` in ``rest`` is merged into the usual one."""
    metadata = {"name": name, "uid": f"{kind.lower()}-{namespace}-{name}", "creationTimestamp": ago(created)}
    if namespace:
        metadata["namespace"] = namespace
    extra = rest.pop("metadata", {})
    return {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": {**metadata, **extra}, **rest}


def owned_by(owner: Obj) -> list[Obj]:
    """Write the owner reference to ``owner``."""
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
        }
    ]


# -- containers and their states


def container(name: str = "app", image: str = IMAGE, **fields: Any) -> Obj:
    """Write a container of a pod spec."""
    return {"name": name, "image": image, **fields}


def waiting(reason: str, message: str = "") -> Obj:
    """Write ``state.waiting``."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running(since: float = 3000) -> Obj:
    """Write ``state.running``, begun that many seconds ago."""
    return {"running": {"startedAt": ago(since)}}


def terminated(
    code: int, reason: str = "", *, ended: float = 60, ran: float = 2, message: str = "", **fields: Any
) -> Obj:
    """Write ``terminated``: ended that many seconds ago after a run of ``ran`` seconds."""
    return {
        "terminated": {
            "exitCode": code,
            "reason": reason or ("Completed" if code == 0 else "Error"),
            "startedAt": ago(ended + ran),
            "finishedAt": ago(ended),
            **({"message": message} if message else {}),
            **fields,
        }
    }


def status(
    name: str = "app",
    *,
    state: Obj,
    last: Obj | None = None,
    restarts: int = 0,
    ready: bool = False,
    **fields: Any,
) -> Obj:
    """Write one entry of ``containerStatuses``."""
    return {
        "name": name,
        "state": state,
        "lastState": last or {},
        "restartCount": restarts,
        "ready": ready,
        "image": IMAGE,
        **fields,
    }


def crash_loop(name: str = "app", code: int = 1, *, restarts: int = 5, **end: Any) -> Obj:
    """Write the status of a container that waits between crashes."""
    return status(
        name,
        state=waiting("CrashLoopBackOff", f"back-off 2m40s restarting failed container={name}"),
        last=terminated(code, **end),
        restarts=restarts,
    )


# -- objects


def pod(
    name: str = "app-7d9c-x2x4z",
    *,
    containers: Sequence[Obj] = (),
    statuses: Sequence[Obj] = (),
    inits: Sequence[Obj] = (),
    init_statuses: Sequence[Obj] = (),
    owner: Obj | None = None,
    namespace: str = SPACE,
    phase: str = "Running",
    ready: bool = False,
    labels: Mapping[str, str] | None = None,
    node: str = "node-1",
    created: float = 1800,
    spec: Mapping[str, Any] | None = None,
    **status_fields: Any,
) -> Obj:
    """Make a pod; without containers it has one named ``app``."""
    metadata: Obj = {"labels": dict(labels or {"app": "app"})}
    if owner is not None:
        metadata["ownerReferences"] = owned_by(owner)
    body: Obj = {
        "containers": list(containers) or [container()],
        "restartPolicy": "Always",
        **({"nodeName": node} if node else {}),
        **({"initContainers": list(inits)} if inits else {}),
        **(spec or {}),
    }
    state: Obj = {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "containerStatuses": list(statuses),
        **({"initContainerStatuses": list(init_statuses)} if init_statuses else {}),
        **status_fields,
    }
    return obj("Pod", name, namespace=namespace, created=created, metadata=metadata, spec=body, status=state)


def template(body: Obj) -> Obj:
    """Write the pod template that a pod was made from."""
    spec = {key: value for key, value in body["spec"].items() if key != "nodeName"}
    return {"metadata": {"labels": body["metadata"]["labels"]}, "spec": spec}


def deployment(name: str = "app", *, body: Obj | None = None, replicas: int = 1, ready: int = 0, **fields: Any) -> Obj:
    """Make a Deployment whose template is that of ``body``, a pod."""
    return obj(
        "Deployment",
        name,
        namespace=fields.pop("namespace", SPACE),
        metadata={"generation": 1, "annotations": {"deployment.kubernetes.io/revision": "2"}},
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template(body or pod()),
        },
        status={"observedGeneration": 1, "replicas": replicas, "readyReplicas": ready, "updatedReplicas": replicas},
        **fields,
    )


def replicaset(name: str, owner: Obj, *, replicas: int = 1, ready: int = 0, revision: int = 2) -> Obj:
    """Make a ReplicaSet of a Deployment."""
    return obj(
        "ReplicaSet",
        name,
        namespace=owner["metadata"]["namespace"],
        metadata={
            "ownerReferences": owned_by(owner),
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        },
        spec={"replicas": replicas, "template": owner["spec"]["template"]},
        status={"replicas": replicas, "readyReplicas": ready},
    )


def deployed(body: Obj, name: str = "app") -> list[Obj]:
    """Return a Deployment, its ReplicaSet and ``body`` as their pod."""
    top = deployment(name, body=body, namespace=body["metadata"]["namespace"])
    middle = replicaset(f"{name}-7d9c", top)
    metadata = {**body["metadata"], "ownerReferences": owned_by(middle)}
    return [top, middle, {**body, "metadata": metadata}]


def job(body: Obj, name: str = "migrate", *, conditions: Sequence[Obj] = (), **spec: Any) -> list[Obj]:
    """Return a Job and ``body`` as its pod, with ``restartPolicy: Never``."""
    body = {**body, "spec": {**body["spec"], "restartPolicy": "Never"}}
    top = obj(
        "Job",
        name,
        spec={"backoffLimit": 6, "template": template(body), **spec},
        status={"conditions": list(conditions), "failed": 1},
    )
    return [top, {**body, "metadata": {**body["metadata"], "ownerReferences": owned_by(top)}}]


def service(
    name: str,
    *,
    port: int = 80,
    selector: Mapping[str, str] | None = None,
    namespace: str = SPACE,
    **port_fields: Any,
) -> Obj:
    """Make a Service with one port."""
    return obj(
        "Service",
        name,
        namespace=namespace,
        spec={
            "clusterIP": "10.96.0.50",
            "ports": [{"port": port, "protocol": "TCP", **port_fields}],
            "selector": dict(selector if selector is not None else {"app": name}),
        },
    )


def configmap(name: str, data: Mapping[str, str], *, namespace: str = SPACE) -> Obj:
    """Make a ConfigMap."""
    return obj("ConfigMap", name, namespace=namespace, data=dict(data))


def secret(name: str, keys: Iterable[str] = (), *, kind: str = "Opaque", namespace: str = SPACE, **fields: Any) -> Obj:
    """Make a Secret whose values are masked, as a snapshot holds it."""
    return obj("Secret", name, namespace=namespace, type=kind, data=dict.fromkeys(keys, "<redacted>"), **fields)


def node(name: str = "node-1", **fields: Any) -> Obj:
    """Make a ready amd64 node."""
    state = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux"},
        "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        **fields,
    }
    return obj("Node", name, namespace="", status=state)


def event(
    about: Obj,
    reason: str,
    message: str = "",
    *,
    kind: str = "Warning",
    container: str = "",
    first: float = 300,
    last: float = 30,
    count: int = 1,
) -> Obj:
    """Make an event of the kubelet about an object, optionally about one of its containers."""
    reference = {
        "kind": about["kind"],
        "name": name_of(about),
        "namespace": namespace_of(about),
        "uid": about["metadata"]["uid"],
    }
    if container:
        inits = {entry["name"] for entry in about["spec"].get("initContainers", [])}
        reference["fieldPath"] = f"spec.{'initContainers' if container in inits else 'containers'}{{{container}}}"
    digest = abs(hash((reason, message, first))) % 10**8
    return obj(
        "Event",
        f"{name_of(about)}.{reason.lower()}{digest:x}",
        namespace=namespace_of(about) or "default",
        created=first,
        involvedObject=reference,
        reason=reason,
        message=message,
        type=kind,
        firstTimestamp=ago(first),
        lastTimestamp=ago(last),
        count=count,
        source={"component": "kubelet"},
    )


# -- scenes


Logs = Mapping[tuple[str, str, bool], Sequence[str]]
"""Lines by (pod, container, previous)."""


def snapshot(*objects: Obj, logs: Logs | None = None, unread: Iterable[str] = ()) -> Snapshot:
    """Freeze objects. Every built-in kind counts as read completely, except those in ``unread``."""
    builder = SnapshotBuilder(origin="test")
    left_out = set(unread)
    for kind in BUILTIN:
        state = "refused" if kind.kind in left_out else "complete"
        builder.covered(KindCoverage(kind=kind.key, state="refused" if state == "refused" else "complete"))
    pods = {name_of(entry): entry for entry in objects if text(entry, "kind") == "Pod"}
    for entry in objects:
        builder.add(entry)
    for (owner, part, previous), lines in (logs or {}).items():
        builder.add_log(ref_of(pods[owner]), part, lines, previous=previous)
    return builder.build(now=NOW)


def scene(*objects: Obj, logs: Logs | None = None, unread: Iterable[str] = ()) -> Scene:
    """Prepare objects for analysis with the default numbers."""
    return Scene(snapshot=snapshot(*objects, logs=logs, unread=unread), numbers=DiagnoseSettings())


Analyze = Callable[[Scene], Iterator[Observation]]


def findings(analyze: Analyze, given: Scene) -> list[Finding]:
    """Return the findings of one family, having checked that every piece of evidence verifies."""
    found = [entry for entry in analyze(given) if isinstance(entry, Finding)]
    for finding in found:
        assert finding.evidence, finding.code
        for evidence in finding.evidence:
            assert verify(evidence, given.snapshot), (finding.code, evidence)
    return found


def ruled_out(analyze: Analyze, given: Scene) -> list[RuledOut]:
    """Return what one family ruled out."""
    return [entry for entry in analyze(given) if isinstance(entry, RuledOut)]


def in_progress(analyze: Analyze, given: Scene) -> list[InProgress]:
    """Return what one family sees as in progress."""
    return [entry for entry in analyze(given) if isinstance(entry, InProgress)]
