"""The identity of a component's pods: one of its own, and no token, since no program here asks the cluster."""

from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject


def account(subject: Subject) -> Manifest:
    """Return the ServiceAccount."""
    body = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": subject.metadata(subject.name, subject.main),
        "automountServiceAccountToken": False,
    }
    return Manifest(body=body)
