"""Both sides of a complaint about a datastore: the client that complains and, where it can be found, the server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, name, numbered, strings, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.addresses import DEFAULT_PORTS, Address, addresses
from diagnose.complaints import Complaint
from diagnose.containers import Container
from diagnose.findings import Edge, Reach
from diagnose.places import Place, locate, service_ports
from diagnose.ports import declared_ports
from diagnose.scene import Scene

_PORTS: dict[str, frozenset[int]] = {
    "PostgreSQL": frozenset({5432, 6432}),
    "MySQL": frozenset({3306}),
    "Redis": frozenset({6379}),
    "MongoDB": frozenset({27017}),
    "broker": frozenset({5672, 5671, 9092, 4222}),
    "database": frozenset({1433, 1521, 9200}),
}
_ALL_PORTS = frozenset().union(*_PORTS.values()) | {DEFAULT_PORTS["etcd"]}
_IMAGES = re.compile(
    r"^(?:postgres|postgresql|postgis|timescaledb|mysql|mariadb|percona|redis|valkey|mongo|mongodb|rabbitmq|kafka|nats|"
    r"mssql|elasticsearch|opensearch|etcd)(?:[-_](?:server|cluster|ha|repmgr|alpine|sharded|primary))?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A complaint with the datastore that it is about; ``service`` is None where the snapshot does not show it."""

    complaint: Complaint
    source: Address | None
    service: Obj | None
    pods: tuple[Obj, ...] = ()

    @property
    def label(self) -> str:
        """The address as the program knows it, or an empty string."""
        complaint = self.complaint
        if complaint.host:
            port = complaint.port or (self.source.port if self.source else 0)
            return f"{complaint.host}:{port}" if port else complaint.host
        return self.source.peer if self.source else ""

    def named(self, en: str, zh: str) -> Phrase:
        """Name the server: by its address, else in general words."""
        return Phrase(en=self.label or en, zh=self.label or zh)

    @property
    def holder(self) -> ObjectRef | None:
        """The workload behind the Service, when all its pods are of one."""
        refs = {self.complaint.scene.holder_ref(pod) for pod in self.pods}
        return refs.pop() if len(refs) == 1 else None

    @property
    def chain(self) -> tuple[Reach, ...]:
        """Point at the Service that the client calls."""
        return (Reach(ref=ref_of(self.service), edge=Edge.ENV),) if self.service else ()

    def server_setting(self, pattern: re.Pattern[str]) -> tuple[str, Evidence] | None:
        """Find a setting in the server's arguments or environment: the value and where it stands."""
        for pod in self.pods[:1]:
            for index, container in numbered(pod, "spec", "containers"):
                at = ("spec", "containers", index)
                words = " ".join([*strings(container, "command"), *strings(container, "args")])
                if match := pattern.search(words):
                    key = "args" if pattern.search(" ".join(strings(container, "args"))) else "command"
                    return match[1], self.complaint.scene.field(pod, *at, key)
                for number, entry in numbered(container, "env"):
                    if match := pattern.search(f"{text(entry, 'name')}={text(entry, 'value')}"):
                        return match[1], self.complaint.scene.field(pod, *at, "env", number, "value")
        return None


def store_of(complaint: Complaint) -> Store:
    """Find the datastore of a complaint: by the host in the line, else by the only address that fits its kind."""
    scene, pod = complaint.scene, complaint.pod
    asked = addresses(scene, complaint.container)
    source = next((entry for entry in asked if entry.host == complaint.host), None)
    if not complaint.host:
        ports = _PORTS.get(complaint.variant, _ALL_PORTS)
        fitting = [entry for entry in asked if entry.port in ports or _offers(scene, pod, entry, ports)]
        source = fitting[0] if len(fitting) == 1 else None
    host = complaint.host or (source.host if source else "")
    place = locate(scene, pod, host) if host else Place(kind="external")
    pods = scene.graph.pods_of_service(place.obj) if place.kind == "service" and place.obj is not None else ()
    return Store(
        complaint=complaint, source=source, service=place.obj if place.kind == "service" else None, pods=tuple(pods)
    )


def _offers(scene: Scene, pod: Obj, address: Address, ports: frozenset[int]) -> bool:
    """Say whether an address without a port is a Service that offers one of these."""
    place = locate(scene, pod, address.host) if not address.port else None
    return place is not None and place.obj is not None and not ports.isdisjoint(service_ports(place.obj))


def is_store(container: Container) -> bool:
    """Say whether a container is a datastore or broker itself, by its image or the port that it declares."""
    if any(port.number in _ALL_PORTS for port in declared_ports(container)):
        return True
    repository = re.split(r"[:@]", container.image.rpartition("/")[2])[0]
    return bool(_IMAGES.fullmatch(repository))


def secrets_of(container: Container) -> Iterator[tuple[int, str, str, str]]:
    """Yield (index, variable, Secret, key) of variables that come from Secrets, passwords first."""
    found = []
    for index, entry in numbered(container.spec, "env"):
        reference = entry.get("valueFrom")
        secret = text(reference, "secretKeyRef", "name")
        if secret:
            found.append((index, text(entry, "name"), secret, text(reference, "secretKeyRef", "key")))
    yield from sorted(found, key=lambda entry: ("PASS" not in entry[1].upper(), entry[0]))


def names(pods: tuple[Obj, ...]) -> str:
    """Write the names of pods, at most three."""
    return ", ".join(sorted(name(pod) for pod in pods)[:3])
