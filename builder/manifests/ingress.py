"""The way in from outside, by an Ingress."""

from typing import Any

from builder.manifests.container import PORT_NAME
from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject


def ingress(subject: Subject) -> Manifest:
    """Return the Ingress for the public name."""
    options = subject.options
    backend = {"service": {"name": subject.name, "port": {"name": PORT_NAME}}}
    spec: dict[str, Any] = {}
    if options.ingress_class:
        spec["ingressClassName"] = options.ingress_class
    if options.tls:
        spec["tls"] = [{"hosts": [options.host], "secretName": f"{subject.name}-tls"}]
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    spec["rules"] = [{"host": options.host, "http": {"paths": paths}}]
    metadata = subject.metadata(subject.name, subject.main)
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec}
    about = (
        (f"The certificate is in Secret {subject.name}-tls: yours to make, or cert-manager's.",) if options.tls else ()
    )
    return Manifest(body=body, about=about)
