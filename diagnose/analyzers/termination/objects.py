"""Objects that are to go and that a finalizer holds."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, moment, name, namespace, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.termination.keepers import responsible, restored, sureness
from diagnose.analyzers.termination.leaving import (
    CLOUD_SECONDS,
    Leaving,
    cleans_outside,
    finalizers,
    without_finalizers,
)
from diagnose.controllers import Controller
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Role,
    RuledOut,
)
from diagnose.scene import Scene

_COLLECTED = frozenset({"foregroundDeletion", "orphan"})
_WARNINGS = 600
"""Seconds in which a warning about the object belongs to its deletion."""
_LATELY = 3600
"""Seconds after which a warning no longer shows what its controller does now."""


def judge_objects(leaving: Leaving) -> Iterator[Observation]:
    """Report each object that a finalizer has held for too long; those of an ending namespace are told with it."""
    for obj in leaving.objects:
        if text(obj, "kind") == "Namespace" or not finalizers(obj):
            continue
        if namespace(obj) not in leaving.ending_namespaces:
            yield from _judge(leaving, obj)


def _judge(leaving: Leaving, obj: Obj) -> Iterator[Observation]:
    scene, deleted = leaving.scene, moment(obj, "metadata", "deletionTimestamp")
    if deleted is None:
        return
    grace = CLOUD_SECONDS if cleans_outside(obj) else scene.numbers.finalizer_grace_seconds
    if scene.age(deleted) < grace:
        if text(obj, "kind") != "Pod":
            yield InProgress(
                object=ref_of(obj),
                reason=Phrase(en="it is being deleted and its clean-up runs", zh="正在删除，清理工作进行中"),
                until=deleted + timedelta(seconds=grace),
            )
        return
    if (kept := _by_design(leaving, obj)) is not None:
        yield kept
    elif not _held_from_outside(leaving, obj):
        yield _finding(leaving, obj)


def _by_design(leaving: Leaving, obj: Obj) -> RuledOut | None:
    """Explain a claim that a pod still mounts, or a volume that a claim still has: they go when these do."""
    scene, left = leaving.scene, finalizers(obj)
    user: Obj | None = None
    if text(obj, "kind") == "PersistentVolumeClaim" and left == ["kubernetes.io/pvc-protection"]:
        user = next(iter(leaving.users.get((namespace(obj), name(obj)), ())), None)
    elif text(obj, "kind") == "PersistentVolume" and "kubernetes.io/pv-protection" in left:
        space, claim = text(obj, "spec", "claimRef", "namespace"), text(obj, "spec", "claimRef", "name")
        user = scene.snapshot.get("PersistentVolumeClaim", space, claim)
    if user is None:
        return None
    holder = scene.graph.holder(user) if text(user, "kind") == "Pod" else user
    what = f"{text(holder, 'kind')} {name(holder)}"
    return RuledOut(
        code="FinalizerBlocked",
        object=ref_of(obj),
        reason=Phrase(
            en=f"it stays as long as {what} uses it, to keep its data from being pulled away; that is by design",
            zh=f"{what} 仍在使用它，为保护数据会一直保留，这是设计如此",
        ),
        evidence=(scene.field(obj, "metadata", "finalizers"),),
    )


def _held_from_outside(leaving: Leaving, obj: Obj) -> bool:
    """Say whether a sharper statement covers it: its children still go, or pods could not be read."""
    left = set(finalizers(obj))
    if "kubernetes.io/pvc-protection" in left and text(obj, "kind") == "PersistentVolumeClaim":
        return not leaving.scene.snapshot.coverage.complete("Pod", namespace(obj))
    if left <= _COLLECTED:
        return any(text(child, "metadata", "deletionTimestamp") for child in leaving.scene.graph.children(obj))
    return False


def _finding(leaving: Leaving, obj: Obj) -> Finding:
    scene, ref, left = leaving.scene, ref_of(obj), finalizers(obj)
    age = scene.age(moment(obj, "metadata", "deletionTimestamp"))
    held = ", ".join(left[:3])
    owner = next(filter(None, (leaving.controllers.of_finalizer(obj, entry) for entry in left)), None)
    who = responsible(leaving, left, owner)
    what = _label(scene, obj)
    evidence: list[Evidence] = [
        scene.field(obj, "metadata", "finalizers"),
        scene.field(obj, "metadata", "deletionTimestamp"),
    ]
    if owner is not None:
        evidence.append(owner.evidence())
    warning = next((e for e in reversed(scene.snapshot.events(obj)) if e.type == "Warning"), None)
    told = warning if warning is not None and scene.age(warning.last) <= min(max(_WARNINGS, age), _LATELY) else None
    if told is not None:
        evidence.append(scene.event(told))
    if text(obj, "kind") == "Pod":
        told = None  # what the kubelet says of a pod is no word of the finalizer's controller
    said = " ".join(told.message.split())[:160].rstrip(".") if told is not None else ""
    last, last_zh = (f"; the newest event says: {said}", f"；最新事件：{said}") if said else ("", "")
    return Finding(
        code="FinalizerBlocked",
        variant="object",
        role=Role.SYMPTOM if owner is not None and owner.down else Role.ROOT,
        confidence=sureness(owner),
        object=ref,
        affected=_affected(leaving, obj, owner),
        summary=Phrase(
            en=f"{what.en} has been waiting for its deletion for {spoken_time(age)}: the finalizer {held} "
            f"is still set{who.en}{last}",
            zh=f"{what.zh} 等待删除已 {spoken_time_zh(age)}：终结器（finalizer）{held} 仍未移除{who.zh}{last_zh}",
        ),
        expected="metadata.finalizers: <unset>",
        actual=f"metadata.finalizers: {held}",
        evidence=tuple(entry for entry in evidence if entry.quote),
        remedies=(*restored(owner, left, told), without_finalizers(obj, left)),
        next_checks=(*((owner.look(),) if owner else ()), _describe(scene.kubectl(ref))),
        since=moment(obj, "metadata", "deletionTimestamp"),
    )


def _label(scene: Scene, obj: Obj) -> Phrase:
    """Name the object; a pod of a workload by its workload."""
    holder = scene.graph.holder(obj) if text(obj, "kind") == "Pod" else obj
    if holder is obj:
        return Phrase(en=f"{text(obj, 'kind')} {name(obj)}", zh=f"{text(obj, 'kind')} {name(obj)}")
    label = f"{text(holder, 'kind')} {name(holder)}"
    return Phrase(en=f"A pod of {label}", zh=f"{label} 的一个 Pod")


def _affected(leaving: Leaving, obj: Obj, owner: Controller | None) -> tuple[Reach, ...]:
    """Point at the object where it is a pod, at its owners that wait for it, and at a controller that is down."""
    found = [Reach(ref=ref_of(obj), edge=Edge.OWNER)] if text(obj, "kind") == "Pod" else []
    owners = leaving.scene.graph.owners(obj)
    found += [
        Reach(ref=ref_of(parent), edge=Edge.OWNER) for parent in owners if text(parent, "metadata", "deletionTimestamp")
    ]
    if owner is not None and owner.down:
        found.append(Reach(ref=owner.ref, edge=Edge.POLICY))
    return tuple(found)


def _describe(where: str) -> NextCheck:
    return NextCheck(
        command=f"kubectl get {where} -o yaml",
        why=Phrase(en="its conditions may say what its clean-up waits for", zh="其状况可能说明清理在等待什么"),
    )


def ref_label(ref: ObjectRef) -> str:
    """``Widget shop/left``."""
    return f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"
