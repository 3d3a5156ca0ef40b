"""Volumes that cannot be attached: somebody else has them, the driver is missing, or the attacher fails."""

import re
from datetime import timedelta

from cluster.fields import (
    Obj,
    condition,
    moment,
    name,
    namespace,
    objects,
    text,
    truth,
)
from cluster.snapshot import Event, controller_of, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.volumes.sharing import SINGLE, only_claim, shared
from diagnose.analyzers.volumes.view import Waiting, attachments, began, innermost, named_volume
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Reach,
    Remedy,
    Risk,
    Role,
    Severity,
    Who,
    matched,
    proved,
)
from diagnose.remedies import command, outside
from diagnose.state import pod_ready

YOUNG_SECONDS = 120
"""A driver registers with a node that joined within this."""

_MULTI = "Multi-Attach error"
_DRIVER = re.compile(r"driver name (?P<driver>[\w.-]{1,253}) not found in the list of registered CSI drivers")
_ATTACH = re.compile(
    r"AttachVolume\.Attach failed|timed out waiting for external-attacher|AttachVolume\.\w{1,40} failed"
)


def grace(waiting: Waiting, event: Event, seconds: float, until: Obj | None = None) -> InProgress | None:
    """Return until when a volume may still come; ``until`` is a pod that is leaving with it."""
    left = moment(until, "metadata", "deletionTimestamp") if until is not None else None
    start = left or began(event, waiting.pod)
    if start is None or waiting.scene.age(start) >= seconds:
        return None
    return InProgress(
        object=waiting.holder,
        reason=Phrase(en="a pod waits for its volume to be attached", zh="Pod 正在等待卷挂接"),
        until=start + timedelta(seconds=seconds),
    )


def multi_attach(waiting: Waiting, event: Event) -> Finding | InProgress | None:
    """Judge a volume that another node or pod holds."""
    single = SINGLE.search(event.message) is not None
    if _MULTI not in event.message and not single:
        return None
    numbers = waiting.scene.numbers
    volume = named_volume(event.message)
    claim = waiting.claim_of(volume) or only_claim(waiting)
    users = waiting.users(claim) if claim is not None else ()
    elsewhere = [use.pod for use in users if text(use.pod, "spec", "nodeName") not in {"", waiting.node} or single]
    leaving = _leaving(waiting, claim)
    if not elsewhere and leaving is not None:
        if (soon := grace(waiting, event, numbers.attach_after_node_failure_seconds, leaving)) is not None:
            return soon
    elif (soon := grace(waiting, event, numbers.attach_grace_seconds)) is not None:
        return soon
    ref = ref_of(claim) if claim is not None else waiting.holder
    if elsewhere:
        return shared(waiting, ref, claim, elsewhere[0], (waiting.scene.event(event),), event, single=single)
    return _stale(waiting, ref, volume, event, leaving)


def _leaving(waiting: Waiting, claim: Obj | None) -> Obj | None:
    """Return a pod that is being deleted and still holds the claim."""
    if claim is None:
        return None
    for pod in waiting.scene.snapshot.all("Pod", namespace(claim)):
        mounted = {text(entry, "persistentVolumeClaim", "claimName") for entry in objects(pod, "spec", "volumes")}
        if pod is not waiting.pod and name(claim) in mounted and text(pod, "metadata", "deletionTimestamp"):
            return pod
    return None


def _stale(waiting: Waiting, ref: ObjectRef, volume: str, event: Event, leaving: Obj | None) -> Finding:
    scene = waiting.scene
    held = next(
        (entry for entry in attachments(scene, volume) if text(entry, "spec", "nodeName") != waiting.node), None
    )
    node = text(held, "spec", "nodeName") or text(leaving, "spec", "nodeName")
    known = scene.snapshot.get("Node", "", node) if node else None
    sick = known is not None and condition(known, "Ready").get("status") != "True"
    proofs = [scene.event(event)]
    if held is not None:
        proofs.append(scene.field(held, "spec", "nodeName"))
    if leaving is not None:
        proofs.append(scene.field(leaving, "metadata", "deletionTimestamp"))
    where, where_zh = (f"node {node}", f"节点 {node}") if node else ("another node", "其他节点")
    alone = scene.snapshot.coverage.complete("Pod", namespace(waiting.pod))
    idle = ", where no living pod uses it" if alone else ""
    idle_zh = "，而那里已没有存活的 Pod 使用它" if alone else ""
    remedies: tuple[Remedy, ...] = (
        Remedy(
            summary=Phrase(
                en=f"Bring {where} back; it then gives the volume up by itself", zh=f"恢复{where_zh}，它会自动释放该卷"
            ),
            risk=Risk.NONE,
            who=Who.CLUSTER_ADMIN,
        ),
    )
    if held is not None:
        remedies += (
            command(
                f"kubectl delete volumeattachment {name(held)}",
                summary=Phrase(
                    en=f"Only when {where} is surely off: take the volume from it (two writers would damage the data)",
                    zh=f"仅当确认{where_zh}已关机时：解除其挂接（两处同时写会损坏数据）",
                ),
                verify=f"kubectl -n {namespace(waiting.pod)} get pod {name(waiting.pod)}",
                expect=Phrase(en="the pod runs", zh="Pod 正常运行"),
                risk=Risk.DATA,
                reversible=False,
                who=Who.CLUSTER_ADMIN,
            ),
        )
    return Finding(
        code="VolumeMultiAttach",
        variant="stale_attachment",
        role=Role.SYMPTOM if sick else Role.ROOT,
        severity=Severity.MEDIUM if sick else Severity.HIGH,
        confidence=proved("the attach controller says so", "挂接控制器如此说明", twice=held is not None),
        object=ref,
        affected=waiting.affected(),
        summary=Phrase(
            en=f"{waiting.holder.kind} {waiting.holder.name} cannot mount {ref.name}, because its volume is still "
            f"attached to {where}{idle}",
            zh=f"{waiting.holder.kind} {waiting.holder.name} 无法挂载 {ref.name}，因为其卷仍挂接在{where_zh}{idle_zh}",
        ),
        expected=f"attached to node {waiting.node}",
        actual=f"attached to {where}",
        evidence=tuple(entry for entry in proofs if entry.quote),
        remedies=remedies,
        next_checks=(
            NextCheck(
                command="kubectl get volumeattachments",
                why=Phrase(en="which node holds the volume", zh="哪个节点占用该卷"),
            ),
        ),
        since=event.first,
    )


def driver_missing(waiting: Waiting, event: Event) -> Finding | InProgress | None:
    """Judge a node on which the storage driver has not registered."""
    match = _DRIVER.search(event.message[:4000])
    if match is None:
        return None
    scene, driver = waiting.scene, match["driver"]
    node = scene.snapshot.get("Node", "", waiting.node)
    turned = moment(condition(node, "Ready"), "lastTransitionTime") if node is not None else None
    if turned is not None and scene.age(turned) < YOUNG_SECONDS:
        return InProgress(
            object=waiting.holder,
            reason=Phrase(en="a new node waits for its storage driver", zh="新节点正在等待存储驱动注册"),
            until=turned + timedelta(seconds=YOUNG_SECONDS),
        )
    if (soon := grace(waiting, event, scene.numbers.pull_grace_seconds)) is not None:
        return soon
    registered = scene.snapshot.get("CSINode", "", waiting.node)
    drivers = [text(entry, "name") for entry in objects(registered, "spec", "drivers")]
    proofs = [scene.event(event)]
    if registered is not None:
        proofs.append(scene.field(registered, "spec", "drivers"))
    plugin = _plugin(waiting)
    tail, tail_zh = "", ""
    affected = waiting.affected()
    chain: tuple[Reach, ...] = ()
    if plugin is not None:
        holder = scene.holder_ref(plugin)
        chain = (Reach(ref=holder, edge=Edge.SCHEDULING),)
        if not pod_ready(plugin):
            tail, tail_zh = f"; {holder.slug} is not ready there", f"；{holder.slug} 在该节点上未就绪"
            proofs.append(scene.field(plugin, "status", "conditions"))
            affected = (*affected, *scene.reach_pods([plugin], Edge.SCHEDULING))
    return Finding(
        code="CSIDriverUnregistered",
        confidence=proved(
            "the kubelet says so" + (" and the list of drivers agrees" if registered is not None else ""),
            "kubelet 如此说明" + ("，且驱动列表一致" if registered is not None else ""),
            twice=registered is not None and driver not in drivers,
        ),
        object=ref_of(node) if node is not None else ObjectRef(kind="Node", name=waiting.node),
        part=driver,
        affected=affected,
        summary=Phrase(
            en=f"Node {waiting.node} cannot mount volumes of the storage driver {driver}, which does not run "
            f"there{tail}",
            zh=f"节点 {waiting.node} 无法挂载存储驱动 {driver} 的卷，该驱动没有在此节点运行{tail_zh}",
        ),
        expected=f"driver {driver} on the node",
        actual=f"drivers: {', '.join(drivers[:5]) or 'none'}" if registered is not None else "not registered",
        evidence=tuple(entry for entry in proofs if entry.quote)[:4],
        chain=chain,
        remedies=(_restarted(plugin, waiting.node),),
        next_checks=(
            NextCheck(
                command=f"kubectl get pods -A -o wide --field-selector spec.nodeName={waiting.node}",
                why=Phrase(en="whether the driver's pod runs on the node", zh="该节点上是否运行驱动的 Pod"),
            ),
        ),
        since=event.first,
    )


def _plugin(waiting: Waiting) -> Obj | None:
    """Return the storage plugin's pod on the node, one that is not ready first."""
    found = [
        pod
        for pod in waiting.scene.snapshot.all("Pod")
        if text(pod, "spec", "nodeName") == waiting.node
        and "csi" in name(pod)
        and text(controller_of(pod), "kind") == "DaemonSet"
        and not text(pod, "metadata", "deletionTimestamp")
    ]
    return min(found, key=lambda pod: (pod_ready(pod), name(pod)), default=None)


def _restarted(plugin: Obj | None, node: str) -> Remedy:
    if plugin is None:
        return Remedy(
            summary=Phrase(
                en=f"Let the driver's node plugin (a DaemonSet) run on node {node}: its labels, taints and tolerations",
                zh=f"让驱动的节点插件（DaemonSet）能在节点 {node} 上运行：检查标签、污点和容忍",
            ),
            risk=Risk.NONE,
            who=Who.CLUSTER_ADMIN,
        )
    ref = ref_of(plugin)
    return command(
        f"kubectl -n {ref.namespace} delete {ref.slug}",
        summary=Phrase(en="Start the driver's pod on this node anew", zh="重新启动该节点上的驱动 Pod"),
        verify=f"kubectl get csinode {node} -o yaml",
        expect=Phrase(en="the driver is listed", zh="列出该驱动"),
        reversible=False,
        who=Who.CLUSTER_ADMIN,
    )


def attach_failed(waiting: Waiting, event: Event) -> Finding | InProgress | None:
    """Judge a volume that the attacher cannot attach."""
    if _ATTACH.search(event.message[:2000]) is None:
        return None
    scene, volume = waiting.scene, named_volume(event.message)
    known = next(
        (entry for entry in attachments(scene, volume) if text(entry, "spec", "nodeName") == waiting.node), None
    )
    since = event.last
    if known is not None and truth(known, "status", "attached"):
        return None
    if waiting.attached is not None and since is not None and waiting.attached >= since:
        return None
    if (soon := grace(waiting, event, scene.numbers.attach_grace_seconds)) is not None:
        return soon
    ref = waiting.object_for(volume)
    cause = innermost(event.message)[:200]
    proofs = [scene.event(event)]
    attacher = text(known, "spec", "attacher")
    if known is not None and text(known, "status", "attachError", "message"):
        proofs.append(scene.field(known, "status", "attachError", "message"))
    by, by_zh = (f" by {attacher}", f"（{attacher}）") if attacher else ("", "")
    return Finding(
        code="VolumeAttachFailed",
        confidence=matched("the attach controller's own words", "挂接控制器的原话", value=0.8),
        object=ref,
        part=volume if ref == waiting.holder else "",
        affected=waiting.affected(),
        summary=Phrase(
            en=f"The volume of {ref.name} cannot be attached to node {waiting.node}{by}: {cause}",
            zh=f"{ref.name} 的卷无法挂接到节点 {waiting.node}{by_zh}：{cause}",
        ),
        expected=f"attached to node {waiting.node}",
        actual=cause,
        evidence=tuple(entry for entry in proofs if entry.quote),
        remedies=(
            outside(
                Phrase(
                    en="Put right what the storage system answers: a volume that is gone, a limit of the machine, "
                    "missing rights of the driver",
                    zh="按存储系统的答复修复：卷已不存在、机器的挂接数上限、驱动缺少权限",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command="kubectl get volumeattachments",
                why=Phrase(en="what the attacher reports", zh="挂接组件报告了什么"),
            ),
            waiting.describe(),
        ),
        since=event.first,
    )
