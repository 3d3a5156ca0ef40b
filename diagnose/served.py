"""Which ports a container really serves, by the best source there is: its log, its passing probes, its declarations."""

from dataclasses import dataclass
from typing import Literal

from cluster.fields import dig, whole
from core.evidence import Evidence
from diagnose.containers import Container
from diagnose.logs.listen import listening
from diagnose.ports import declared_ports
from diagnose.probing import Probe, probes_of
from diagnose.scene import Scene

Source = Literal["log", "probe", "declared"]
_SOURCES: tuple[Source, ...] = ("log", "probe", "declared")
_USUAL_NAMES = frozenset({"http", "https", "web", "grpc", "api", "main", "http1", "http2", "server", "app"})
_ASIDE_NAMES = frozenset({"metrics", "prometheus", "debug", "admin", "management", "health", "pprof", "http-metrics"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPort:
    """A port with the reason to believe in it. ``aside`` marks metrics, debugging and administration."""

    number: int
    name: str
    source: Source
    evidence: Evidence
    aside: bool = False
    loopback: bool = False


def served_ports(scene: Scene, container: Container) -> tuple[ServedPort, ...]:
    """Return the TCP ports that a container serves or declares, most credible first, each number once."""
    declared = {port.number: port for port in declared_ports(container) if port.protocol == "TCP"}
    found: list[ServedPort] = []
    for entry in listening(scene, container.pod, container.name):
        known = declared.get(entry.port)
        found.append(
            ServedPort(
                number=entry.port,
                name=known.name if known else "",
                source="log",
                evidence=entry.evidence,
                aside=entry.aside,
                loopback=entry.loopback,
            )
        )
    found += [_by_probe(scene, probe, number) for probe, number in passing_probes(container)]
    found += [
        ServedPort(
            number=port.number,
            name=port.name,
            source="declared",
            evidence=scene.field(container.pod, *port.path, "containerPort"),
            aside=port.name in _ASIDE_NAMES,
        )
        for port in declared.values()
    ]
    best: dict[int, ServedPort] = {}
    for served in sorted(found, key=_credibility):
        best.setdefault(served.number, served)
    return tuple(best.values())


def passing_probes(container: Container) -> list[tuple[Probe, int]]:
    """Return the probes that succeed now, by the container's state, with the port that they reach."""
    passed = {
        "readiness": container.ready and container.running,
        "startup": container.running and dig(container.status, "started") is True,
    }
    return [
        (probe, probe.port)
        for probe in probes_of(container)
        if passed.get(probe.kind) and probe.port and probe.handler in {"httpGet", "tcpSocket", "grpc"}
    ]


def _by_probe(scene: Scene, probe: Probe, number: int) -> ServedPort:
    return ServedPort(
        number=number,
        name="",
        source="probe",
        evidence=scene.field(probe.container.pod, *probe.path, probe.handler, "port"),
    )


def _credibility(port: ServedPort) -> tuple[bool, bool, int, bool]:
    return port.loopback, port.aside, _SOURCES.index(port.source), port.name not in _USUAL_NAMES


def service_targets(scene: Scene, container: Container) -> tuple[tuple[int, Evidence], ...]:
    """Return the numeric target ports of the Services that select the container's pod, each once."""
    found: dict[int, Evidence] = {}
    for service in scene.graph.services_of(container.pod):
        entries = dig(service, "spec", "ports")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            number = whole(entry, "targetPort") or (whole(entry, "port") if dig(entry, "targetPort") is None else 0)
            if number:
                which = "targetPort" if whole(entry, "targetPort") else "port"
                found.setdefault(number, scene.field(service, "spec", "ports", index, which))
    return tuple(found.items())
