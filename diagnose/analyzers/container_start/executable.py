"""Programs that exist and cannot be executed."""

from dataclasses import dataclass

from cluster.fields import Obj, dig, mapping, objects, text, whole
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.container_start.failure import Failure
from diagnose.containers import containers
from diagnose.findings import Finding, Remedy, matched, proved
from diagnose.remedies import in_application, template_patch
from diagnose.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The program that was to be started and where the spec names it; ``path`` is empty for the image's entrypoint."""

    word: str
    path: tuple[str | int, ...]

    @property
    def written(self) -> str:
        """Write the place for people."""
        return f"{self.path[0]}[{self.path[1]}]" if self.path else "the entrypoint of the image"


def not_executable(
    failure: Failure, command: Command, why: str, *, by_log: bool = False, extra: Evidence | None = None
) -> Finding:
    """Say why a program that exists cannot be executed: its mode, a folder, or no valid format."""
    word = command.word
    if why not in {"permission denied", "is a directory"} and (found := _other_processor(failure, extra)) is not None:
        return found
    named, named_zh = word or "the command", word or "启动命令"
    evidence = [failure.spec_evidence(*command.path)] if command.path else [failure.spec_evidence("image")]
    remedies: list[Remedy] = []
    if why == "permission denied":
        en, zh = "it lacks the right to execute", "没有执行权限"
        mounted = _mode_of_mount(failure, word)
        if mounted:
            remedy, quote, mode = mounted
            en += f" (its volume gives files mode {mode:04o})"
            zh += f"（所在卷的文件权限为 {mode:04o}）"
            remedies.append(remedy)
            evidence.append(quote)
        advice = Phrase(
            en=f"Set the executable bit of {named} in the image (chmod +x in its build)",
            zh=f"在镜像构建时为 {named_zh} 加上执行权限（chmod +x）",
        )
    elif why == "is a directory":
        en, zh = "it is a folder", "它是一个目录"
        advice = Phrase(en="Name a program, not a folder", zh="请指定程序而不是目录")
    else:
        arch = text(
            failure.scene.snapshot.get("Node", "", text(failure.pod, "spec", "nodeName")),
            "status",
            "nodeInfo",
            "architecture",
        )
        en = "its format is not valid here: a script without #! in its first line, or a build for another processor" + (
            f" than {arch}" if arch else ""
        )
        zh = f"格式无效：脚本首行缺少 #!，或者是为其他处理器{f'（本节点为 {arch}）' if arch else ''}构建的"
        advice = Phrase(
            en="Put #!/bin/sh into the first line of the script, or build the image for the node's processor",
            zh="在脚本首行加上 #!/bin/sh，或为节点的处理器构建镜像",
        )
    return failure.finding(
        "CommandNotExecutable",
        Phrase(
            en=f"{failure.who.en} cannot start: {named} cannot be executed, because {en}",
            zh=f"{failure.who.zh} 无法启动：{named_zh} 无法执行，{zh}",
        ),
        confidence=matched("the log or exit code says so", "日志或退出码如此说明", value=0.75)
        if by_log or extra is not None
        else proved("the runtime's own words", "运行时的原话"),
        expected=f"{named} can be executed",
        actual=why,
        evidence=[*evidence, *([extra] if extra else [])],
        remedies=(*remedies, in_application(advice)),
    )


def _other_processor(failure: Failure, extra: Evidence | None) -> Finding | None:
    """Say that the image is for another processor, when it runs on nodes of another one only."""
    scene, image = failure.scene, failure.container.image
    here = _processor(scene, failure.pod)
    peers: dict[str, Obj] = {}
    for pod in scene.live_pods:
        if any(entry.image == image and entry.running and entry.ready for entry in containers(pod)):
            peers.setdefault(_processor(scene, pod), pod)
    peers.pop("", None)
    if not here or here in peers or not peers:
        return None
    there, peer = min(peers.items())
    node, other = (text(pod, "spec", "nodeName") for pod in (failure.pod, peer))
    evidence = [failure.spec_evidence("image"), *([extra] if extra else [])]
    evidence += [
        scene.field(found, "status", "nodeInfo", "architecture")
        for name in (node, other)
        if (found := scene.snapshot.get("Node", "", name)) is not None
    ]
    return failure.finding(
        "ImageArchitectureMismatch",
        Phrase(
            en=f"{failure.who.en} cannot start: image {image} runs on node {other} ({there}) and its program has no "
            f"valid format for the processor of node {node} ({here})",
            zh=f"{failure.who.zh} 无法启动：镜像 {image} 能在节点 {other}（{there}）上运行，而其程序的格式不适合节点 "
            f"{node} 的处理器（{here}）",
        ),
        confidence=matched("the same image runs on another processor", "同一镜像能在另一种处理器上运行", value=0.8),
        expected=f"a build for {here}",
        actual=f"a build for {there}",
        evidence=evidence,
        remedies=(
            template_patch(
                scene,
                failure.pod,
                {"nodeSelector": {"kubernetes.io/arch": there}},
                summary=Phrase(en=f"Let it run on {there} nodes only", zh=f"只让它在 {there} 节点上运行"),
            ),
            in_application(
                Phrase(en=f"Build and push the image for {here} too", zh=f"同时构建并推送 {here} 版本的镜像")
            ),
        ),
    )


def _processor(scene: Scene, pod: Obj) -> str:
    node = scene.snapshot.get("Node", "", text(pod, "spec", "nodeName"))
    return text(node, "status", "nodeInfo", "architecture")


def _mode_of_mount(failure: Failure, word: str) -> tuple[Remedy, Evidence, int] | None:
    """Return how to make a file of a ConfigMap or Secret volume executable: the remedy, its mode quoted, the mode."""
    for mount in objects(failure.container.spec, "volumeMounts"):
        at = text(mount, "mountPath").rstrip("/")
        if not at or not (word == at or word.startswith(f"{at}/")):
            continue
        volumes = dig(failure.pod, "spec", "volumes")
        for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
            if text(volume, "name") != text(mount, "name"):
                continue
            found = _executable_volume(failure, volume, index)
            if found is not None:
                return found
    return None


def _executable_volume(failure: Failure, volume: Obj, index: int) -> tuple[Remedy, Evidence, int] | None:
    for source, name_key in (("configMap", "name"), ("secret", "secretName")):
        holder = mapping(volume, source)
        mode = whole(holder, "defaultMode", default=0o644)
        if not holder or mode & 0o111:
            continue
        patch = {
            "volumes": [
                {"name": text(volume, "name"), source: {name_key: text(holder, name_key), "defaultMode": 0o755}}
            ]
        }
        remedy = template_patch(
            failure.scene,
            failure.pod,
            patch,
            summary=Phrase(en="Let the volume's files be executable (0755)", zh="让卷中的文件可执行（0755）"),
        )
        quote = failure.scene.field(failure.pod, "spec", "volumes", index, source, "defaultMode")
        return remedy, quote, mode
    return None
