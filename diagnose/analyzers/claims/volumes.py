"""Claims that wait for a volume made by hand: none fits, the one wanted is taken, or the one had is gone."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cluster.fields import Obj, dig, labels, mapping, name, strings, text
from cluster.names import closest
from cluster.quantities import quantity, readable_bytes
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.reserved import reserved_for, volume_taken
from diagnose.analyzers.claims.view import BY_HAND, Claim
from diagnose.findings import Finding, Remedy, Risk, Who, proved
from diagnose.graph import selector_matches

Difference = tuple[str, str, str, tuple[str, ...]]
"""Which field differs, what the claim asks, what the volume has, and the path of that field in the volume."""

_FIELDS = ("class", "size", "access_mode", "volume_mode", "selector")


def by_hand(claim: Claim) -> bool:
    """Say whether only a volume made by hand can satisfy the claim."""
    if claim.class_name == "" or text(claim.obj, "spec", "volumeName"):
        return True
    if claim.storage_class is None:
        return bool(claim.class_name) and any(_class_of(entry) == claim.class_name for entry in claim.storage.volumes)
    return claim.provisioner == BY_HAND and any(_class_of(entry) == claim.class_name for entry in claim.storage.volumes)


def _class_of(volume: Obj) -> str:
    return text(volume, "spec", "storageClassName") or labels(volume, "metadata", "annotations").get(
        "volume.beta.kubernetes.io/storage-class", ""
    )


def differences(claim: Claim, volume: Obj) -> list[Difference]:
    """Compare a volume with a claim field by field, in the order in which the binder does."""
    found: list[Difference] = []
    if _class_of(volume) != (claim.class_name or ""):
        found.append(("class", claim.class_name or '""', _class_of(volume) or '""', ("storageClassName",)))
    has = quantity(dig(volume, "spec", "capacity", "storage")) or Fraction(0)
    if has < claim.asked:
        shown = str(dig(volume, "spec", "capacity", "storage") or "?")
        found.append(("size", claim.size, shown, ("capacity", "storage")))
    offered = strings(volume, "spec", "accessModes")
    if not set(claim.modes) <= set(offered):
        found.append(("access_mode", ", ".join(claim.modes), ", ".join(offered) or "none", ("accessModes",)))
    mode, own = (
        text(claim.obj, "spec", "volumeMode") or "Filesystem",
        text(volume, "spec", "volumeMode") or "Filesystem",
    )
    if mode != own:
        found.append(("volume_mode", mode, own, ("volumeMode",)))
    selector = mapping(claim.obj, "spec", "selector")
    if selector and not selector_matches(selector, labels(volume, "metadata", "labels")):
        wanted = ", ".join(f"{key}={value}" for key, value in sorted(labels(selector, "matchLabels").items()))
        carried = labels(volume, "metadata", "labels")
        shown = ", ".join(f"{key}={value}" for key, value in sorted(carried.items())) or "no label"
        found.append(("selector", wanted or "matchExpressions", shown, ()))
    return found


def judge_volumes(claim: Claim) -> Iterator[Finding]:
    """Judge a pending claim that only a volume made by hand can satisfy."""
    wanted = text(claim.obj, "spec", "volumeName")
    snapshot = claim.scene.snapshot
    if wanted:
        volume = snapshot.get("PersistentVolume", "", wanted)
        if volume is None:
            if snapshot.absent("PersistentVolume", "", wanted):
                yield _no_such_volume(claim, wanted)
        elif not reserved_for(volume, claim):
            yield volume_taken(claim, volume)
        elif differing := differences(claim, volume):
            yield _mismatch(claim, volume, differing)
        return
    if not snapshot.coverage.complete("PersistentVolume"):
        return
    free = [volume for volume in claim.storage.volumes if reserved_for(volume, claim)]
    ranked = sorted(((differences(claim, volume), name(volume), volume) for volume in free), key=_distance)
    if ranked and not ranked[0][0]:
        return  # it fits: the binder only needs its moment
    held = [volume for volume in claim.storage.volumes if volume not in free and not differences(claim, volume)]
    if held and (not ranked or len(ranked[0][0]) > 0):
        yield volume_taken(claim, held[0])
    elif ranked:
        yield _mismatch(claim, ranked[0][2], ranked[0][0])
    else:
        yield _none_free(claim)


def _distance(entry: tuple[list[Difference], str, Obj]) -> tuple[int, int, str]:
    differing, name_, _ = entry
    return len(differing), min((_FIELDS.index(field) for field, *_ in differing), default=9), name_


_ASPECT = {
    "class": ("storage class", "存储类"),
    "size": ("size", "容量"),
    "access_mode": ("access mode", "访问模式"),
    "volume_mode": ("volume mode", "卷模式"),
    "selector": ("labels", "标签"),
}


def _mismatch(claim: Claim, volume: Obj, differing: list[Difference]) -> Finding:
    field, asks, has, path = differing[0]
    aspect, aspect_zh = _ASPECT[field]
    rest = len(differing) - 1
    more = f" (and {rest} more fields differ)" if rest else ""
    more_zh = f"（另有 {rest} 个字段不同）" if rest else ""
    end, end_zh = claim.user()
    own = {
        "class": ("spec", "storageClassName"),
        "size": ("spec", "resources", "requests", "storage"),
        "access_mode": ("spec", "accessModes"),
        "volume_mode": ("spec", "volumeMode"),
        "selector": ("spec", "selector"),
    }[field]
    theirs = claim.scene.field(volume, "spec", *path) if path else claim.scene.field(volume, "metadata", "labels")
    event = claim.latest("VolumeMismatch", "FailedBinding")
    proofs: list[Evidence] = [claim.class_field() if field == "class" else claim.field(*own), theirs]
    if event:
        proofs.append(claim.scene.event(event))
    return claim.finding(
        "ClaimVolumeMismatch",
        variant=field,
        confidence=proved("both sides were compared field by field", "已逐字段比较双方", twice=True),
        summary=Phrase(
            en=f"No volume fits the storage claim {claim.ref.name}: the nearest free one, {name(volume)}, has the "
            f"{aspect} {has}, but the claim asks for {asks}{more}{end}",
            zh=f"没有卷符合存储声明 {claim.ref.name}：最接近的空闲卷 {name(volume)} 的{aspect_zh}为 {has}，而声明要求 "
            f"{asks}{more_zh}{end_zh}",
        ),
        expected="; ".join(f"{entry[0]}: {entry[1]}" for entry in differing),
        actual="; ".join(f"{entry[0]}: {entry[2]} ({name(volume)})" for entry in differing),
        near=(name(volume),),
        evidence=tuple(proofs),
        remedies=_fitting(claim, volume, differing),
    )


def _fitting(claim: Claim, volume: Obj, differing: list[Difference]) -> tuple[Remedy, ...]:
    """Make the claim anew so that it fits the nearest volume."""
    change: dict[str, Any] = {}
    for field, _, has, _ in differing:
        match field:
            case "class":
                change["storageClassName"] = _class_of(volume)
            case "size":
                change["resources"] = {"requests": {"storage": has}}
            case "access_mode":
                change["accessModes"] = strings(volume, "spec", "accessModes")
            case "volume_mode":
                change["volumeMode"] = has
            case _:
                change["selector"] = None
    anew = claim.made_anew(
        change,
        summary=Phrase(
            en=f"Make the claim anew so that it fits {name(volume)} (an unbound claim holds no data)",
            zh=f"重建声明使其与 {name(volume)} 匹配（未绑定的声明没有数据）",
        ),
    )
    other = Remedy(
        summary=Phrase(
            en=f"Make a volume of at least {readable_bytes(claim.asked)} that meets the claim as it is",
            zh=f"创建满足现有声明、容量不少于 {readable_bytes(claim.asked)} 的卷",
        ),
        risk=Risk.NONE,
        who=Who.CLUSTER_ADMIN,
    )
    return (anew, other)


def _none_free(claim: Claim) -> Finding:
    end, end_zh = claim.user()
    event = claim.latest("FailedBinding")
    proofs = [claim.class_field(), claim.field("status", "phase")]
    if event:
        proofs.insert(0, claim.scene.event(event))
    return claim.finding(
        "ClaimVolumeMismatch",
        variant="class",
        confidence=proved("the complete list of volumes holds no free one", "完整的卷列表中没有空闲的卷"),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} waits for a volume made by hand, and none is free{end}",
            zh=f"存储声明 {claim.ref.name} 等待手工创建的卷，但没有空闲的卷{end_zh}",
        ),
        expected=f"a free PersistentVolume of {claim.size}",
        actual="no free PersistentVolume",
        evidence=tuple(proofs),
        remedies=(
            Remedy(
                summary=Phrase(
                    en=f"Make a PersistentVolume of at least {claim.size} for it, or let the claim name a class",
                    zh=f"为其创建不少于 {claim.size} 的 PersistentVolume，或让声明使用存储类",
                ),
                risk=Risk.NONE,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
    )


def _no_such_volume(claim: Claim, wanted: str) -> Finding:
    near = tuple(closest(wanted, (name(entry) for entry in claim.storage.volumes)))
    end, end_zh = claim.user()
    return claim.finding(
        "ClaimVolumeMismatch",
        variant="selector",
        confidence=proved("the complete list of volumes does not hold it", "完整的卷列表中没有它", twice=True),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} asks for the volume {wanted}, which does not exist{end}",
            zh=f"存储声明 {claim.ref.name} 指定的卷 {wanted} 不存在{end_zh}",
        ),
        expected=f"spec.volumeName: {near[0]}" if near else f"PersistentVolume {wanted}",
        actual=f"spec.volumeName: {wanted}",
        near=near,
        evidence=(claim.field("spec", "volumeName"), claim.scene.absence("PersistentVolume", "", wanted)),
        remedies=(
            claim.made_anew(
                {"volumeName": near[0] if near else None},
                summary=Phrase(
                    en=f"Make the claim anew with the volume {near[0]}"
                    if near
                    else "Make the claim anew without volumeName",
                    zh=f"使用卷 {near[0]} 重建声明" if near else "去掉 volumeName 后重建声明",
                ),
            ),
        ),
    )
