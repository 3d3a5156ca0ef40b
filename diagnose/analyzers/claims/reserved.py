"""Claims whose volume belongs to another claim, or is gone."""

from cluster.fields import Obj, mapping, name, text, uid
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.view import Claim
from diagnose.findings import Finding, Remedy, Risk, Who, inferred, proved
from diagnose.remedies import in_application, object_patch


def holder_of(volume: Obj) -> str:
    """Return ``namespace/name`` of the claim that a volume is reserved for, or an empty string."""
    reserved = mapping(volume, "spec", "claimRef")
    return f"{text(reserved, 'namespace')}/{text(reserved, 'name')}" if text(reserved, "name") else ""


def reserved_for(volume: Obj, claim: Claim) -> bool:
    """Say whether a volume is free or reserved for this very claim."""
    reserved = mapping(volume, "spec", "claimRef")
    if not text(reserved, "name"):
        return text(volume, "status", "phase") in {"", "Available", "Pending"}
    same = holder_of(volume) == f"{claim.ref.namespace}/{claim.ref.name}"
    return same and text(reserved, "uid") in {"", uid(claim.obj)}


def volume_taken(claim: Claim, volume: Obj) -> Finding:
    """Report the volume that a claim wants and that is reserved for another or a former claim."""
    scene, phase = claim.scene, text(volume, "status", "phase")
    holder = holder_of(volume)
    space, _, other = holder.partition("/")
    living = scene.snapshot.get("PersistentVolumeClaim", space, other)
    former = phase == "Released" or living is None or holder == f"{claim.ref.namespace}/{claim.ref.name}"
    kept = text(volume, "spec", "persistentVolumeReclaimPolicy") or "Retain"
    end, end_zh = claim.user()
    who = f"the former claim {holder}, which was deleted" if former else f"the claim {holder}"
    who_zh = f"已被删除的声明 {holder}" if former else f"声明 {holder}"
    event = claim.latest("FailedBinding")
    again = holder == f"{claim.ref.namespace}/{claim.ref.name}"  # made anew under the same name
    told = f"{holder} (uid {text(volume, 'spec', 'claimRef', 'uid')})" if again else holder
    proofs = [
        scene.field(volume, "spec", "claimRef", "uid" if again else "name"),
        scene.field(volume, "status", "phase"),
    ]
    if text(claim.obj, "spec", "volumeName"):
        proofs.insert(0, claim.field("spec", "volumeName"))
    if event:
        proofs.append(scene.event(event))
    return claim.finding(
        "ClaimVolumeTaken",
        confidence=proved("the volume's claimRef names another claim", "卷的 claimRef 指向另一个声明", twice=True),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} wants the volume {name(volume)}, which is still reserved for "
            f"{who}{end}",
            zh=f"存储声明 {claim.ref.name} 需要的卷 {name(volume)} 仍保留给{who_zh}{end_zh}",
        ),
        expected=f"claimRef: {claim.ref.namespace}/{claim.ref.name}" + (f" (uid {uid(claim.obj)})" if again else ""),
        actual=f"claimRef: {told}; phase {phase or '<unset>'}; reclaim policy {kept}",
        evidence=tuple(proofs),
        remedies=(_released(volume, holder),) if former else (_other_volume(volume, holder),),
    )


def _released(volume: Obj, holder: str) -> Remedy:
    return object_patch(
        volume,
        [{"op": "remove", "path": "/spec/claimRef"}],
        summary=Phrase(
            en=f"Release {name(volume)} for the new claim; the data of {holder} on it becomes readable to it, so ask "
            "its owner first",
            zh=f"把 {name(volume)} 释放给新的声明；其中 {holder} 的数据将对其可见，请先征得数据所有者同意",
        ),
        verify=f"kubectl get pv {name(volume)}",
        expect=Phrase(en="STATUS Available, then Bound", zh="STATUS 先为 Available，随后为 Bound"),
        patch_type="json",
        risk=Risk.DATA,
        who=Who.CLUSTER_ADMIN,
    )


def _other_volume(volume: Obj, holder: str) -> Remedy:
    return in_application(
        Phrase(
            en=f"Use another volume: {name(volume)} is in use by {holder}",
            zh=f"改用其他卷：{name(volume)} 正被 {holder} 使用",
        )
    )


# -- lost


def claim_lost(claim: Claim) -> Finding | None:
    """Report a claim that was bound and has lost its volume."""
    if claim.phase != "Lost":
        return None
    scene, wanted = claim.scene, text(claim.obj, "spec", "volumeName")
    volume = scene.snapshot.get("PersistentVolume", "", wanted)
    gone = scene.snapshot.absent("PersistentVolume", "", wanted)
    proofs: list[Evidence] = [claim.field("status", "phase"), claim.field("spec", "volumeName")]
    if volume is not None:
        what, what_zh = f"now belongs to {holder_of(volume)}", f"现在属于 {holder_of(volume)}"
        proofs.append(scene.field(volume, "spec", "claimRef"))
    elif gone:
        what, what_zh = "no longer exists", "已不存在"
        proofs.append(scene.absence("PersistentVolume", "", wanted))
    else:
        what, what_zh = "is lost", "已丢失"
    end, end_zh = claim.user()
    return claim.finding(
        "ClaimLost",
        confidence=proved("the claim's phase and its volume say so", "声明的阶段及其卷均如此表明", twice=True)
        if volume is not None or gone
        else inferred("the claim is Lost; volumes could not be listed", "声明处于 Lost 阶段；未能列出卷", value=0.6),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} has lost its volume {wanted}, which {what}{end}",
            zh=f"存储声明 {claim.ref.name} 丢失了它的卷 {wanted}，该卷{what_zh}{end_zh}",
        ),
        expected="status.phase: Bound",
        actual=f"status.phase: Lost; volume {wanted} {what}",
        evidence=tuple(proofs),
        remedies=(
            Remedy(
                summary=Phrase(
                    en=f"Restore the volume {wanted} from its disk or a backup before anything is deleted: deleting "
                    "the claim may lose the data for good",
                    zh=f"在删除任何对象之前，先从磁盘或备份恢复卷 {wanted}：删除声明可能使数据永久丢失",
                ),
                risk=Risk.DATA,
                reversible=False,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
    )
