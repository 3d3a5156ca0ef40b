"""Refusals of the API server, read from logs, events and conditions, joined by who asked for what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from cluster.fields import Obj, moment, numbered, text
from cluster.kinds import BY_KEY
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from diagnose.complaints import WINDOW_SECONDS
from diagnose.containers import Container, containers
from diagnose.logs.line import MAX_CHARACTERS
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.rbac import Request
from diagnose.scene import Scene
from diagnose.state import termination_current

_Q = r"\\{0,3}\""
_REFUSED = re.compile(
    rf"User {_Q}(?P<user>[^\"\\]{{1,300}}){_Q} cannot (?P<verb>[a-z]{{2,30}}) (?:"
    rf"path {_Q}(?P<path>/[^\"\\]{{0,300}}){_Q}|"
    rf"resource {_Q}(?P<resource>[^\"\\/]{{1,120}})(?:/(?P<sub>[^\"\\]{{1,120}}))?{_Q}"
    rf" in API group {_Q}(?P<group>[^\"\\]{{0,250}}){_Q}"
    rf"(?: in the namespace {_Q}(?P<space>[^\"\\]{{1,63}}){_Q}| at the cluster scope)?)"
)
_NAMED = re.compile(rf"[a-z0-9.]{{1,250}} {_Q}(?P<name>[^\"\\]{{1,253}}){_Q} is forbidden: $")
_INFORMER = re.compile(r"reflector|failed to (?:list|watch) \*|informer|listwatch", re.IGNORECASE)
_NARROWS = re.compile(
    r"(?:namespaced?[- ]scoped?|single[- ]namespace|falling back|fall back|continuing without|narrow)", re.IGNORECASE
)
_NOT_FOUND = re.compile(
    rf"RBAC: \[?(?P<kind>clusterrole|role)\.rbac\.authorization\.k8s\.io {_Q}(?P<name>[^\"\\]{{1,253}}){_Q} not found"
)
_KINDS = frozenset({"HorizontalPodAutoscaler", "APIService", "Job", "CronJob"})
"""Built-in kinds whose conditions repeat what the API server refused to their controllers."""
MAX_ITEMS = 400
MAX_REFUSALS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One request that the API server refused, ``count`` times.

    ``pod`` says whose log tells it, ``about`` which object otherwise. ``missing_role`` is a role that the server's own
    words say does not exist, as ``Role reader``. ``watches`` marks a list that is followed by a watch.
    """

    request: Request
    evidence: Evidence
    pod: Obj | None = None
    container: str = ""
    about: ObjectRef | None = None
    time: datetime | None = None
    watches: bool = False
    count: int = 1
    missing_role: str = ""


def parse(words: str) -> Request | None:
    """Read a refusal from a text; None where it is none. ``exceeded quota`` and the like are others' refusals."""
    match = _REFUSED.search(words)
    if match is None:
        return None
    subject = _NAMED.search(words[: match.start()])
    return Request(
        user=match["user"],
        verbs=(match["verb"],),
        resource=match["resource"] or "",
        subresource=match["sub"] or "",
        group=match["group"] or "",
        namespace=match["space"] or "",
        name=subject["name"] if subject and match["verb"] not in {"create", "list", "watch"} else "",
        path=match["path"] or "",
    )


def refusals(scene: Scene) -> Iterator[Refusal]:
    """Yield each refusal that counts now, once for each request, the verbs that go together joined."""
    found: dict[tuple[object, ...], Refusal] = {}
    for entry in _all(scene):
        request = entry.request
        pod = id(entry.pod) if entry.pod is not None else entry.about
        key = (pod, request.user, request.spoken, request.namespace, request.name)
        known = found.get(key)
        if known is None:
            if len(found) < MAX_REFUSALS:
                found[key] = entry
        else:
            verbs = tuple(sorted({*known.request.verbs, *request.verbs}))
            found[key] = replace(known, request=replace(known.request, verbs=verbs), count=known.count + 1)
    for entry in found.values():
        if entry.watches and "list" in entry.request.verbs and "watch" not in entry.request.verbs:
            verbs = tuple(sorted({*entry.request.verbs, "watch"}))
            yield replace(entry, request=replace(entry.request, verbs=verbs))
        else:
            yield entry


def _all(scene: Scene) -> Iterator[Refusal]:
    for pod in scene.live_pods:
        for container in containers(pod):
            if container.role != "ephemeral":
                yield from _in_log(scene, container)
    for event in scene.snapshot.iter_events():
        if event.type == "Warning" and " cannot " in event.message:
            request = parse(event.message)
            if request and scene.age(event.last) <= scene.numbers.restart_recent_seconds:
                yield Refusal(request=request, evidence=scene.event(event), about=event.ref, time=event.last)
    for kind in scene.snapshot.kinds():
        if kind in BY_KEY and kind not in _KINDS:
            continue
        for obj in scene.snapshot.all(kind):
            yield from _in_conditions(scene, obj)


def _in_conditions(scene: Scene, obj: Obj) -> Iterator[Refusal]:
    for index, entry in numbered(obj, "status", "conditions"):
        if " cannot " not in text(entry, "message"):
            continue
        if request := parse(text(entry, "message")):
            evidence = scene.field(obj, "status", "conditions", index, "message")
            time = moment(entry, "lastTransitionTime")
            yield Refusal(request=request, evidence=evidence, about=ref_of(obj), time=time)


def _in_log(scene: Scene, container: Container) -> Iterator[Refusal]:
    for previous in (False, True):
        if previous and not termination_current(scene, container):
            continue
        excerpt = scene.snapshot.log(container.pod, container.name, previous=previous)
        if excerpt is None or not any(" cannot " in line for line in excerpt.lines):
            continue
        reading = read_log(scene, container.pod, container.name, previous=previous)
        if reading is not None:
            yield from _in_reading(scene, container, reading)


def _in_reading(scene: Scene, container: Container, reading: LogReading) -> Iterator[Refusal]:
    items = reading.items[-MAX_ITEMS:]
    for position, item in enumerate(items):
        number, words = next(
            ((at, line) for at, line in _lines(item) if " cannot " in line and _REFUSED.search(line)), (0, "")
        )
        request = parse(words) if number else None
        if request is None or not _recent(scene, container, item):
            continue
        if any(_NARROWS.search(later.text) for later in (item, *items[position + 1 : position + 6])):
            continue
        yield Refusal(
            request=request,
            evidence=scene.line(container.pod, container.name, number, previous=reading.previous),
            pod=container.pod,
            container=container.name,
            time=item.time,
            watches=bool(_INFORMER.search(words)),
            missing_role=_missing_role(words),
        )


def _lines(item: LogItem) -> Iterator[tuple[int, str]]:
    yield item.number, item.raw[:MAX_CHARACTERS]
    yield item.number, item.text
    for cause in item.causes:
        yield cause.number, cause.text


def _missing_role(words: str) -> str:
    """Return the role that the API server says does not exist, as ``Role reader``; empty where it names none."""
    match = _NOT_FOUND.search(words)
    if match is None:
        return ""
    return f"{'ClusterRole' if match['kind'] == 'clusterrole' else 'Role'} {match['name']}"


def _recent(scene: Scene, container: Container, item: LogItem) -> bool:
    if item.time is None or not container.running:
        return True
    return scene.age(item.time) <= WINDOW_SECONDS
