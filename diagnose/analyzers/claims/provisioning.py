"""Claims for which a driver should make or enlarge a volume and does not."""

import re
from datetime import timedelta

from cluster.fields import condition, labels, mapping, moment, name, objects, strings, text
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.view import BY_HAND, FRESH_SECONDS, Claim
from diagnose.findings import (
    Finding,
    Remedy,
    Risk,
    RuledOut,
    Who,
    inferred,
    matched,
    proved,
)
from diagnose.state import pod_ready

DRIVER_SECONDS = 120
SILENT_DRIVER_SECONDS = 300
"""A driver that runs may take this long for a large volume."""

_RPC = re.compile(r"rpc error: code = (\w{1,40}) desc = (.{1,400})", re.DOTALL)
_COMMON_WORDS = frozenset({"com", "io", "org", "net", "k8s", "csi", "x", "sigs", "kubernetes", "driver", "storage"})
_SELECTED = "volume.kubernetes.io/selected-node"


def waits_by_design(claim: Claim) -> RuledOut | None:
    """Say that a claim waits for its first pod because its class says so."""
    if not claim.waits_for_pod or _SELECTED in labels(claim.obj, "metadata", "annotations"):
        return None
    if claim.latest("ProvisioningFailed") or (claim.provisioner == BY_HAND and _none_left(claim)):
        return None
    used = bool(claim.uses)
    return RuledOut(
        code="ClaimProvisioningFailed",
        object=claim.ref,
        reason=Phrase(
            en="the claim waits for its pod to get a node, as its storage class says",
            zh="按其存储类的设定，声明在等待其 Pod 分配到节点",
        )
        if used
        else Phrase(
            en="the claim waits for its first pod, as its storage class says, and no pod uses it",
            zh="按其存储类的设定，声明在等待第一个使用它的 Pod，而目前没有 Pod 使用它",
        ),
        evidence=(claim.scene.field(claim.storage_class or {}, "volumeBindingMode"),),
    )


def _none_left(claim: Claim) -> bool:
    """Say whether the scheduler has looked for a volume made by hand and found none."""
    states = (condition(use.pod, "PodScheduled") for use in claim.uses)
    return any(
        text(state, "status") == "False" and "find available persistent volumes to bind" in text(state, "message")
        for state in states
    )


def provisioning_failed(claim: Claim) -> Finding | None:
    """Report a driver that fails to make the volume, or that nobody runs."""
    failed = claim.latest("ProvisioningFailed")
    if failed and claim.scene.age(failed.last) <= FRESH_SECONDS and "storageclass.storage" not in failed.message:
        return _driver_error(claim)
    if claim.provisioner == BY_HAND:
        return _none_by_hand(claim)
    waiting = claim.latest("ExternalProvisioning")
    if claim.storage_class is None or (claim.age < DRIVER_SECONDS and waiting is not None):
        return None
    if claim.age < DRIVER_SECONDS:
        return None
    alive = _driver_runs(claim)
    if alive and claim.age < SILENT_DRIVER_SECONDS:
        return None
    absent = claim.scene.snapshot.absent("CSIDriver", "", claim.provisioner)
    if not alive and not absent and waiting is None:
        return None
    words = "has not answered" if alive else "is not run by anybody here"
    return _no_provisioner(claim, proven=absent and not alive, words=words, alive=alive)


def provisioned_late(claim: Claim) -> RuledOut | None:
    """Say of a claim that has its volume that earlier attempts to make one do not count."""
    failed = claim.latest("ProvisioningFailed")
    if failed is None or failed.last is None:
        return None
    made = claim.latest("ProvisioningSucceeded")
    born = moment(claim.obj, "metadata", "creationTimestamp")
    grace = timedelta(seconds=claim.scene.numbers.claim_grace_seconds)
    return RuledOut(
        code="ClaimProvisioningFailed",
        object=claim.ref,
        reason=Phrase(
            en="making the volume failed before; the claim is bound now", zh="此前创建卷失败过，该声明现已绑定"
        ),
        evidence=(claim.scene.event(failed, current=False),),
        healed=bool(born and failed.last - born > grace),
        ended=made.last if made else failed.last,
    )


def _driver_error(claim: Claim) -> Finding:
    event = claim.latest("ProvisioningFailed")
    message = event.message if event else ""
    match = _RPC.search(message)
    code, cause = (match[1], match[2]) if match else ("", message)
    cause = " ".join(cause.split())[:240].rstrip(" .")
    end, end_zh = claim.user()
    driver = claim.provisioner or "the storage driver"
    proofs: list[Evidence] = [claim.scene.event(event)] if event else []
    if claim.storage_class is not None:
        proofs.append(claim.scene.field(claim.storage_class, "provisioner"))
        if mapping(claim.storage_class, "parameters"):
            proofs.append(claim.scene.field(claim.storage_class, "parameters"))
    return claim.finding(
        "ClaimProvisioningFailed",
        variant="error",
        confidence=matched("the storage driver's own message says so", "存储驱动自身的消息如此说明", value=0.8),
        summary=Phrase(
            en=f"Storage driver {driver} cannot make the volume for the storage claim {claim.ref.name}: {cause}{end}",
            zh=f"存储驱动 {driver} 无法为存储声明 {claim.ref.name} 创建卷：{cause}{end_zh}",
        ),
        expected="a volume is made",
        actual=f"{code}: {cause}" if code else cause,
        evidence=tuple(proofs),
        remedies=(
            Remedy(
                summary=Phrase(
                    en="Repair what the driver names: its parameters, its permission, the quota or the space behind it",
                    zh="修复驱动指出的问题：参数、权限、配额或后端空间",
                ),
                risk=Risk.NONE,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
    )


def _driver_runs(claim: Claim) -> bool:
    """Say whether a ready pod names the driver in its arguments, environment or name."""
    driver = claim.provisioner
    words = [word for word in re.split(r"[./-]", driver.lower()) if word and word not in _COMMON_WORDS]
    tail = driver.rpartition("/")[2].lower()
    for pod in claim.scene.snapshot.all("Pod"):
        if not pod_ready(pod):
            continue
        called = name(pod).lower()
        if tail in called or (words and all(word in called for word in words[:1]) and "csi" in called):
            return True
        for container in objects(pod, "spec", "containers"):
            if any(driver in word for word in (*strings(container, "args"), *strings(container, "command"))):
                return True
            if any(text(entry, "value") == driver for entry in objects(container, "env")):
                return True
    return False


def _none_by_hand(claim: Claim) -> Finding:
    """Report a class whose volumes are made by hand, of which none is free."""
    end, end_zh = claim.user()
    return claim.finding(
        "ClaimProvisioningFailed",
        variant="no_provisioner",
        confidence=proved(
            "the class makes no volumes by itself and none of its own is free", "该存储类不会自动创建卷，也没有空闲的卷"
        ),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} waits for a volume of class {claim.class_name}, whose volumes are "
            f"made by hand, and none fits that is free{end}",
            zh=f"存储声明 {claim.ref.name} 等待存储类 {claim.class_name} 的卷，该类的卷需手工创建，而没有合适的空闲卷"
            f"{end_zh}",
        ),
        expected=f"an Available volume of class {claim.class_name}",
        actual="none",
        evidence=(claim.scene.field(claim.storage_class or {}, "provisioner"), claim.field("spec", "storageClassName")),
        remedies=_driver_remedies(claim),
    )


def _no_provisioner(claim: Claim, *, proven: bool, words: str, alive: bool) -> Finding:
    driver, end = claim.provisioner, claim.user()
    words_zh = {"has not answered": "没有响应", "is not run by anybody here": "在这里没有运行"}[words]
    waiting = claim.latest("ExternalProvisioning")
    proofs: list[Evidence] = [claim.scene.event(waiting)] if waiting else []
    proofs.append(claim.scene.field(claim.storage_class or {}, "provisioner"))
    if proven:
        proofs.append(claim.scene.absence("CSIDriver", "", driver))
    proofs.append(claim.field("spec", "storageClassName"))
    return claim.finding(
        "ClaimProvisioningFailed",
        variant="no_provisioner",
        confidence=proved(
            "the class names a driver that no pod and no CSIDriver object here bears",
            "存储类指定的驱动没有对应的 Pod 或 CSIDriver",
        )
        if proven
        else inferred(
            "the driver says nothing; whether it works was not seen", "驱动没有任何消息；无法判断其是否工作", value=0.5
        ),
        summary=Phrase(
            en=f"The storage claim {claim.ref.name} waits for a volume from {driver}, which {words}{end[0]}",
            zh=f"存储声明 {claim.ref.name} 等待 {driver} 创建卷，而它{words_zh}{end[1]}",
        ),
        expected=f"a driver {driver} that makes volumes",
        actual="its pods run and it is silent" if alive else "no such driver",
        near=tuple(name(entry) for entry in claim.storage.classes if name(entry) != claim.class_name),
        evidence=tuple(proofs),
        remedies=_driver_remedies(claim),
    )


def _driver_remedies(claim: Claim) -> tuple[Remedy, ...]:
    others = [
        entry for entry in claim.storage.classes if text(entry, "provisioner") not in {claim.provisioner, BY_HAND}
    ]
    install = Remedy(
        summary=Phrase(
            en=f"Make a volume by hand for class {claim.class_name}"
            if claim.provisioner == BY_HAND
            else f"Install or repair the storage driver {claim.provisioner}",
            zh=f"为存储类 {claim.class_name} 手工创建卷"
            if claim.provisioner == BY_HAND
            else f"安装或修复存储驱动 {claim.provisioner}",
        ),
        risk=Risk.NONE,
        who=Who.CLUSTER_ADMIN,
    )
    if not others:
        return (install,)
    other = name(others[0])
    anew = claim.made_anew(
        {"storageClassName": other},
        summary=Phrase(
            en=f"Make the claim anew with the class {other} (an unbound claim holds no data)",
            zh=f"使用存储类 {other} 重建声明（未绑定的声明没有数据）",
        ),
    )
    return (install, anew)
