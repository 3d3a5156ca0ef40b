"""Programs that end on their own arguments, or because a part of them is not there."""

import re

from cluster.fields import strings, text
from cluster.names import closest
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case, cut, mount_over, mounts, volume_of
from diagnose.findings import Finding, Remedy, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

MAX_USAGE = 400
"""Lines of help text that are searched for flags."""

_FLAG = re.compile(r"(?<![\w-])(--?[a-zA-Z][\w-]{1,40})")


def command_invalid(case: Case) -> Finding:
    """Name the argument that the program does not know and where the spec holds it."""
    word, file = case.captured("word"), case.captured("file")
    at = _place(case, word or file)
    near = _near_flags(case, word) if word else []
    evidence = [case.spec_evidence(*at)] if at else []
    if file:
        en, zh = f"the file {file} that it should start does not exist", f"要启动的文件 {file} 不存在"
        covered = mount_over(case.container, file)
        if covered:
            mounted = text(covered[1], "mountPath")
            en += f"; the volume mounted at {mounted} covers the image's own files"
            zh += f"；挂载在 {mounted} 的卷遮住了镜像自带的文件"
            evidence.append(case.spec_evidence("volumeMounts", covered[0], "mountPath"))
        expected, actual = f"{file} exists", "no such file"
    elif word:
        hint = f" (did you mean {near[0]}?)" if near else ""
        hint_zh = f"（是否应为 {near[0]}？）" if near else ""
        en, zh = f"it does not know the argument {word}{hint}", f"它不认识参数 {word}{hint_zh}"
        expected, actual = "an argument that the program knows", word
    else:
        line = cut(case.match.item.text if case.match else "", 120)
        en, zh = f'it does not accept its arguments: "{line}"', f"它不接受所给参数：“{line}”"
        expected, actual = "arguments that the program accepts", line
    return case.finding(
        "CommandInvalid",
        case.ends(en, zh),
        expected=expected,
        actual=actual,
        near=near,
        evidence=evidence,
        confidence=proved("the program and the spec name the same argument", "程序与配置指向同一参数", twice=True)
        if at
        else matched("the program says so", "程序如此说明"),
        remedies=(
            _replaced(case, at, word, near),
            in_application(
                Phrase(
                    en=f"Correct the path in command or args of the container, or build the image with {file} in it",
                    zh=f"修正容器 command 或 args 中的路径，或构建包含 {file} 的镜像",
                )
                if file
                else Phrase(
                    en="Correct command or args of the container; the program's own help lists what it accepts",
                    zh="修正容器的 command 或 args，程序的帮助信息会列出可用参数",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _place(case: Case, word: str) -> tuple[str, int] | None:
    """Return where in ``args`` or ``command`` the word stands."""
    bare = word.lstrip("-")
    if not bare:
        return None
    pattern = re.compile(rf"(?<![\w-])-{{0,2}}{re.escape(bare)}(?![\w-])")
    for key in ("args", "command"):
        value = case.container.spec.get(key)
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, str) and pattern.search(entry):
                return key, index
    return None


def _near_flags(case: Case, word: str) -> list[str]:
    """Return flags of the help text in the log that look like the word."""
    reading = case.ending.reading
    known: dict[str, str] = {}
    for item in (reading.items if reading else ())[-MAX_USAGE:]:
        for flag in _FLAG.findall(item.raw):
            known.setdefault(flag.lstrip("-"), flag)
    bare = word.lstrip("-").partition("=")[0]
    known.pop(bare, None)
    return [known[entry] for entry in closest(bare, known)]


def _replaced(case: Case, at: tuple[str, int] | None, word: str, near: list[str]) -> Remedy | None:
    if at is None or not near:
        return None
    key, index = at
    value = strings(case.container.spec, key)
    if len(value) != len(case.container.spec.get(key) or ()):
        return None
    bare = word.lstrip("-").partition("=")[0]
    value[index] = re.sub(rf"-{{0,2}}{re.escape(bare)}", near[0], value[index], count=1)
    return template_patch(
        case.scene,
        case.pod,
        container_change(case.container, {key: value}),
        summary=Phrase(en=f"Use {near[0]} instead of {word}", zh=f"用 {near[0]} 代替 {word}"),
    )


_ROOTS = ("/app", "/usr/src/app", "/srv", "/code", "/workspace", "/opt/app", "/home/app", "/var/www/html")
"""Folders where images usually keep the program."""


def module_missing(case: Case) -> Finding:
    """Name the module that cannot be loaded, and the mount that hides the program's folder if there is one."""
    module = case.captured("module") or "a module"
    hidden = _hidden_folder(case)
    en, zh = f"{module} cannot be loaded", f"无法加载 {module}"
    library = module.startswith("GLIBC")
    if library:
        en = f"it was built for a newer C library ({module}) than the image has"
        zh = f"程序针对的 C 库（{module}）比镜像中的更新"
    evidence = []
    if hidden:
        index, folder, volume = hidden
        en += f"; volume {volume} is mounted over {folder} and hides what the image has there"
        zh += f"；卷 {volume} 挂载在 {folder}，遮住了镜像中该处的内容"
        evidence.append(case.spec_evidence("volumeMounts", index))
    return case.finding(
        "AppModuleMissing",
        case.ends(en, zh),
        expected=f"{module} is in the image",
        actual="not found",
        evidence=evidence,
        confidence=matched("the program names what it cannot load", "程序指明了无法加载的内容", value=0.8),
        remedies=(
            in_application(
                Phrase(
                    en=f"Mount the volume elsewhere than over {hidden[1]}"
                    if hidden
                    else "Build the program and its image on the same base system, or choose a newer base image"
                    if library
                    else f"Build the image with {module} in it",
                    zh=f"不要把卷挂载在 {hidden[1]} 上"
                    if hidden
                    else "在相同的基础系统上构建程序和镜像，或换用更新的基础镜像"
                    if library
                    else f"重新构建包含 {module} 的镜像",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _hidden_folder(case: Case) -> tuple[int, str, str] | None:
    """Return the mount that covers the working directory or a usual program folder: index, path, volume."""
    working = text(case.container.spec, "workingDir").rstrip("/")
    stack = " ".join(case.match.item.stack) if case.match else ""
    for index, mount in mounts(case.container):
        at = text(mount, "mountPath").rstrip("/")
        if text(mount, "subPath") or not at or volume_of(case.pod, mount) is None:
            continue
        if (
            at == working
            or at in _ROOTS
            or at.endswith(("/node_modules", "/site-packages"))
            or f" {at}/" in f" {stack}"
        ):
            return index, at, text(mount, "name")
    return None
