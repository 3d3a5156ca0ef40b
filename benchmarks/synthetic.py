"""A made-up cluster of any size, with the sizes of real objects and a few faults among many healthy workloads."""

import json
from collections.abc import Iterator
from typing import Any

NOW = "2026-03-02T10:00:00Z"
BORN = "2026-03-01T08:00:00Z"
PODS_PER_WORKLOAD = 4
WORKLOADS_PER_NAMESPACE = 50
FAULTY_EVERY = 25


def cluster(pods: int) -> dict[str, list[dict[str, Any]]]:
    """Return API lists by kind for a cluster with ``pods`` pods; every 25th workload crashes."""
    found: dict[str, list[dict[str, Any]]] = {
        kind: [] for kind in ("Pod", "ReplicaSet", "Deployment", "Service", "Event")
    }
    found["EndpointSlice"], found["ConfigMap"], found["Node"], found["Namespace"] = [], [], [], []
    workloads = max(pods // PODS_PER_WORKLOAD, 1)
    for number in range(max(pods // 100, 1)):
        found["Node"].append(_node(number))
    for number in range(workloads):
        space = f"team-{number // WORKLOADS_PER_NAMESPACE:03d}"
        if number % WORKLOADS_PER_NAMESPACE == 0:
            found["Namespace"].append(_named("v1", "Namespace", "", space, {"status": {"phase": "Active"}}))
        for kind, obj in _workload(space, number, len(found["Node"])):
            found[kind].append(obj)
    return found


def pages(pods: int) -> list[bytes]:
    """Return the same cluster as the bytes of LIST answers, one for each kind."""
    return [
        json.dumps({"kind": f"{kind}List", "apiVersion": "v1", "metadata": {}, "items": items}).encode()
        for kind, items in cluster(pods).items()
    ]


def _named(version: str, kind: str, space: str, name: str, body: dict[str, Any], **meta: Any) -> dict[str, Any]:
    metadata = {
        "name": name,
        "uid": f"{kind}-{space}-{name}",
        "creationTimestamp": BORN,
        "resourceVersion": "1",
        **meta,
    }
    if space:
        metadata["namespace"] = space
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def _node(number: int) -> dict[str, Any]:
    room = {"cpu": "64", "memory": "256Gi", "pods": "250"}
    status = {"allocatable": room, "capacity": room, "conditions": [{"type": "Ready", "status": "True"}]}
    return _named("v1", "Node", "", f"node-{number}", {"spec": {}, "status": status})


def _workload(space: str, number: int, nodes: int) -> Iterator[tuple[str, dict[str, Any]]]:
    name, faulty = f"app-{number}", number % FAULTY_EVERY == 0
    labels = {"app": name, "app.kubernetes.io/part-of": space}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [_container(name)]}}
    spec = {"replicas": PODS_PER_WORKLOAD, "selector": {"matchLabels": {"app": name}}, "template": template}
    ready = 0 if faulty else PODS_PER_WORKLOAD
    status = {
        "replicas": PODS_PER_WORKLOAD,
        "readyReplicas": ready,
        "updatedReplicas": PODS_PER_WORKLOAD,
        "availableReplicas": ready,
        "observedGeneration": 1,
    }
    deployment = _named(
        "apps/v1", "Deployment", space, name, {"spec": spec, "status": status}, labels=labels, generation=1
    )
    set_name = f"{name}-5d9c7b6f4d"
    replica_set = _named(
        "apps/v1", "ReplicaSet", space, set_name, {"spec": spec, "status": status}, ownerReferences=[_owner(deployment)]
    )
    yield "Deployment", deployment
    yield "ReplicaSet", replica_set
    yield "ConfigMap", _named("v1", "ConfigMap", space, f"{name}-settings", {"data": {"MODE": "fast", "LEVEL": "info"}})
    service = {"spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]}}
    yield "Service", _named("v1", "Service", space, name, service)
    endpoints = []
    for index in range(PODS_PER_WORKLOAD):
        pod = _pod(space, f"{set_name}-{index:05d}", labels, replica_set, faulty=faulty, node=(number + index) % nodes)
        yield "Pod", pod
        endpoints.append({"addresses": ["10.0.0.1"], "conditions": {"ready": not faulty}})
        if faulty:
            yield "Event", _event(pod, number, index)
    managed = {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    body = {"endpoints": endpoints, "ports": [{"port": 8080, "protocol": "TCP"}]}
    yield "EndpointSlice", _named("discovery.k8s.io/v1", "EndpointSlice", space, f"{name}-x", body, labels=managed)


def _owner(obj: dict[str, Any]) -> dict[str, Any]:
    meta = obj["metadata"]
    return {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
    }


def _container(name: str) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3}
    return {
        "name": name,
        "image": f"registry.example/{name}:1.4.2",
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "env": [{"name": f"OPTION_{n}", "value": f"value-{n}"} for n in range(20)],
        "envFrom": [{"configMapRef": {"name": f"{name}-settings"}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": probe,
        "livenessProbe": probe,
        "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
    }


def _pod(
    space: str, name: str, labels: dict[str, str], owner: dict[str, Any], *, faulty: bool, node: int
) -> dict[str, Any]:
    container = _container(labels["app"])
    ready = "False" if faulty else "True"
    ended = {
        "terminated": {
            "exitCode": 1,
            "reason": "Error",
            "startedAt": "2026-03-02T09:58:00Z",
            "finishedAt": "2026-03-02T09:58:02Z",
        }
    }
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}
    running = {"running": {"startedAt": BORN}}
    status = {
        "phase": "Running",
        "podIP": "10.0.0.1",
        "startTime": BORN,
        "conditions": [
            {"type": kind, "status": "True" if kind == "PodScheduled" else ready, "lastTransitionTime": BORN}
            for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        ],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": f"{container['image']}@sha256:{'0' * 64}",
                "ready": not faulty,
                "started": not faulty,
                "restartCount": 12 if faulty else 0,
                "state": waiting if faulty else running,
                "lastState": ended if faulty else {},
            }
        ],
    }
    spec = {
        "nodeName": f"node-{node}",
        "restartPolicy": "Always",
        "serviceAccountName": "default",
        "containers": [container],
    }
    body = {"spec": spec, "status": status}
    return _named(
        "v1",
        "Pod",
        space,
        name,
        body,
        labels={**labels, "pod-template-hash": "5d9c7b6f4d"},
        ownerReferences=[_owner(owner)],
    )


def _event(pod: dict[str, Any], number: int, index: int) -> dict[str, Any]:
    meta = pod["metadata"]
    body = {
        "involvedObject": {"kind": "Pod", "namespace": meta["namespace"], "name": meta["name"], "uid": meta["uid"]},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container",
        "count": 60,
        "firstTimestamp": BORN,
        "lastTimestamp": NOW,
    }
    return _named("v1", "Event", meta["namespace"], f"event-{number}-{index}", body)
