"""Pods that mount a claim which does not exist."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from cluster.fields import Obj, condition, dig, moment, name, namespace, text
from cluster.names import closest
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.claims.view import Storage, Use
from diagnose.findings import Edge, Finding, InProgress, Remedy, matched, proved
from diagnose.remedies import create_object, in_application, template_patch
from diagnose.scene import Scene

CONTROLLER_SECONDS = 30
"""A controller makes the claims of its template within this."""


def missing_claims(storage: Storage) -> Iterator[Finding | InProgress]:
    """Yield a finding for each claim that waiting pods name and that does not exist."""
    scene = storage.scene
    for (space, wanted), all_uses in sorted(storage.uses.items()):
        uses = [use for use in all_uses if text(use.pod, "status", "phase") in {"Pending", ""}]
        if not uses or scene.snapshot.get("PersistentVolumeClaim", space, wanted) is not None:
            continue
        absent = scene.snapshot.absent("PersistentVolumeClaim", space, wanted)
        said = next(filter(None, (_said(scene, use.pod, wanted) for use in uses)), None)
        if not absent and said is None:
            continue
        young = _young(scene, uses)
        if young is not None:
            yield young
            continue
        yield _finding(storage, space, wanted, uses, said, absent=absent)


def _said(scene: Scene, pod: Obj, wanted: str) -> Evidence | None:
    """Quote the scheduler where it names the missing claim."""
    words = f'persistentvolumeclaim "{wanted}" not found'
    conditions = dig(pod, "status", "conditions")
    for index, entry in enumerate(conditions if isinstance(conditions, list) else ()):
        if words in text(entry, "message"):
            return scene.field(pod, "status", "conditions", index, "message", quote=words)
    failed = scene.latest(pod, "FailedScheduling")
    return scene.event(failed, quote=words) if failed and words in failed.message else None


def _young(scene: Scene, uses: list[Use]) -> InProgress | None:
    """Return until when the claim may still come: it is made together with the pod, or by a controller."""
    use = uses[0]
    born = moment(use.pod, "metadata", "creationTimestamp")
    grace = scene.numbers.schedule_grace_seconds
    if use.made_by_controller:
        grace = min(CONTROLLER_SECONDS, scene.numbers.claim_grace_seconds)
    if born is None or scene.age(born) >= grace:
        return None
    return InProgress(
        object=scene.holder_ref(use.pod),
        reason=Phrase(en="a new pod waits for its storage claim", zh="新的 Pod 正在等待其存储声明"),
        until=born + timedelta(seconds=grace),
    )


def _finding(
    storage: Storage, space: str, wanted: str, uses: list[Use], said: Evidence | None, *, absent: bool
) -> Finding:
    scene, use = storage.scene, uses[0]
    near = tuple(closest(wanted, (name(entry) for entry in scene.snapshot.all("PersistentVolumeClaim", space))))
    elsewhere = sorted(
        namespace(entry) for entry in scene.snapshot.all("PersistentVolumeClaim") if name(entry) == wanted
    )
    holder = scene.holder_ref(use.pod)
    hint = (
        f"; there is {near[0]}"
        if near
        else f"; it exists in namespace {elsewhere[0]}, where only pods of {elsewhere[0]} can use it"
        if elsewhere
        else ""
    )
    hint_zh = (
        f"；存在的是 {near[0]}"
        if near
        else f"；它存在于命名空间 {elsewhere[0]}，只有该命名空间的 Pod 能使用"
        if elsewhere
        else ""
    )
    proofs = [scene.field(use.pod, *use.path)]
    if absent:
        proofs.append(scene.absence("PersistentVolumeClaim", space, wanted))
    if said:
        proofs.append(said)
    return Finding(
        code="ClaimMissing",
        confidence=proved(
            "the complete list of claims does not hold it" + (" and the scheduler says so" if said else ""),
            "完整的声明列表中没有它" + ("，调度器也如此说明" if said else ""),
            twice=bool(said),
        )
        if absent
        else matched("the scheduler says so; the claims could not be listed", "调度器如此说明；未能列出存储声明"),
        object=ObjectRef(kind="PersistentVolumeClaim", namespace=space, name=wanted),
        absent=True,
        affected=scene.reach_pods((entry.pod for entry in uses), Edge.MOUNT),
        summary=Phrase(
            en=f"{holder.kind} {holder.name} needs the storage claim {wanted}, which does not exist in namespace "
            f"{space}{hint}",
            zh=f"{holder.kind} {holder.name} 需要存储声明 {wanted}，而它在命名空间 {space} 中不存在{hint_zh}",
        ),
        expected=f"PersistentVolumeClaim {space}/{wanted}",
        actual="not there",
        near=near or tuple(f"{other}/{wanted}" for other in elsewhere[:3]),
        evidence=tuple(proofs),
        remedies=_remedies(storage, space, wanted, use, near),
        since=moment(condition(use.pod, "PodScheduled"), "lastTransitionTime")
        or moment(use.pod, "metadata", "creationTimestamp"),
    )


def _remedies(storage: Storage, space: str, wanted: str, use: Use, near: tuple[str, ...]) -> tuple[Remedy, ...]:
    scene = storage.scene
    if use.made_by_controller:
        return (
            in_application(
                Phrase(
                    en="Read the events of the pod's owner: it makes this claim itself and is hindered, often by quota",
                    zh="查看 Pod 所属控制器的事件：该声明由它创建，通常是配额等原因阻止了创建",
                )
            ),
        )
    found: list[Remedy] = []
    if near and use.volume:
        found.append(
            template_patch(
                scene,
                use.pod,
                {"volumes": [{"name": use.volume, "persistentVolumeClaim": {"claimName": near[0]}}]},
                summary=Phrase(en=f"Mount the claim {near[0]}, which exists", zh=f"挂载已存在的声明 {near[0]}"),
            )
        )
    found.append(_created(storage, space, wanted))
    return tuple(found)


def _created(storage: Storage, space: str, wanted: str) -> Remedy:
    """Create the claim with the size that most claims of the namespace have."""
    sizes = Counter(
        text(entry, "spec", "resources", "requests", "storage")
        for entry in storage.scene.snapshot.all("PersistentVolumeClaim", space)
    )
    sizes.pop("", None)
    size = min(sizes, key=lambda entry: (-sizes[entry], entry), default="1Gi")
    rule = "the most common size of this namespace's claims" if sizes else "a small size; there is no claim to compare"
    rule_zh = "取该命名空间中最常见的声明大小" if sizes else "暂取较小的容量；没有可参照的声明"
    remedy = create_object(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": wanted, "namespace": space},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
        },
        summary=Phrase(
            en=f"Create the claim {wanted} ({size}; choose the size that the program needs)",
            zh=f"创建声明 {wanted}（{size}；按程序需要选择容量）",
        ),
        verify=f"kubectl -n {space} get pvc {wanted}",
        expect=Phrase(en="STATUS Bound", zh="STATUS 为 Bound"),
    )
    return replace(remedy, estimate=Phrase(en=rule, zh=rule_zh))
