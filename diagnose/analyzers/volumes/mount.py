"""Volumes that are there and cannot be mounted, or not be given to the group of the program."""

import re
from datetime import timedelta

from cluster.fields import Obj, dig, mapping, text
from cluster.snapshot import Event
from core.phrase import Phrase
from diagnose.analyzers.volumes.attach import grace
from diagnose.analyzers.volumes.view import Waiting, innermost, named_volume, volume_entry
from diagnose.containers import containers
from diagnose.findings import Finding, InProgress, Remedy, Severity, matched
from diagnose.remedies import outside, template_patch
from diagnose.state import pod_ready

SETTLED = timedelta(seconds=60)
"""A refresh that fails this long after the start is no leftover of the start."""

_MOUNT = re.compile(r"(?:MountVolume|MapVolume|UnmountVolume|NodeExpandVolume)\.\w{1,40} failed")
_REFERENCE = re.compile(
    r"(?:configmap|secret|serviceaccount)s? \"[^\"]{1,253}\" not found|references non-existent (?:config|secret) key|"
    r"failed to sync (?:configmap|secret) cache|object \"[^\"]{0,253}\"/\"[^\"]{1,253}\" not registered",
    re.IGNORECASE,
)
_GROUP = re.compile(r"applyFSGroup failed|(?:l?chown|chmod) [^:]{1,300}: operation not permitted", re.IGNORECASE)
_HINTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"access denied by server", re.IGNORECASE),
        "Let the storage server export that path to the nodes' addresses",
        "让存储服务器向节点地址导出该路径",
    ),
    (
        re.compile(r"bad option|need a /sbin/mount|unknown filesystem type", re.IGNORECASE),
        "Install the client for this file system (such as nfs-common) on the node",
        "在节点上安装该文件系统的客户端（如 nfs-common）",
    ),
    (
        re.compile(r"wrong fs type|bad superblock|structure needs cleaning", re.IGNORECASE),
        "Check the file system of the volume, from a copy of the data: it is damaged or of another type",
        "先备份数据，再检查卷的文件系统：它已损坏或类型不符",
    ),
    (
        re.compile(r"hostPath type check failed", re.IGNORECASE),
        "Create that path on the node, or change the type of the hostPath volume",
        "在节点上创建该路径，或修改 hostPath 卷的类型",
    ),
    (
        re.compile(r"timed out|no route to host|connection refused|could not resolve|name or service", re.IGNORECASE),
        "Let the node reach the storage server: its name, its address, the firewall",
        "让节点能够访问存储服务器：检查名称、地址和防火墙",
    ),
)


def mount_failed(waiting: Waiting, event: Event) -> Finding | InProgress | None:
    """Judge a volume that the kubelet cannot mount."""
    if _MOUNT.search(event.message[:2000]) is None or _REFERENCE.search(event.message[:4000]):
        return None
    if (soon := grace(waiting, event, waiting.scene.numbers.attach_grace_seconds)) is not None:
        return soon
    if _GROUP.search(event.message[:4000]):
        return _group_refused(waiting, event)
    return _failed(waiting, event, Severity.HIGH)


def refresh_failed(waiting: Waiting) -> Finding | None:
    """Report a volume of a running pod whose contents cannot be renewed: no effect is seen yet."""
    scene = waiting.scene
    event = scene.latest(waiting.pod, "FailedMount")
    if event is None or event.last is None or event.count < 2 or not pod_ready(waiting.pod):
        return None
    if _MOUNT.search(event.message[:2000]) is None or _REFERENCE.search(event.message[:4000]):
        return None
    begun = max((entry.started_at for entry in containers(waiting.pod) if entry.started_at), default=None)
    if begun is None or event.last < begun + SETTLED or scene.age(event.last) > scene.numbers.restart_window_seconds:
        return None
    return _failed(waiting, event, Severity.LOW)


def _source(volume: Obj) -> str:
    """Name what a volume is made of: ``nfs 10.0.0.9:/data``, ``hostPath /srv``, ``csi``."""
    if server := text(volume, "nfs", "server"):
        return f"nfs {server}:{text(volume, 'nfs', 'path')}"
    if path := text(volume, "hostPath", "path"):
        return f"hostPath {path}"
    return next((key for key in volume if key != "name"), "")


def _failed(waiting: Waiting, event: Event, severity: Severity) -> Finding:
    scene = waiting.scene
    called = named_volume(event.message)
    entry = volume_entry(waiting.pod, called)
    claim = waiting.claim_of(called)
    bound = scene.snapshot.get("PersistentVolume", "", called)
    source = _source(entry[1]) if entry else _source(_backing(bound)) if bound is not None else ""
    cause = innermost(event.message)[:200]
    proofs = [scene.event(event)]
    if entry:
        proofs.append(scene.field(waiting.pod, "spec", "volumes", entry[0]))
    elif bound is not None:
        proofs.append(scene.field(bound, "spec"))
    what = f"the volume {called}" if called else "a volume"
    what_zh = f"卷 {called}" if called else "某个卷"
    if claim is not None:
        what += f" of claim {text(claim, 'metadata', 'name')}"
        what_zh += f"（声明 {text(claim, 'metadata', 'name')}）"
    of, of_zh = (f" ({source})", f"（{source}）") if source else ("", "")
    still, still_zh = ("", "") if severity is not Severity.LOW else ("; it still runs", "；目前仍在运行")
    hint = next(((en, zh) for pattern, en, zh in _HINTS if pattern.search(event.message[:4000])), None)
    advice = hint or (
        "Put right what the quoted text names, at the volume or its server",
        "按引用的文字修复该卷或其服务器",
    )
    return Finding(
        code="VolumeMountFailed",
        severity=severity,
        confidence=matched("the kubelet's own words", "kubelet 的原话", value=0.8),
        object=waiting.holder,
        part=called,
        affected=waiting.affected(),
        summary=Phrase(
            en=f"{waiting.holder.kind} {waiting.holder.name} cannot mount {what}{of}: {cause}{still}",
            zh=f"{waiting.holder.kind} {waiting.holder.name} 无法挂载{what_zh}{of_zh}：{cause}{still_zh}",
        ),
        expected=f"{called or 'the volume'} is mounted",
        actual=cause,
        evidence=tuple(entry for entry in proofs if entry.quote),
        remedies=(outside(Phrase(en=advice[0], zh=advice[1])),),
        next_checks=(waiting.describe(),),
        since=event.first,
    )


def _backing(bound: Obj) -> Obj:
    """Return the part of a PersistentVolume that says what it is made of."""
    spec = mapping(bound, "spec")
    return {key: spec[key] for key in ("nfs", "hostPath", "csi", "iscsi", "local", "cephfs", "rbd") if key in spec}


def _group_refused(waiting: Waiting, event: Event) -> Finding:
    scene = waiting.scene
    group = dig(waiting.pod, "spec", "securityContext", "fsGroup")
    ref = waiting.holder
    given = f"group {group}" if isinstance(group, int) else "another group"
    given_zh = f"组 {group}" if isinstance(group, int) else "其他组"
    remedies: tuple[Remedy, ...] = (
        outside(
            Phrase(
                en="Let the storage server allow changes of owner (NFS: no_root_squash), or set the owner there",
                zh="让存储服务器允许修改属主（NFS：no_root_squash），或直接在服务器上设置属主",
            )
        ),
    )
    if isinstance(group, int):
        remedies += (
            template_patch(
                scene,
                waiting.pod,
                {"securityContext": {"fsGroup": None}},
                summary=Phrase(
                    en="Or do not ask for a change of group (fsGroup), if the files already belong to its user",
                    zh="或者，如果文件已属于程序用户，去掉 fsGroup",
                ),
            ),
        )
    return Finding(
        code="VolumePermissionDenied",
        confidence=matched("the kubelet's own words", "kubelet 的原话", value=0.8),
        object=ref,
        affected=waiting.affected(),
        summary=Phrase(
            en=f"{ref.kind} {ref.name} cannot start, because its volume's server refuses to give the files to {given}",
            zh=f"{ref.kind} {ref.name} 无法启动，因为卷所在的服务器拒绝将文件改属{given_zh}",
        ),
        expected=f"files of {given}",
        actual=innermost(event.message)[:200],
        evidence=tuple(
            entry
            for entry in (scene.event(event), scene.field(waiting.pod, "spec", "securityContext", "fsGroup"))
            if entry.quote
        ),
        remedies=remedies,
        next_checks=(waiting.describe(),),
        since=event.first,
    )
