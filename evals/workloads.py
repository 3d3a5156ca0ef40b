"""The short form of a workload: the objects that its controllers, the scheduler and the kubelet would have made.

A Deployment gets its ReplicaSet, a CronJob its Job; every pod gets what a real one carries (owner, hash, conditions,
statuses, node, addresses), so that a situation says only what is particular about it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

Obj = dict[str, Any]
Logs = dict[tuple[str, str, str, bool], tuple[str, ...]]

_GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Pod": "v1",
}
_MINUTE = 60.0


def expanded(document: Mapping[str, Any], *, namespace: str, now: datetime, number: int) -> tuple[list[Obj], Logs]:
    """Return the objects and logs of a document: of a short form, or of an object as it stands (a list: its items).

    Raises ``ValueError`` where it is neither.
    """
    if "workload" in document:
        return _Workload(document, namespace=namespace, now=now, number=number).made()
    if document.get("kind") == "List":
        return [_completed(item, namespace, now) for item in document.get("items") or []], {}
    if "kind" not in document or "apiVersion" not in document:
        message = f"document {number + 2} is neither an object (kind, apiVersion) nor a workload"
        raise ValueError(message)
    return [_completed(document, namespace, now)], {}


_CLUSTER_WIDE = frozenset(
    {
        *("APIService", "ClusterIssuer", "ClusterRole", "ClusterRoleBinding", "CSIDriver", "CSINode"),
        *("CustomResourceDefinition", "GatewayClass", "IngressClass", "MutatingWebhookConfiguration", "Namespace"),
        *("Node", "NodeMetrics", "PersistentVolume", "PriorityClass", "RuntimeClass", "StorageClass"),
        *("ValidatingWebhookConfiguration", "VolumeAttachment"),
    }
)


def _completed(document: Mapping[str, Any], namespace: str, now: datetime) -> Obj:
    """Give an object what the API server would: namespace, uid, creation time (an hour ago)."""
    written = dict(document.get("metadata") or {})
    kind = str(document["kind"])
    space = {} if kind in _CLUSTER_WIDE else {"namespace": written.get("namespace", namespace)}
    identity = f"{kind}/{space.get('namespace', '')}/{written.get('name', '')}"
    metadata = {"uid": uid(identity), "creationTimestamp": at(now, 3600), **written, **space}
    return {**document, "metadata": metadata}


def uid(identity: str) -> str:
    """Return a uid that is always the same for the same object."""
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def at(now: datetime, ago: float) -> str:
    """Write the moment so many seconds before now."""
    return (now - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Workload:
    """One short form. The keys are described in ``datasets/diagnose/README.md``."""

    def __init__(self, document: Mapping[str, Any], *, namespace: str, now: datetime, number: int) -> None:
        known = {
            "workload",
            "namespace",
            "age",
            "labels",
            "annotations",
            "spec",
            "replicas",
            "pods",
            "status",
            "fields",
            "events",
            "below",
        }
        if unknown := set(document) - known:
            message = f"a workload has no {', '.join(sorted(unknown))}; it knows {', '.join(sorted(known))}"
            raise ValueError(message)
        self.kind, _, self.name = str(document["workload"]).partition("/")
        if self.kind not in _GROUPS or not self.name:
            message = f"{document['workload']!r} is not KIND/NAME with a kind of {', '.join(sorted(_GROUPS))}"
            raise ValueError(message)
        self.document = document
        self.space = str(document.get("namespace") or namespace)
        self.now = now
        self.number = number
        self.age = float(document.get("age", 3600))
        self.labels = dict(document.get("labels") or {"app": self.name})
        self.spec: Obj = dict(document.get("spec") or {})
        self.spec.setdefault("containers", [{"name": self.name, "image": f"registry.example.com/{self.name}:1.0"}])
        pods = document.get("pods")
        self.pods: list[Obj] = [dict(entry or {}) for entry in ([{}] if pods is None else pods)]

    def made(self) -> tuple[list[Obj], Logs]:
        """Return all objects, owners first, events last, and the logs."""
        chain = self._owners()
        objects, logs = list(chain), Logs()
        if chain:
            for about, key in ((chain[0], "events"), (chain[-1], "below")):
                said = self.document.get(key) or []
                objects += [event(about, dict(entry), index, self.now) for index, entry in enumerate(said)]
        for index, entry in enumerate(self.pods):
            pod = self._pod(entry, index, chain[-1] if chain else None)
            objects.append(pod)
            objects += self._events(entry, pod)
            for label, lines in dict(entry.get("logs") or {}).items():
                part, _, previous = str(label).partition("/")
                logs[(self.space, pod["metadata"]["name"], part, previous == "previous")] = tuple(
                    str(lines).rstrip("\n").split("\n")
                )
        return objects, logs

    def _object(self, kind: str, name: str, age: float, **rest: Any) -> Obj:
        metadata = {
            "name": name,
            "namespace": self.space,
            "uid": uid(f"{kind}/{self.space}/{name}"),
            "creationTimestamp": at(self.now, age),
            "labels": self.labels,
            **rest.pop("metadata", {}),
        }
        return {"apiVersion": _GROUPS[kind], "kind": kind, "metadata": metadata, **rest}

    @property
    def _template(self) -> Obj:
        return {"metadata": {"labels": self.labels}, "spec": {"restartPolicy": self._restarts, **self.spec}}

    @property
    def _restarts(self) -> str:
        return "Never" if self.kind in {"Job", "CronJob"} else "Always"

    @property
    def _hash(self) -> str:
        return hashlib.sha256(f"{self.name}{self.spec}".encode()).hexdigest()[:9]

    def _owners(self) -> list[Obj]:
        """Return the workload and what stands between it and its pods."""
        if self.kind == "Pod":
            return []
        ready = sum(_is_ready(entry) for entry in self.pods)
        wanted = int(self.document.get("replicas", len(self.pods)))
        spec: Obj = {"selector": {"matchLabels": self.labels}, "template": self._template, "replicas": wanted}
        status: Obj = {"observedGeneration": 1, "replicas": len(self.pods), "readyReplicas": ready}
        if self.kind == "DaemonSet":
            spec.pop("replicas")
            status = {
                "observedGeneration": 1,
                "desiredNumberScheduled": wanted,
                "currentNumberScheduled": len(self.pods),
                "updatedNumberScheduled": len(self.pods),
                "numberReady": ready,
                "numberAvailable": ready,
            }
        if self.kind in {"Deployment", "StatefulSet"}:
            status |= {"updatedReplicas": len(self.pods), "availableReplicas": ready}
        if self.kind in {"Job", "CronJob"}:
            return self._batch()
        annotations = dict(self.document.get("annotations") or {})
        if self.kind == "Deployment":
            annotations.setdefault("deployment.kubernetes.io/revision", "1")
        top = self._object(
            self.kind,
            self.name,
            self.age,
            metadata={"generation": 1, "annotations": annotations},
            spec={**spec, **dict(self.document.get("fields") or {})},
            status={**status, **dict(self.document.get("status") or {})},
        )
        if self.kind != "Deployment":
            return [top]
        middle = self._object(
            "ReplicaSet",
            f"{self.name}-{self._hash}",
            self.age,
            metadata={
                "labels": {**self.labels, "pod-template-hash": self._hash},
                "annotations": {"deployment.kubernetes.io/revision": annotations["deployment.kubernetes.io/revision"]},
                "ownerReferences": owned_by(top),
            },
            spec=spec,
            status={"observedGeneration": 1, "replicas": len(self.pods), "readyReplicas": ready},
        )
        return [top, middle]

    def _batch(self) -> list[Obj]:
        job = {"backoffLimit": 6, "completions": 1, "parallelism": 1, "template": self._template}
        fields, status = dict(self.document.get("fields") or {}), dict(self.document.get("status") or {})
        if self.kind == "Job":
            return [self._object("Job", self.name, self.age, spec={**job, **fields}, status=status)]
        cron = self._object(
            "CronJob",
            self.name,
            self.age,
            spec={"schedule": "*/5 * * * *", "jobTemplate": {"spec": job}, **fields},
            status=status,
        )
        made = self._object(
            "Job",
            f"{self.name}-29318400",
            float(self.pods[0].get("age", 120)) if self.pods else 120.0,
            metadata={"ownerReferences": owned_by(cron)},
            spec=job,
            status={},
        )
        return [cron, made] if self.pods else [cron]

    def _pod(self, entry: Obj, index: int, owner: Obj | None) -> Obj:
        name = str(entry.get("name") or self._pod_name(index))
        age = float(entry.get("age", self.age))
        ready = _is_ready(entry)
        node = entry.get("node", "node-1")
        phase = str(entry.get("phase") or "Running")
        labels = dict(self.labels)
        if self.kind == "Deployment":
            labels["pod-template-hash"] = self._hash
        metadata: Obj = {"labels": labels, **({"ownerReferences": owned_by(owner)} if owner else {})}
        metadata |= dict(entry.get("metadata") or {})
        spec = {"restartPolicy": self._restarts, "schedulerName": "default-scheduler", **self.spec}
        spec |= dict(entry.get("spec") or {})
        if node:
            spec["nodeName"] = node
        status: Obj = {
            "phase": phase,
            "conditions": entry["conditions"]
            if "conditions" in entry
            else _conditions(ready=ready, scheduled=bool(node), since=at(self.now, age)),
        }
        if node:
            status |= {"podIP": f"10.244.{self.number}.{index + 10}", "hostIP": "192.168.0.10"}
            status["startTime"] = at(self.now, age)
            status["containerStatuses"] = list(self._statuses("containers", entry.get("containers"), age, spec))
            if spec.get("initContainers"):
                status["initContainerStatuses"] = list(self._statuses("initContainers", entry.get("init"), age, spec))
        status |= {key: entry[key] for key in ("reason", "message") if key in entry}
        return self._object("Pod", name, age, metadata=metadata, spec=spec, status=status)

    def _pod_name(self, index: int) -> str:
        if self.kind == "Pod":
            return self.name
        if self.kind == "StatefulSet":
            return f"{self.name}-{index}"
        tail = hashlib.sha256(f"{self.name}{index}".encode()).hexdigest()[:5]
        middle = {"Deployment": f"-{self._hash}", "CronJob": "-29318400"}.get(self.kind, "")
        return f"{self.name}{middle}-{tail}"

    def _statuses(self, field: str, written: Any, age: float, spec: Obj) -> Iterator[Obj]:
        given = dict(written or {})
        for container in spec.get(field) or []:
            said = dict(given.get(container["name"]) or {})
            state = {key: said[key] for key in ("waiting", "running", "terminated") if key in said}
            if not state:
                init_done = {"terminated": {"exitCode": 0, "reason": "Completed", "ago": age - 5, "ran": 3}}
                state = init_done if field == "initContainers" else {"running": {"ago": age - 5}}
            status: Obj = {
                "name": container["name"],
                "image": container.get("image", ""),
                "imageID": ""
                if "waiting" in state and not said.get("restarts")
                else f"sha256:{uid(container['name'])}",
                "restartCount": int(said.get("restarts", 0)),
                "ready": bool(said.get("ready", "running" in state or field == "initContainers")),
                "started": bool(said.get("started", "running" in state)),
                "state": {key: self._timed(key, value) for key, value in state.items()},
                "lastState": {"terminated": self._timed("terminated", said["last"])} if "last" in said else {},
            }
            yield status

    def _timed(self, key: str, value: Any) -> Obj:
        """Turn ``ago`` and ``ran`` (seconds) into the times of a state."""
        state = dict(value or {})
        ago, ran = float(state.pop("ago", 30)), float(state.pop("ran", 2))
        if key == "running":
            return {"startedAt": at(self.now, ago), **state}
        if key == "terminated":
            code = int(state.get("exitCode", 1))
            times = {"startedAt": at(self.now, ago + ran), "finishedAt": at(self.now, ago)}
            return {"exitCode": code, "reason": "Completed" if code == 0 else "Error", **times, **state}
        return state

    def _events(self, entry: Obj, pod: Obj) -> Iterator[Obj]:
        for index, said in enumerate(entry.get("events") or []):
            yield event(pod, dict(said), index, self.now)


def event(about: Obj, said: Obj, index: int, now: datetime) -> Obj:
    """Write an event: ``reason``, ``message``, ``type``, ``count``, ``ago``, ``first``, ``container``, ``from``."""
    metadata = about["metadata"]
    ago = float(said.get("ago", 30))
    first = float(said.get("first", ago + _MINUTE * (int(said.get("count", 1)) > 1)))
    reference = {
        "kind": about["kind"],
        "apiVersion": about["apiVersion"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "uid": metadata["uid"],
    }
    if part := said.get("container"):
        inits = {container["name"] for container in about["spec"].get("initContainers") or []}
        reference["fieldPath"] = f"spec.{'initContainers' if part in inits else 'containers'}{{{part}}}"
    name = f"{metadata['name']}.{uid(str(said) + str(index))[:8]}{index:08x}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": metadata.get("namespace") or "default",
            "uid": uid(name),
            "creationTimestamp": at(now, first),
        },
        "involvedObject": reference,
        "type": said.get("type", "Warning"),
        "reason": str(said.get("reason", "")),
        "message": str(said.get("message", "")),
        "count": int(said.get("count", 1)),
        "firstTimestamp": at(now, first),
        "lastTimestamp": at(now, ago),
        "source": {"component": str(said.get("from", "kubelet"))},
    }


def owned_by(owner: Obj) -> list[Obj]:
    """Write the reference of a controlling owner."""
    metadata = owner["metadata"]
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def _is_ready(entry: Mapping[str, Any]) -> bool:
    if "ready" in entry:
        return bool(entry["ready"])
    if str(entry.get("phase") or "Running") != "Running" or entry.get("node", "node-1") == "":
        return False
    given = dict(entry.get("containers") or {}).values()
    down = any("waiting" in (said or {}) or "terminated" in (said or {}) for said in given)
    return not down and all((said or {}).get("ready", True) for said in given)


def _conditions(*, ready: bool, scheduled: bool, since: str) -> list[Obj]:
    if not scheduled:
        return [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "lastTransitionTime": since}]
    state = "True" if ready else "False"
    return [
        {"type": "Initialized", "status": "True", "lastTransitionTime": since},
        {"type": "Ready", "status": state, "lastTransitionTime": since},
        {"type": "ContainersReady", "status": state, "lastTransitionTime": since},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": since},
    ]
