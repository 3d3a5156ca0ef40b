"""The namespace, in which no pod may do more than ``restricted`` allows."""

from builder.manifests.manifest import Manifest
from builder.manifests.options import Options
from builder.manifests.subject import MANAGER

_LEVEL = "restricted"


def namespace(options: Options) -> Manifest:
    """Return the Namespace."""
    labels = {"app.kubernetes.io/managed-by": MANAGER}
    labels |= {f"pod-security.kubernetes.io/{mode}": _LEVEL for mode in ("enforce", "audit", "warn")}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": options.namespace, "labels": labels}}
    return Manifest(body=body, about=("Pods that ask for more than Pod Security restricted allows are refused here.",))
