"""Workloads whose size or requests are set by two at once."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, mapping, name, numbered, objects, strings, text
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import SCALED_OBJECT, Scaler, named, target_of
from diagnose.findings import Edge, Finding, Observation, Reach, Remedy, inferred, proved
from diagnose.remedies import command, in_application, object_patch

VPA = "VerticalPodAutoscaler.autoscaling.k8s.io"
MIN_FLIPS = 2
"""Times that a size must have gone up and down again before it counts as a fight."""

_SCALED = re.compile(r"Scaled (up|down) replica set (\S{1,253}?)(?: from \d{1,6})? to (\d{1,6})\b")
_NEW_SIZE = re.compile(r"New size: (\d{1,6})\b")
_CONTROLLED = re.compile(r"controlled by multiple HPAs")


def judge_rivals(scaler: Scaler) -> Iterator[Observation]:
    """Report who else scales the same workload."""
    if not scaler.target_ref.name:
        return
    twins = scaler.around.scalers.get(scaler.target_key, ())
    if len(twins) > 1:
        if scaler.ref == ref_of(twins[0]):
            yield _two_scalers(scaler, twins)
        return
    ambiguous = scaler.state("ScalingActive")
    if ambiguous.status == "False" and ambiguous.reason == "AmbiguousSelector":
        yield _finding(
            scaler,
            Phrase(
                en="its pods carry labels that a second autoscaler's workload selects too",
                zh="其 Pod 的标签同时被另一个自动伸缩器的工作负载选中",
            ),
            (ambiguous.evidence(_quote(ambiguous.message)),),
            (
                in_application(
                    Phrase(
                        en="Give the two workloads selectors that do not overlap", zh="让两个工作负载的选择器互不重叠"
                    )
                ),
            ),
        )
        return
    for rule in (_keda_rival, _vertical_rival, _flipping):
        found = rule(scaler)
        if found is not None:
            yield found
            return


def _quote(message: str) -> str:
    match = _CONTROLLED.search(message)
    return match.group() if match and len(message) > 500 else ""


def _two_scalers(scaler: Scaler, twins: tuple[Obj, ...]) -> Finding:
    others = [ref_of(entry) for entry in twins[1:]]
    listed = ", ".join(entry.name for entry in others[:3])
    return _finding(
        scaler,
        Phrase(
            en=f"the autoscaler {listed} scales it too, so the two overrule each other",
            zh=f"自动伸缩器 {listed} 也在伸缩它，二者会互相覆盖",
        ),
        tuple(scaler.scene.field(entry, "spec", "scaleTargetRef", "name") for entry in twins[:3]),
        (_without(others[0]),),
        others=others,
    )


def _keda_rival(scaler: Scaler) -> Finding | None:
    """Find a ScaledObject of the same target that did not make this autoscaler."""
    for entry in scaler.scene.snapshot.all(SCALED_OBJECT, scaler.ref.namespace):
        if target_of(entry, "scaleTargetRef", kind="Deployment") != scaler.target_key:
            continue
        own = text(entry, "spec", "advanced", "horizontalPodAutoscalerConfig", "name") or f"keda-hpa-{name(entry)}"
        if scaler.ref.name == own or scaler.keeper is not None or text(entry, "metadata", "deletionTimestamp"):
            continue
        return _finding(
            scaler,
            Phrase(
                en=f"the ScaledObject {name(entry)} scales it too, so the two overrule each other",
                zh=f"ScaledObject {name(entry)} 也在伸缩它，二者会互相覆盖",
            ),
            (
                scaler.scene.field(entry, "spec", "scaleTargetRef", "name"),
                scaler.scene.field(scaler.obj, "spec", "scaleTargetRef", "name"),
            ),
            (_without(scaler.ref),),
            others=[ref_of(entry)],
        )
    return None


def _vertical_rival(scaler: Scaler) -> Finding | None:
    """Find a vertical autoscaler that changes the very request that this one measures against."""
    shares = {
        text(metric, "resource", "name")
        for metric in objects(scaler.obj, "spec", "metrics")
        if text(metric, "type") == "Resource" and text(metric, "resource", "target", "type") == "Utilization"
    }
    for entry in scaler.scene.snapshot.all(VPA, scaler.ref.namespace):
        mode = text(entry, "spec", "updatePolicy", "updateMode") or "Auto"
        if target_of(entry, "targetRef") != scaler.target_key or mode in {"Off", "Initial"}:
            continue
        both = sorted(shares & _controlled(entry))
        if not both:
            continue
        return _finding(
            scaler,
            Phrase(
                en=f"the vertical autoscaler {name(entry)} changes the {both[0]} request that it measures against",
                zh=f"垂直自动伸缩器 {name(entry)} 会修改它用作基准的 {both[0]} 请求值",
            ),
            (
                scaler.scene.field(entry, "spec", "updatePolicy", "updateMode"),
                scaler.scene.field(entry, "spec", "targetRef", "name"),
                scaler.scene.field(scaler.obj, "spec", "metrics"),
            ),
            (
                object_patch(
                    entry,
                    {"spec": {"updatePolicy": {"updateMode": "Off"}}},
                    summary=Phrase(
                        en=f"Let {name(entry)} only recommend, and keep the number of copies as the one that scales",
                        zh=f"让 {name(entry)} 只给出建议，仅由副本数负责伸缩",
                    ),
                    undo=object_patch(
                        ref_of(entry), {"spec": {"updatePolicy": {"updateMode": mode}}}, summary=Phrase(en="", zh="")
                    ).command,
                ),
            ),
            others=[ref_of(entry)],
        )
    return None


def _controlled(vertical: Obj) -> set[str]:
    """Return the resources that a vertical autoscaler sets on any container."""
    policies = objects(vertical, "spec", "resourcePolicy", "containerPolicies")
    if not policies:
        return {"cpu", "memory"}
    found: set[str] = set()
    for policy in policies:
        if text(policy, "mode") != "Off":
            found |= set(strings(policy, "controlledResources")) or {"cpu", "memory"}
    return found


def _flipping(scaler: Scaler) -> Finding | None:
    """Find a size that goes up and down while the autoscaler asked only for one of the two."""
    target = scaler.target
    writer = _writer(target) if target is not None else None
    if target is None or writer is None:
        return None
    scene = scaler.scene
    sizes: dict[tuple[str, str], tuple[int, Event]] = {}
    for event in scene.snapshot.events(target):
        match = _SCALED.search(event.message) if event.reason == "ScalingReplicaSet" else None
        if match and scene.age(event.last) <= scene.numbers.restart_recent_seconds:
            key = (match[1], match[3])
            sizes[key] = (sizes.get(key, (0, event))[0] + event.count, event)
    asked = {
        match[1]
        for event in scene.snapshot.events(scaler.obj)
        if event.reason == "SuccessfulRescale" and (match := _NEW_SIZE.search(event.message))
    }
    ups = [value for key, value in sizes.items() if key[0] == "up" and key[1] in asked and value[0] >= MIN_FLIPS]
    downs = [
        (key[1], value)
        for key, value in sizes.items()
        if key[0] == "down" and key[1] not in asked and value[0] >= MIN_FLIPS
    ]
    if not asked or not ups or not downs:
        return None
    size, (_, down) = downs[0]
    index, manager = writer
    return _finding(
        scaler,
        Phrase(
            en=f"{manager} sets it back to {size} copies again and again",
            zh=f"{manager} 反复将其改回 {size} 个副本",
        ),
        (
            scene.event(down),
            scene.event(ups[0][1]),
            scene.field(target, "metadata", "managedFields", index, "manager"),
        ),
        (
            in_application(
                Phrase(
                    en=f"Leave spec.replicas out of the manifest that {manager} applies",
                    zh=f"从 {manager} 应用的清单中去掉 spec.replicas",
                )
            ),
        ),
        sure=False,
    )


def _writer(target: Obj) -> tuple[int, str] | None:
    """Return who, other than the autoscaler's own way, owns ``spec.replicas``."""
    for index, entry in numbered(target, "metadata", "managedFields"):
        if text(entry, "subresource") == "scale" or text(entry, "manager") == "kube-controller-manager":
            continue
        if "f:replicas" in mapping(entry, "fieldsV1", "f:spec") and text(entry, "manager"):
            return index, text(entry, "manager")
    return None


def _without(ref: ObjectRef) -> Remedy:
    what = {"HorizontalPodAutoscaler": "hpa"}.get(ref.kind, ref.slug.partition("/")[0])
    return command(
        f"kubectl -n {ref.namespace} get {what} {ref.name} -o yaml > {ref.name}.yaml\n"
        f"kubectl -n {ref.namespace} delete {what} {ref.name}",
        summary=Phrase(
            en=f"Keep one of the two: save and delete {ref.kind} {ref.name}, if it is the one not wanted",
            zh=f"二者只保留一个：如果不需要 {ref.kind} {ref.name}，先保存再删除",
        ),
        verify=f"kubectl -n {ref.namespace} get hpa",
        expect=Phrase(en="one autoscaler is left for the workload", zh="该工作负载只剩一个自动伸缩器"),
        undo=f"kubectl -n {ref.namespace} apply -f {ref.name}.yaml",
    )


def _finding(
    scaler: Scaler,
    why: Phrase,
    evidence: tuple[Evidence, ...],
    remedies: tuple[Remedy, ...],
    *,
    others: list[ObjectRef] | None = None,
    sure: bool = True,
) -> Finding:
    what = named(scaler.target) if scaler.target is not None else scaler.what
    return Finding(
        code="AutoscalerConflict",
        confidence=proved("both sides are read from the objects", "双方均从对象中读取", twice=True)
        if sure
        else inferred(
            "the sequence of sizes and the owner of the field agree", "副本数的变化与字段的所有者相符", value=0.6
        ),
        object=scaler.ref,
        affected=(*scaler.reach(), *(Reach(ref=entry, edge=Edge.TARGET) for entry in others or ())),
        summary=Phrase(
            en=f"The autoscaler {scaler.ref.name} is not alone in scaling {what}: {why.en}",
            zh=f"自动伸缩器 {scaler.ref.name} 不是唯一伸缩 {what} 的对象：{why.zh}",
        ),
        expected=f"one owner of the size of {what}",
        actual=", ".join(
            [f"HorizontalPodAutoscaler {scaler.ref.name}", *(f"{entry.kind} {entry.name}" for entry in others or ())]
        ),
        evidence=evidence,
        remedies=remedies,
        next_checks=(scaler.look(),),
    )
