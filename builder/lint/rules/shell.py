"""What RUN says to the shell."""

import re
from collections.abc import Iterator

from builder.lint.model import Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import BEST, REFERENCE
from builder.lint.source import Source

_POINTLESS = frozenset(
    {"free", "kill", "mount", "reboot", "service", "shutdown", "ssh", "systemctl", "top", "vim", "nano"}
)
"""Programs that do nothing in a build: there is no service, no user, nothing that goes on running."""

_HARMLESS_PIPE = frozenset({"echo", "printf", "yes", "true"})


@rule("run.pipefail", Severity.ADVICE, f"{BEST}#using-pipes", hadolint=("DL4006",))
def pipefail(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find pipes in which only the last program may fail."""
    for part in source.of("RUN"):
        if part.json is not None or source.windows:
            continue
        before = [one for one in source.within(part.stage, "SHELL") if one.line < part.line]
        if "pipefail" in part.code or any("pipefail" in one.words for one in before[-1:]):
            continue
        call = next((one for one in part.calls if one.into and one.name not in _HARMLESS_PIPE), None)
        if call is not None:
            yield hit(
                call.line,
                f"If {call.name} fails, the pipe goes on and the build too. Set -o pipefail where the shell is bash: "
                'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
                f"{call.name} 失败时管道仍继续，构建也继续。若 shell 为 bash 请设置 -o pipefail。",
            )


@rule("run.cd", Severity.ADVICE, f"{BEST}#workdir", hadolint=("DL3003",))
def cd(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find RUN that only changes the folder: the next RUN begins where the last did."""
    for part in source.of("RUN"):
        if part.calls and part.calls[-1].name == "cd" and part.json is None and not part.bodies:
            yield hit(
                part.line,
                "cd ends with its RUN: the next one begins in WORKDIR again. Use WORKDIR.",
                "cd 只在本 RUN 中有效，下一个 RUN 又回到 WORKDIR。请用 WORKDIR。",
            )
        elif part.calls and part.calls[0].name == "cd" and not part.bodies and part.calls[0].texts[:1]:
            target = part.calls[0].texts[0]
            if target.startswith("/") and not target.startswith(("/tmp", "/usr/src", "/opt")):  # noqa: S108 - in the image
                yield hit(
                    part.line,
                    f"cd {target} before the work: WORKDIR {target} says the same for everything that follows.",
                    f"先 cd {target} 再操作：WORKDIR {target} 对之后的所有指令有效。",
                )


@rule("run.pointless", Severity.ADVICE, f"{REFERENCE}#run", hadolint=("DL3001",))
def pointless(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find programs that do nothing in a build: services, shells, editors."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name in _POINTLESS:
                yield hit(
                    call.line,
                    f"{call.name} does nothing that lasts in a build: nothing goes on running after a RUN.",
                    f"{call.name} 在构建中没有持久效果：RUN 结束后没有进程继续运行。",
                )


@rule("run.link-shell", Severity.WARNING, f"{REFERENCE}#shell", hadolint=("DL4005",))
def link_shell(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find ``ln -s bash /bin/sh``, which changes the shell of every program of the image."""
    for part in source.of("RUN"):
        for call in part.calls:
            if call.name == "ln" and call.texts[-1:] == ("/bin/sh",):
                yield hit(
                    call.line,
                    'The shell of every program is changed. For RUN alone: SHELL ["/bin/bash", "-c"]',
                    '改变了所有程序的 shell。只为 RUN 设置请用 SHELL ["/bin/bash", "-c"]',
                )


@rule("run.json-shell", Severity.ERROR, f"{REFERENCE}#exec-form")
def json_shell(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find variables and signs of the shell in the JSON form, where no shell reads them."""
    for part in source.of("RUN", "CMD", "ENTRYPOINT"):
        words = part.json
        if not words or any(re.search(r"(^|/)(ba|da|a|z)?sh$|^env$|pwsh|powershell|cmd", one) for one in words[:2]):
            continue
        strange = [
            one
            for one in words[1:]
            if one in {"&&", "||", "|", ";", ">", ">>", "2>&1"} or re.fullmatch(r"\$\{?\w+\}?", one)
        ]
        if strange:
            yield hit(
                part.line,
                f'No shell reads the JSON form: {strange[0]} stays as it is. Write ["/bin/sh", "-c", "…"].',
                f'JSON 形式不经过 shell：{strange[0]} 会原样传入。请写成 ["/bin/sh", "-c", "…"]。',
            )


RULES: tuple[Rule, ...] = (pipefail, cd, pointless, link_shell, json_shell)
