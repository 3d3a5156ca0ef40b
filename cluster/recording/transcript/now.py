"""Settle when a transcript was made: the latest moment that its text proves to have been."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from cluster.fields import dig, moment
from cluster.recording.material import written_time
from cluster.recording.transcript.gathered import Gathered
from cluster.recording.transcript.moments import Ago
from cluster.recording.transcript.owners import owner_of
from cluster.recording.transcript.sightings import DESCRIBED, MENTIONED, Fragment, Place
from cluster.snapshot import SnapshotBuilder

_LEADING_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_BEFORE_START = frozenset({"FailedScheduling", "TriggeredScaleUp", "NotTriggerScaleUp", "Nominated"})
"""Events of a pod from the time before a kubelet took it, which is what its start time tells."""


def now_of(session: Gathered, merged: dict[Place, tuple[Fragment, int]]) -> datetime | None:
    """Return the latest moment that the text proves to have been: a time in it, or a creation time plus its age."""
    probe = SnapshotBuilder(origin="")
    found: list[datetime] = list(session.times)
    for place, (obj, rank) in merged.items():
        if rank >= DESCRIBED:
            probe.add(_without_ages({key: value for key, value in obj.items() if not key.startswith("_")}))
        made = [dig(seen.fragment, "metadata", "creationTimestamp") for seen in session.sightings.of(place)]
        ages = [entry.seconds for entry in made if isinstance(entry, Ago)]
        times = [
            time
            for obj_ in session.sightings.of(place)
            if (time := moment(obj_.fragment, "metadata", "creationTimestamp"))
        ]
        if ages and times:
            found.extend(_later(min(times), max(ages)))
    begun = {
        (p[0], p[2], p[3]): t
        for p, (o, _) in merged.items()
        if (t := moment(o, "status", "startTime") or moment(o, "metadata", "creationTimestamp"))
    }
    for event in session.events.values():
        where = event.namespace if event.kind.namespaced else ""
        start = begun.get((event.kind.kind, where, event.object)) if event.own or event.reason == "Scheduled" else None
        ages = [seconds for seconds in (event.first, event.last) if seconds is not None]
        # An event cannot be older than what it is about.
        if start and ages and event.reason not in _BEFORE_START:
            found.extend(_later(start, max(ages)))
    found.extend(_after_their_owners(merged))
    if newest := probe.newest_moment():
        found.append(newest)
    if found:
        return max(found)
    ends = (line for log in session.logs for line in log.lines[-20:] if _LEADING_TIME.match(line))
    return max((time for line in ends if (time := written_time(line[:64]))), default=None)


def _after_their_owners(merged: dict[Place, tuple[Fragment, int]]) -> Iterable[datetime]:
    """Yield what the ages of pods and the like prove: each is younger than the workload that made it."""
    live = {place: obj for place, (obj, rank) in merged.items() if rank > MENTIONED}
    for place, obj in live.items():
        made = dig(obj, "metadata", "creationTimestamp")
        if place[0] not in {"Pod", "ReplicaSet", "Job"} or not isinstance(made, Ago):
            continue
        owner = owner_of(place, obj, live)
        if owner is not None and owner not in live:
            owner = owner_of(owner, {}, live)
        if owner in live and (begun := moment(live[owner], "metadata", "creationTimestamp")):
            yield from _later(begun, made.seconds)


def _later(time: datetime, seconds: int) -> Iterable[datetime]:
    try:
        return [time + timedelta(seconds=seconds)]
    except OverflowError:
        return []


def _without_ages(value: Fragment) -> Fragment:
    out: Fragment = {}
    for key, child in value.items():
        if isinstance(child, dict):
            out[key] = _without_ages(child)
        elif isinstance(child, list):
            out[key] = [_without_ages(item) if isinstance(item, dict) else item for item in child]
        elif not isinstance(child, Ago):
            out[key] = child
    return out
