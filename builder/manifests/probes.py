"""How the kubelet asks a container: started, ready, alive."""

import re
from typing import Any

from builder.manifests.subject import Subject

START_SECONDS, START_TRIES = 5, 60
"""Five minutes to start: what starts sooner is ready sooner, what needs them (a JVM on a tenth of a core) gets them."""

READY_SECONDS, READY_TRIES = 10, 3
ALIVE_SECONDS, ALIVE_TRIES = 20, 6
"""Slower than readiness: first it gets no requests for a while, and only when that does not help it is restarted."""

TIMEOUT_SECONDS = 3
_ALIVE = re.compile(r"live|alive|/ping\b", re.IGNORECASE)


def probes(subject: Subject) -> dict[str, Any]:
    """Return the probes of the container that listens. None where nothing listens: the end of its process is seen."""
    if subject.port is None:
        return {}
    asked, connected = _asked(subject), {"tcpSocket": {"port": "http"}}
    alive = asked if _alone(subject) else connected
    return {
        "startupProbe": {**asked, **_times(START_SECONDS, START_TRIES)},
        "readinessProbe": {**asked, **_times(READY_SECONDS, READY_TRIES)},
        "livenessProbe": {**alive, **_times(ALIVE_SECONDS, ALIVE_TRIES)},
    }


def about(subject: Subject) -> tuple[str, ...]:
    """Return what a reader must know about the probes."""
    if subject.port is None or _alone(subject):
        return ()
    return ("Liveness only connects: the health path may ask a service, and a restart does not bring that back.",)


def _alone(subject: Subject) -> bool:
    """Say whether a failing health path can only mean the program itself."""
    return not subject.component.services or not subject.probe.path or bool(_ALIVE.search(subject.probe.path))


def _asked(subject: Subject) -> dict[str, Any]:
    probe = subject.probe
    port: int | str = probe.port if probe.port and probe.port != subject.port else "http"
    if not probe.path.startswith("/"):
        return {"tcpSocket": {"port": port}}
    # By its address alone a framework that checks the host would refuse to answer.
    host = subject.options.host.removeprefix("*.") or "localhost"
    return {"httpGet": {"path": probe.path, "port": port, "httpHeaders": [{"name": "Host", "value": host}]}}


def _times(seconds: int, tries: int) -> dict[str, int]:
    return {"periodSeconds": seconds, "timeoutSeconds": TIMEOUT_SECONDS, "failureThreshold": tries}
