"""Start commands that are not in the image, or cannot be executed."""

import re
import shlex
from collections.abc import Iterator

from cluster.fields import objects, strings, text, whole
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.container_start.executable import Command, not_executable
from diagnose.analyzers.container_start.failure import Failure
from diagnose.containers import Container
from diagnose.findings import Finding, Remedy, inferred, matched, proved
from diagnose.graph import template_of
from diagnose.logs.ending import Ending
from diagnose.remedies import container_change, in_application, template_patch
from diagnose.scene import Scene

_NOT_FOUND = tuple(
    re.compile(pattern)
    for pattern in (
        r"exec: \"(?P<word>[^\"]{1,400})\": executable file not found",
        r"exec: \"(?P<word>[^\"]{1,400})\": stat .{1,400}: no such file or directory",
        r"exec: \"(?P<word>[^\"]{1,400})\": no such file or directory",
        r"executable file [`'](?P<word>[^`']{1,400})['`] not found",
        r"exec (?P<word>/[^\s:]{1,400}): no such file or directory",
        r"exec: (?P<word>[^\s:\"]{1,400}): not found",
    )
)

_NOT_EXECUTABLE = tuple(
    re.compile(pattern)
    for pattern in (
        r"exec: \"(?P<word>[^\"]{1,400})\": (?P<why>permission denied|is a directory)",
        r"exec: \"(?P<word>[^\"]{1,400})\": (?P<why>exec format error)",
        r"exec (?P<word>/[^\s:]{1,400}): (?P<why>exec format error|permission denied)",
        r"(?P<why>exec format error)",
    )
)

_COMMON = (
    *(
        "bash",
        "curl",
        "dotnet",
        "gunicorn",
        "java",
        "nginx",
        "node",
        "npm",
        "npx",
        "php",
        "python",
        "python3",
        "redis-server",
    ),
    *("ruby", "sh", "uvicorn", "wget", "yarn"),
)
"""Programs that people often mean: only for "did you mean"."""

_SHELL_WORDS = frozenset({"cd", "echo", "exec", "export", "if", "set", "source", "test", "until", "while", "&&"})
"""Words that only a shell knows: a missing ``sh -c``."""

_LATER = re.compile(r"&&|\|\||;|\||>|<|\$\(")


def command_of(container: Container, word: str) -> Command:
    """Find where the spec names the program; without ``command`` the first argument may stand for it."""
    for key in ("command", "args"):
        for index, entry in enumerate(strings(container.spec, key)):
            if word and (entry == word or entry.split(" ", 1)[0] == word):
                return Command(word=word, path=(key, index))
    script = _script(container)
    if not word and script is not None:
        return Command(word="", path=script)
    first = next(iter(strings(container.spec, "command")), "")
    if not word and first:
        return Command(word=first, path=("command", 0))
    return Command(word=word, path=())


def _script(container: Container) -> tuple[str, int] | None:
    """Return where the line stands that a shell is told to run (``sh -c LINE``); None without a shell."""
    words = [
        (key, index, word) for key in ("command", "args") for index, word in enumerate(strings(container.spec, key))
    ]
    if not words or words[0][2].rpartition("/")[2] not in {"sh", "bash", "ash", "dash"}:
        return None
    for place, (_, _, word) in enumerate(words[1:-1], start=1):
        if word.startswith("-") and word.endswith("c"):
            return words[place + 1][:2]
    return None


def command_failure(failure: Failure) -> Finding | None:
    """Return CommandNotFound or CommandNotExecutable when the runtime's text says so."""
    for pattern in _NOT_FOUND:
        if match := pattern.search(failure.message):
            return not_found(failure, command_of(failure.container, match["word"]))
    for pattern in _NOT_EXECUTABLE:
        if match := pattern.search(failure.message):
            word = match.groupdict().get("word") or ""
            return not_executable(failure, command_of(failure.container, word), match["why"])
    return None


def command_end(scene: Scene, ending: Ending) -> Finding:
    """Return the finding of a run that ended at once because its command cannot be run, by exit code or log line."""
    container = ending.container
    captured = ending.match.captured("word") if ending.match else ""
    failure = Failure(
        scene=scene,
        container=container,
        message=ending.match.item.text if ending.match else "",
        evidence=ending.line_evidence[0]
        if ending.line_evidence
        else scene.field(container.pod, *container.ended_path, "exitCode"),
    )
    command = command_of(container, captured)
    code = ending.match.code if ending.match else ""
    sure = bool(captured) and code in {"CommandNotFound", "CommandNotExecutable"}
    exit_code = scene.field(container.pod, *container.ended_path, "exitCode")
    if code == "CommandNotExecutable" or (container.exit_code == 126 and code != "CommandNotFound"):
        text_ = ending.match.item.text.lower() if ending.match else ""
        why = "exec format error" if "format" in text_ else "permission denied"
        return not_executable(failure, command, why, by_log=sure, extra=exit_code)
    return not_found(failure, command, by_log=sure, extra=exit_code, guessed=not sure)


def not_found(
    failure: Failure, command: Command, *, by_log: bool = False, extra: Evidence | None = None, guessed: bool = False
) -> Finding:
    """Say which program is not in the image and where it is named."""
    container, word = failure.container, command.word
    line = " " in word
    why_en, why_zh, near = "", "", list[str]()
    remedies: list[Remedy | None] = []
    if line:
        why_en, why_zh = "; the whole command line stands in one string", "；整条命令行写成了一个字符串"
        remedies.append(_split(failure, command))
    elif word in _SHELL_WORDS or (command.path and _needs_shell(container, command)):
        why_en, why_zh = "; a shell is needed to run it (sh -c)", "；需要用 shell 运行（sh -c）"
        remedies.append(_shell(failure))
    else:
        near = [] if "/" in word else [entry for entry in closest(word, _COMMON) if entry != word]
        remedies += list(_earlier(failure))
        if near:
            why_en, why_zh = f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？"
            remedies += [_replaced(failure, command, near[0])] if command.path and "/" not in word else []
    named = word or "the command"
    named_zh = word or "启动命令"
    if by_log and failure.message.startswith("exec /"):  # the kernel's words, which are the same for both
        named, named_zh = f"{word}, or the interpreter that its first line names,", f"{word}（或其首行指定的解释器）"
    evidence = [failure.spec_evidence(*command.path)] if command.path else [failure.spec_evidence("image")]
    return failure.finding(
        "CommandNotFound",
        Phrase(
            en=f"{failure.who.en} cannot start: {named} does not exist in image {container.image} (named in "
            f"{command.written}){why_en}",
            zh=f"{failure.who.zh} 无法启动：镜像 {container.image} 中没有 {named_zh}（来自 "
            f"{command.written if command.path else '镜像的入口命令'}）{why_zh}",
        ),
        confidence=inferred(
            "exit code 127 stands for a command that is not found", "退出码 127 表示找不到命令", value=0.6
        )
        if guessed
        else matched("the shell says so", "shell 如此说明", value=0.8)
        if by_log
        else proved(
            "the runtime names the program and the spec asks for it",
            "运行时指明了程序，配置正是要启动它",
            twice=bool(command.path),
        ),
        expected=f"{named} in the image",
        actual="no such file",
        near=near,
        evidence=[*evidence, *([extra] if extra else [])],
        remedies=(
            *remedies,
            in_application(
                Phrase(
                    en=f"Correct {command.written if command.path else 'command of the container'}, or put the "
                    f"program into the image"
                    + (
                        " (a script also fails like this when its first line names a missing interpreter or ends "
                        "in CRLF)"
                        if word.endswith(".sh")
                        else ""
                    ),
                    zh=f"修正 {command.written if command.path else '容器的 command'}，或将该程序加入镜像"
                    + ("（脚本首行的解释器不存在或使用 CRLF 换行时也会如此）" if word.endswith(".sh") else ""),
                )
            ),
        ),
    )


def _needs_shell(container: Container, command: Command) -> bool:
    words = strings(container.spec, str(command.path[0])) if command.path else []
    return any(entry in {"&&", "||", "|", ";", ">"} for entry in words)


def _split(failure: Failure, command: Command) -> Remedy:
    """Write the one string as the words that it holds, behind a shell where it needs one."""
    words = ["sh", "-c", command.word] if _LATER.search(command.word) else _words(command.word)
    key = str(command.path[0]) if command.path else "command"
    rest = strings(failure.container.spec, key)[1:] if command.path and command.path[1] == 0 else []
    return template_patch(
        failure.scene,
        failure.pod,
        container_change(failure.container, {key: [*words, *rest]}),
        summary=Phrase(en="Write each word of the command as an item of its own", zh="将命令的每个词写成单独的一项"),
    )


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _shell(failure: Failure) -> Remedy:
    words = [*strings(failure.container.spec, "command"), *strings(failure.container.spec, "args")]
    return template_patch(
        failure.scene,
        failure.pod,
        container_change(failure.container, {"command": ["sh", "-c", " ".join(words)], "args": None}),
        summary=Phrase(en="Run the line with a shell", zh="用 shell 运行该命令"),
    )


def _replaced(failure: Failure, command: Command, new: str) -> Remedy | None:
    key = str(command.path[0])
    words = strings(failure.container.spec, key)
    index = int(command.path[1])
    if index >= len(words):
        return None
    words[index] = new
    return template_patch(
        failure.scene,
        failure.pod,
        container_change(failure.container, {key: words}),
        summary=Phrase(en=f"Start {new} instead", zh=f"改为启动 {new}"),
        estimate=Phrase(en="a common program of nearly this name", zh="名称相近的常见程序"),
    )


def _earlier(failure: Failure) -> Iterator[Remedy]:
    """Offer the command of the newest other revision, when that one differs."""
    scene, container = failure.scene, failure.container
    now = (strings(container.spec, "command"), strings(container.spec, "args"))
    children = [
        entry for entry in scene.graph.children(scene.graph.holder(failure.pod)) if text(entry, "kind") == "ReplicaSet"
    ]
    for child in sorted(children, key=lambda entry: text(entry, "metadata", "creationTimestamp"), reverse=True):
        template = template_of(child)
        for entry in objects(template.spec, "containers") if template else ():
            before = (strings(entry, "command"), strings(entry, "args"))
            if text(entry, "name") == container.name and before != now and whole(child, "status", "readyReplicas") > 0:
                change = {"command": before[0] or None, "args": before[1] or None}
                yield template_patch(
                    scene,
                    failure.pod,
                    container_change(container, change),
                    summary=Phrase(
                        en="Use the command of the revision that still serves", zh="恢复仍在服务的版本所用的命令"
                    ),
                )
                return
