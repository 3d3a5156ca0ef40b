"""Claims whose storage class does not exist, and clusters without a default one."""

from cluster.fields import name
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.view import DEFAULT_CLASS, Claim, is_default
from diagnose.findings import Finding, Remedy, Risk, Who, inferred, matched, proved
from diagnose.remedies import command, object_patch


def class_missing(claim: Claim) -> Finding | None:
    """Report a claim whose class does not exist and no volume made by hand bears."""
    wanted = claim.class_name
    if not wanted or claim.storage_class is not None:
        return None
    absent = claim.scene.snapshot.absent("StorageClass", "", wanted)
    event = claim.latest("ProvisioningFailed")
    words = f'storageclass.storage.k8s.io "{wanted}" not found'
    said = claim.scene.event(event, quote=words) if event and words in event.message else None
    if not absent and said is None:
        return None
    known = [name(entry) for entry in claim.storage.classes]
    near = tuple(closest(wanted, known)) or tuple(known[:3])
    if known:
        have, have_zh = f"; the cluster has {', '.join(known[:5])}", f"；集群中有 {', '.join(known[:5])}"
    elif absent:
        have, have_zh = "; the cluster has no storage class at all", "；集群中没有任何存储类"
    else:
        have, have_zh = "", ""
    end, end_zh = claim.user()
    proofs: list[Evidence] = [claim.field("spec", "storageClassName")]
    if absent:
        proofs.append(claim.scene.absence("StorageClass", "", wanted))
    if said:
        proofs.append(said)
    return claim.finding(
        "StorageClassMissing",
        confidence=proved(
            "the complete list of storage classes does not hold it"
            + (" and the volume controller says so" if said else ""),
            "完整的存储类列表中没有它" + ("，卷控制器也如此说明" if said else ""),
            twice=bool(said),
        )
        if absent
        else matched("the volume controller says so; classes could not be listed", "卷控制器如此说明；未能列出存储类"),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} asks for the storage class {wanted}, which does not exist"
            f"{have}{end}",
            zh=f"存储声明 {claim.ref.name} 要求的存储类 {wanted} 不存在{have_zh}{end_zh}",
        ),
        expected=f"spec.storageClassName: {near[0]}" if near else f"StorageClass {wanted}",
        actual=f"spec.storageClassName: {wanted}",
        near=near,
        evidence=tuple(proofs),
        remedies=(_with_class(claim, near[0]),) if near else (_install(),) if absent else (_look(),),
    )


def _with_class(claim: Claim, value: str) -> Remedy:
    return claim.made_anew(
        {"storageClassName": value},
        summary=Phrase(
            en=f"Make the claim anew with the class {value} (it cannot be changed; an unbound claim holds no data)",
            zh=f"使用存储类 {value} 重建该声明（存储类不可修改；未绑定的声明没有数据）",
        ),
    )


def _look() -> Remedy:
    return command(
        "kubectl get storageclass",
        summary=Phrase(
            en="List the storage classes, which could not be read here, and make the claim anew with one of them",
            zh="列出此处未能读取的存储类，并使用其中之一重建该声明",
        ),
    )


def _install() -> Remedy:
    return Remedy(
        summary=Phrase(
            en="Install a storage driver with a storage class, or make a PersistentVolume by hand that fits the claim",
            zh="安装带有存储类的存储驱动，或手工创建与声明匹配的 PersistentVolume",
        ),
        risk=Risk.NONE,
        who=Who.CLUSTER_ADMIN,
    )


def default_class_missing(claim: Claim) -> Finding | None:
    """Report a claim that leaves the class to the cluster, which has no default."""
    if claim.class_name is not None or any(is_default(entry) for entry in claim.storage.classes):
        return None
    listed = claim.scene.snapshot.coverage.complete("StorageClass")
    event = claim.latest("FailedBinding")
    words = "no storage class is set"
    said = claim.scene.event(event) if event and words in event.message else None
    if not listed and said is None:
        return None
    known = [name(entry) for entry in claim.storage.classes]
    if known:
        have, have_zh = (
            f"of {', '.join(known[:5])} none is marked as default",
            f"{', '.join(known[:5])} 都没有被设为默认",
        )
    elif listed:
        have, have_zh = "the cluster has no storage class at all", "集群中没有任何存储类"
    else:
        have, have_zh = "no class is the cluster's default", "集群没有默认存储类"
    end, end_zh = claim.user()
    proofs: list[Evidence] = [claim.field("spec", "storageClassName")]
    if said:
        proofs.append(said)
    if known:
        proofs.append(claim.scene.field(claim.storage.classes[0], "metadata", "annotations", DEFAULT_CLASS))
    else:
        proofs.append(claim.field("status", "phase"))
    return claim.finding(
        "DefaultStorageClassMissing",
        confidence=proved(
            "the claim names no class and no class is the default",
            "声明未指定存储类，也没有默认存储类",
            twice=bool(said),
        )
        if listed
        else inferred(
            "the volume controller says so; classes could not be listed", "卷控制器如此说明；未能列出存储类", value=0.6
        ),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} names no storage class, and {have}{end}",
            zh=f"存储声明 {claim.ref.name} 未指定存储类，而{have_zh}{end_zh}",
        ),
        expected=f'metadata.annotations["{DEFAULT_CLASS}"]: true on one class',
        actual="no default storage class",
        near=tuple(known[:3]),
        evidence=tuple(proofs),
        remedies=_defaults(claim, known) if known or listed else (_look(),),
    )


def _defaults(claim: Claim, known: list[str]) -> tuple[Remedy, ...]:
    if not known:
        return (_install(),)
    first = claim.storage.classes[0]
    mark = object_patch(
        first,
        {"metadata": {"annotations": {DEFAULT_CLASS: "true"}}},
        summary=Phrase(
            en=f"Mark {known[0]} as the default class; the claim then takes it by itself",
            zh=f"将 {known[0]} 设为默认存储类，声明随后会自动采用",
        ),
        verify="kubectl get storageclass",
        expect=Phrase(en=f"{known[0]} (default)", zh=f"显示 {known[0]} (default)"),
        undo=object_patch(
            {**first, "metadata": {"name": known[0]}},
            {"metadata": {"annotations": {DEFAULT_CLASS: None}}},
            summary=Phrase(en="", zh=""),
        ).command,
        who=Who.CLUSTER_ADMIN,
    )
    return (_with_class(claim, known[0]), mark) if len(known) == 1 else (mark, _with_class(claim, known[0]))
