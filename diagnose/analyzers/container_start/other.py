"""Containers that are refused or cannot be created for other reasons: user, mounts, hooks, the runtime."""

import re

from cluster.fields import Obj, dig, mapping, objects, text
from cluster.names import closest
from core.phrase import Phrase
from diagnose.analyzers.container_start.failure import Failure, effective, innermost
from diagnose.containers import Container
from diagnose.findings import Finding, NextCheck, Remedy, inferred, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

MAX_CAUSE = 260
"""Characters of a runtime's text in a summary; the evidence quotes it whole."""

_ROOT = re.compile(r"runAsNonRoot and image will run as root")
_NAMED_USER = re.compile(r"image has non-numeric user \((?P<user>[^)]{1,80})\)")
_OWN_ROOT = re.compile(r"runAsUser breaks non-root policy")


def non_root_violated(failure: Failure) -> Finding | None:
    """Say why the kubelet cannot make sure that the container does not run as root."""
    message, container = failure.message, failure.container
    named = _NAMED_USER.search(message)
    if not (_ROOT.search(message) or named or _OWN_ROOT.search(message)):
        return None
    demanded, demanded_path = effective(container, "runAsNonRoot")
    user, user_path = effective(container, "runAsUser")
    if named:
        en = (
            f"the image names its user ({named['user']}) instead of numbering it, so the kubelet cannot tell "
            "that it is not root"
        )
        zh = f"镜像以名称（{named['user']}）而非数字指定用户，kubelet 无法确认它不是 root"
        actual = f"image user {named['user']}"
    elif _OWN_ROOT.search(message) or user == 0:
        en, zh, actual = (
            "the pod sets runAsUser 0, which is root, and forbids root",
            "Pod 设置了 runAsUser 0（即 root），同时又禁止 root",
            "runAsUser 0",
        )
    else:
        en, zh, actual = (
            "its image runs as root and the pod forbids root",
            "镜像以 root 运行，而 Pod 禁止 root",
            "image user root",
        )
    evidence = []
    if demanded is not None:
        evidence.append(failure.scene.field(failure.pod, *demanded_path))
    if user is not None:
        evidence.append(failure.scene.field(failure.pod, *user_path))
    return failure.finding(
        "RunAsNonRootViolated",
        Phrase(en=f"{failure.who.en} cannot start: {en}", zh=f"{failure.who.zh} 无法启动：{zh}"),
        confidence=proved(
            "the kubelet refuses it and the spec demands it", "kubelet 拒绝且配置如此要求", twice=demanded is not None
        ),
        expected="a numeric user other than 0",
        actual=actual,
        evidence=evidence,
        remedies=(
            template_patch(
                failure.scene,
                failure.pod,
                container_change(container, {"securityContext": {"runAsUser": 1000}}),
                summary=Phrase(en="Run the container as user 1000", zh="以用户 1000 运行该容器"),
                estimate=Phrase(
                    en="1000 is the usual first user; take the number of the user that owns the program's files",
                    zh="1000 是常见的首个用户，应取程序文件所有者的编号",
                ),
            ),
            in_application(Phrase(en="Set a numeric USER in the image", zh="在镜像中设置数字形式的 USER")),
        ),
    )


_MOUNT = (
    re.compile(r"error mounting \"(?P<source>[^\"]{1,400})\" to rootfs at \"(?P<target>[^\"]{1,400})\""),
    re.compile(
        r"mount(?:ing)? .{0,200}?(?:to|at|on) (?P<target>/\S{1,300}?):? .{0,200}(?:not a directory|read-only "
        r"file system)"
    ),
    re.compile(r"Are you trying to mount a directory onto a file"),
    re.compile(r"failed to prepare subPath for volumeMount \"(?P<volume>[^\"]{1,100})\" of container"),
    re.compile(r"subPath \"(?P<sub>[^\"]{1,300})\".{0,80}(?:must not|not a directory|no such file|is not)"),
    re.compile(r"(?:creating|create|make) mountpoint.{0,300}(?:read-only file system|not a directory)"),
)


def mount_invalid(failure: Failure) -> Finding | None:
    """Say which volume mount does not fit its target."""
    match = next((found for pattern in _MOUNT if (found := pattern.search(failure.message))), None)
    if match is None:
        return None
    groups = match.groupdict()
    index, mount = _mount(failure.container, groups)
    at = text(mount, "mountPath") or groups.get("target") or "its path"
    sub, volume = text(mount, "subPath") or groups.get("sub") or "", text(mount, "name") or groups.get("volume") or ""
    message = failure.message
    lacking = _absent_key(failure, volume, sub)
    near = (closest(sub, lacking[1]) or (lacking[1] if len(lacking[1]) == 1 else [])) if lacking else []
    if lacking:
        hint, hint_zh = (f"; it has {near[0]}", f"；它有 {near[0]}") if near else ("", "")
        en, zh = (
            f"key {sub} of {lacking[0]} does not exist, so a folder is mounted where a file is expected{hint}",
            f"{lacking[0]} 中没有键 {sub}，因此在应为文件的位置挂载了目录{hint_zh}",
        )
    elif "read-only" in message:
        en, zh = (
            "the folder to mount on cannot be made because the file system is read-only",
            "文件系统只读，无法创建挂载点",
        )
    elif "subPath" in message:
        en, zh = f"subPath {sub or ''} cannot be used", f"subPath {sub or ''} 无法使用"
    else:
        en, zh = "one side is a file and the other a folder", "一边是文件，另一边是目录"
    evidence = [failure.spec_evidence("volumeMounts", index)] if index is not None else []
    advice = Phrase(
        en=f"Mount the volume on a folder, or use subPath with a key that exists to place one file at {at}",
        zh=f"将卷挂载到目录，或用 subPath 指定存在的键，把单个文件放到 {at}",
    )
    if "read-only" in message:
        advice = Phrase(
            en=f"Make the folder {at} in the image, or mount the volume at a folder that exists there",
            zh=f"在镜像中创建目录 {at}，或将卷挂载到镜像中已有的目录",
        )
    return failure.finding(
        "MountTargetInvalid",
        Phrase(
            en=f"{failure.who.en} cannot start: volume {volume or 'of the pod'} cannot be mounted at {at}: {en}",
            zh=f"{failure.who.zh} 无法启动：卷 {volume} 无法挂载到 {at}：{zh}",
        ),
        confidence=proved(
            "the runtime names the mount of the spec", "运行时指明了配置中的挂载", twice=index is not None
        ),
        expected=f"{at} takes the volume",
        actual=innermost(message)[:200],
        near=near,
        evidence=evidence,
        remedies=(*([_other_key(failure, at, near[0])] if near else []), in_application(advice)),
    )


def _other_key(failure: Failure, at: str, key: str) -> Remedy:
    change = container_change(failure.container, {"volumeMounts": [{"mountPath": at, "subPath": key}]})
    return template_patch(
        failure.scene,
        failure.pod,
        change,
        summary=Phrase(en=f"Mount the key {key}, which exists", zh=f"改为挂载已存在的键 {key}"),
    )


def _mount(container: Container, groups: dict[str, str | None]) -> tuple[int | None, Obj]:
    target = (groups.get("target") or "").rstrip("/")
    value = container.spec.get("volumeMounts")
    for index, mount in enumerate(value if isinstance(value, list) else ()):
        path = text(mount, "mountPath").rstrip("/")
        fits = target and path and (target == path or target.endswith(path))
        if fits or (groups.get("volume") and text(mount, "name") == groups["volume"]):
            return index, mapping(mount)
        if groups.get("sub") and text(mount, "subPath") == groups["sub"]:
            return index, mapping(mount)
    return None, {}


def _absent_key(failure: Failure, volume: str, sub: str) -> tuple[str, list[str]] | None:
    """Name the ConfigMap or Secret of the volume, with its keys, when it lacks the key that ``subPath`` asks for."""
    for entry in objects(failure.pod, "spec", "volumes"):
        if text(entry, "name") != volume or not sub:
            continue
        for source, name_key, kind in (("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")):
            wanted = text(entry, source, name_key)
            found = (
                failure.scene.snapshot.get(kind, text(failure.pod, "metadata", "namespace"), wanted) if wanted else None
            )
            if found is None or dig(found, "dataKeysUnknown"):
                continue
            keys = [*mapping(found, "data"), *mapping(found, "binaryData")]
            if sub not in keys:
                return f"{kind} {wanted}", keys
    return None


_HOOK_HEAD = re.compile(
    r"^.{0,20}lifecycle hook \(.{0,200}\) for Container \"[^\"]{0,80}\" in Pod \"[^\"]{0,300}\" failed - "
)


def hook(failure: Failure) -> Finding:
    """Say that the hook after the start failed and the container was killed for it."""
    container = failure.container
    handler = mapping(container.spec, "lifecycle", "postStart")
    what = next((kind for kind in ("exec", "httpGet", "tcpSocket", "sleep") if handler.get(kind)), "hook")
    said = _HOOK_HEAD.sub("", failure.message.replace("PostStart handler: ", "")).removesuffix(', message: ""')[:160]
    subject = failure.who
    tail, tail_zh = (f": {said}", f"：{said}") if said not in {"", "PostStartHook failed"} else ("", "")
    return failure.finding(
        "PostStartHookFailed",
        Phrase(
            en=f"{subject.en} is killed after each start because its postStart hook ({what}) fails{tail}",
            zh=f"{subject.zh} 每次启动后都被终止，因为其 postStart 钩子（{what}）失败{tail_zh}",
        ),
        confidence=proved(
            "the kubelet says so of the newest start", "kubelet 对最近一次启动如此说明", twice=bool(handler)
        ),
        expected="the hook ends with 0",
        actual=said,
        evidence=[failure.spec_evidence("lifecycle", "postStart")] if handler else [],
        remedies=(
            in_application(Phrase(en="Correct what the hook runs", zh="修正钩子执行的内容")),
            template_patch(
                failure.scene,
                container.pod,
                container_change(container, {"lifecycle": {"postStart": None}}),
                summary=Phrase(en="Remove the hook", zh="移除该钩子"),
            ),
        ),
    )


_NO_ADVICE = Phrase(en="Correct what the quoted text names", zh="修正引用文字所指的问题")
_ADVICE = (
    (
        re.compile(r"nvidia|nvml|cuda", re.IGNORECASE),
        Phrase(
            en="Repair the graphics driver of the node, or run the pod on a node where it works",
            zh="修复该节点的显卡驱动，或把 Pod 调度到驱动正常的节点",
        ),
    ),
    (
        re.compile(r"failed to reserve container name"),
        Phrase(
            en="Wait some minutes; if it stays, delete the pod: a container of its former attempt still holds the name",
            zh="等待几分钟；若仍如此则删除该 Pod：上一次尝试的容器仍占用这个名称",
        ),
    ),
    (
        re.compile(r"seccomp|apparmor", re.IGNORECASE),
        Phrase(
            en="Put the profile that the text names on the node, or choose RuntimeDefault",
            zh="把文字中的配置文件放到节点上，或改用 RuntimeDefault",
        ),
    ),
)


def _cut(cause: str) -> str:
    return cause if len(cause) <= MAX_CAUSE else f"{cause[: MAX_CAUSE - 1]}…"


def other(failure: Failure) -> Finding:
    """Quote the innermost clause of a text that no sharper code knows."""
    cause = " ".join(innermost(failure.message).split()) or failure.container.waiting_reason or "no reason given"
    name = text(failure.pod, "metadata", "name")
    advice = next((phrase for words, phrase in _ADVICE if words.search(failure.message)), _NO_ADVICE)
    remedy: Remedy = in_application(advice)
    return failure.finding(
        "ContainerStartFailed",
        Phrase(
            en=f"{failure.who.en} cannot be created: {_cut(cause)}",
            zh=f"{failure.who.zh} 无法创建：{_cut(cause)}",
        ),
        confidence=matched("the runtime's own words", "运行时的原话", value=0.7)
        if failure.message
        else inferred("no text was readable", "没有可读的说明", value=0.4),
        expected="the container is created",
        actual=cause[:200],
        remedies=(remedy,),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {failure.object.namespace} describe pod/{name}",
                why=Phrase(en="the newest events tell the whole message", zh="最新的事件会给出完整信息"),
            ),
        ),
    )
