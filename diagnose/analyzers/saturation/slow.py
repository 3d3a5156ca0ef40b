"""Signs that a container answers too slowly: probes that time out, its own words."""

import re

from core.evidence import Evidence
from diagnose.analyzers.saturation.said import MIN_LINES, WINDOW_SECONDS, recent
from diagnose.containers import Container
from diagnose.logs.ending import killed_by_probe
from diagnose.logs.matching import never
from diagnose.logs.reading import read_log
from diagnose.scene import Scene
from diagnose.state import termination_current

_LATE = re.compile(
    r"Client\.Timeout|context deadline exceeded|timed out|timeout|did not complete within", re.IGNORECASE
)
_SLOW = re.compile(
    r"\btim(?:ed|e)[- ]?out\b|deadline exceeded|\bslow (?:request|query|response|consumer)|"
    r"\b(?:took|latency|duration|elapsed)[=: ]{1,3}"
    r"(?:[0-9]{4,9}(?:\.[0-9]{1,9})? ?ms|[1-9][0-9]{0,5}(?:\.[0-9]{1,9})? ?s\b)|"
    r"event loop (?:lag|blocked|delay)|超时",
    re.IGNORECASE,
)


def slowness(scene: Scene, container: Container) -> Evidence | None:
    """Quote what shows that a container answers too slowly now; None where nothing does."""
    for event in reversed(scene.snapshot.events(container.pod)):
        about = event.container in {"", container.name}
        fresh = event.reason == "Unhealthy" and about and scene.age(event.last) <= WINDOW_SECONDS
        if fresh and _LATE.search(event.message):
            return scene.event(event)
    if container.ended and termination_current(scene, container):
        killed = killed_by_probe(scene, container)
        if killed is not None:
            return scene.event(killed)
    reading = read_log(scene, container.pod, container.name, previous=False) if container.running else None
    lines = [item for item in recent(scene, reading) if _SLOW.search(item.text[:600])] if reading else []
    lines = [item for item in lines if not never(item)]
    return scene.line(container.pod, container.name, lines[-1].number) if len(lines) >= MIN_LINES else None
