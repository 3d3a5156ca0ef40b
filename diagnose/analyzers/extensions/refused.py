"""Where somebody was told that a kind does not exist: conditions, events, and the logs of controllers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, moment, numbered, text
from cluster.kinds import BY_KEY, kind_key
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from diagnose.containers import FieldPath, containers
from diagnose.findings import Edge, Reach
from diagnose.logs.ending import readings_of_end
from diagnose.logs.reading import LogReading, read_log
from diagnose.scene import Scene
from diagnose.state import pod_ready, termination_current

NO_MATCH = re.compile(
    r"no matches for kind \\?\"([A-Za-z][\w]{0,120})\\?\" in (?:versions?|group) \\?\"([\w./-]{1,160})\\?\"",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"(?:failed to (?:list|watch)|watch of) \*?(?:([\w./-]{0,120})\.)?([A-Z]\w{1,120}): (?:failed to list \S{1,160}: )?"
    r"the server could not find the requested resource"
    r"(?: \((?:get|list) ([a-z0-9]{1,100})\.([a-z0-9.-]{1,160})\))?",
)
_GITOPS = re.compile(
    r"API could not find (?:version \"(?P<version>[\w.-]{1,60})\" of )?"
    r"(?P<group>[a-z0-9.-]{0,160})/(?P<kind>[A-Z]\w{1,120}) for requested resource"
)
"""A sync that names the kind, and the version where another one of that kind is served."""
_VERSION = re.compile(r"v\d{1,3}(?:(?:alpha|beta)\d{1,3})?")
_ANY_KIND = frozenset({"PartialObjectMetadata", "Unstructured"})
"""Types that programs use for objects of whatever kind: they name none."""
_WORDS = ("no matches for kind", "could not find the requested resource", "for requested resource")
FRESH_SECONDS = 600
"""Lines and events older than this say nothing of the present."""
LAST_ITEMS = 60
_SERVED = frozenset({"HorizontalPodAutoscaler"})
"""Kinds whose own rules speak of missing kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Somebody needs ``kind`` of ``group``/``version`` (either may be empty where it was not said)."""

    kind: str
    group: str
    version: str
    about: ObjectRef
    affected: tuple[Reach, ...]
    evidence: Evidence
    since: datetime | None
    source: str


def refused(scene: Scene) -> Iterator[Refused]:
    """Yield who was told so and still is, the surest sources first."""
    yield from _conditions(scene)
    yield from _events(scene)
    yield from _logs(scene)


def parsed(words: str) -> tuple[str, str, str] | None:
    """Return kind, group and version that a text says are not there."""
    if match := NO_MATCH.search(words[:8000]):
        head, slash, tail = match[2].partition("/")
        # A core version such as "v1" stands without a group; a bare group is written where versions are unknown.
        if slash:
            return match[1], head, tail
        return (match[1], "", head) if _VERSION.fullmatch(head) else (match[1], head, "")
    if match := _GITOPS.search(words[:8000]):
        return match["kind"], match["group"], match["version"] or ""
    match = _LIST.search(words[:8000])
    if match is None or match[2] in _ANY_KIND:
        return None
    # Programs name the type by its package, and that of an API by its version: ``*v1beta1.Ingress``.
    package = (match[1] or "").rpartition("/")[2]
    return match[2], match[4] or "", package if _VERSION.fullmatch(package) else ""


def _said(words: str) -> bool:
    return any(word in words for word in _WORDS)


_PLACES: tuple[FieldPath, ...] = (
    ("status", "operationState", "message"),
    ("status", "failureMessage"),
    ("status", "message"),
    ("status", "lastError"),
)


def _conditions(scene: Scene) -> Iterator[Refused]:
    """Read the conditions of custom resources that are not met; those of built-in kinds hold no such text."""
    for key in scene.snapshot.kinds():
        if key in BY_KEY:
            continue
        for obj in scene.snapshot.all(key):
            if text(obj, "metadata", "deletionTimestamp"):
                continue
            for path, since in _texts(obj):
                found = parsed(text(obj, *path))
                if found is not None:
                    yield _made(found, ref_of(obj), (), scene.field(obj, *path), since, "condition")
                    break


def _texts(obj: Obj) -> Iterator[tuple[FieldPath, datetime | None]]:
    for index, entry in numbered(obj, "status", "conditions"):
        said = text(entry, "message")
        good = text(entry, "status") == "True" and text(entry, "type") in {"Ready", "Available", "Synced", "Reconciled"}
        if said and not good and _said(said):
            yield ("status", "conditions", index, "message"), moment(entry, "lastTransitionTime")
    for index, entry in numbered(obj, "status", "operationState", "syncResult", "resources"):
        if _said(text(entry, "message")):
            yield ("status", "operationState", "syncResult", "resources", index, "message"), None
    done = text(obj, "status", "operationState", "phase") == "Succeeded"
    for path in _PLACES:
        if not done and _said(text(obj, *path)):
            yield path, None


def _events(scene: Scene) -> Iterator[Refused]:
    for event in scene.snapshot.iter_events():
        if not _said(event.message) or event.ref.kind in _SERVED or event.type == "Normal":
            continue
        found = parsed(event.message)
        obj = scene.snapshot.find(event.ref)
        if found is None or obj is None or scene.age(event.last) > FRESH_SECONDS:
            continue
        if kind_key(event.ref.kind, event.ref.group) == "Pod" and pod_ready(obj):
            continue
        yield _made(found, ref_of(obj), (), scene.event(event), event.first, "event")


def _logs(scene: Scene) -> Iterator[Refused]:
    """Read the logs of those that ended with it, and of those that keep saying it."""
    logged = {(space, pod) for space, pod, _, _ in scene.snapshot.logs}
    for space, label in sorted(logged):
        pod = scene.snapshot.get("Pod", space, label)
        if pod is None or text(pod, "metadata", "deletionTimestamp"):
            continue
        for container in containers(pod):
            if container.ended and termination_current(scene, container):
                readings = list(readings_of_end(scene, container))
                needed = 1
            elif container.running:
                reading = read_log(scene, pod, container.name, previous=False)
                readings = [reading] if reading is not None else []
                needed = 2 if pod_ready(pod) else 1
            else:
                continue
            for reading in readings:
                yield from _lines(scene, pod, container.name, reading, needed)


def _lines(scene: Scene, pod: Obj, part: str, reading: LogReading, needed: int) -> Iterator[Refused]:
    found: dict[tuple[str, str, str], list[int]] = {}
    times: dict[tuple[str, str, str], datetime | None] = {}
    for item in reading.items[-LAST_ITEMS:]:
        if not _said(item.raw or item.text) or item.level in {"info", "debug"}:
            continue
        if item.time is not None and not reading.previous and scene.age(item.time) > FRESH_SECONDS:
            continue
        key = parsed(item.text) or parsed(item.raw)
        if key is not None:
            found.setdefault(key, []).append(item.number)
            times.setdefault(key, item.time)
    for key, numbers in found.items():
        if len(numbers) >= needed:
            line = scene.line(pod, part, numbers[-1], previous=reading.previous)
            yield _made(key, scene.holder_ref(pod), scene.reach_pods([pod]), line, times[key], "log")


def _made(
    found: tuple[str, str, str],
    about: ObjectRef,
    affected: tuple[Reach, ...],
    evidence: Evidence,
    since: datetime | None,
    source: str,
) -> Refused:
    kind, group, version = found
    own = affected or ((Reach(ref=about, edge=Edge.OWNER),) if about.kind == "Pod" else ())
    return Refused(
        kind=kind,
        group=group,
        version=version,
        about=about,
        affected=own,
        evidence=evidence,
        since=since,
        source=source,
    )
