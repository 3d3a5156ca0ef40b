"""Bring together what several forms say of one object, field by field.

The form with more detail wins; of two equal ones the later. Nothing is overwritten with what is not known.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cluster.kinds import Kind
from cluster.recording.forms import FORM, FORMS

Fragment = dict[str, Any]
Place = tuple[str, str, str, str]
"""(kind, apiVersion, namespace, name)."""

WISH, MENTIONED, TABLE, DESCRIBED, NEAT, WRITTEN = range(6)
"""How much detail a form has; a manifest is a wish and yields to all that is live."""

_NAMED = {
    **dict.fromkeys(("containers", "initContainers", "containerStatuses", "initContainerStatuses"), "name"),
    **dict.fromkeys(("env", "volumes"), "name"),
    **dict.fromkeys(("conditions",), "type"),
}
_SPACE = uuid.UUID("6f3dd0c6-5a8b-4f0e-9b5f-2f7a6f0f2d61")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one form says of an object. ``order`` is the place of the command in the session."""

    rank: int
    order: int
    fragment: Fragment


class Sightings:
    """All that was seen, by object."""

    def __init__(self) -> None:
        self._seen: dict[Place, list[Sighting]] = {}

    def see(self, kind: Kind, namespace: str, name: str, fragment: Fragment, *, rank: int, order: int) -> None:
        """Keep what a form says of an object of a built-in kind."""
        version = f"{kind.group}/{kind.version}" if kind.group else kind.version
        self.see_written(
            {"kind": kind.kind, "apiVersion": version, **fragment},
            namespace if kind.namespaced else "",
            name,
            rank=rank,
            order=order,
        )

    def see_written(self, obj: Fragment, namespace: str, name: str, *, rank: int, order: int) -> None:
        """Keep an object of any kind."""
        group = str(obj.get("apiVersion") or "").rpartition("/")[0]
        place = (str(obj.get("kind") or ""), group, namespace, name)
        if name and place[0]:
            self._seen.setdefault(place, []).append(Sighting(rank=rank, order=order, fragment=obj))

    def of(self, place: Place) -> list[Sighting]:
        """Return all sightings of one object in the order of the text."""
        return self._seen.get(place, [])

    def merged(self) -> Iterator[tuple[Place, Fragment, int]]:
        """Yield every object, with the best detail it was seen in."""
        for place, seen in self._seen.items():
            out: Fragment = {}
            for sighting in _telling(seen):
                out = merge(out, sighting.fragment)
            _correct(out, seen, place[0])
            _, _, namespace, name = place
            meta = dict(out.get("metadata") or {}) if isinstance(out.get("metadata"), dict) else {}
            meta["name"] = name
            if namespace:
                meta["namespace"] = namespace
            out["metadata"] = meta
            rank = max(s.rank for s in seen)
            out[FORM] = FORMS[rank]
            yield place, out, rank


def _telling(seen: list[Sighting]) -> list[Sighting]:
    """Order sightings from the least detail; of whole forms only the last counts, and no wish beside one of them."""
    ordered = sorted(seen, key=lambda s: (s.rank, s.order))
    best = ordered[-1].rank
    last = {s.rank: s for s in ordered}
    return [
        s
        for s in ordered
        if (s.rank in {MENTIONED, TABLE} or last[s.rank] is s) and (s.rank != WISH or best < DESCRIBED)
    ]


def _correct(out: Fragment, seen: list[Sighting], kind: str) -> None:
    """Let a table that was printed after the best form correct the status; pods have rules of their own."""
    best = max(seen, key=lambda s: (s.rank, s.order))
    if kind == "Pod" or best.rank <= TABLE:
        return
    for sighting in sorted(seen, key=lambda s: s.order):
        status = sighting.fragment.get("status")
        if sighting.rank == TABLE and sighting.order > best.order and isinstance(status, dict):
            old = out.get("status")
            out["status"] = merge(old, status) if isinstance(old, dict) else status


def merge(low: Fragment, high: Fragment) -> Fragment:
    """Lay one fragment over another."""
    out = dict(low)
    for key, value in high.items():
        old = out.get(key)
        if value is None or (value in ("", {}) and old is not None):
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            out[key] = value if key in _WHOLE else merge(old, value)
        elif isinstance(value, list) and isinstance(old, list) and key in _NAMED:
            out[key] = _by_name(old, value, _NAMED[key])
        else:
            out[key] = value
    return out


_WHOLE = frozenset({"state", "lastState", "data"})
"""Mappings that hold one of several: half of an old state under a new one would be a third."""


def _by_name(old: list[Any], new: list[Any], key: str) -> list[Any]:
    """Merge two lists of named things; both in the order of the newer one."""
    before = {item.get(key): item for item in old if isinstance(item, dict) and isinstance(item.get(key), str)}
    out: list[Any] = []
    names: set[Any] = set()
    for item in new:
        if isinstance(item, dict) and isinstance(item.get(key), str):
            names.add(item[key])
            item = merge(before.get(item[key], {}), item)
        out.append(item)
    return out + [item for name, item in before.items() if name not in names]


def made_uid(kind: str, group: str, namespace: str, name: str) -> str:
    """Return a uid for an object whose own is not in the text: always the same for the same object."""
    return str(uuid.uuid5(_SPACE, "/".join((kind, group, namespace, name))))
