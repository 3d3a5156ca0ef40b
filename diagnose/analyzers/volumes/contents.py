"""Volumes that are mounted and refuse what the program does: no right to a path, or no space left."""

import re
from collections.abc import Iterator
from dataclasses import replace

from cluster.fields import Obj, dig, mapping, name, namespace, text, truth
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.claims.view import Claim, Storage
from diagnose.analyzers.crash.case import mount_over, mounts, volume_of
from diagnose.containers import Container, containers
from diagnose.findings import Edge, Finding, NextCheck, Remedy, inferred, matched
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.remedies import in_application, object_patch, template_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready, termination_current

TAIL = 60
"""Items at the end of a log that are looked at."""

_DENIED = re.compile(
    r"permission denied|operation not permitted|\bEACCES\b|\bEPERM\b|AccessDeniedException:|"
    r"access to the path .{1,300} is denied|权限不够",
    re.IGNORECASE,
)
_FULL = re.compile(r"no space left on device|\bENOSPC\b|\bdisk (?:is )?full\b|设备上没有空间", re.IGNORECASE)
_WATCHERS = re.compile(r"inotify|file watchers|fs\.watch|\bwatch\b", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w.:/])/[\w.@+-]{1,100}(?:/[\w.@+-]{0,100}){0,20}")
_GIVEN = ("configMap", "secret", "projected", "downwardAPI")


def contents(storage: Storage) -> Iterator[Finding]:
    """Yield what the logs of containers in trouble say about their volumes."""
    scene = storage.scene
    for pod in scene.live_pods:
        for container in containers(pod):
            if not any(True for _ in mounts(container)):
                continue
            ended = termination_current(scene, container)
            if ended or not pod_ready(pod):
                yield from _container(storage, container, ended=ended)


def _container(storage: Storage, container: Container, *, ended: bool) -> Iterator[Finding]:
    scene = storage.scene
    reading = None
    if ended and container.running:
        reading = read_log(scene, container.pod, container.name, previous=True)
    reading = reading or read_log(scene, container.pod, container.name, previous=False)
    reading = reading or read_log(scene, container.pod, container.name, previous=True)
    if reading is None:
        return
    for item in reversed(reading.items[-TAIL:]):
        for link in _links(item):
            found = _refused(storage, container, reading, link, ended=ended)
            if found is not None:
                yield found
                return


def _links(item: LogItem) -> Iterator[LogItem]:
    """Yield what a log says and the other links of its trace: the path may stand in another than the last."""
    yield item
    for cause in item.causes:
        yield replace(item, number=cause.number, text=cause.text)


def _refused(
    storage: Storage, container: Container, reading: LogReading, item: LogItem, *, ended: bool
) -> Finding | None:
    words = item.text[:1000]
    if _FULL.search(words) and not _WATCHERS.search(words):
        return _full(storage, container, reading, item)
    if ended and _DENIED.search(words):
        return _denied(storage.scene, container, reading, item)
    return None


def _mounted(container: Container, words: str) -> tuple[str, Obj, tuple[int, Obj]] | None:
    """Return a path in a line that lies on a volume, its mount and the volume."""
    for match in _PATH.finditer(words):
        mount = mount_over(container, match[0])
        volume = volume_of(container.pod, mount[1]) if mount else None
        if mount and volume and not any(mapping(volume[1], key) for key in _GIVEN):
            return match[0], mount[1], volume
    return None


def _quote(scene: Scene, container: Container, reading: LogReading, item: LogItem) -> Evidence:
    return scene.line(container.pod, container.name, item.number, previous=reading.previous)


def _denied(scene: Scene, container: Container, reading: LogReading, item: LogItem) -> Finding | None:
    on = _mounted(container, item.text[:1000])
    if on is None or truth(on[1], "readOnly"):
        return None
    path, mount, (index, volume) = on
    pod, ref = container.pod, scene.holder_ref(container.pod)
    user = dig(container.spec, "securityContext", "runAsUser")
    at_user = (*container.spec_path, "securityContext", "runAsUser")
    if not isinstance(user, int):
        user, at_user = dig(pod, "spec", "securityContext", "runAsUser"), ("spec", "securityContext", "runAsUser")
    group = dig(pod, "spec", "securityContext", "fsGroup")
    claim = text(volume, "persistentVolumeClaim", "claimName")
    proofs = [_quote(scene, container, reading, item), scene.field(pod, "spec", "volumes", index)]
    if isinstance(user, int):
        proofs.append(scene.field(pod, *at_user))
    proofs.append(scene.field(pod, "spec", "securityContext", "fsGroup"))
    remedies: list[Remedy] = []
    if group is None and isinstance(user, int) and user > 0 and not mapping(volume, "hostPath"):
        remedies.append(
            template_patch(
                scene,
                pod,
                {"securityContext": {"fsGroup": user}},
                summary=Phrase(
                    en=f"Let the kubelet give the volume to group {user}, which the program belongs to",
                    zh=f"让 kubelet 将卷的属组改为程序所在的组 {user}",
                ),
                estimate=Phrase(en="the group has the number of runAsUser", zh="组号取 runAsUser 的值"),
            )
        )
    remedies.append(
        in_application(
            Phrase(
                en="Give the files on the volume to the program's user once (an init container with chown, or the "
                "storage server)",
                zh="将卷上的文件一次性改属程序用户（用带 chown 的 init 容器，或在存储服务器上修改）",
            )
        )
    )
    of, of_zh = (f" of claim {claim}", f"（声明 {claim}）") if claim else ("", "")
    who = f" as user {user}" if isinstance(user, int) else ""
    who_zh = f"以用户 {user} 运行的" if isinstance(user, int) else ""
    return Finding(
        code="VolumePermissionDenied",
        confidence=matched("the log names a path on the volume", "日志指明了卷上的路径", value=0.8),
        object=ref,
        part=container.name,
        affected=scene.reach_pods([pod], Edge.MOUNT),
        summary=Phrase(
            en=f"Container {container.name} of {ref.kind} {ref.name} is denied access to {path}{who}, which is on the "
            f"volume mounted at {text(mount, 'mountPath')}{of}",
            zh=f"{ref.kind} {ref.name} 中{who_zh}容器 {container.name} 被拒绝访问 {path}，它位于挂载在 "
            f"{text(mount, 'mountPath')} 的卷上{of_zh}",
        ),
        expected=f"{path} is accessible",
        actual=f"permission denied, fsGroup {group if isinstance(group, int) else 'not set'}",
        evidence=tuple(entry for entry in proofs if entry.quote)[:4],
        remedies=tuple(remedies),
        next_checks=(_look(container, f"ls -ln {text(mount, 'mountPath')}"),),
        since=container.ended_at,
    )


def _look(container: Container, line: str) -> NextCheck:
    where = f"-n {namespace(container.pod)} {name(container.pod)} -c {container.name}"
    return NextCheck(
        command=f"kubectl exec {where} -- {line}",
        why=Phrase(
            en="what the volume looks like from within (only while the container runs)",
            zh="从容器内查看该卷（仅在容器运行时可用）",
        ),
    )


def _full(storage: Storage, container: Container, reading: LogReading, item: LogItem) -> Finding | None:
    scene, pod = storage.scene, container.pod
    on = _mounted(container, item.text[:1000])
    claimed = [
        (text(mount, "mountPath"), text(volume[1], "persistentVolumeClaim", "claimName"))
        for _, mount in mounts(container)
        if (volume := volume_of(pod, mount)) and mapping(volume[1], "persistentVolumeClaim")
    ]
    if on is not None:
        at, wanted = text(on[1], "mountPath"), text(on[2][1], "persistentVolumeClaim", "claimName")
    elif len(claimed) == 1 and not _PATH.search(item.text[:1000]):
        at, wanted = claimed[0]
    else:
        return None
    obj = scene.snapshot.get("PersistentVolumeClaim", namespace(pod), wanted) if wanted else None
    if obj is None:
        return None
    claim, ref = Claim(storage, obj), scene.holder_ref(pod)
    size = text(obj, "status", "capacity", "storage") or claim.size
    grows = truth(claim.storage_class, "allowVolumeExpansion")
    proofs = [_quote(scene, container, reading, item), scene.field(obj, "status", "capacity", "storage")]
    if claim.storage_class is not None:
        proofs.append(scene.field(claim.storage_class, "allowVolumeExpansion"))
    return Finding(
        code="VolumeFull",
        confidence=matched("the log names a path on the volume", "日志指明了卷上的路径", value=0.8)
        if on is not None
        else inferred(
            "the log names no path, and this is the container's only claim",
            "日志未指明路径，而这是该容器唯一的存储声明",
            value=0.55,
        ),
        object=ref_of(obj),
        part=container.name,
        affected=scene.reach_pods([pod], Edge.MOUNT),
        summary=Phrase(
            en=f"The volume of claim {wanted} ({size}), mounted at {at} in {ref.kind} {ref.name}, is full",
            zh=f"声明 {wanted} 的卷（{size}）已满，它挂载在 {ref.kind} {ref.name} 的 {at}",
        ),
        expected="space left on the volume",
        actual="no space left",
        evidence=tuple(entry for entry in proofs if entry.quote),
        remedies=_remedies(claim, size, grows=grows),
        next_checks=(_look(container, f"df -h {at}"),),
        since=container.ended_at,
    )


def _remedies(claim: Claim, size: str, *, grows: bool) -> tuple[Remedy, ...]:
    clean = in_application(
        Phrase(
            en="Remove what is not needed on the volume (old logs, old backups), with care for its data",
            zh="清理卷上不再需要的内容（旧日志、旧备份），注意保护数据",
        )
    )
    match = re.fullmatch(r"(\d{1,12})([A-Za-z]{0,2})", size)
    if not grows or match is None:
        return (clean,)
    larger = f"{max(int(match[1]) * 3 // 2, int(match[1]) + 1)}{match[2]}"
    return (
        object_patch(
            claim.obj,
            {"spec": {"resources": {"requests": {"storage": larger}}}},
            summary=Phrase(
                en=f"Enlarge the volume from {size} to {larger} (it cannot be made smaller again)",
                zh=f"将卷从 {size} 扩大到 {larger}（之后不能缩小）",
            ),
            verify=f"kubectl -n {claim.ref.namespace} get pvc {claim.ref.name}",
            expect=Phrase(en=f"CAPACITY {larger}", zh=f"CAPACITY 为 {larger}"),
            estimate=Phrase(en="half as much again as now", zh="在现有容量上增加一半"),
        ),
        clean,
    )
