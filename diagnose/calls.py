"""Calls of a Service that fail by the caller's own log."""

from collections.abc import Iterable

from cluster.fields import Obj, name, namespace, objects, strings, text
from core.evidence import Evidence
from diagnose.containers import container_named
from diagnose.logs.matching import all_matches
from diagnose.logs.reading import read_log
from diagnose.scene import Scene


def failed_call(scene: Scene, pod: Obj, service: Obj) -> Evidence | None:
    """Quote the last line of a pod's log that names a Service as unreachable; None when there is none of late."""
    return _failed(scene, pod, _addresses(service, namespace(pod)))


def failed_name(scene: Scene, pod: Obj, host: str) -> Evidence | None:
    """Quote the last line of a pod's log that names a host as unreachable or unknown."""
    return _failed(scene, pod, {host})


def _addresses(service: Obj, space: str) -> set[str]:
    """Return the names and addresses under which pods of a namespace call a Service."""
    own = f"{name(service)}.{namespace(service)}"
    words = {own, f"{own}.svc", f"{own}.svc.cluster.local"}
    if space == namespace(service):
        words.add(name(service))
    numbers = {text(service, "spec", "clusterIP"), *strings(service, "spec", "clusterIPs")}
    return words | (numbers - {"", "None"})


def _failed(scene: Scene, pod: Obj, hosts: Iterable[str]) -> Evidence | None:
    wanted = frozenset(hosts)
    for container in objects(pod, "spec", "containers"):
        label = text(container, "name")
        reading = read_log(scene, pod, label, previous=False)
        if reading is None and (known := container_named(pod, label)) and not known.running:
            reading = read_log(scene, pod, label, previous=True)
        for match in reversed(list(all_matches(reading)) if reading else []):
            item = match.item
            late = item.time is not None and scene.age(item.time) > scene.numbers.restart_window_seconds
            if match.signature.connection and not late and match.captured("host").rstrip(".") in wanted:
                return scene.line(pod, label, item.number, previous=match.previous)
    return None
