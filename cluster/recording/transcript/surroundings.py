"""Take away what stands around terminal text where people paste it: colours, fences, quotes, numbers, prose.

What remains is plain: a line of a kubectl command begins with ``$ kubectl ``, and a line that ends an output without
being such a command begins with ``BREAK``.
"""

import itertools
import re

from cluster.recording.documents import looks_like_objects
from cluster.recording.transcript.bare import command_of
from cluster.recording.transcript.prompts import PROMPT, Prompts, Typed, lines_hinting, typed, untyped
from cluster.recording.transcript.tables import is_header

BREAK = "\x1e"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_UNSEEN = str.maketrans({"\x1e": None, "\u200b": None, "\u200c": None, "\u2060": None, "\ufeff": None, "\u00a0": " "})
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})[ \t]*([\w+-]{0,40})[^`]{0,80}$")
_OTHER = re.compile(
    r"\$ (?:cat|ssh|nc|curl|helm|date|docker|crictl|dig|nslookup|systemctl|ping|ls|cd|echo|vi|vim|nano|exit|clear)\b"
)
"""Commands of other programs, whose output is not that of the kubectl command before. Not looked for in logs."""
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uffef]")
_TEXT_FORM = re.compile(r"(?:-o ?|--output[= ])(?:yaml|json)\b")
_TOP = re.compile(r"[\w.\"'-]{1,200}:(?: |$)|- |---|\.\.\.|[#\]}\[{]|Error|error")
_SURE = frozenset({"user", "windows", "powershell"})
"""Shapes of prompts that no program writes by chance."""
_HEREDOC = re.compile(r"<<-? ?['\"]?(\w{1,40})['\"]?")
_NUMBERED = re.compile(r" {0,8}(\d{1,7})(\t|: ?| ?[|│] ?|\. | {1,4}|$)")
_FIRST_LINE_OF_TWO = re.compile(r"[╭┌╔]|[\w.-]{1,64}@[\w.-]{1,100} MINGW")


def has_command(content: str) -> bool:
    """Say whether some line of a text is a command to a cluster, as far as the line alone tells."""
    start = content.lstrip("\ufeff")
    if start.startswith(PROMPT) or f"\n{PROMPT}" in content or f"\r{PROMPT}" in content:
        return True
    if start[:1] in {"{", "["} and looks_like_objects(start[:8192]):
        return False
    return any(typed(line) is not None for line in lines_hinting(_clean_head(content)))


def _clean_head(content: str) -> str:
    return _ESCAPES.sub("", content) if "\x1b" in content[:200_000] else content


def plain(content: str) -> str:
    """Return a text without its surroundings. A text that is plain comes back as it is."""
    if "\x1b" in content:
        content = _ESCAPES.sub("", content)
    content = content.translate(_UNSEEN) if not content.isascii() or BREAK in content else content
    lines = content.replace("\r\n", "\n").replace("\r$ kubectl", "\n$ kubectl").split("\n")
    lines = _unnumbered(_unquoted(lines))
    if not any(typed(line) for line in lines):
        lines = _dedented(lines)
    lines = _opened(lines)
    return "\n".join(_typed_lines(lines))


# -- what stands before each line


def _unquoted(lines: list[str]) -> list[str]:
    """Take ``>`` from the start of lines where a mail or a forum put it before all of them."""
    filled = [line for line in lines if line.strip()]
    quoted = sum(line.startswith(">") for line in filled)
    if not filled or quoted < 0.9 * len(filled) or len(filled) < 3:
        return lines
    return [line[1:].removeprefix(" ") if line.startswith(">") else line for line in lines]


def _unnumbered(lines: list[str]) -> list[str]:
    """Take running numbers from the start of lines."""
    found = [_NUMBERED.match(line) for line in lines]
    told = [match for match in found if match]
    if len(told) < 3 or len(told) < 0.9 * sum(bool(line.strip()) for line in lines):
        return lines
    numbers = [int(match[1]) for match in told]
    rising = sum(b - a == 1 for a, b in itertools.pairwise(numbers))
    if rising < 0.95 * (len(numbers) - 1):
        return lines
    signs = next((match[2] for match in told if match[2]), "")
    return [_without_number(line, match, signs) for line, match in zip(lines, found, strict=True)]


def _without_number(line: str, match: re.Match[str] | None, signs: str) -> str:
    if match is None:
        return line
    rest = line[match.end(1) :]
    return rest.removeprefix(signs) if rest.startswith(signs) else rest.lstrip(" ")


def _dedented(lines: list[str]) -> list[str]:
    """Take the indentation of a block of code from all lines where no command stands without it."""
    indents = [line[: len(line) - len(line.lstrip())] for line in lines if line[:1].isspace() and typed(line.lstrip())]
    indent = min(indents, key=len, default="")
    if not indent or (indent != "\t" and len(indent) < 2):
        return lines
    return [
        line.removeprefix(indent) if line.startswith(indent) or not line.strip() else BREAK + line for line in lines
    ]


# -- fences


def _opened(lines: list[str]) -> list[str]:
    """Keep what stands between fences; text outside of them is prose, unless a command stands there."""
    fences = [at for at, line in enumerate(lines) if line[:4].lstrip(" ")[:3] in {"```", "~~~"} and _FENCE.match(line)]
    first = next((at for at, line in enumerate(lines) if typed(line)), len(lines))
    if not fences or fences[0] > first:
        return lines
    out: list[str] = []
    inside = False
    marks = set(fences)
    block: list[str] = []
    for at, line in enumerate(lines):
        if at in marks:
            out.extend(_block(block) if inside else _prose(block))
            block = []
            inside = not inside
        else:
            block.append(line)
    return [*out, *(_block(block) if inside else _prose(block))]


def _prose(lines: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(lines) if typed(line)), len(lines))
    return [*(BREAK + line for line in lines[:at]), *lines[at:], BREAK]


def _block(lines: list[str]) -> list[str]:
    if any(typed(line) or untyped(line) for line in lines):
        return [BREAK, *lines, BREAK]
    body = "\n".join(lines)
    head = body.lstrip("\n")
    if re.match(r"(?:---\s*\n)?(?:#[^\n]{0,200}\n){0,5}(?:apiVersion|kind): ", head):
        return [f"{BREAK}$ cat pasted.yaml", *lines, BREAK]
    if line := command_of(body):
        return [line, *head.split("\n"), BREAK]
    return [BREAK, *(BREAK + line for line in lines)]


# -- prompts


def _typed_lines(lines: list[str]) -> list[str]:
    """Write every command as ``$ kubectl …`` and end outputs where something else begins."""
    prompts = Prompts()
    found: list[Typed | None] = [typed(line) for line in lines]
    for entry in found:
        if entry is not None:
            prompts.saw(entry)
    bare = not any(found)
    out: list[str] = []
    command, shape, at, gap = "", "", 0, False
    while at < len(lines):
        line, entry = lines[at], found[at]
        if entry is not None and entry.shape not in {shape, *_SURE} and shape and _logs(command):
            # What a program wrote may look like a prompt, but not like the one that this person has.
            out.append(f" {line}")
            at += 1
            continue
        called = entry.command if entry else (untyped(line) if bare and _answered(line, lines, at) else None)
        if called:
            called, at, script = _continued(called, lines, at)
            while out and _FIRST_LINE_OF_TWO.match(out[-1]):
                out.pop()
            out.append(PROMPT + called)
            if script:
                out.extend([f"{BREAK}$ cat pasted.yaml", *script, BREAK])
            command, shape, gap = called, entry.shape if entry else "", False
            continue
        out.append(_judged(line, command, prompts, gap=gap))
        if out[-1].startswith(BREAK):
            command = command if line.startswith(BREAK) else ""
        gap = not line.strip()
        at += 1
    return out


def _answered(line: str, lines: list[str], at: int) -> bool:
    """Say whether what follows a command without a prompt is what such a command prints."""
    if not untyped(line):
        return False
    following = next((text for text in lines[at + 1 : at + 4] if text.strip()), "")
    if {"logs", "log"} & set(line.split()[:6]) or untyped(following):
        return True
    return is_header(following) or following.startswith(_ANSWERS)


_ANSWERS = ("Name:", "apiVersion:", "{", "No resources found", "Error from server", "error: ", "Client Version")


def _judged(line: str, command: str, prompts: Prompts, *, gap: bool) -> str:
    """Return a line of an output, marked where it no longer belongs to it."""
    if line.startswith(BREAK) or not line.strip():
        return line
    if (other := prompts.other(line)) is not None:
        return f"{BREAK}$ {other}"
    logs = _logs(command)
    if not logs and _OTHER.match(line):
        return BREAK + line
    if line[0].isspace() or logs or not command:
        return line
    if _CHINESE.match(line) and not is_header(line):
        return BREAK + line
    if gap and _TEXT_FORM.search(command) and not _TOP.match(line):
        return BREAK + line
    return line


def _logs(command: str) -> bool:
    """Say whether a command prints what a program wrote."""
    return any(word in {"logs", "log", "exec"} for word in command.split()[:6])


def _continued(command: str, lines: list[str], at: int) -> tuple[str, int, list[str]]:
    """Join a command that goes on in the next line; return it, the number of the next line, and a here-document."""
    at += 1
    while command.endswith(("\\", " `")) and at < len(lines) and len(command) < 10_000:
        command = f"{command[:-1].rstrip()} {lines[at].strip().removeprefix('> ').removeprefix('>> ').strip()}"
        at += 1
    match = _HEREDOC.search(command)
    if match is None:
        return command, at, []
    end = next((n for n in range(at, len(lines)) if lines[n].strip().lstrip("> ") == match[1]), -1)
    if end < 0:
        return command, at, []
    script = lines[at:end]
    if script and all(line.startswith(">") for line in script):
        script = [line[1:].removeprefix(" ") for line in script]
    return command, end + 1, script
