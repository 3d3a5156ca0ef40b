"""What an analyzer sees: the snapshot, its object graph, the numbers, and ways to quote evidence.

Evidence made here quotes what stands in the snapshot, so it verifies by construction; the engine verifies it again.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from cluster.fields import Obj, condition, dig, moment, namespace, text
from cluster.kinds import BY_KEY
from cluster.snapshot import Event, Snapshot, controller_of, ref_of, written
from core.evidence import ABSENT, AbsenceSource, Evidence, FieldSource, LogSource, ObjectRef
from core.settings import DiagnoseSettings
from diagnose.findings import Edge, Reach
from diagnose.graph import Graph

MAX_QUOTE = 600
"""Characters of one quote: enough for a kubelet message with its cause, short enough to read."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One snapshot prepared for analysis. ``target`` is what was asked about, None for whole namespaces."""

    snapshot: Snapshot
    numbers: DiagnoseSettings
    target: ObjectRef | None = None

    @cached_property
    def graph(self) -> Graph:
        """The object graph of the snapshot."""
        return Graph(self.snapshot)

    @cached_property
    def worked_out(self) -> dict[tuple[str, int, str], Any]:
        """Answers that several families ask for, by question, id of the object (the snapshot holds it) and part."""
        return {}

    def about(self, target: ObjectRef | None) -> "Scene":
        """Return the same scene with what was asked about; the graph and what was worked out are shared."""
        scene = replace(self, target=target)
        scene.__dict__.update(graph=self.graph, worked_out=self.worked_out)
        return scene

    @property
    def now(self) -> datetime:
        """Return the snapshot's time: the only "now" there is."""
        return self.snapshot.now

    def age(self, time: datetime | None) -> float:
        """Seconds from ``time`` to now; infinite when there is no time, never negative (clocks may be skewed)."""
        return max((self.now - time).total_seconds(), 0.0) if time else math.inf

    def created_age(self, obj: Obj) -> float:
        """Seconds since the object was created."""
        return self.age(moment(obj, "metadata", "creationTimestamp"))

    # -- evidence

    def field(self, obj: Obj, *path: str | int, quote: str = "", current: bool = True) -> Evidence:
        """Quote a field, whole or (``quote``) a part of it; a field that is not set quotes as ``<unset>``."""
        whole = written(dig(obj, *path))
        return Evidence(
            source=FieldSource(object=ref_of(obj), path=path),
            quote=quote if quote and quote in whole else whole[:MAX_QUOTE],
            observed_at=self.now,
            still_current=current,
        )

    def event(self, event: Event, *, quote: str = "", current: bool = True) -> Evidence:
        """Quote an event's message, or a part of it; an event without a message quotes its reason."""
        whole = event.message or event.reason
        return Evidence(
            source=event.source,
            quote=quote if quote and quote in whole else whole[:MAX_QUOTE],
            observed_at=event.last,
            still_current=current,
        )

    def line(
        self, pod: Obj, container: str, number: int, *, previous: bool = False, current: bool = True, quote: str = ""
    ) -> Evidence:
        """Quote line ``number`` (from 1) of a log excerpt, or a part of it. The line must be in the snapshot."""
        excerpt = self.snapshot.log(pod, container, previous=previous)
        whole = excerpt.lines[number - 1] if excerpt and 0 < number <= len(excerpt.lines) else ""
        return Evidence(
            source=LogSource(pod=ref_of(pod), container=container, previous=previous, line=number),
            quote=quote if quote and quote in whole else whole.strip()[:MAX_QUOTE],
            observed_at=None,
            still_current=current,
        )

    def absence(self, kind: str, space: str, wanted: str) -> Evidence:
        """Quote the absence of an object of a built-in kind. It verifies only when the kind was listed completely."""
        group = BY_KEY[kind].group
        return Evidence(
            source=AbsenceSource(object=ObjectRef(kind=kind, group=group, namespace=space, name=wanted)),
            quote=ABSENT,
            observed_at=self.now,
        )

    # -- references

    def holder_ref(self, pod: Obj) -> ObjectRef:
        """Point at what must be edited to change a pod: the owner that holds its template."""
        return ref_of(self.graph.holder(pod))

    def reach_pods(self, pods: Iterable[Obj], edge: Edge = Edge.OWNER) -> tuple[Reach, ...]:
        """Point at pods as affected."""
        return tuple(Reach(ref=ref_of(pod), edge=edge) for pod in pods)

    # -- what counts

    def latest(self, obj: Obj, *reasons: str) -> Event | None:
        """Return the newest event about the object with one of these reasons, or None."""
        return next((event for event in reversed(self.snapshot.events(obj)) if event.reason in reasons), None)

    @cached_property
    def live_pods(self) -> tuple[Obj, ...]:
        """Return the pods whose state counts.

        Left out: pods being deleted, succeeded ones, pods of Jobs that completed, and failed pods that their owner
        has replaced (everything it wants is ready).
        """
        return tuple(pod for pod in self.snapshot.all("Pod") if self._counts(pod))

    def _counts(self, pod: Obj) -> bool:
        phase = text(pod, "status", "phase")
        if text(pod, "metadata", "deletionTimestamp") or phase == "Succeeded":
            return False
        owner = self.graph.owner(pod)
        if owner is None:
            return True
        if text(owner, "kind") == "Job":
            return condition(owner, "Complete").get("status") != "True" and not self._outdated_job(owner)
        return phase != "Failed" or not _has_all(owner)

    def _outdated_job(self, job: Obj) -> bool:
        """Say whether a newer Job of the same CronJob has completed: then this one's fate is history."""
        if text(controller_of(job), "kind") != "CronJob":
            return False
        born = text(job, "metadata", "creationTimestamp")
        return any(
            text(sibling, "metadata", "creationTimestamp") > born
            and condition(sibling, "Complete").get("status") == "True"
            for sibling in self.graph.siblings(job)
        )

    def live_pods_in(self, space: str) -> Iterator[Obj]:
        """Return the pods of one namespace whose state counts."""
        return (pod for pod in self.live_pods if namespace(pod) == space)

    def kubectl(self, obj: Obj | ObjectRef) -> str:
        """Write ``-n NAMESPACE KIND/NAME`` (without the namespace where the kind has none) for a command."""
        ref = obj if isinstance(obj, ObjectRef) else ref_of(obj)
        return f"-n {ref.namespace} {ref.slug}" if ref.namespace else ref.slug


def _has_all(owner: Obj) -> bool:
    """Say whether a controller has as many ready pods as it wants."""
    kind = text(owner, "kind")
    if kind == "DaemonSet":
        return bool(dig(owner, "status", "numberReady") == dig(owner, "status", "desiredNumberScheduled"))
    wanted = dig(owner, "spec", "replicas")
    return bool((dig(owner, "status", "readyReplicas") or 0) == (1 if wanted is None else wanted))
