"""Who may talk to whom: the members of a network to each other, and outside unless the network is internal."""

from collections.abc import Iterator
from typing import Any

from builder.compose.model import Project, Service
from builder.compose.shaping import Shape
from builder.manifests.manifest import Manifest
from builder.manifests.policy import DNS_PORT, NODE_CACHE
from builder.manifests.subject import dns_label

METADATA = "169.254.169.254/32"
"""The address at which clouds give credentials of the node to whoever asks."""


def labels(one: Service) -> dict[str, str]:
    """Return the labels of pods by which their networks know them."""
    return {_label(member.name): "member" for member in one.networks}


def _label(network: str) -> str:
    return f"network.sextant.dev/{dns_label(network, most=60)}"


def policy(project: Project, shape: Shape, base: Manifest) -> Manifest:
    """Return the NetworkPolicy of a service; ``base`` is the usual one of a component."""
    one = shape.service
    spec = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": shape.name}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": list(_incoming(project, shape)),
        "egress": list(_outgoing(project, one)),
    }
    where = ", ".join(member.name for member in one.networks) or "none"
    about = [f"As its networks say ({where}): their members reach each other, nobody else reaches them."]
    if _goes_out(project, one):
        about.append("It may call everything outside, as with compose; narrow that to what it needs.")
    return Manifest(body={**base.body, "spec": spec}, about=tuple(about), exemptions=base.exemptions)


def _goes_out(project: Project, one: Service) -> bool:
    return any(not (found := project.networks.get(member.name)) or not found.internal for member in one.networks)


def _peers(project: Project, one: Service) -> list[dict[str, Any]]:
    part = {"app.kubernetes.io/part-of": project.name}
    return [{"podSelector": {"matchLabels": {**part, _label(member.name): "member"}}} for member in one.networks]


def _incoming(project: Project, shape: Shape) -> Iterator[dict[str, Any]]:
    peers = _peers(project, shape.service)
    if peers:
        yield {"from": peers}
    options = shape.subject.options
    if shape.public and shape.subject.port is not None:
        ports = [{"protocol": "TCP", "port": shape.subject.port}]
        if options.router_namespace:
            router = {"matchLabels": {"kubernetes.io/metadata.name": options.router_namespace}}
            yield {"from": [{"namespaceSelector": router}], "ports": ports}
        else:
            yield {"ports": ports}


def _outgoing(project: Project, one: Service) -> Iterator[dict[str, Any]]:
    if not one.networks:
        return
    system = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    yield {
        "to": [{"namespaceSelector": system}, {"ipBlock": {"cidr": NODE_CACHE}}],
        "ports": [{"protocol": protocol, "port": DNS_PORT} for protocol in ("UDP", "TCP")],
    }
    yield {"to": _peers(project, one)}
    if _goes_out(project, one):
        yield {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA]}}, {"ipBlock": {"cidr": "::/0"}}]}
