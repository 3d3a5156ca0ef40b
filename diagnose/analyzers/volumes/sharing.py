"""Volumes that two living pods want at two places, of which only one can have them."""

import re

from cluster.fields import Obj, condition, labels, moment, namespace, numbered, objects, strings, text, whole
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.volumes.view import Waiting
from diagnose.findings import Edge, Finding, Reach, Remedy, Risk, proved
from diagnose.remedies import command, object_patch

SINGLE = re.compile(r"ReadWriteOncePod access mode", re.IGNORECASE)
_APART = re.compile(r"volume node affinity conflict|anti-affinity rules", re.IGNORECASE)


def only_claim(waiting: Waiting) -> Obj | None:
    """Return the claim of a pod that mounts exactly one."""
    space = namespace(waiting.pod)
    names = {text(entry, "persistentVolumeClaim", "claimName") for entry in objects(waiting.pod, "spec", "volumes")} - {
        ""
    }
    return waiting.scene.snapshot.get("PersistentVolumeClaim", space, names.pop()) if len(names) == 1 else None


def shared(
    waiting: Waiting,
    ref: ObjectRef,
    claim: Obj | None,
    other: Obj,
    said: tuple[Evidence, ...],
    event: Event | None,
    *,
    single: bool = False,
) -> Finding:
    """Report two living pods that want one claim at two places."""
    scene = waiting.scene
    theirs = scene.holder_ref(other)
    node = text(other, "spec", "nodeName")
    mine = scene.graph.holder(waiting.pod)
    modes = ", ".join(strings(claim, "spec", "accessModes")) or ("ReadWriteOncePod" if single else "ReadWriteOnce")
    same = theirs == waiting.holder
    many = _replicas(mine) if same and _same_revision(waiting.pod, other) else 0
    rolling = same and not many and text(mine, "kind") == "Deployment"
    rolling = rolling and text(mine, "spec", "strategy", "type") != "Recreate"
    who = "another pod of it" if same else f"{theirs.kind} {theirs.name}"
    who_zh = "它的另一个 Pod" if same else f"{theirs.kind} {theirs.name}"
    why = "; its rolling update starts the new pod before the old one ends" if rolling else ""
    why_zh = "；其滚动更新会在旧 Pod 结束前启动新 Pod" if rolling else ""
    if many:
        why = f"; its {many} replicas would have to share this one claim"
        why_zh = f"；它的 {many} 个副本要共用这一个声明"
    proofs = [*said]
    if claim is not None:
        proofs.append(scene.field(claim, "spec", "accessModes"))
    proofs.append(scene.field(other, "spec", "nodeName"))
    if rolling:
        proofs.append(scene.field(mine, "spec", "strategy"))
    remedies: list[Remedy] = [_single(waiting, many)] if many else []
    if rolling:
        remedies.append(
            object_patch(
                mine,
                {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}},
                summary=Phrase(
                    en="End the old pod before the new one starts (strategy Recreate: a short outage at each update)",
                    zh="先结束旧 Pod 再启动新 Pod（Recreate 策略：每次更新会短暂中断）",
                ),
                verify=f"kubectl -n {waiting.holder.namespace} rollout status {waiting.holder.slug} --timeout=180s",
                expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
                undo=f"kubectl -n {waiting.holder.namespace} patch {waiting.holder.slug} --type=merge "
                """-p '{"spec":{"strategy":{"type":"RollingUpdate"}}}'""",
                risk=Risk.RESTART,
            )
        )
    remedies.append(
        Remedy(
            summary=Phrase(
                en="Run only one pod with this claim, or use a StatefulSet (a claim for each pod) or a storage that "
                "several nodes may mount (ReadWriteMany)",
                zh="只让一个 Pod 使用该声明，或改用 StatefulSet（每个 Pod 一个声明），"
                "或使用多节点可挂载的存储（ReadWriteMany）",
            ),
            risk=Risk.RESTART,
        )
    )
    return Finding(
        code="VolumeMultiAttach",
        variant="single_pod_claim" if single else "shared_claim",
        confidence=proved("the event, and the pod that holds the claim", "事件，以及占用声明的 Pod", twice=True),
        object=ref,
        affected=waiting.affected(),
        summary=Phrase(
            en=f"{waiting.holder.kind} {waiting.holder.name} cannot mount {ref.name} ({modes}), because {who} "
            f"uses it on node {node}{why}",
            zh=f"{waiting.holder.kind} {waiting.holder.name} 无法挂载 {ref.name}（{modes}），"
            f"因为{who_zh} 正在节点 {node} 上使用它{why_zh}",
        ),
        expected="one pod" if single else "pods on one node",
        actual=f"also used on node {node}",
        evidence=tuple(entry for entry in proofs if entry.quote)[:4],
        chain=(Reach(ref=theirs, edge=Edge.MOUNT),),
        remedies=tuple(remedies),
        next_checks=(waiting.describe(),),
        since=event.first if event else moment(condition(waiting.pod, "PodScheduled"), "lastTransitionTime"),
    )


def _replicas(owner: Obj | None) -> int:
    """Return how many pods a Deployment wants, where these are several; 0 else."""
    wanted = whole(owner, "spec", "replicas") if text(owner, "kind") == "Deployment" else 0
    return wanted if wanted > 1 else 0


def _same_revision(pod: Obj, other: Obj) -> bool:
    ours, theirs = (labels(entry, "metadata", "labels").get("pod-template-hash", "") for entry in (pod, other))
    return ours == theirs != ""


def _single(waiting: Waiting, replicas: int) -> Remedy:
    """Run one pod: the others can never mount the claim while it stands on another node."""
    where = f"kubectl -n {waiting.holder.namespace}"
    return command(
        f"{where} scale {waiting.holder.slug} --replicas=1",
        summary=Phrase(
            en="Run one replica: the claim can serve no more", zh="只运行一个副本：该声明无法供更多副本使用"
        ),
        verify=f"{where} get {waiting.holder.slug}",
        expect=Phrase(en="READY 1/1", zh="READY 为 1/1"),
        undo=f"{where} scale {waiting.holder.slug} --replicas={replicas}",
        risk=Risk.NONE,
    )


def unplaced(waiting: Waiting) -> Finding | None:
    """Report a pod that finds no node, because its sibling holds the claim that both mount."""
    state = condition(waiting.pod, "PodScheduled")
    said = text(state, "message")
    single = SINGLE.search(said) is not None
    if text(state, "status") != "False" or not (single or _APART.search(said)):
        return None
    claim = only_claim(waiting)
    since = moment(state, "lastTransitionTime")
    if claim is None or waiting.scene.age(since) < waiting.scene.numbers.attach_grace_seconds:
        return None
    if not single and strings(claim, "spec", "accessModes") != ["ReadWriteOnce"]:
        return None
    running = [use.pod for use in waiting.users(claim) if text(use.pod, "spec", "nodeName")]
    if not single:
        running = [pod for pod in running if waiting.scene.holder_ref(pod) == waiting.holder]
    if not running:
        return None
    for index, entry in numbered(waiting.pod, "status", "conditions"):
        if text(entry, "type") == "PodScheduled":
            proof = waiting.scene.field(waiting.pod, "status", "conditions", index, "message")
            return shared(waiting, ref_of(claim), claim, running[0], (proof,), None, single=single)
    return None
