"""Objects whose fields somebody changed by hand after the manifest was applied last."""

from collections.abc import Iterator

from cluster.fields import Obj, labels, mapping, name, namespace, text
from cluster.snapshot import ref_of
from core.evidence import render_path
from core.phrase import Phrase
from diagnose.analyzers.drift.by_hand import LAST_APPLIED, Edit, edits_by_hand, touched
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Finding, NextCheck, Remedy, Role, Severity, inferred, proved
from diagnose.remedies import ROLLOUT_SECONDS, command, in_application, keeper_of
from diagnose.scene import Scene
from diagnose.state import workload_satisfied

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Service", "Ingress")
MAX_SHOWN = 3


def judge_live(scene: Scene) -> Iterator[Finding]:
    """Report each object whose fields differ by hand from what was applied; on a well object only as hygiene."""
    scaled: set[tuple[str, str, str]] | None = None
    for kind in _KINDS:
        for obj in scene.snapshot.all(kind):
            if not touched(obj):
                continue
            if scaled is None:
                scaled = _scaled(scene)
            edits = list(edits_by_hand(obj, replicas_free=(namespace(obj), kind, name(obj)) in scaled))
            if edits:
                yield _finding(scene, obj, edits)


def _scaled(scene: Scene) -> set[tuple[str, str, str]]:
    return {
        (namespace(scaler), text(target, "kind"), text(target, "name"))
        for scaler in scene.snapshot.all("HorizontalPodAutoscaler")
        for target in (mapping(scaler, "spec", "scaleTargetRef"),)
    }


def _finding(scene: Scene, obj: Obj, edits: list[Edit]) -> Finding:
    ref, first = ref_of(obj), edits[0]
    age = scene.age(first.time)
    keeper = keeper_of(obj)
    matters = not _well(scene, obj)
    shown = ", ".join(_change(edit) for edit in edits[:MAX_SHOWN])
    more = len(edits) - MAX_SHOWN
    shown += f" (+{more})" if more > 0 else ""
    source = f" by the {keeper}" if keeper else ""
    source_zh = f"（由 {keeper} 管理）" if keeper else ""
    return Finding(
        code="LiveStateDrifted",
        role=Role.CONTRIBUTING if matters else Role.HYGIENE,
        severity=Severity.MEDIUM,
        confidence=proved(
            "the applied manifest and the object differ, and the object names who wrote it",
            "已应用的清单与对象不一致，且对象记录了写入者",
            twice=True,
        )
        if first.wanted is not None
        else inferred(
            "a hand wrote it after the last sync; what the source wants was not read",
            "它在最近一次同步后被手工写入；未读取来源中的期望值",
            value=0.6,
        ),
        object=ref,
        affected=scene.reach_pods(scene.graph.pods_of(obj)[:5]) if matters else (),
        summary=Phrase(
            en=f"{ref.kind} {ref.name} was changed by hand ({first.manager}) {spoken_time(age)} ago and no longer is "
            f"as it was applied{source}: {shown}",
            zh=f"{ref.kind} {ref.name} 在 {spoken_time_zh(age)}前被手工修改（{first.manager}），"
            f"与应用时{source_zh}不再一致：{shown}",
        ),
        expected=f"{render_path(first.path)}: {(first.wanted or 'as in its source')[:120]}",
        actual=f"{render_path(first.path)}: {first.live[:120]}",
        evidence=(
            scene.field(obj, *first.path),
            scene.field(obj, "metadata", "managedFields", first.index, "manager"),
            scene.field(obj, "metadata", "managedFields", first.index, "time"),
        ),
        remedies=_remedies(scene, obj, keeper),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} get {ref.slug} -o yaml --show-managed-fields",
                why=Phrase(en="it says who wrote which field, and when", zh="其中记录了谁在何时写入了哪个字段"),
            ),
        ),
        since=first.time,
    )


def _change(edit: Edit) -> str:
    place = render_path(edit.path[-3:]) if len(edit.path) > 3 else render_path(edit.path)
    before = f"{edit.wanted[:60]} -> " if edit.wanted is not None else ""
    return f"{place}: {before}{edit.live[:60]}"


def _well(scene: Scene, obj: Obj) -> bool:
    kind = text(obj, "kind")
    if kind == "Service":
        return bool(scene.graph.pods_of_service(obj)) or not labels(obj, "spec", "selector")
    return True if kind == "Ingress" else workload_satisfied(scene, obj)


def _remedies(scene: Scene, obj: Obj, keeper: str) -> tuple[Remedy, ...]:
    ref = ref_of(obj)
    keep = in_application(
        Phrase(
            en="If the change was right, write it into the manifest as well, or the next sync takes it back",
            zh="如果该修改是正确的，请同时写入清单，否则下次同步会将其还原",
        )
    )
    if keeper or not labels(obj, "metadata", "annotations").get(LAST_APPLIED):
        return (keep,)
    again = command(
        f"kubectl -n {ref.namespace} get {ref.slug} -o "
        "jsonpath='{.metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration}' | kubectl apply -f -",
        summary=Phrase(
            en="Apply the manifest again, as it was applied last; each field that the hand added stays",
            zh="按最近一次应用的清单重新应用；手工新增的字段会保留",
        ),
        verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s"
        if scene.graph.pods_of(obj)
        else f"kubectl -n {ref.namespace} get {ref.slug} -o yaml",
        expect=Phrase(en="the field shows the applied value", zh="该字段恢复为应用时的值"),
    )
    return (again, keep)
