"""The verdict: state first, then what explains it.

The rules are those of the catalogue: part 1, A.4, and decisions 2.1 and 2.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cluster.fields import Obj, condition, objects, text, truth, whole
from cluster.kinds import WORKLOAD_KINDS
from cluster.recording.forms import FORM, hides
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.causes import Causes, concerned
from diagnose.findings import (
    Finding,
    Folded,
    InProgress,
    NextCheck,
    RuledOut,
    Severity,
    Unexplained,
    Verdict,
    WorkloadState,
)
from diagnose.scene import Scene
from diagnose.scope import kind_of
from diagnose.state import WorkloadReading, job_done, job_failed, read_workload


class Reaches:
    """What each workload in scope depends on, itself included, and the way back from an object to the workloads."""

    def __init__(self, workloads: Iterable[Obj], causes: Causes, folded: Iterable[Folded] = ()) -> None:
        self.workloads: Mapping[ObjectRef, Obj] = {ref_of(workload): workload for workload in workloads}
        self.of: Mapping[ObjectRef, frozenset[ObjectRef]] = {ref: causes.closure((ref,)) for ref in self.workloads}
        self._symptoms: dict[str, list[Finding]] = {}
        for entry in folded:
            self._symptoms.setdefault(entry.explained_by, []).append(entry.finding)
        self._back: dict[ObjectRef, list[ObjectRef]] = {}
        for workload, reach in self.of.items():
            for ref in reach:
                self._back.setdefault(ref, []).append(workload)

    def touched_by(self, finding: Finding) -> frozenset[ObjectRef]:
        """Return the workloads on whose way a finding stands, or a symptom that it explains."""
        told = (finding, *self._symptoms.get(finding.id, ()))
        met = (self._back.get(ref, ()) for entry in told for ref in concerned(entry))
        return frozenset(workload for workloads in met for workload in workloads)


DELIBERATE = frozenset({"SchedulingGated", "WorkloadScaledToZero", "WorkloadSuspended"})
"""Causes of low severity that account for missing pods: somebody wants it so."""

_STOPS = frozenset({"NamespaceSuspendedForArrears", "WorkloadScaledToZero"})
"""Causes that leave a workload without pods: what wants none serves nobody all the same."""

STATED_KINDS = frozenset({"Node", "PersistentVolumeClaim"})
"""Kinds of targets whose own state says whether they do their work in spite of a fault."""

_IN_PART = frozenset(
    {
        *("AppRolledBack", "EvictionBlockedByBudget", "RouteMisdirected"),
        *("ServiceLocalTrafficPolicy", "ServiceSelectsWrongPods"),
    }
)
"""Causes that hit some of the requests only (a path, a node, a share of the pods), or none while something serves."""

_COUNTING = frozenset({"Deployment", "StatefulSet", "ReplicaSet"})
"""Kinds whose status says how many pods are ready."""

SERVING_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"})


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was observed, ready to be held against the workloads of a scope."""

    scene: Scene
    reaches: Reaches
    roots: Sequence[Finding]
    in_progress: Sequence[InProgress]
    ruled_out: Sequence[RuledOut]

    def judge(self, workload: Obj) -> tuple[WorkloadState, Unexplained | None]:
        """Return the state of one workload, and what stays unexplained about it."""
        ref = ref_of(workload)
        reading = read_workload(self.scene, workload)
        reach = self.reaches.of[ref]
        roots = self._roots.get(ref, [])
        heavy = [finding for finding in roots if finding.severity is not Severity.LOW]
        state = WorkloadState(
            object=ref,
            verdict=Verdict.HEALTHY,
            ready=reading.ready if _counted(workload) else 0,
            wanted=reading.wanted if _counted(workload) else 0,
            cause=roots[0].id if roots else "",
        )
        if heavy:
            stopped = reading.wanted == 0 and any(finding.code in _STOPS for finding in heavy)
            verdict = Verdict.FAILING if stopped else _with_cause(workload, reading)
            return replace(state, verdict=verdict, cause=heavy[0].id), None
        if running := [entry for entry in self.in_progress if entry.object in reach]:
            return replace(state, verdict=_in_progress(workload, reading, running)), None
        own = [entry for entry in self.ruled_out if entry.object == ref]
        if kind_of(workload) == "Job" and any(self.healed(entry) for entry in own):
            return replace(state, verdict=Verdict.RECOVERED), None
        if job_failed(workload) and any(entry.code == "JobDeadlineExceeded" for entry in own):
            return state, None  # the planned end of a worker
        if not _as_wanted(workload, reading):
            if _deliberate(workload) or any(root.code in DELIBERATE for root in roots):
                return state, None
            return replace(state, verdict=Verdict.UNKNOWN), unexplained(workload, reading)
        if any(self.healed(entry) for entry in self.ruled_out if entry.object in reach):
            return replace(state, verdict=Verdict.RECOVERED), None
        if text(workload, FORM) == "mention":  # of a workload that others name nobody knows how many pods it wants
            return replace(state, verdict=Verdict.UNKNOWN), None
        return state, None

    @cached_property
    def _roots(self) -> Mapping[ObjectRef, list[Finding]]:
        found: dict[ObjectRef, list[Finding]] = {}
        for finding in self.roots:
            for workload in self.reaches.touched_by(finding):
                found.setdefault(workload, []).append(finding)
        return found

    def healed(self, entry: RuledOut) -> bool:
        """Say whether a fault ended inside the window in which it still counts as recovered."""
        window = self.scene.numbers.recovered_window_seconds
        return entry.healed and self.scene.age(entry.ended) <= window


def _counted(workload: Obj) -> bool:
    """Say whether the ready pods of a workload were shown: no number is made up of what a text leaves out."""
    return not (kind_of(workload) in _COUNTING and hides(workload, "status", "readyReplicas"))


def _with_cause(workload: Obj, reading: WorkloadReading) -> Verdict:
    kind = kind_of(workload)
    if kind == "Job":
        # A Job that tries again is not lost; one whose first pod never ran makes no progress.
        tries = whole(workload, "status", "active") and (whole(workload, "status", "failed") or reading.ready)
        return Verdict.DEGRADED if tries and not job_failed(workload) else Verdict.FAILING
    if kind == "CronJob":
        return Verdict.FAILING
    return Verdict.DEGRADED if reading.ready > 0 or reading.wanted == 0 else Verdict.FAILING


def _in_progress(workload: Obj, reading: WorkloadReading, running: Sequence[InProgress]) -> Verdict:
    if kind_of(workload) == "CronJob":
        return Verdict.HEALTHY  # it has done its part by starting the run
    if reading.ready >= reading.wanted or any(entry.serving for entry in running):
        return Verdict.HEALTHY
    return Verdict.DEGRADED if reading.ready else Verdict.UNKNOWN


def _as_wanted(workload: Obj, reading: WorkloadReading) -> bool:
    kind = kind_of(workload)
    if kind == "Job":
        return job_done(workload) or (not job_failed(workload) and whole(workload, "status", "failed") == 0)
    if kind == "CronJob":
        return True
    if kind == "Pod" and text(workload, "status", "phase") == "Succeeded":
        return True
    return reading.progress in {"satisfied", "serving"}


def _deliberate(workload: Obj) -> bool:
    return truth(workload, "spec", "suspend") or bool(text(workload, "metadata", "deletionTimestamp"))


def unexplained(workload: Obj, reading: WorkloadReading) -> Unexplained:
    """Say that a workload is not as it should be, that no rule explains it, and what to read next."""
    ref = ref_of(workload)
    where = f"-n {ref.namespace} " if ref.namespace else ""
    return Unexplained(
        object=ref,
        state=Phrase(
            en=f"{reading.ready} of {reading.wanted} pods are ready and nothing that was read explains it",
            zh=f"{reading.wanted} 个 Pod 中有 {reading.ready} 个就绪，已读取的内容无法解释原因",
        )
        if _counted(workload)
        else Phrase(
            en="nothing that was read tells how many of its pods are ready", zh="已读取的内容未说明其就绪 Pod 数"
        ),
        next_check=NextCheck(
            command=f"kubectl {where}describe {ref.slug}",
            why=Phrase(
                en="its conditions and newest events name what it waits for",
                zh="其状况（conditions）与最新事件会说明它在等待什么",
            ),
        ),
    )


def graded(finding: Finding, scene: Scene, reaches: Reaches) -> Finding:
    """Raise a high root to critical when a workload serves nothing, lower it to medium while an old revision serves."""
    if finding.severity is not Severity.HIGH:
        return finding
    touched = (reaches.workloads[ref] for ref in sorted(reaches.touched_by(finding)))
    hit = [obj for obj in touched if kind_of(obj) in SERVING_KINDS]
    readings = [read_workload(scene, obj) for obj in hit]
    if any(reading.wanted > 0 and reading.ready == 0 for reading in readings):
        return replace(finding, severity=Severity.CRITICAL)
    rolling = [obj for obj, reading in zip(hit, readings, strict=True) if reading.progress == "serving"]
    if hit and len(rolling) == len(hit):
        return replace(finding, severity=Severity.MEDIUM)
    return finding


def target_verdict(target: Obj, findings: Sequence[Finding]) -> Verdict | None:
    """Return the verdict of a target that is no workload and has a root of its own; None when it has none."""
    if kind_of(target) in WORKLOAD_KINDS:
        return None
    ref = ref_of(target)
    heavy = [finding for finding in findings if finding.severity is not Severity.LOW]
    own = [finding for finding in heavy if finding.object == ref]
    if any(
        entry.code == "WorkloadScaledToZero" and any(reach.ref == ref for reach in entry.affected) for entry in heavy
    ):
        return Verdict.FAILING
    if not own:
        return None
    if kind_of(target) in STATED_KINDS or all(finding.code in _IN_PART for finding in own):
        return Verdict.DEGRADED if in_use(target) else Verdict.FAILING
    return Verdict.FAILING


def in_use(target: Obj) -> bool:
    """Say whether a claim, certificate or node does its work; what is of another kind has no such state."""
    if kind_of(target) == "PersistentVolumeClaim":
        return text(target, "status", "phase") == "Bound"
    stated = kind_of(target) in {"Certificate.cert-manager.io", "Node"}
    return not stated or condition(target, "Ready").get("status") == "True"


def state_without_cause(target: Obj, judged: Judged) -> Verdict | None:
    """Return the verdict of a target that is no workload and has no root: on its way, recovered, or None."""
    ref = ref_of(target)
    if kind_of(target) in WORKLOAD_KINDS or any(finding.object == ref for finding in judged.roots):
        return None
    unserved = not in_use(target) or (text(target, "kind") == "App" and not judged.reaches.workloads)
    if unserved and any(entry.object == ref for entry in judged.in_progress):
        return Verdict.UNKNOWN
    if kind_of(target) == "Ingress" and _unserved(target, judged.scene):
        return Verdict.UNKNOWN
    healed = any(entry.object == ref and judged.healed(entry) for entry in judged.ruled_out)
    return Verdict.RECOVERED if healed else None


def _unserved(target: Obj, scene: Scene) -> bool:
    """Say whether a route has no address for long and the pods that may serve it could not all be read."""
    late = scene.created_age(target) > scene.numbers.lb_grace_seconds
    return (
        late
        and not objects(target, "status", "loadBalancer", "ingress")
        and not scene.snapshot.coverage.complete("Pod")
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; healthy when there is none."""
    return min(verdicts, key=lambda entry: entry.rank, default=Verdict.HEALTHY)
