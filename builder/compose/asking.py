"""Health checks as probes."""

import math
from typing import Any

from builder.compose.model import Health

MOST_SECONDS = 300
"""Of one period: a check that is asked less often says nothing in time."""

SLOWER = 2
"""A restart comes after this many times the failures that take requests away: Docker itself never restarts."""

START_SECONDS = 5
"""How often a starting container is asked at least."""


def exec_probes(health: Health) -> dict[str, Any]:
    """Return the probes that run the check's own words."""
    words = [word.replace("$(", "$$(") for word in health.words]
    return timed({"exec": {"command": words}}, health)


def timed(asked: dict[str, Any], health: Health) -> dict[str, Any]:
    """Return the three probes with the times of a health check."""
    period = min(MOST_SECONDS, max(1, round(health.interval)))
    timeout = min(period, max(1, round(health.timeout)))
    start = min(period, max(1, round(health.start_interval)), START_SECONDS)
    tries = math.ceil(health.start / start) + max(1, math.ceil(period * health.retries / start))
    common = {"periodSeconds": period, "timeoutSeconds": timeout}
    return {
        "startupProbe": {**asked, "periodSeconds": start, "timeoutSeconds": timeout, "failureThreshold": tries},
        "readinessProbe": {**asked, **common, "failureThreshold": health.retries},
        "livenessProbe": {**asked, **common, "failureThreshold": health.retries * SLOWER},
    }
