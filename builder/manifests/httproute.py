"""The way in from outside, by a Gateway."""

from builder.manifests.manifest import Manifest
from builder.manifests.service import PORT
from builder.manifests.subject import Subject


def httproute(subject: Subject) -> Manifest:
    """Return the HTTPRoute for the public name."""
    namespace, _, name = subject.options.gateway.rpartition("/")
    parent = {"name": name, **({"namespace": namespace} if namespace else {})}
    match = {"path": {"type": "PathPrefix", "value": "/"}}
    body = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": subject.metadata(subject.name, subject.main),
        "spec": {
            "parentRefs": [parent],
            "hostnames": [subject.options.host],
            "rules": [{"matches": [match], "backendRefs": [{"name": subject.name, "port": PORT}]}],
        },
    }
    return Manifest(body=body, about=("Its Gateway ends TLS and must let routes of this namespace in.",))
