"""Claims that ask for more than their volume has and do not get it."""

from datetime import timedelta

from cluster.fields import condition, dig, moment, numbered, text, truth
from cluster.quantities import quantity
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.view import FRESH_SECONDS, Claim
from diagnose.findings import (
    Finding,
    InProgress,
    Observation,
    Remedy,
    RuledOut,
    Severity,
    Who,
    proved,
)
from diagnose.remedies import object_patch
from diagnose.state import pod_ready

_INFEASIBLE = frozenset({"ControllerResizeInfeasible", "NodeResizeInfeasible"})


def resize(claim: Claim) -> Observation | None:
    """Judge a bound claim that asks for more than its volume has."""
    has = quantity(dig(claim.obj, "status", "capacity", "storage"))
    if claim.phase != "Bound" or has is None or claim.asked <= has:
        return None
    if condition(claim.obj, "FileSystemResizePending").get("status") == "True":
        return RuledOut(
            code="ClaimResizeFailed",
            object=claim.ref,
            reason=Phrase(
                en="the volume is enlarged; its file system grows when a pod mounts it again (restart the pod)",
                zh="卷已扩容；Pod 重新挂载时文件系统才会扩大（重启 Pod 即可）",
            ),
            evidence=(claim.field("status", "capacity", "storage"),),
        )
    state = text(claim.obj, "status", "allocatedResourceStatuses", "storage")
    failing = next(
        (
            index
            for index, entry in numbered(claim.obj, "status", "conditions")
            if text(entry, "type") in {"ControllerResizeError", "NodeResizeError"} and entry.get("status") == "True"
        ),
        None,
    )
    failed = claim.latest("VolumeResizeFailed")
    forbidden = claim.storage_class is not None and not truth(claim.storage_class, "allowVolumeExpansion")
    if state not in _INFEASIBLE and failing is None and failed is None and not forbidden:
        began = moment(condition(claim.obj, "Resizing"), "lastTransitionTime") or claim.scene.now
        if claim.scene.age(began) >= FRESH_SECONDS:
            return None
        return InProgress(
            object=claim.ref,
            reason=Phrase(en="the volume is being enlarged", zh="卷正在扩容"),
            until=began + timedelta(seconds=FRESH_SECONDS),
            serving=True,
        )
    return _resize_failed(claim, state, failing, forbidden=forbidden)


def _resize_failed(claim: Claim, state: str, failing: int | None, *, forbidden: bool) -> Finding:
    capacity = str(dig(claim.obj, "status", "capacity", "storage"))
    failed = claim.latest("VolumeResizeFailed")
    proofs: list[Evidence] = [
        claim.field("spec", "resources", "requests", "storage"),
        claim.field("status", "capacity", "storage"),
    ]
    why, why_zh = "the driver cannot do it", "驱动无法完成"
    if forbidden and claim.storage_class is not None:
        proofs.append(claim.scene.field(claim.storage_class, "allowVolumeExpansion"))
        why = f"its class {claim.class_name} does not allow it"
        why_zh = f"其存储类 {claim.class_name} 不允许"
    elif failed:
        proofs.insert(0, claim.scene.event(failed))
        words = " ".join(failed.message.split())[:200].rstrip(" .")
        why = why_zh = words
    elif failing is not None:
        proofs.append(claim.field("status", "conditions", failing))
    elif state:
        proofs.append(claim.field("status", "allocatedResourceStatuses", "storage"))
    serving = all(pod_ready(use.pod) for use in claim.uses)
    back = object_patch(
        claim.obj,
        {"spec": {"resources": {"requests": {"storage": capacity}}}},
        summary=Phrase(
            en=f"Go back to the size that the volume has ({capacity}); clusters before 1.34 may refuse that",
            zh=f"改回卷的现有容量（{capacity}）；1.34 之前的集群可能拒绝",
        ),
        verify=f"kubectl -n {claim.ref.namespace} get pvc {claim.ref.name}",
        expect=Phrase(en="CAPACITY equals what is asked", zh="CAPACITY 与请求一致"),
    )
    remedies: tuple[Remedy, ...] = (back,)
    if forbidden and claim.storage_class is not None:
        allow = object_patch(
            claim.storage_class,
            {"allowVolumeExpansion": True},
            summary=Phrase(
                en=f"Allow class {claim.class_name} to enlarge volumes, if its driver can",
                zh=f"如果驱动支持，允许存储类 {claim.class_name} 扩容",
            ),
            verify=f"kubectl get storageclass {claim.class_name}",
            expect=Phrase(en="ALLOWVOLUMEEXPANSION true", zh="ALLOWVOLUMEEXPANSION 为 true"),
            who=Who.CLUSTER_ADMIN,
        )
        remedies = (allow, back)
    return claim.finding(
        "ClaimResizeFailed",
        severity=Severity.LOW if serving else Severity.HIGH,
        confidence=proved(
            "size asked, size had and the reason were read", "已读取请求容量、现有容量与原因", twice=True
        ),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} asks for {claim.size} but its volume stays at {capacity}: {why}",
            zh=f"存储声明 {claim.ref.name} 请求 {claim.size}，但其卷仍为 {capacity}：{why_zh}",
        ),
        expected=f"status.capacity.storage: {claim.size}",
        actual=f"status.capacity.storage: {capacity}",
        evidence=tuple(proofs),
        remedies=remedies,
    )
