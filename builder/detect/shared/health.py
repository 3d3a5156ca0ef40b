"""Which routes of a server are there to say that it is well, by what people call them."""

import re
from collections.abc import Iterable

_NAMES = (
    r"_?health(?:z|[-_]?check|checks)?|livez?|liveness|alive|readyz?|readiness|up|ping|status|heartbeat|okcomputer|ht"
)
_HEALTH = re.compile(
    r"^/(?:(?:api|v\d+|_|-|status|system|actuator|internal)/)*"
    rf"(?P<name>{_NAMES})"
    r"(?:/(?P<part>live|liveness|ready|readiness|alive))?/?$",
    re.IGNORECASE,
)
_SPOKEN = re.compile(rf"""["'`:/^]/?(?:{_NAMES})\b""", re.IGNORECASE)
_FIRST = ("health", "live", "alive", "up", "okcomputer", "ht", "heartbeat", "ping", "ready", "status")
"""Beginnings of names, the best first: what says that the program runs, before what asks its databases too."""
_OF_VALUES = frozenset({"alive", "heartbeat", "ht", "live", "liveness", "readiness", "ready", "status"})


def health_path(paths: Iterable[str]) -> str:
    """Return the best of the paths that are there to be asked whether a program is well, empty where none is."""
    found = {path: rank for path in paths if (rank := _rank(path)) is not None}
    return min(found, key=lambda path: (found[path], len(path), path), default="")


def health_route(route: str, *, anywhere: bool = False) -> str:
    """Return the path under which such a route is asked for, empty for any other route.

    Some frameworks leave out the first slash. Words that are more often the name of a value are none without it, nor
    where the text may stand ``anywhere``, not only where routes are declared.
    """
    path = route if route.startswith("/") else f"/{route}"
    if not _HEALTH.match(path) or (anywhere and path is not route):
        return ""
    plain = path is not route or anywhere
    return "" if plain and path.strip("/").lower() in _OF_VALUES else path


def speaks_of_health(source: str) -> bool:
    """Say whether the text of a source may hold such a route: only then is it worth parsing."""
    return _SPOKEN.search(source) is not None


def _rank(path: str) -> int | None:
    told = _HEALTH.match(path)
    if told is None:
        return None
    name = told["name"].lower().lstrip("_")
    rank = next(at for at, begins in enumerate(_FIRST) if name.startswith(begins))
    return rank + (len(_FIRST) if (told["part"] or "").lower().startswith("read") else 0)
