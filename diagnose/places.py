"""What a host name or address means to a pod, and what else it may have been meant to be."""

import re
from dataclasses import dataclass
from typing import Literal

from cluster.fields import Obj, name, namespace, objects, strings, text, whole
from cluster.names import closest
from diagnose.scene import Scene

_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_OWN = frozenset({"localhost", "::1", "::"})
_USUAL_PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that too many Services share to tell which one was meant."""

PlaceKind = Literal["service", "missing", "unread", "pod", "own", "external"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a host name or address means to a pod.

    ``missing``: it has the form of a Service and the cluster is known to have none of that name. ``unread``: it has
    that form and Services were not listed there.
    """

    kind: PlaceKind
    space: str = ""
    service: str = ""
    obj: Obj | None = None


def locate(scene: Scene, pod: Obj, host: str) -> Place:
    """Say what a host means, seen from a pod."""
    host = host.lower().rstrip(".").strip("[]")
    if not host or host in _OWN or host.startswith(("127.", "0.")):
        return Place(kind="own")
    if _ADDRESS.fullmatch(host):
        return _by_address(scene, pod, host)
    aliases = {alias for entry in objects(pod, "spec", "hostAliases") for alias in strings(entry, "hostnames")}
    parts = host.split(".")
    if host in aliases or not all(_LABEL.fullmatch(part) for part in parts):
        return Place(kind="external")
    own = namespace(pod)
    if len(parts) == 1:
        return _named(scene, own, host)
    if len(parts) >= 3 and parts[2] == "svc":
        return _named(scene, parts[1], parts[0])
    if len(parts) >= 4 and parts[3] == "svc":
        return _named(scene, parts[2], parts[1])
    if len(parts) == 2:
        if scene.snapshot.get("Service", parts[1], parts[0]) or scene.snapshot.get("Namespace", "", parts[1]):
            return _named(scene, parts[1], parts[0])
        if scene.snapshot.get("Service", own, parts[1]):
            return _named(scene, own, parts[1])
    return Place(kind="external")


def _named(scene: Scene, space: str, service: str) -> Place:
    obj = scene.snapshot.get("Service", space, service)
    if obj is not None:
        kind: PlaceKind = "external" if text(obj, "spec", "type") == "ExternalName" else "service"
        return Place(kind=kind, space=space, service=service, obj=obj)
    absent = scene.snapshot.absent("Service", space, service)
    return Place(kind="missing" if absent else "unread", space=space, service=service)


def _by_address(scene: Scene, pod: Obj, host: str) -> Place:
    for service in scene.snapshot.all("Service"):
        if host == text(service, "spec", "clusterIP") or host in strings(service, "spec", "clusterIPs"):
            return Place(kind="service", space=namespace(service), service=name(service), obj=service)
    for other in scene.snapshot.all("Pod"):
        if text(other, "status", "podIP") != host or text(other, "spec", "hostNetwork"):
            continue
        if other is pod:
            return Place(kind="own")
        fronts = scene.graph.services_of(other)
        if fronts:
            return Place(kind="service", space=namespace(fronts[0]), service=name(fronts[0]), obj=fronts[0])
        return Place(kind="pod", space=namespace(other), obj=other)
    return Place(kind="external")


def service_ports(service: Obj) -> tuple[int, ...]:
    """Return the ports that a Service offers."""
    return tuple(whole(entry, "port") for entry in objects(service, "spec", "ports") if whole(entry, "port"))


def near_services(scene: Scene, pod: Obj, place: Place, port: int) -> list[str]:
    """Return what a host without Service may have meant: like names here, this name elsewhere, this port here."""
    own = namespace(pod)
    services = list(scene.snapshot.all("Service"))
    suffix = "" if place.space == own else f".{place.space}"
    inside = [name(entry) for entry in services if namespace(entry) == place.space]
    found = [f"{entry}{suffix}" for entry in closest(place.service, inside)]
    found += [
        name(entry) if namespace(entry) == own else f"{name(entry)}.{namespace(entry)}"
        for entry in services
        if name(entry) == place.service
        and namespace(entry) != place.space
        and (not port or port in service_ports(entry))
    ]
    if not found and port and port not in _USUAL_PORTS:
        found = [
            f"{name(entry)}{suffix}"
            for entry in services
            if namespace(entry) == place.space and port in service_ports(entry)
        ]
    return list(dict.fromkeys(found))[:3]
