"""What the image starts: said once, without a shell between, in its form for production."""

import json
import re
import shlex
from collections.abc import Iterator
from posixpath import basename

from builder.detect.shared.purposes import develops, idles
from builder.detect.truths.images import language_of, reference
from builder.lint.model import Edit, Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import CHECKS, REFERENCE
from builder.lint.shell import calls
from builder.lint.source import Part, Source
from builder.plan import Command

_SHELL_SIGNS = re.compile(r"[$`*?~|&;<>(){}\[\]#!\\\n]|^\s*\w+=")
_BUILTINS = frozenset(
    {".", "cd", "eval", "exec", "export", "set", "source", "trap", "umask", "ulimit", "wait", "if", "for", "while"}
)
_BARE = frozenset(
    {
        "alma",
        "almalinux",
        "alpine",
        "amazonlinux",
        "busybox",
        "debian",
        "fedora",
        "rockylinux",
        "scratch",
        "ubuntu",
        "ubi",
    }
)
_MANAGERS = frozenset({"npm", "npx", "pnpm", "yarn"})
_SIGNALS = {"apache2": "SIGWINCH", "httpd": "SIGWINCH", "nginx": "SIGQUIT", "php-fpm": "SIGQUIT"}
"""Servers that drop what they are answering on SIGTERM, and the signal on which they end it first."""


def _line(part: Part) -> str:
    return part.words


@rule(
    "command.shell-form",
    Severity.WARNING,
    f"{CHECKS}json-args-recommended/",
    hadolint=("DL3025",),
    check="JSONArgsRecommended",
)
def shell_form(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find commands that a shell starts: the shell gets the signals, not the program."""
    for at, _ in enumerate(source.stages):
        last = {part.name: part for part in source.within(at, "CMD", "ENTRYPOINT")}
        for part in last.values():
            if part.json is None and part.words and not part.words.startswith("[") and not source.windows:
                yield hit(
                    part.line,
                    f"A shell starts the program of {part.name} and keeps the signals: it is killed instead of ending. "
                    "Write its words as JSON.",
                    f"{part.name} 的程序由 shell 启动，信号到不了程序，只能被强制结束。请写成 JSON 形式。",
                    _as_json(source, part, last),
                )


def _as_json(source: Source, part: Part, last: dict[str, Part]) -> Edit | None:
    """Return the same command in JSON form; through a shell that gives its place away where a shell is needed."""
    shells = any(one.line < part.line for one in source.within(part.stage, "SHELL"))
    entry, given = last.get("ENTRYPOINT"), last.get("CMD")
    below = source.stages[part.stage].parent is not None
    if shells or part.last - part.line > 1 or below or (part.above and "shell" in " ".join(part.above).lower()):
        return None
    if (part.name == "ENTRYPOINT" and given is not None) or (part.name == "CMD" and entry is not None):
        return None  # the other one's words would be read differently
    line = part.words
    found = calls(line, 0, (0,))
    if len(found) != 1 or line.split()[0] in _BUILTINS or found[0].into:
        return None
    if not _SHELL_SIGNS.search(line):
        try:
            words = shlex.split(line)
        except ValueError:
            return None
        # What the base image's entry point sees changes from "sh -c" to the program: known ones only pass it on.
        return Edit(begin=part.words_at, end=part.end, text=json.dumps(words, ensure_ascii=False), sure=True)
    if re.search(r"[;&|<>`\n#\\]|\$\(|^\s*\w+=", line):
        return None
    text = json.dumps(["/bin/sh", "-c", f"exec {line}"], ensure_ascii=False)
    return Edit(begin=part.words_at, end=part.end, text=text, sure=True)


@rule("command.quotes", Severity.ERROR, f"{REFERENCE}#exec-form", hadolint=("DL3025",))
def quotes(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find a JSON form that is none, mostly for its single quotes: a shell then looks for a program called ``[``."""
    for part in source.of("CMD", "ENTRYPOINT", "RUN", "SHELL"):
        if part.words.startswith("[") and part.json is None and not part.words.startswith(("[[", "[ -", "[ !")):
            edit = None
            try:
                words = json.loads(part.words.replace("'", '"'))
            except ValueError:
                words = None
            if isinstance(words, list) and '"' not in part.words and all(isinstance(one, str) for one in words):
                edit = Edit(begin=part.words_at, end=part.end, text=json.dumps(words, ensure_ascii=False), sure=False)
            yield hit(
                part.line,
                "This is no JSON: a shell takes it for a command called [. Use double quotes.",
                "这不是 JSON：shell 会把它当作名为 [ 的命令。请用双引号。",
                edit,
            )


@rule("command.several", Severity.WARNING, f"{CHECKS}multiple-instructions-disallowed/",
      hadolint=("DL4003", "DL4004", "DL3012"), check="MultipleInstructionsDisallowed")  # fmt: skip
def several(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find CMD, ENTRYPOINT or HEALTHCHECK of which a later one in the same stage takes the place."""
    for at, _ in enumerate(source.stages):
        for name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            found = source.within(at, name)
            for part in found[:-1]:
                # ENTRYPOINT does not reset a CMD of its own stage: only what is overwritten goes.
                end = part.end + (source.text[part.end : part.end + 2] == "\r\n") + (part.end < len(source.text))
                yield hit(
                    part.line,
                    f"A later {name} takes the place of this one: it does nothing.",
                    f"后面的 {name} 会取代它：这一条没有作用。",
                    Edit(begin=part.begin, end=end, text="", sure=True),
                )


@rule("command.none", Severity.WARNING, f"{REFERENCE}#cmd")
def none(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find images of a bare system that do not say what they start."""
    bare = source.base == "scratch" or reference(source.base).name.partition("-")[0] in _BARE
    if bare and not source.ending("CMD", "ENTRYPOINT"):
        yield hit(
            source.begins(len(source.stages) - 1).line,
            "Nothing says what the image starts: a container of it ends at once.",
            "没有说明启动什么程序：容器会立即退出。",
        )


@rule("command.development", Severity.WARNING, f"{REFERENCE}#cmd")
def development(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find servers for developing, and commands that only wait."""
    last = source.ending("CMD", "ENTRYPOINT")
    for part in last[-1:]:
        command = Command(argv=part.json) if part.json else Command(line=part.words)
        if not command.text:
            continue
        if develops(command):
            yield hit(
                part.line,
                "This is the server for developing: slow, for one user, it shows its errors to everybody.",
                "这是开发服务器：慢、只适合单人，还会向所有人显示错误详情。",
            )
        elif idles(command):
            yield hit(
                part.line,
                "This only waits: the program is started by hand, and its failure is not seen.",
                "这只是在等待：程序需手工启动，失败也不会被发现。",
            )


@rule("command.package-manager", Severity.ADVICE, f"{REFERENCE}#cmd")
def package_manager(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find package managers that start the program: they stay above it and do not always pass signals on."""
    for part in source.ending("CMD", "ENTRYPOINT")[-1:]:
        words = part.json or tuple(part.words.split())
        if words and basename(words[0]) in _MANAGERS:
            yield hit(
                part.line,
                f"{words[0]} stays above the program, takes memory and may keep SIGTERM to itself. Start "
                "the program itself.",
                f"{words[0]} 会一直驻留在程序之上，占用内存，还可能不转发 SIGTERM。请直接启动程序。",
            )


@rule("command.local", Severity.WARNING, f"{REFERENCE}#expose")
def local(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find servers that are told to listen to the container alone."""
    for part in source.ending("CMD", "ENTRYPOINT")[-2:]:
        text = " ".join(part.json) if part.json else part.words
        if re.search(
            r"(-H|-b|--bind|--host|--address|--listen|--ip|runserver)[ =]+[\"']?(localhost|127\.0\.0\.1)\b", text
        ):
            yield hit(
                part.line,
                "It listens on 127.0.0.1: nobody outside of the container can reach it. Use 0.0.0.0.",
                "它只监听 127.0.0.1：容器外无法访问。请用 0.0.0.0。",
            )


@rule("command.script", Severity.WARNING, f"{REFERENCE}#entrypoint")
def script(source: Source, around: Surroundings) -> Iterator[Hit]:
    """Find entry scripts that start the program without exec: the script gets the signals."""
    for part in source.ending("ENTRYPOINT")[-1:]:
        words = part.json or ()
        name = next((one for one in words if one.endswith(".sh")), "")
        text = _text_of(source, around, basename(name)) if name else None
        if text is None or not text.strip():
            continue
        lines = [one.strip() for one in text.splitlines() if one.strip() and not one.strip().startswith("#")]
        if not any(re.search(r"(^|\s|;|&&)exec\s", one) for one in lines) and re.search(r"\$(@|\*)|\$\{@", text):
            yield hit(
                part.line,
                f"{basename(name)} starts the program without exec: the script gets SIGTERM, the program is killed. "
                'End it with exec "$@".',
                f'{basename(name)} 启动程序时没有 exec：SIGTERM 到不了程序。请以 exec "$@" 结尾。',
            )


def _text_of(source: Source, around: Surroundings, name: str) -> str | None:
    for part in source.of("COPY", "ADD"):
        if part.flag("from") is None:
            for one in part.text.split()[:-1]:
                if basename(one.rstrip("/")) == name:
                    return around.text(one)
    return around.text(name)


@rule("command.stop-signal", Severity.ADVICE, f"{REFERENCE}#stopsignal")
def stop_signal(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find servers that drop what they are answering when they get SIGTERM."""
    if source.ending("STOPSIGNAL") or reference(source.base).name in {
        "nginx",
        "nginx-unprivileged",
        "httpd",
        "php",
        "openresty",
    }:
        return
    for part in source.ending("CMD", "ENTRYPOINT")[-1:]:
        words = part.json or tuple(part.words.removeprefix("exec ").split())
        name = basename(words[0]) if words else ""
        known = _SIGNALS.get(re.sub(r"php-fpm[\d.]+", "php-fpm", name))
        if known and part.stage == source.final[-1]:
            yield hit(
                part.line,
                f"{name} drops what it is answering on SIGTERM. Add STOPSIGNAL {known}.",
                f"{name} 收到 SIGTERM 会中断正在处理的请求。请加 STOPSIGNAL {known}。",
                Edit(begin=part.begin, end=part.begin, text=f"STOPSIGNAL {known}\n", sure=True),
            )


@rule("command.kill", Severity.WARNING, f"{REFERENCE}#stopsignal")
def kill(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find STOPSIGNAL SIGKILL: the program cannot end anything."""
    for part in source.of("STOPSIGNAL"):
        if part.text.strip().upper() in {"SIGKILL", "KILL", "9"}:
            yield hit(
                part.line,
                "SIGKILL ends the program in the middle of its work.",
                "SIGKILL 会在工作途中强行结束程序。",
            )


@rule("command.runtime-only", Severity.ADVICE, f"{REFERENCE}#cmd")
def runtime_only(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find images of a language that copy a program and do not say how it starts: the base starts its prompt."""
    known = language_of(source.base)
    if known and known[0] in {"python", "node", "ruby", "php"} and known[1] and not source.ending("CMD", "ENTRYPOINT"):
        apache = "apache" in source.base or "fpm" in source.base
        if source.ending("COPY", "ADD") and not apache:
            yield hit(
                source.begins(len(source.stages) - 1).line,
                f"Nothing says what the image starts: {source.base} starts its prompt and ends.",
                f"没有说明启动什么程序：{source.base} 只会打开交互提示并退出。",
            )


RULES: tuple[Rule, ...] = (
    shell_form, quotes, several, none, development, package_manager, local, script, stop_signal, kill, runtime_only,
)  # fmt: skip
