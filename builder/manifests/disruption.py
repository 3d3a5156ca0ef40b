"""How many pods may be missing while nodes are emptied."""

from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject


def disruption(subject: Subject) -> Manifest:
    """Return the PodDisruptionBudget of a component of several pods; for one alone it would only block the node."""
    body = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": subject.metadata(subject.name, subject.main),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": subject.selector(subject.main)},
        },
    }
    return Manifest(body=body)
