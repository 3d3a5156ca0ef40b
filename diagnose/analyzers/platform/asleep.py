"""Apps that sleep or were paused: no fault, and the answer to "why does it not answer"."""

from collections.abc import Iterator

from cluster.fields import Obj, dig, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.platform.view import Stated, label, reach_of, stated, workloads_of
from diagnose.findings import Finding, Observation, Remedy, RuledOut, Severity, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene

_REASONS = frozenset({"Asleep", "Paused"})
_NEXT = (("status", "sleep", "nextWake"), ("status", "nextWake"), ("status", "nextWakeTime"))
_RULES = (("status", "sleep", "rule"), ("status", "sleep", "schedule"), ("spec", "sleep", "schedules", 0, "name"))


def asleep(scene: Scene, app: Obj) -> Iterator[Observation]:
    """Yield a finding when what was asked about sleeps; everywhere else only say that it does."""
    said = stated(app, "Suspended")
    resting = said is not None and said.status == "True" and said.reason in _REASONS and said.current
    paused = text(app, "spec", "state") == "Paused"
    if not resting and not paused:
        return
    if any(dig(workload, "spec", "replicas") not in {0, None} for workload in workloads_of(scene, app)):
        return  # it wakes, or has not gone to sleep yet
    by_hand = paused or (said is not None and said.reason == "Paused")
    quotes = [said.quote(scene)] if resting and said is not None else []
    evidence = (*quotes, *([scene.field(app, "spec", "state")] if paused else []))
    summary = _summary(app, said if resting else None, by_hand=by_hand)
    if not _asked(scene, app):
        yield RuledOut(code="AppAsleep", object=ref_of(app), reason=summary, evidence=evidence)
        return
    yield _finding(scene, app, said, summary, evidence, by_hand=by_hand)


def _finding(
    scene: Scene, app: Obj, said: Stated | None, summary: Phrase, evidence: tuple[Evidence, ...], *, by_hand: bool
) -> Finding:
    return Finding(
        code="AppAsleep",
        severity=Severity.LOW,
        confidence=proved("the App's own status says so", "App 自身的状态写明"),
        object=ref_of(app),
        affected=tuple(reach_of(scene, app)),
        summary=summary,
        expected="an awake App",
        actual="spec.state = Paused" if text(app, "spec", "state") == "Paused" else "Suspended=True",
        evidence=evidence,
        remedies=(_wake(app, by_hand=by_hand),),
        since=said.since if said is not None else None,
    )


def _summary(app: Obj, said: Stated | None, *, by_hand: bool) -> Phrase:
    since = f"{said.since:%Y-%m-%d %H:%M} UTC" if said is not None and said.since else ""
    rule = next((found for path in _RULES if (found := text(app, *path))), "")
    wakes = next((found for path in _NEXT if (found := text(app, *path))), "")
    when, when_zh = (f" since {since}", f"自 {since} 起") if since else ("", "")
    by, by_zh = (f" by rule {rule}", f"（规则 {rule}）") if rule and not by_hand else ("", "")
    then, then_zh = (f"; it wakes next at {wakes}", f"；下次唤醒时间为 {wakes}") if wakes and not by_hand else ("", "")
    if by_hand:
        return Phrase(
            en=f"{label(app)} is paused{when}, so nothing of it runs and it answers nobody",
            zh=f"{label(app)} {when_zh}已被暂停，因此没有任何实例运行，也不会应答",
        )
    return Phrase(
        en=f"{label(app)} sleeps{when}{by}, so nothing of it runs and it answers nobody{then}",
        zh=f"{label(app)} {when_zh}处于休眠{by_zh}，因此没有任何实例运行，也不会应答{then_zh}",
    )


def _asked(scene: Scene, app: Obj) -> bool:
    """Say whether the App or something that it made was asked about."""
    if scene.target is None:
        return False
    ref = ref_of(app)
    target = scene.snapshot.find(scene.target)
    return scene.target == ref or (
        target is not None and any(ref_of(owner) == ref for owner in scene.graph.owners(target))
    )


def _wake(app: Obj, *, by_hand: bool) -> Remedy:
    ref = ref_of(app)
    if by_hand and text(app, "spec", "state") == "Paused":
        return object_patch(
            app,
            {"spec": {"state": "Running"}},
            summary=Phrase(en="Let it run again", zh="恢复运行"),
            verify=f"kubectl -n {ref.namespace} get {ref.slug}",
            expect=Phrase(en="it is ready", zh="显示已就绪"),
            undo=f'kubectl -n {ref.namespace} patch {ref.slug} --type=merge -p \'{{"spec":{{"state":"Paused"}}}}\'',
        )
    return command(
        f"sextant app wake {ref.name} -n {ref.namespace}",
        summary=Phrase(en="Wake it", zh="唤醒它"),
        verify=f"kubectl -n {ref.namespace} get {ref.slug}",
        expect=Phrase(en="it is ready", zh="显示已就绪"),
        undo=f"sextant app sleep {ref.name} -n {ref.namespace}",
    )
