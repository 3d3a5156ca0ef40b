"""The objects of one collection, as the compact JSON of what a snapshot would hold: a tenth of the size of objects.

They are cleaned and redacted before they come here, by the same function as in a snapshot.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cluster.fields import name, namespace, text, uid
from cluster.kinds import Kind
from cluster.listing import clean
from cluster.snapshot import parse_event
from cluster.watching.limits import WatchLimits

_PRUNED_AT_ONCE = 10
"""A tenth of the events is dropped when there are too many, so that sorting them is rare."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object. ``seen`` is when an event was last seen, in seconds, and 0 for other kinds."""

    uid: str
    version: str
    body: bytes
    seen: float


Table = dict[str, dict[str, Entry]]
"""Entries by namespace and name."""


@dataclass(slots=True)
class Room:
    """Bytes that are held by all collections of a cache, and how many may be."""

    most: int
    used: int = 0


class Held:
    """What is known of one collection. ``note`` says why objects are missing from it; empty where none are."""

    def __init__(self, kind: Kind, limits: WatchLimits, room: Room) -> None:
        self.kind = kind
        self.note = ""
        self.count = 0
        self.size = 0
        self._limits, self._room = limits, room
        self._table: Table = {}
        self._is_event = kind.key == "Event"
        self._newest = 0.0
        self._until_pruned = 0

    def put(self, obj: dict[str, Any]) -> bool:
        """Add or replace an object; say whether that changed anything. The same version twice changes nothing."""
        if self._known(obj) is not None or not name(obj):
            return False
        entry = self._entry(obj)
        self._insert(namespace(obj), name(obj), entry)
        if self._is_event:
            self._prune_at_times()
        return True

    def drop(self, obj: dict[str, Any]) -> bool:
        """Remove an object; say whether it was here. One of the same name with another uid is not meant."""
        found = self._table.get(namespace(obj), {}).get(name(obj))
        if found is None or (found.uid and uid(obj) and found.uid != uid(obj)):
            return False
        self._remove(namespace(obj), name(obj))
        return True

    def prepared(self, items: Iterable[dict[str, Any]]) -> list[tuple[str, str, Entry]]:
        """Turn listed objects into entries, those that are held in this version as they are. Changes nothing."""
        return [(namespace(item), name(item), self._known(item) or self._entry(item)) for item in items if name(item)]

    def replace(self, listed: Iterable[tuple[str, str, Entry]]) -> set[str]:
        """Hold exactly what was listed; return the namespaces in which that changed something."""
        before, self._table = self._table, {}
        self._room.used -= self.size
        self.note, self.count, self.size = "", 0, 0
        touched: set[str] = set()
        for space, called, entry in listed:
            self._insert(space, called, entry)
            if before.get(space, {}).get(called) is not entry:
                touched.add(space)
        for space, names in before.items():
            if names.keys() - self._table.get(space, {}).keys():
                touched.add(space)
        if self._is_event:
            self._prune()
        return touched

    def clear(self) -> set[str]:
        """Hold nothing any more; return the namespaces in which there was something."""
        return self.replace(())

    def bodies(self, namespace: str = "") -> list[bytes]:
        """Return the objects in a namespace, or (empty) in all, as JSON."""
        if namespace:
            return [entry.body for entry in self._table.get(namespace, {}).values()]
        return [entry.body for names in self._table.values() for entry in names.values()]

    def find(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Return one object, or None."""
        entry = self._table.get(namespace, {}).get(name)
        return None if entry is None else parsed(entry.body)

    def versions(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Return uid and resource version of every object by namespace and name."""
        return {
            (space, called): (entry.uid, entry.version)
            for space, names in self._table.items()
            for called, entry in names.items()
        }

    def _known(self, obj: dict[str, Any]) -> Entry | None:
        entry = self._table.get(namespace(obj), {}).get(name(obj))
        if entry is None or entry.uid != uid(obj) or entry.version != text(obj, "metadata", "resourceVersion"):
            return None
        return entry

    def _entry(self, obj: dict[str, Any]) -> Entry:
        identity, version = uid(obj), text(obj, "metadata", "resourceVersion")
        (cleaned,) = clean([obj], self.kind)
        last = parse_event(cleaned).last if self._is_event else None
        return Entry(identity, version, written(cleaned), last.timestamp() if last else 0.0)

    def _insert(self, space: str, called: str, entry: Entry) -> None:
        old = self._table.get(space, {}).get(called)
        grows = len(entry.body) - (len(old.body) if old else 0)
        if old is None and self.count >= self._limits.max_objects:
            self.note = f"only {self._limits.max_objects} objects are held"
        elif grows > 0 and self._room.used + grows > self._room.most:
            self.note = f"only {self.count} objects are held: the memory for watched objects is full"
            if old is not None:
                self._remove(space, called)
        else:
            self._table.setdefault(space, {})[called] = entry
            self.count += old is None
            self.size += grows
            self._room.used += grows
            self._newest = max(self._newest, entry.seen)

    def _remove(self, space: str, called: str) -> None:
        entry = self._table[space].pop(called)
        if not self._table[space]:
            del self._table[space]
        self.count -= 1
        self.size -= len(entry.body)
        self._room.used -= len(entry.body)

    def _prune_at_times(self) -> None:
        self._until_pruned -= 1
        if self.count > self._limits.max_events or self._until_pruned <= 0:
            self._prune()

    def _prune(self) -> None:
        """Drop the events that are too old, measured against the newest one, then the oldest of those too many."""
        self._until_pruned = max(1, self._limits.max_events // _PRUNED_AT_ONCE)
        oldest = self._newest - self._limits.event_seconds
        by_age = sorted(self._events())
        old = sum(1 for seen, _, _ in by_age if seen < oldest)
        if len(by_age) - old > self._limits.max_events:
            old = len(by_age) - self._limits.max_events + self._until_pruned
            self.note = f"only the newest events are held, at most {self._limits.max_events}"
        elif old:
            self.note = self.note or f"only the events of the last {self._limits.event_seconds / 3600:g} h are held"
        for _, space, called in by_age[:old]:
            self._remove(space, called)

    def _events(self) -> Iterator[tuple[float, str, str]]:
        for space, names in self._table.items():
            for called, entry in names.items():
                yield entry.seen, space, called


def written(obj: dict[str, Any]) -> bytes:
    """Return an object as compact JSON. Halves of surrogate pairs, which JSON can hold, survive."""
    return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def parsed(body: bytes) -> dict[str, Any]:
    """Return the object that ``written`` wrote."""
    obj: dict[str, Any] = json.loads(body)
    return obj
