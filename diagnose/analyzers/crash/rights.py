"""Programs that are denied a path, a port, a privilege or their user."""

import posixpath
from collections.abc import Sequence
from typing import Any

from cluster.fields import Obj, dig, mapping, text, truth
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case, mount_over, volume_of
from diagnose.findings import Confidence, Finding, Remedy, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

_READ_ONLY_SOURCES = ("configMap", "secret", "projected", "downwardAPI")
"""Volumes that the kubelet mounts read-only whatever the mount says."""


def read_only(case: Case) -> Finding:
    """Say which path cannot be written and what makes it read-only."""
    path = case.captured("path")
    what, what_zh = (path, path) if path else ("a path", "某个路径")
    mount = mount_over(case.container, path) if path else None
    reason = Phrase(en="", zh="")
    evidence: list[Evidence] = []
    remedy: Remedy | None = None
    confidence: Confidence | None = None
    if mount is not None:
        reason, evidence, remedy = _read_only_mount(case, *mount)
    elif truth(case.container.spec, "securityContext", "readOnlyRootFilesystem"):
        reason = Phrase(
            en="the pod makes the image's file system read-only (readOnlyRootFilesystem: true)",
            zh="Pod 将镜像文件系统设为只读（readOnlyRootFilesystem: true）",
        )
        evidence = [case.spec_evidence("securityContext", "readOnlyRootFilesystem")]
        remedy = _writable(case, path) if path else None
    if evidence:
        confidence = proved(
            "the log names the path and the spec makes it read-only", "日志指明路径，配置使其只读", twice=True
        )
    suffix_en = f", because {reason.en}" if reason.en else ""
    suffix_zh = f"，因为 {reason.zh}" if reason.zh else ""
    return case.finding(
        "FilesystemReadOnly",
        case.ends(f"it cannot write to {what}{suffix_en}", f"无法写入 {what_zh}{suffix_zh}"),
        expected=f"{what} is writable",
        actual="read-only file system",
        evidence=evidence,
        confidence=confidence,
        remedies=(
            remedy,
            in_application(Phrase(en="Let the program write to a folder on a volume", zh="让程序写入卷上的目录")),
        ),
        next_checks=(case.log_check(),),
    )


def _read_only_mount(case: Case, index: int, mount: Obj) -> tuple[Phrase, list[Evidence], Remedy | None]:
    at = text(mount, "mountPath")
    volume = volume_of(case.pod, mount)
    source = next((key for key in _READ_ONLY_SOURCES if volume and mapping(volume[1], key)), "")
    if source and volume:
        return (
            Phrase(
                en=f"{at} comes from a {source} volume, which is always read-only",
                zh=f"{at} 来自 {source} 卷，该类卷始终只读",
            ),
            [
                case.spec_evidence("volumeMounts", index, "mountPath"),
                case.scene.field(case.pod, "spec", "volumes", volume[0]),
            ],
            None,
        )
    if truth(mount, "readOnly"):
        change = container_change(case.container, {"volumeMounts": [{"mountPath": at, "readOnly": False}]})
        remedy = template_patch(
            case.scene, case.pod, change, summary=Phrase(en=f"Mount {at} writable", zh=f"将 {at} 以可写方式挂载")
        )
        reason = Phrase(en=f"{at} is mounted with readOnly: true", zh=f"{at} 以 readOnly: true 挂载")
        return reason, [case.spec_evidence("volumeMounts", index, "readOnly")], remedy
    return Phrase(en="", zh=""), [], None


_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr")
_SCRATCH = ("/tmp", "/run", "/var/tmp", "/var/run")  # noqa: S108 - paths inside the container


def _writable(case: Case, path: str) -> Remedy:
    """Put an empty writable folder where the program writes: the path itself, or its folder if it looks like a file.

    Not where that would hide the program or the system: folders of the system, and one right below the root or the
    working directory unless it is meant for scratch files.
    """
    base = posixpath.basename(path.rstrip("/"))
    is_file = "." in base
    folder = path.rstrip("/") if not is_file else posixpath.dirname(path)
    parts = folder.split("/")
    if parts[1:3] in (["var", "cache"], ["var", "log"], ["var", "spool"]):
        folder = "/".join(parts[:4])  # a program that makes one folder there makes its siblings next
    system = any(folder == root or folder.startswith(f"{root}/") for root in _SYSTEM)
    shared = is_file and (folder.count("/") < 2 or folder == text(case.container.spec, "workingDir").rstrip("/"))
    if folder not in _SCRATCH and (system or shared or folder in {"", "/"}):
        return in_application(
            Phrase(
                en=f"Let the program write {base or path} to a folder of its own such as /tmp and mount an empty "
                f"volume (emptyDir) there; one over {folder or '/'} would hide what the image has in it",
                zh=f"让程序把 {base or path} 写到单独的目录（如 /tmp），并在那里挂载空卷（emptyDir）；"
                f"若直接挂载到 {folder or '/'}，会遮住镜像中的内容",
            )
        )
    return _writable_folder(case, folder)


def _writable_folder(case: Case, folder: str) -> Remedy:
    """Put an empty writable folder somewhere."""
    volume = f"writable{folder.replace('/', '-').replace('_', '-').replace('.', '').lower()}"[:60].rstrip("-")
    change: dict[str, Any] = container_change(case.container, {"volumeMounts": [{"name": volume, "mountPath": folder}]})
    return template_patch(
        case.scene,
        case.pod,
        {**change, "volumes": [{"name": volume, "emptyDir": {}}]},
        summary=Phrase(
            en=f"Put an empty writable folder at {folder} (it hides what the image has there)",
            zh=f"在 {folder} 挂载一个可写的空目录（会遮住镜像中该处原有的内容）",
        ),
    )


def user_of(case: Case) -> tuple[int | None, list[Evidence]]:
    """Return the user that the spec sets, and where it says so."""
    if isinstance(own := dig(case.container.spec, "securityContext", "runAsUser"), int):
        return own, [case.spec_evidence("securityContext", "runAsUser")]
    if isinstance(pods := dig(case.pod, "spec", "securityContext", "runAsUser"), int):
        return pods, [case.scene.field(case.pod, "spec", "securityContext", "runAsUser")]
    return None, []


def file_denied(case: Case) -> Finding:
    """Say which file was denied; one on a volume is not the image's."""
    path = case.captured("path")
    user, evidence = user_of(case)
    mount = mount_over(case.container, path) if path else None
    volume = volume_of(case.pod, mount[1]) if mount else None
    what = path or "a file"
    who_en = f" as user {user}" if user is not None else ""
    who_zh = f"（用户 {user}）" if user is not None else ""
    if mount and volume and not any(mapping(volume[1], key) for key in _READ_ONLY_SOURCES):
        return _on_volume(case, path, mount[1], user, evidence)
    return case.finding(
        "AppPermissionDenied",
        case.ends(f"it is denied access to {what}{who_en}", f"被拒绝访问 {path or '某个文件'}{who_zh}"),
        variant="file",
        expected=f"{what} is accessible" + (f" for user {user}" if user is not None else ""),
        actual="permission denied",
        evidence=evidence,
        confidence=matched("the log names the path", "日志指明了路径", value=0.75 if path else 0.7),
        remedies=(
            in_application(
                Phrase(
                    en=f"Give the user of the container the right to {what} in the image (chown or chmod in its "
                    f"build), "
                    "or run it as the user who owns the file",
                    zh=f"在镜像构建中为容器用户赋予 {path or '该文件'} 的权限（chown 或 chmod），"
                    f"或以该文件的所有者运行",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _on_volume(case: Case, path: str, mount: Obj, user: int | None, evidence: Sequence[Evidence]) -> Finding:
    """Say that the volume's files belong to somebody else; the code for volumes comes in a later release."""
    at, group = text(mount, "mountPath"), security_group(case)
    remedy: Remedy | None = None
    if group is None and user:
        remedy = template_patch(
            case.scene,
            case.pod,
            {"securityContext": {"fsGroup": user}},
            summary=Phrase(
                en=f"Let the kubelet give the volume to group {user}, which the program belongs to",
                zh=f"让 kubelet 将卷的属组改为程序所在的组 {user}",
            ),
            estimate=Phrase(en="the group has the number of runAsUser", zh="组号取 runAsUser 的值"),
        )
    return case.finding(
        "AppCrashed",
        case.ends(
            f"it is denied access to {path} on the volume mounted at {at}"
            + (f" as user {user}" if user is not None else ""),
            f"被拒绝访问挂载在 {at} 的卷上的 {path}" + (f"（用户 {user}）" if user is not None else ""),
        ),
        expected=f"{path} is accessible",
        actual=f"permission denied, fsGroup {group if group is not None else 'not set'}",
        evidence=[*evidence, case.scene.field(case.pod, "spec", "securityContext", "fsGroup")],
        confidence=matched("the log names a path on a volume", "日志指明了卷上的路径", value=0.75),
        remedies=(
            remedy,
            in_application(
                Phrase(
                    en="Set fsGroup to the group of the program's user, or change the owner of the files on the volume",
                    zh="将 fsGroup 设为程序用户所在的组，或修改卷上文件的所有者",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def security_group(case: Case) -> int | None:
    """Return ``fsGroup`` of the pod, or None."""
    value = dig(case.pod, "spec", "securityContext", "fsGroup")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
