"""Who may talk to the pods and to whom they may talk: nobody and nothing, but for what was found."""

from collections.abc import Iterable
from typing import Any

from builder.manifests.manifest import Manifest
from builder.manifests.subject import Subject

DNS_PORT = 53
NODE_CACHE = "169.254.20.10/32"
"""The address of the DNS cache that many clusters run on each node."""

SERVICE_PORTS: dict[str, tuple[int, ...]] = {
    "postgresql": (5432, 6432),  # the second: PgBouncer
    "mysql": (3306,),
    "mariadb": (3306,),
    "mongodb": (27017,),
    "redis": (6379, 6380, 26379),  # with TLS; Sentinel
    "kafka": (9092, 9093, 9094),
    "rabbitmq": (5672, 5671),
    "nats": (4222,),
    "elasticsearch": (9200,),
    "opensearch": (9200,),
    "memcached": (11211,),
    "clickhouse": (8123, 8443, 9000, 9440),
    "cassandra": (9042,),
    "object-storage": (443, 9000),
    "smtp": (25, 465, 587, 1025, 2525),
    "sqlserver": (1433,),
    "oracle": (1521, 2484),
    "neo4j": (7687, 7474),
    "qdrant": (6333, 6334),
}
"""The ports that each service listens on, as its documentation says, with those for TLS."""


def policy(subject: Subject) -> Manifest:
    """Return the NetworkPolicy of all pods of a component."""
    spec = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": subject.name}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": list(_incoming(subject)),
        "egress": list(_outgoing(subject)),
    }
    metadata = subject.metadata(subject.name, subject.main)
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
    found = ", ".join(dict.fromkeys(one.value.name for one in subject.component.services)) or "no service"
    about = (
        f"Everything else is refused. Outgoing: DNS, and the ports of what was found ({found}), wherever it is;",
        "narrow them to its namespace or address, and add what else the program calls (443 for others' interfaces).",
    )
    return Manifest(body=body, about=about)


def _incoming(subject: Subject) -> Iterable[dict[str, Any]]:
    if subject.port is None:
        return
    options = subject.options
    probed = subject.probe.port
    ports = [_tcp(port) for port in dict.fromkeys((subject.port, probed or subject.port))]
    if options.host and not options.router_namespace:
        yield {"ports": ports}
        return
    # Without a public name it is for its neighbours in the namespace.
    yield {"from": [{"podSelector": {}}], "ports": ports}
    if options.host:
        yield {"from": [{"namespaceSelector": _namespace(options.router_namespace)}], "ports": ports}


def _outgoing(subject: Subject) -> Iterable[dict[str, Any]]:
    yield {
        "to": [{"namespaceSelector": _namespace("kube-system")}, {"ipBlock": {"cidr": NODE_CACHE}}],
        "ports": [{"protocol": protocol, "port": DNS_PORT} for protocol in ("UDP", "TCP")],
    }
    if subject.options.application:
        same = {"app.kubernetes.io/part-of": subject.options.application}
        yield {"to": [{"podSelector": {"matchLabels": same}}]}
    for item in subject.component.services:
        ports = SERVICE_PORTS.get(item.value.name, ())
        if ports:
            yield {"ports": [_tcp(port) for port in ports]}
    if subject.options.egress_ports:
        yield {"ports": [_tcp(port) for port in subject.options.egress_ports]}


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}


def _namespace(name: str) -> dict[str, Any]:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}
