"""More pods under load, fewer again after it."""

from builder.manifests.manifest import Manifest
from builder.manifests.options import Autoscaling
from builder.manifests.subject import Subject

CALM_SECONDS = 300
"""How long the load must be lower before pods are taken away, so that a pause is not taken for an end."""


def autoscaler(subject: Subject, wanted: Autoscaling) -> Manifest:
    """Return the HorizontalPodAutoscaler."""
    target = {"type": "Utilization", "averageUtilization": wanted.cpu_percent}
    body = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": subject.metadata(subject.name, subject.main),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": subject.name},
            "minReplicas": subject.options.replicas,
            "maxReplicas": wanted.maximum,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": CALM_SECONDS}},
        },
    }
    return Manifest(body=body, about=("Needs the metrics API (metrics-server).",))
