"""Verdicts: state first, then what explains it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.causes import Causes
from diagnose.findings import Edge, Finding, InProgress, Reach, RuledOut, Severity, Verdict, proved
from diagnose.scene import Scene
from diagnose.verdicts import Judged, Reaches, graded, state_without_cause, target_verdict, worst
from tests.diagnose import build

WORDS = Phrase(en="something", zh="某事")


def cause(about: build.Obj, *, severity: Severity = Severity.HIGH, code: str = "AppCrashed") -> Finding:
    return Finding(
        code=code,
        severity=severity,
        object=ref_of(about),
        affected=(Reach(ref=ref_of(about), edge=Edge.OWNER),),
        confidence=proved("read", "已读"),
        summary=WORDS,
        evidence=(build.scene(about).field(about, "metadata", "name"),),
    )


def reaches(scene: Scene, top: build.Obj) -> Reaches:
    return Reaches([top], Causes(scene.graph, ()))


@dataclass(frozen=True)
class Case:
    """A Deployment, what was observed about it, and the verdict."""

    id: str
    verdict: Verdict
    ready: int
    replicas: int = 2
    severity: Severity | None = None
    in_progress: bool = False
    serving: bool = False
    healed: timedelta | None = None
    unexplained: bool = field(default=False)


CASES = (
    Case("all ready", Verdict.HEALTHY, ready=2),
    Case("a cause and no ready pod", Verdict.FAILING, ready=0, severity=Severity.HIGH),
    Case("a cause and one ready pod", Verdict.DEGRADED, ready=1, severity=Severity.HIGH),
    Case("a cause while the old revision serves everything", Verdict.DEGRADED, ready=2, severity=Severity.HIGH),
    Case("only something of low severity", Verdict.HEALTHY, ready=2, severity=Severity.LOW),
    Case("in progress and nothing serves yet", Verdict.UNKNOWN, ready=0, in_progress=True),
    Case("in progress and less serves than wanted", Verdict.DEGRADED, ready=1, in_progress=True),
    Case("in progress while the old revision serves", Verdict.HEALTHY, ready=1, in_progress=True, serving=True),
    Case("short without a cause", Verdict.UNKNOWN, ready=1, unexplained=True),
    Case("a fault that ended an hour ago", Verdict.RECOVERED, ready=2, healed=timedelta(hours=1)),
    Case("a fault that ended a week ago", Verdict.HEALTHY, ready=2, healed=timedelta(days=7)),
    Case("scaled to zero", Verdict.HEALTHY, ready=0, replicas=0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_workload_is_judged_by_its_state_and_what_explains_it(case: Case) -> None:
    top = build.deployment(replicas=case.replicas, ready=case.ready)
    scene = build.scene(top)
    judged = Judged(
        scene=scene,
        reaches=reaches(scene, top),
        roots=[cause(top, severity=case.severity)] if case.severity else [],
        in_progress=[InProgress(object=ref_of(top), reason=WORDS, until=scene.now, serving=case.serving)]
        if case.in_progress
        else [],
        ruled_out=[RuledOut(code="X", object=ref_of(top), reason=WORDS, healed=True, ended=scene.now - case.healed)]
        if case.healed
        else [],
    )
    state, left = judged.judge(top)
    assert state.verdict is case.verdict
    assert (left is not None) is case.unexplained


def test_a_high_cause_becomes_critical_when_nothing_serves_and_medium_while_the_old_revision_does() -> None:
    down, serving = build.deployment(replicas=2, ready=0), build.deployment(replicas=2, ready=2)
    serving["status"]["updatedReplicas"] = 1
    for top, severity in ((down, Severity.CRITICAL), (serving, Severity.MEDIUM)):
        scene = build.scene(top)
        assert graded(cause(top), scene, reaches(scene, top)).severity is severity


def test_a_failed_job_fails_and_one_that_still_tries_is_degraded() -> None:
    pod = build.pod(phase="Failed")
    failed = build.job(pod, conditions=[{"type": "Failed", "status": "True"}])[0]
    trying = build.job(pod)[0]
    trying["status"]["active"] = 1
    for top, verdict in ((failed, Verdict.FAILING), (trying, Verdict.DEGRADED)):
        scene = build.scene(top)
        judged = Judged(scene=scene, reaches=reaches(scene, top), roots=[cause(top)], in_progress=[], ruled_out=[])
        assert judged.judge(top)[0].verdict is verdict


def test_a_service_with_a_root_of_its_own_fails_when_it_was_asked_about() -> None:
    service = build.service("web")
    assert target_verdict(service, [cause(service, code="ServiceSelectorMismatch")]) is Verdict.FAILING
    assert target_verdict(service, [cause(build.deployment())]) is None


def test_the_worst_verdict_wins_and_nothing_is_healthy() -> None:
    assert worst([Verdict.HEALTHY, Verdict.FAILING, Verdict.UNKNOWN]) is Verdict.FAILING
    assert worst([]) is Verdict.HEALTHY


def observed(
    target: build.Obj, *roots: Finding, waits: bool = False, healed: bool = False, pods_unread: bool = False
) -> Judged:
    scene = build.scene(target, unread=("Pod",) if pods_unread else ())
    ref = ref_of(target)
    return Judged(
        scene=scene,
        reaches=Reaches([], Causes(scene.graph, ())),
        roots=roots,
        in_progress=[InProgress(object=ref, reason=WORDS, until=scene.now)] if waits else [],
        ruled_out=[RuledOut(code="X", object=ref, reason=WORDS, healed=True, ended=scene.now)] if healed else [],
    )


def test_a_node_or_claim_that_does_not_work_yet_is_unknown_and_one_that_healed_has_recovered() -> None:
    young = build.node(conditions=[{"type": "Ready", "status": "False"}])
    ready = build.node(conditions=[{"type": "Ready", "status": "True"}])
    unbound = build.obj("PersistentVolumeClaim", "data", status={"phase": "Pending"})
    assert state_without_cause(young, observed(young, waits=True)) is Verdict.UNKNOWN
    assert state_without_cause(unbound, observed(unbound, waits=True)) is Verdict.UNKNOWN
    app = {**build.obj("Service", "shop"), "kind": "App", "apiVersion": "sextant.dev/v1alpha1"}
    assert state_without_cause(app, observed(app, waits=True)) is Verdict.UNKNOWN
    assert state_without_cause(ready, observed(ready, healed=True)) is Verdict.RECOVERED
    assert state_without_cause(ready, observed(ready, cause(ready), healed=True)) is None


def test_a_route_without_an_address_cannot_be_judged_where_its_controller_was_not_looked_for() -> None:
    route = build.obj("Ingress", "shop", status={"loadBalancer": {}})
    served = build.obj("Ingress", "shop", status={"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}})
    assert state_without_cause(route, observed(route, pods_unread=True)) is Verdict.UNKNOWN
    assert state_without_cause(route, observed(route)) is None
    assert state_without_cause(served, observed(served, pods_unread=True)) is None


def test_a_cause_that_hits_some_requests_only_degrades_its_service() -> None:
    service = build.service("web")
    budget = build.obj("PodDisruptionBudget", "web")
    assert target_verdict(service, [cause(service, code="ServiceSelectsWrongPods")]) is Verdict.DEGRADED
    assert target_verdict(budget, [cause(budget, code="EvictionBlockedByBudget")]) is Verdict.DEGRADED


def test_whoever_leads_to_a_workload_that_was_stopped_fails() -> None:
    service, top = build.service("web"), build.deployment()
    stopped = cause(top, code="WorkloadScaledToZero")
    reached = replace(stopped, affected=(*stopped.affected, Reach(ref=ref_of(service), edge=Edge.SELECTOR)))
    assert target_verdict(service, [reached]) is Verdict.FAILING
    assert target_verdict(service, [stopped]) is None


def test_a_worker_that_ended_at_its_deadline_as_planned_is_well() -> None:
    top = build.job(build.pod(), conditions=[{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}])[0]
    scene = build.scene(top)
    planned = RuledOut(code="JobDeadlineExceeded", object=ref_of(top), reason=WORDS)
    judged = Judged(scene=scene, reaches=reaches(scene, top), roots=[], in_progress=[], ruled_out=[planned])
    assert judged.judge(top)[0].verdict is Verdict.HEALTHY
