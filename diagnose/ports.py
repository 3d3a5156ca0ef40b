"""Ports of containers: those that specs declare and those that logs and passing probes show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cluster.fields import Obj, numbered, text, whole
from diagnose.containers import Container, FieldPath, containers


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPort:
    """An entry of ``containers[].ports``: a declaration, which opens nothing. ``path`` leads to it in the pod."""

    number: int
    name: str
    protocol: str
    container: str
    path: FieldPath

    @property
    def label(self) -> str:
        """``8080 (http)``, or the number alone."""
        return f"{self.number} ({self.name})" if self.name else str(self.number)


def declared_ports(container: Container) -> tuple[DeclaredPort, ...]:
    """Return the ports that one container declares."""
    return tuple(
        DeclaredPort(
            number=whole(entry, "containerPort"),
            name=text(entry, "name"),
            protocol=text(entry, "protocol") or "TCP",
            container=container.name,
            path=(*container.spec_path, "ports", index),
        )
        for index, entry in numbered(container.spec, "ports")
        if whole(entry, "containerPort")
    )


def long_running(pod: Obj) -> Iterator[Container]:
    """Yield the containers that run for the pod's whole life: main ones and sidecars."""
    return (container for container in containers(pod) if container.role in {"main", "sidecar"})


def pod_ports(pod: Obj) -> tuple[DeclaredPort, ...]:
    """Return the ports that the long-running containers of a pod declare."""
    return tuple(port for container in long_running(pod) for port in declared_ports(container))


def labels_of(ports: Iterable[DeclaredPort]) -> str:
    """Write declared ports for people: ``8080 (http), 9090``."""
    return ", ".join(dict.fromkeys(port.label for port in ports))
