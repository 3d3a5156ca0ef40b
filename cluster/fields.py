"""Read raw API objects whose fields may be missing or of the wrong type.

An object from a cluster, a file or an attacker is the same here: a wrong type reads as "not set". No function in
this module raises on any input. Objects are ``dict`` and ``list``, as the parsers make them: asking for the abstract
``Mapping`` costs several times as much, and these functions run millions of times over a large cluster.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Obj = Mapping[str, Any]
"""A raw object or a part of one, as ``json.loads`` returns it."""

Path = str | int

EMPTY: Obj = {}


def dig(obj: Any, *path: Path) -> Any:
    """Return the value at ``path``, or None where any step is missing or of another type."""
    for part in path:
        if isinstance(obj, dict):
            obj = obj.get(part)
        elif isinstance(obj, list) and isinstance(part, int) and -len(obj) <= part < len(obj):
            obj = obj[part]
        else:
            return None
    return obj


def text(obj: Any, *path: Path) -> str:
    """Return the string at ``path``, or an empty one."""
    for part in path:  # as in ``dig``: this is asked two million times for a large cluster
        if isinstance(obj, dict):
            obj = obj.get(part)
        elif isinstance(obj, list) and isinstance(part, int) and -len(obj) <= part < len(obj):
            obj = obj[part]
        else:
            return ""
    return obj if isinstance(obj, str) else ""


def whole(obj: Any, *path: Path, default: int = 0) -> int:
    """Return the integer at ``path``, or ``default``. A boolean is no integer here."""
    value = dig(obj, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def truth(obj: Any, *path: Path) -> bool:
    """Say whether the value at ``path`` is literally ``true``."""
    return dig(obj, *path) is True


def mapping(obj: Any, *path: Path) -> Obj:
    """Return the object at ``path``, or an empty one."""
    value = dig(obj, *path)
    return value if isinstance(value, dict) else EMPTY


def objects(obj: Any, *path: Path) -> list[Obj]:
    """Return those items of the list at ``path`` that are objects; an empty list where there is no list.

    Indices do not survive when items of another type are left out: use ``numbered`` to build evidence paths.
    """
    return [item for _, item in numbered(obj, *path)]


def numbered(obj: Any, *path: Path) -> Iterator[tuple[int, Obj]]:
    """Yield (index, item) for those items of the list at ``path`` that are objects."""
    value = dig(obj, *path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def strings(obj: Any, *path: Path) -> list[str]:
    """Return those items of the list at ``path`` that are strings."""
    value = dig(obj, *path)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def labels(obj: Any, *path: Path) -> dict[str, str]:
    """Return the string-to-string pairs of the object at ``path``, others left out."""
    pairs: Mapping[Any, Any] = mapping(obj, *path)
    return {key: value for key, value in pairs.items() if isinstance(key, str) and isinstance(value, str)}


def moment(obj: Any, *path: Path) -> datetime | None:
    """Return the RFC 3339 time at ``path`` in UTC, or None. Years before 1971 count as "never" and read as None."""
    return parse_time(text(obj, *path))


def parse_time(value: str) -> datetime | None:
    """Parse an RFC 3339 time; None where it is none or means "never" (the epoch)."""
    if len(value) < 20:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    if parsed.tzinfo is None or not 1971 <= parsed.year <= 9000:
        return None
    return parsed.astimezone(UTC)


def name(obj: Any) -> str:
    """Return ``metadata.name``."""
    return text(obj, "metadata", "name")


def namespace(obj: Any) -> str:
    """Return ``metadata.namespace``."""
    return text(obj, "metadata", "namespace")


def uid(obj: Any) -> str:
    """Return ``metadata.uid``."""
    return text(obj, "metadata", "uid")


def condition(obj: Any, kind: str) -> Obj:
    """Return the entry of ``status.conditions`` whose type is ``kind``, or an empty object."""
    for item in objects(obj, "status", "conditions"):
        if item.get("type") == kind:
            return item
    return EMPTY
