"""The frozen state of a cluster, or of a part of it, at one moment.

A ``Snapshot`` holds raw objects as dictionaries, indexed; events by what they are about; log excerpts; and a
``Coverage`` that says what was read completely, what was refused and what is missing. It answers questions and
never does I/O, so that any real case can be replayed from a file.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from cluster.fields import EMPTY, Obj, dig, mapping, moment, name, namespace, objects, text, uid, whole
from cluster.kinds import BY_KEY, group_of, kind_key
from core.evidence import (
    ABSENT,
    UNSET,
    AbsenceSource,
    EventSource,
    FieldSource,
    FileSource,
    LogSource,
    ObjectRef,
    Source,
)

COMBINED = "(combined from similar events): "


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCoverage:
    """What is known about one kind in one namespace (empty: in the whole cluster).

    ``state``: ``complete`` every object was read; ``partial`` some were; ``refused`` the caller may not read it;
    ``failed`` the read broke off; ``absent`` the server or recording does not have the kind.
    """

    kind: str
    namespace: str = ""
    state: Literal["complete", "partial", "refused", "failed", "absent"]
    count: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCoverage:
    """What is known about one log: read, cut (older or longer lines are missing), or missing with the reason."""

    pod: ObjectRef
    container: str
    previous: bool
    state: Literal["read", "cut", "missing"]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the snapshot could and could not see. Refused is not absent; absent is not empty."""

    kinds: tuple[KindCoverage, ...] = ()
    logs: tuple[LogCoverage, ...] = ()
    notes: tuple[str, ...] = ()

    def complete(self, kind: str, namespace: str = "") -> bool:
        """Say whether every object of ``kind`` in ``namespace`` (empty: everywhere) was read."""
        return any(
            entry.kind == kind and entry.state == "complete" and entry.namespace in {"", namespace}
            for entry in self.kinds
        )

    @property
    def gaps(self) -> tuple[KindCoverage, ...]:
        """Return the kinds that could not be read completely and exist."""
        return tuple(entry for entry in self.kinds if entry.state in {"partial", "refused", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExcerpt:
    """The lines that were kept of one log, oldest first, already redacted.

    ``cut`` says that lines before or between these are missing. Line 1 is the first line
    kept, whatever its number in the container's own log.
    """

    lines: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A Kubernetes event in one form, whichever API version it came from. ``last`` is when it was last seen."""

    ref: ObjectRef
    name: str
    type: str
    reason: str
    message: str
    count: int
    first: datetime | None
    last: datetime | None
    field_path: str
    component: str

    @property
    def container(self) -> str:
        """Return the container that ``fieldPath`` names (``spec.containers{web}``), or an empty string."""
        head, brace, rest = self.field_path.partition("{")
        return rest.rstrip("}") if brace and head.startswith("spec.") else ""

    @property
    def source(self) -> EventSource:
        """Where this event stands, for evidence."""
        return EventSource(object=self.ref, event=self.name, reason=self.reason)


def parse_event(raw: Obj) -> Event:
    """Read an event of ``v1`` or ``events.k8s.io/v1``; the time is the newest of those that are set."""
    about = mapping(raw, "involvedObject") or mapping(raw, "regarding")
    times = [
        moment(raw, "series", "lastObservedTime"),
        moment(raw, "lastTimestamp"),
        moment(raw, "deprecatedLastTimestamp"),
        moment(raw, "eventTime"),
    ]
    last = max((time for time in times if time), default=None) or moment(raw, "metadata", "creationTimestamp")
    message = text(raw, "message") or text(raw, "note")
    return Event(
        ref=ObjectRef(
            kind=text(about, "kind"),
            namespace=text(about, "namespace"),
            name=text(about, "name"),
            group=group_of(text(about, "apiVersion")),
            uid=text(about, "uid"),
        ),
        name=name(raw),
        type=text(raw, "type"),
        reason=text(raw, "reason"),
        message=message.removeprefix(COMBINED),
        count=max(whole(raw, "count"), whole(raw, "deprecatedCount"), whole(raw, "series", "count"), 1),
        first=moment(raw, "firstTimestamp")
        or moment(raw, "deprecatedFirstTimestamp")
        or moment(raw, "eventTime")
        or last,
        last=last,
        field_path=text(about, "fieldPath"),
        component=text(raw, "source", "component")
        or text(raw, "reportingComponent")
        or text(raw, "reportingController"),
    )


def ref_of(obj: Obj) -> ObjectRef:
    """Point at a raw object. Its ``kind`` and ``apiVersion`` are set when a snapshot is built."""
    metadata = mapping(obj, "metadata")
    return ObjectRef(
        kind=_word(obj, "kind"),
        namespace=_word(metadata, "namespace"),
        name=_word(metadata, "name"),
        group=group_of(_word(obj, "apiVersion")),
        uid=_word(metadata, "uid"),
    )


def _word(obj: Obj, key: str) -> str:
    """Return the string under a key: ``text`` for one step, since references are made by the hundred thousand."""
    value = obj.get(key)
    return value if isinstance(value, str) else ""


Key = tuple[str, str]
"""(namespace, name)."""

LogKey = tuple[str, str, str, bool]
"""(namespace, pod, container, previous)."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Objects, events, logs and coverage of one moment. ``now`` is the time of collection, never the clock.

    ``objects`` maps a kind key (see ``cluster.kinds``) to objects by (namespace, name), in that order.
    """

    now: datetime
    origin: str = ""
    namespace: str = ""
    server_version: str = ""
    objects: Mapping[str, Mapping[Key, Obj]] = field(default_factory=dict)
    logs: Mapping[LogKey, LogExcerpt] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)

    # -- objects

    def kinds(self) -> tuple[str, ...]:
        """Return the kind keys of which at least one object is here."""
        return tuple(self.objects)

    def all(self, kind: str, namespace: str = "") -> Iterable[Obj]:
        """Return all objects of a kind key, in one namespace or (empty) in all, ordered by namespace and name."""
        table = self.objects.get(kind)
        if table is None:
            return ()
        if not namespace or not BY_KEY.get(kind, _NAMESPACED).namespaced:
            return table.values()
        keys = self._keys[kind]
        low = bisect_left(keys, (namespace, ""))
        high = bisect_left(keys, (namespace + "\0", ""))
        return [table[key] for key in keys[low:high]]

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """Return the object, or None: not there, or not read (ask ``coverage``)."""
        return self.objects.get(kind, {}).get((namespace, name))

    def find(self, ref: ObjectRef) -> Obj | None:
        """Return the object a reference points at. The uid is not compared."""
        return self.get(kind_key(ref.kind, ref.group), ref.namespace, ref.name)

    def absent(self, kind: str, namespace: str, name: str) -> bool:
        """Say whether the object is *known* not to exist: the list is complete and does not hold it."""
        return self.get(kind, namespace, name) is None and self.coverage.complete(kind, namespace)

    @cached_property
    def _keys(self) -> Mapping[str, list[Key]]:
        return {kind: list(table) for kind, table in self.objects.items()}

    @cached_property
    def by_uid(self) -> Mapping[str, Obj]:
        """Return every object that has a uid, by it."""
        return {uid(obj): obj for table in self.objects.values() for obj in table.values() if uid(obj)}

    @cached_property
    def owned(self) -> Mapping[str, tuple[Obj, ...]]:
        """Objects by the uid of their controlling owner."""
        found: dict[str, list[Obj]] = {}
        for table in self.objects.values():
            for obj in table.values():
                if owner := controller_of(obj):
                    found.setdefault(text(owner, "uid"), []).append(obj)
        return {key: tuple(value) for key, value in found.items()}

    # -- events

    @cached_property
    def _events(self) -> Mapping[tuple[str, str, str], tuple[Event, ...]]:
        found: dict[tuple[str, str, str], list[Event]] = {}
        for raw in self.objects.get("Event", {}).values():
            event = parse_event(raw)
            found.setdefault((event.ref.kind, event.ref.namespace, event.ref.name), []).append(event)
        start = datetime.min.replace(tzinfo=UTC)
        return {key: tuple(sorted(value, key=lambda e: (e.last or start, e.name))) for key, value in found.items()}

    def events(self, obj: Obj) -> tuple[Event, ...]:
        """Events about exactly this object (same uid), oldest first.

        A Node is matched by name: the kubelet writes the node's name where the uid belongs.
        """
        metadata, kind = mapping(obj, "metadata"), _word(obj, "kind")
        space, wanted = _word(metadata, "namespace"), _word(metadata, "name")
        about = self._events.get((kind, space, wanted), ())
        if kind == "Node":
            return about or self._events.get((kind, "default", wanted), ())
        if not about:
            return ()
        own = _word(metadata, "uid")
        return tuple(event for event in about if not event.ref.uid or not own or event.ref.uid == own)

    def events_about(self, ref: ObjectRef) -> tuple[Event, ...]:
        """Events about an object that may no longer exist, by kind, namespace and name, oldest first."""
        return self._events.get((ref.kind, ref.namespace, ref.name), ())

    def iter_events(self) -> Iterator[Event]:
        """Return all events, grouped by what they are about."""
        for group in self._events.values():
            yield from group

    # -- logs

    def log(self, pod: Obj, container: str, *, previous: bool = False) -> LogExcerpt | None:
        """Return the excerpt of a container's log, or None when it was not read."""
        return self.logs.get((namespace(pod), name(pod), container, previous))

    # -- evidence

    def read(self, source: Source) -> str | None:
        """Return the text that stands at ``source`` (see ``core.evidence.verify``)."""
        match source:
            case FieldSource():
                obj = self.find(source.object)
                return None if obj is None else written(dig(obj, *source.path))
            case EventSource():
                for event in self.events_about(source.object):
                    if event.name == source.event:
                        return event.message or event.reason
                return None
            case LogSource():
                excerpt = self.logs.get((source.pod.namespace, source.pod.name, source.container, source.previous))
                lines = excerpt.lines if excerpt else ()
                return lines[source.line - 1] if 0 < source.line <= len(lines) else None
            case AbsenceSource():
                ref = source.object
                return ABSENT if self.absent(kind_key(ref.kind, ref.group), ref.namespace, ref.name) else None
            case FileSource():
                return None  # a cluster holds no source files


def written(value: Any) -> str:
    """Write a field's value as evidence quotes it: strings as they are, the rest as compact JSON."""
    if value is None:
        return UNSET
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    )


def controller_of(obj: Obj) -> Obj:
    """Return the owner reference with ``controller: true``, else the only one, else an empty object."""
    owners = dig(obj, "metadata", "ownerReferences")
    if not isinstance(owners, list):
        return EMPTY
    entries = [owner for owner in owners if isinstance(owner, dict)]
    for owner in entries:
        if owner.get("controller") is True:
            return owner
    return entries[0] if len(entries) == 1 else EMPTY


class SnapshotBuilder:
    """Gather what a source reads and freeze it. A later object of the same key replaces an earlier one."""

    def __init__(self, *, origin: str, namespace: str = "") -> None:
        self.origin = origin
        self.namespace = namespace
        self.server_version = ""
        self._objects: dict[str, dict[Key, Obj]] = {}
        self._logs: dict[LogKey, LogExcerpt] = {}
        self._kinds: dict[tuple[str, str], KindCoverage] = {}
        self._log_coverage: list[LogCoverage] = []
        self._notes: list[str] = []

    def add(self, obj: Obj, *, kind: str = "", api_version: str = "") -> None:
        """Add an object; items of a list have neither ``kind`` nor ``apiVersion``, so both may be given here."""
        if not name(obj):
            return
        if (kind and not text(obj, "kind")) or (api_version and not text(obj, "apiVersion")):
            obj = {**obj, "kind": text(obj, "kind") or kind, "apiVersion": text(obj, "apiVersion") or api_version}
        key = kind_key(text(obj, "kind"), group_of(text(obj, "apiVersion")))
        if key:
            self._objects.setdefault(key, {})[(namespace(obj), name(obj))] = obj

    def add_log(
        self, pod: ObjectRef, container: str, lines: Iterable[str], *, previous: bool = False, cut: bool = False
    ) -> None:
        """Add a log excerpt and its coverage."""
        excerpt = LogExcerpt(lines=tuple(lines), cut=cut)
        self._logs[(pod.namespace, pod.name, container, previous)] = excerpt
        self.log_covered(LogCoverage(pod=pod, container=container, previous=previous, state="cut" if cut else "read"))

    def covered(self, entry: KindCoverage) -> None:
        """Record what is known about a kind; a later entry for the same kind and namespace replaces an earlier one."""
        self._kinds[(entry.kind, entry.namespace)] = entry

    def log_covered(self, entry: LogCoverage) -> None:
        """Record what is known about a log."""
        self._log_coverage.append(entry)

    def note(self, sentence: str) -> None:
        """Record something else that limits what can be said."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def objects(self, kind: str) -> Iterable[Obj]:
        """Return what has been added so far of one kind key."""
        return self._objects.get(kind, {}).values()

    def excerpts(self) -> Iterable[LogExcerpt]:
        """Return the log excerpts that have been added so far."""
        return self._logs.values()

    def read_state(self, kind: str, namespace: str = "") -> str:
        """Return how reading the kind in that namespace, or everywhere, ended; an empty string before it was tried."""
        entry = self._kinds.get((kind, namespace)) or self._kinds.get((kind, ""))
        return entry.state if entry else ""

    def newest_moment(self) -> datetime | None:
        """Return the newest timestamp in what was added: "now" for sources that do not say when they were made."""
        newest: datetime | None = None
        for table in self._objects.values():
            for obj in table.values():
                for time in _moments(obj):
                    if newest is None or time > newest:
                        newest = time
        return newest

    def build(self, *, now: datetime) -> Snapshot:
        """Freeze. Objects are ordered by kind key, namespace and name, so that equal input gives equal output."""
        return Snapshot(
            now=now,
            origin=self.origin,
            namespace=self.namespace,
            server_version=self.server_version,
            objects={kind: dict(sorted(self._objects[kind].items())) for kind in sorted(self._objects)},
            logs=dict(sorted(self._logs.items())),
            coverage=Coverage(
                kinds=tuple(entry for _, entry in sorted(self._kinds.items())),
                logs=tuple(sorted(self._log_coverage, key=lambda e: (e.pod, e.container, e.previous))),
                notes=tuple(self._notes),
            ),
        )


_OBJECT_MOMENTS: tuple[tuple[str, ...], ...] = (
    ("metadata", "creationTimestamp"),
    ("lastTimestamp",),
    ("eventTime",),
    ("series", "lastObservedTime"),
    ("status", "startTime"),
    ("spec", "renewTime"),
)
_STATUS_MOMENTS: tuple[tuple[str, ...], ...] = (
    ("lastTransitionTime",),
    ("lastHeartbeatTime",),
    ("lastUpdateTime",),
    ("state", "running", "startedAt"),
    ("state", "terminated", "finishedAt"),
    ("lastState", "terminated", "finishedAt"),
)


def _moments(obj: Obj) -> Iterator[datetime]:
    """Yield the times that say when something was last seen; a time in the future (deletion, expiry) is left out."""
    for path in _OBJECT_MOMENTS:
        if time := moment(obj, *path):
            yield time
    for key in ("conditions", "containerStatuses", "initContainerStatuses"):
        for entry in objects(obj, "status", key):
            for path in _STATUS_MOMENTS:
                if time := moment(entry, *path):
                    yield time


_NAMESPACED = BY_KEY["Pod"]
