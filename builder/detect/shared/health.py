"""Which routes of a server are there to say that it is well, by what people call them."""

import re
from collections.abc import Iterable

_HEALTH = re.compile(
    r"^/(?:(?:api|v\d+|_|-|status|system|actuator|internal)/)*"
    r"(?P<name>_?health(?:z|[-_]?check|checks)?|livez?|liveness|alive|readyz?|readiness|up|ping|status|heartbeat|okcomputer)"
    r"(?:/(?P<part>live|liveness|ready|readiness|alive))?/?$",
    re.IGNORECASE,
)
_FIRST = ("health", "live", "alive", "up", "okcomputer", "heartbeat", "ping", "ready", "status")
"""Beginnings of names, the best first: what says that the program runs, before what asks its databases too."""


def health_path(paths: Iterable[str]) -> str:
    """Return the best of the paths that are there to be asked whether a program is well, empty where none is."""
    found = {path: rank for path in paths if (rank := _rank(path)) is not None}
    return min(found, key=lambda path: (found[path], len(path), path), default="")


def _rank(path: str) -> int | None:
    told = _HEALTH.match(path)
    if told is None:
        return None
    name = told["name"].lower().lstrip("_")
    rank = next(at for at, begins in enumerate(_FIRST) if name.startswith(begins))
    return rank + (len(_FIRST) if (told["part"] or "").lower().startswith("read") else 0)
