"""From a snapshot to a diagnosis: observe, verify, join causes, judge.

Equal input gives an equal diagnosis: nothing here depends on the clock, on hash order or on the machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

import structlog

from cluster.fields import Obj
from cluster.snapshot import Snapshot, ref_of
from core.evidence import UNSET, verify
from core.phrase import Phrase
from core.settings import DiagnoseSettings
from diagnose.analyzers import Analyzer, analyzers
from diagnose.causes import MAX_DEPTH, Causes, answered, callees, shared_by, touches
from diagnose.changes import trigger
from diagnose.containers import remembering
from diagnose.findings import (
    Diagnosis,
    Finding,
    InProgress,
    Reach,
    Role,
    RuledOut,
    Severity,
    Unexplained,
    Verdict,
    WorkloadState,
)
from diagnose.graph import Graph
from diagnose.scene import Scene
from diagnose.scope import Scope, resolve
from diagnose.unnamed import unnamed
from diagnose.verdicts import STATED_KINDS, Judged, Reaches, graded, state_without_cause, target_verdict, worst
from diagnose.warnings import idle_warnings
from diagnose.wording import checked_families, headline

log = structlog.get_logger(__name__)

Entry = TypeVar("Entry", InProgress, RuledOut)


def diagnose(
    snapshot: Snapshot,
    *,
    target: str = "",
    namespace: str = "",
    numbers: DiagnoseSettings | None = None,
    hygiene: bool = False,
) -> Diagnosis:
    """Diagnose what was asked about: ``target`` (KIND/NAME) in ``namespace``, a whole namespace, or everything.

    ``hygiene`` adds what is not broken but could be better; it never changes the verdict.

    Raises:
        TargetInvalid, TargetNotFound, NamespaceNotFound: what was asked about cannot be found; closest names offered.
    """
    with remembering():
        return _diagnose(snapshot, target, namespace, numbers or DiagnoseSettings(), hygiene=hygiene)


def _diagnose(
    snapshot: Snapshot, target: str, namespace: str, numbers: DiagnoseSettings, *, hygiene: bool
) -> Diagnosis:
    scene = Scene(snapshot=snapshot, numbers=numbers)
    scope = resolve(snapshot, scene.graph, target=target, space=namespace)
    scene = scene.about(scope.target)
    observed = observe(scene)
    found = [finding for finding in observed.findings if hygiene or finding.role is not Role.HYGIENE]
    causes = Causes(scene.graph, concerning(scene.graph, scope, found))
    standing, folded = causes.fold()
    standing = tuple(finding for finding in standing if not _under_way(finding, scene, observed.in_progress))
    reaches = Reaches(scope.workloads, causes, folded)
    standing = tuple(graded(finding, scene, reaches) for finding in standing)
    standing = tuple(replace(finding, trigger=trigger(scene, finding)) for finding in standing)
    if scope.target is not None:
        standing = answered(standing)
    roots = [finding for finding in standing if finding.role is Role.ROOT or finding.id in causes.circular]
    in_progress = tuple(
        entry
        for entry in _in_scope(observed.in_progress, scope)
        # What has a cause is not on its way, however long its grace may still last.
        if not any(
            touches(root, causes.closure((entry.object,))) for root in roots if root.severity is not Severity.LOW
        )
    )
    pods = [pod for workload in scope.workloads for pod in scene.graph.pods_of(workload)]
    shown = [entry.evidence for entry in observed.findings] + [entry.evidence for entry in observed.ruled_out]
    idle = tuple(idle_warnings(scene, pods, chain.from_iterable(shown)))
    ruled_out = _in_scope((*observed.ruled_out, *idle), scope)
    judged = Judged(
        scene=scene,
        reaches=reaches,
        roots=roots,
        in_progress=in_progress,
        ruled_out=ruled_out,
    )
    states, left = _judge_all(judged, scope.workloads)
    verdict = _verdict(scene, scope, judged, states)
    return Diagnosis(
        target=scope.label,
        verdict=verdict,
        summary=headline(scope.label, scope.target, verdict, standing, states, left, in_progress, ruled_out),
        now=snapshot.now,
        origin=snapshot.origin,
        findings=standing,
        folded=folded,
        in_progress=in_progress,
        ruled_out=ruled_out,
        unexplained=left,
        workloads=states,
        checked=checked_families(scene, observed.families, [*standing, *(entry.finding for entry in folded)]),
        notes=observed.notes,
        coverage=snapshot.coverage,
    )


def concerning(graph: Graph, scope: Scope, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings about what was asked, about whom it calls, whom these call, and what all of them share."""
    kept = {finding.id: finding for finding in findings if scope.concerns(finding)}
    walk = Causes(graph, ())
    for _ in range(MAX_DEPTH):
        called = walk.closure(ref for finding in kept.values() for ref in (*callees(finding), *shared_by(finding)))
        more = {f.id: f for f in findings if called and f.id not in kept and touches(f, called)}
        if not more:
            break
        kept |= more
    return [finding for finding in findings if finding.id in kept]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What all analyzers said, verified and collapsed."""

    findings: tuple[Finding, ...]
    in_progress: tuple[InProgress, ...]
    ruled_out: tuple[RuledOut, ...]
    families: tuple[Analyzer, ...]
    notes: tuple[Phrase, ...]


def observe(scene: Scene) -> Observed:
    """Run every analyzer. A finding whose evidence does not stand at its source is not shown."""
    findings: dict[str, Finding] = {}
    others: list[InProgress | RuledOut] = []
    families: list[Analyzer] = []
    notes: list[Phrase] = []
    for entry in analyzers():
        try:
            said = list(entry.run(scene))
        except Exception:  # one broken rule must not take the rest away; it is logged and said
            log.exception("analyzer failed", family=entry.family)
            notes.append(_broken(entry.family))
            continue
        families.append(entry)
        for observation in said:
            if not isinstance(observation, Finding):
                others.append(observation)
            elif (checked := proven(observation, scene.snapshot)) is not None:
                checked = unnamed(checked, scene.snapshot)
                before = findings.get(checked.id)
                findings[checked.id] = checked if before is None else collapsed(before, checked)
            else:
                notes.append(_unproven(observation))
    return Observed(
        findings=tuple(findings[key] for key in sorted(findings)),
        in_progress=tuple(entry for entry in others if isinstance(entry, InProgress)),
        ruled_out=tuple(entry for entry in others if isinstance(entry, RuledOut)),
        families=tuple(families),
        notes=tuple(dict.fromkeys(notes)),
    )


def proven(finding: Finding, snapshot: Snapshot) -> Finding | None:
    """Return the finding with the evidence that verifies, or None when nothing of it does.

    Where the leading evidence is a field that only seems unset, because the form of a recording does not show it,
    the finding goes too.
    """
    if finding.evidence and finding.evidence[0].quote == UNSET and not verify(finding.evidence[0], snapshot):
        return None
    kept = tuple(entry for entry in finding.evidence if verify(entry, snapshot))
    if not kept:
        return None
    return finding if len(kept) == len(finding.evidence) else replace(finding, evidence=kept)


def collapsed(first: Finding, second: Finding) -> Finding:
    """Join the same fault of two pods of one controller: the surer one's words and evidence, both affected."""
    times = [time for time in (first.since, second.since) if time]
    better = max(first, second, key=lambda finding: finding.confidence.value)
    return replace(
        better,
        affected=_joined(first.affected, second.affected),
        chain=_joined(first.chain, second.chain),
        since=min(times, default=None),
    )


def _joined(first: tuple[Reach, ...], second: tuple[Reach, ...]) -> tuple[Reach, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _under_way(finding: Finding, scene: Scene, waiting: Iterable[InProgress]) -> bool:
    """Say whether a Service lacks ready pods only because all of them are on their way."""
    if finding.code != "ServiceHasNoReadyEndpoints":
        return False
    expected = {entry.object for entry in waiting}
    pods = [scene.snapshot.find(reach.ref) for reach in finding.affected if reach.ref.kind == "Pod"]
    held = [{ref_of(pod), *map(ref_of, scene.graph.owners(pod))} for pod in pods if pod is not None]
    return bool(held) and not any(refs.isdisjoint(expected) for refs in held)


def _in_scope(entries: Iterable[Entry], scope: Scope) -> tuple[Entry, ...]:
    kept = {(str(entry.object), entry.reason.en): entry for entry in entries if scope.holds(entry.object)}
    return tuple(kept[key] for key in sorted(kept))


def _judge_all(judged: Judged, workloads: Sequence[Obj]) -> tuple[tuple[WorkloadState, ...], tuple[Unexplained, ...]]:
    pairs = [judged.judge(workload) for workload in workloads]
    states = sorted((state for state, _ in pairs), key=lambda state: (state.verdict.rank, state.object))
    return tuple(states), tuple(left for _, left in pairs if left is not None)


def _verdict(scene: Scene, scope: Scope, judged: Judged, states: Sequence[WorkloadState]) -> Verdict:
    """Return the worst of the workloads, of the target itself, and of what no workload carries."""
    verdicts = [state.verdict for state in states]
    if scope.target and (target := scene.snapshot.find(scope.target)):
        own = target_verdict(target, judged.roots) or state_without_cause(target, judged)
        verdicts += [own] if own else []
    if any(root.severity is not Severity.LOW for root in judged.roots):
        verdicts.append(Verdict.DEGRADED)
    unread = not scene.snapshot.objects.get("Pod") and not scene.snapshot.coverage.complete("Pod", scope.namespace)
    if unread and not (scope.target and scope.target.kind in STATED_KINDS):
        verdicts.append(Verdict.UNKNOWN)
    return worst(verdicts)


def _broken(family: str) -> Phrase:
    return Phrase(
        en=f"the rules of family {family} failed on this input and said nothing; please report it",
        zh=f"{family} 规则族在处理该输入时出错，未给出结论，请反馈",
    )


def _unproven(finding: Finding) -> Phrase:
    return Phrase(
        en=f"a {finding.code} was dropped because its evidence could not be opened again",
        zh=f"已丢弃一个 {finding.code}：无法再次打开其证据",
    )
