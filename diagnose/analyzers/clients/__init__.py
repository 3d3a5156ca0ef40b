"""Callers: addresses that name no Service, ports that no Service offers, peers that do not answer."""

import re
from collections.abc import Iterator
from dataclasses import replace

from diagnose.addresses import Address, addresses
from diagnose.analyzers import analyzer
from diagnose.analyzers.clients.scheme import scheme_mismatch
from diagnose.analyzers.clients.shadowed import shadowed
from diagnose.analyzers.clients.unreachable import unreachable
from diagnose.analyzers.clients.unsaid import unsaid
from diagnose.analyzers.clients.wrong import address_unknown, port_mismatch
from diagnose.complaints import Complaint, complaints
from diagnose.containers import Container, containers
from diagnose.findings import Finding, Observation
from diagnose.places import locate
from diagnose.scene import Scene

_PEERS = frozenset({"NameNotResolved", "DependencyUnreachable", "ClientPortMismatch"})
_NUMBERS = re.compile(r"[\d.]{7,15}|[0-9a-f:]{2,45}")
_URL = re.compile(r"\b[a-z][a-z0-9+]{1,15}://(?:[^\s/@\"']{1,80}@)?([a-z0-9._-]{1,250})(?::(\d{1,5}))?", re.IGNORECASE)


@analyzer(kinds=("Pod", "Service"))
def clients(scene: Scene) -> Iterator[Observation]:
    """Yield why a caller does not reach its peer, by its own log and by the addresses that it was given.

    Left to others: names that do not resolve although their Service exists (``dns``), refused logins and the like
    (``datastores``).
    """
    for pod in scene.live_pods:
        for container in containers(pod):
            if container.role != "ephemeral":
                yield from _container(scene, container)
                yield from shadowed(scene, container)


def _container(scene: Scene, container: Container) -> Iterator[Finding]:
    said = complaints(scene, container)
    about = [entry for entry in said if entry.code in _PEERS]
    if not said:
        yield from unsaid(scene, container)
    if not about:
        return
    asked = addresses(scene, container)
    told: dict[str, set[str]] = {}
    for complaint in about:
        finding = _judged(complaint, asked)
        if finding is None or finding.expected in told.setdefault(finding.code, set()):
            continue
        if told[finding.code]:
            finding = replace(finding, part=f"{container.name} {complaint.host or complaint.item.number}")
        told[finding.code].add(finding.expected)
        yield finding


def _of_url(complaint: Complaint, asked: tuple[Address, ...]) -> Address | None:
    """Find the setting whose URL the line quotes beside the number that it resolved to."""
    if not _NUMBERS.fullmatch(complaint.host):
        return None
    named = {(match[1].lower(), int(match[2] or 0)) for match in _URL.finditer(complaint.item.text[:2000])}
    return next((e for e in asked if (e.host, e.port) in named or (e.host, 0) in named), None)


def _judged(complaint: Complaint, asked: tuple[Address, ...]) -> Finding | None:
    """Return the sharpest reading of one line about a name or a connection."""
    scene, pod = complaint.scene, complaint.pod
    host, port = complaint.host, complaint.port
    guessed = False
    source = next((entry for entry in asked if entry.host == host and port in {0, entry.port}), None)
    source = source or next((entry for entry in asked if entry.host == host), None)
    if not host:
        fitting = [entry for entry in asked if locate(scene, pod, entry.host).kind != "own"]
        if complaint.code == "ClientPortMismatch":
            fitting = [entry for entry in fitting if entry.written.lower().startswith("https:")] or fitting
        if complaint.code == "NameNotResolved":
            fitting = [entry for entry in fitting if locate(scene, pod, entry.host).kind == "missing"]
        if len(fitting) != 1:
            return None
        source, guessed = fitting[0], True
        host = source.host
    port = port or (source.port if source else 0)
    place = locate(scene, pod, host)
    if place.kind == "external" and (asked_for := _of_url(complaint, asked)):
        source, host, port = asked_for, asked_for.host, asked_for.port
        place = locate(scene, pod, host)
    if source is None and place.kind == "service":
        source = next((e for e in asked if locate(scene, pod, e.host) == place and port in {0, e.port}), None)
    if complaint.code == "ClientPortMismatch":
        return scheme_mismatch(complaint, place, host, port, source, guessed=guessed)
    if place.kind == "missing":  # a refusal says it as well: the Service may have gone while its address was kept
        return address_unknown(complaint, place, host, port, source, guessed=guessed)
    if complaint.code == "NameNotResolved" or place.kind == "own":
        return None
    mismatch = port_mismatch(complaint, place, port, source, guessed=guessed)
    return mismatch or unreachable(complaint, place, host, port, source, guessed=guessed)
