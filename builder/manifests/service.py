"""The stable name and address of a component inside the cluster."""

from builder.manifests.container import PORT_NAME
from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject

PORT = 80
"""Of the Service, so that its name alone is an address: ``http://shop``."""


def service(subject: Subject) -> Manifest:
    """Return the Service."""
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": subject.metadata(subject.name, subject.main),
        "spec": {
            "type": "ClusterIP",
            "selector": subject.selector(subject.main),
            "ports": [{"name": PORT_NAME, "port": PORT, "targetPort": PORT_NAME, "protocol": "TCP"}],
        },
    }
    return Manifest(body=body, about=(f"Inside the cluster: http://{subject.name}.{subject.options.namespace}",))
