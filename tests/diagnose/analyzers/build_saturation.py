"""Samples of the metrics API and chatty pods for the tests of saturation."""

from collections.abc import Sequence
from typing import Any

from tests.diagnose import build

Obj = dict[str, Any]


def pod_metrics(name: str, cpu: str, *, part: str = "app", taken: float = 20) -> Obj:
    """Write a sample of a pod with one container."""
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": name, "namespace": build.SPACE},
        "timestamp": build.ago(taken),
        "window": "15s",
        "containers": [{"name": part, "usage": {"cpu": cpu, "memory": "64Mi"}}],
    }


def node_metrics(name: str, cpu: str, *, taken: float = 20) -> Obj:
    """Write a sample of a node."""
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "NodeMetrics",
        "metadata": {"name": name},
        "timestamp": build.ago(taken),
        "window": "15s",
        "usage": {"cpu": cpu, "memory": "3Gi"},
    }


def serving(
    name: str,
    *,
    app: str = "app",
    node: str = "node-1",
    ready: bool = True,
    since: float = 3000,
    limit: str = "",
) -> Obj:
    """Make a running pod of an app, with a CPU limit when one is given."""
    fields: Obj = {"resources": {"limits": {"cpu": limit}}} if limit else {}
    return build.pod(
        name,
        containers=[build.container(**fields)],
        statuses=[build.status(state=build.running(since), ready=ready)],
        ready=ready,
        labels={"app": app},
        node=node,
    )


def stamped(words: str, *ages: float) -> list[str]:
    """Write the same words once for each age, with the time that ``kubectl logs --timestamps`` puts first."""
    return [f"{build.ago(age)} {words}" for age in sorted(ages, reverse=True)]


def owned(pods: Sequence[Obj], name: str) -> list[Obj]:
    """Return a Deployment, its ReplicaSet and these pods as its own."""
    top = build.deployment(name, body=pods[0], replicas=len(pods), ready=len(pods))
    middle = build.replicaset(f"{name}-7d9c", top, replicas=len(pods), ready=len(pods))
    for entry in pods:
        entry["metadata"]["ownerReferences"] = build.owned_by(middle)
    return [top, middle, *pods]
