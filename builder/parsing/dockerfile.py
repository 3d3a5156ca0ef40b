"""Dockerfiles: stages of instructions, continued lines joined, variables put in where Docker itself puts them in.

Lenient as a reader must be: an instruction that nobody knows is kept, a file without FROM is none.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MAX_INSTRUCTIONS = 2_000
"""Of one file. People write some dozens; more is made to exhaust."""

MAX_VALUE = 4_096
"""Characters of a variable after substitution: ``A=$A$A`` doubles with every line."""

MAX_DEPTH = 8
"""Defaults within defaults (``${A:-${B:-c}}``)."""

_DIRECTIVE = re.compile(r"^\s*#\s*(?P<name>[A-Za-z]+)\s*=\s*(?P<value>\S.*?)\s*$")
_FLAG = re.compile(r"--(?P<name>[a-z][a-z-]*)(?:=(?P<value>\S*))?(?:\s+|$)")
_HEREDOC = re.compile(r"(?<!<)<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_][A-Za-z0-9_.]*)(?P=quote)")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_SUBSTITUTED = frozenset(
    {"ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction. ``text`` is what stands after its flags; ``words`` its JSON form (``["node", "x.js"]``) if any.

    Variables are put into ``text`` where Docker does so; in RUN, CMD and ENTRYPOINT the shell does it later.
    """

    name: str
    text: str
    line: int
    flags: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] | None = None
    bodies: tuple[str, ...] = ()
    """The heredocs that belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one FROM begins. ``parent`` is the stage that it builds upon, None where ``base`` is an image."""

    base: str
    name: str
    line: int
    parent: int | None
    instructions: tuple[Instruction, ...]
    environment: Mapping[str, str]
    """The variables of the image at the end of the stage, those of its parents too."""

    def of(self, *names: str) -> Iterator[Instruction]:
        """Tell the instructions with one of these names."""
        return (one for one in self.instructions if one.name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """The stages in order; the last one is the image unless a build names another."""

    stages: tuple[Stage, ...]
    arguments: Mapping[str, str]
    """What ARG before the first FROM gives."""

    def stage(self, target: str = "") -> Stage:
        """Return the stage with this name, the last one where there is none."""
        return next((one for one in self.stages if target and one.name == target.lower()), self.stages[-1])

    def chain(self, stage: Stage) -> tuple[Stage, ...]:
        """Return a stage and those that it builds upon, the lowest first."""
        found = [stage]
        while found[0].parent is not None:
            found.insert(0, self.stages[found[0].parent])
        return tuple(found)

    def image(self, stage: Stage) -> str:
        """Return the image that a stage stands on in the end."""
        return self.chain(stage)[0].base

    def last(self, stage: Stage, *names: str) -> Instruction | None:
        """Return the last instruction with one of these names that holds for a stage."""
        for one in reversed(self.chain(stage)):
            for instruction in reversed(one.instructions):
                if instruction.name in names:
                    return instruction
        return None


def dockerfile(text: str) -> Dockerfile | None:
    """Read a Dockerfile; None for what holds no FROM."""
    instructions = list(_instructions(text))
    first = next((at for at, one in enumerate(instructions) if one.name == "FROM"), None)
    if first is None:
        return None
    given: dict[str, str] = {}
    for one in instructions[:first]:
        if one.name == "ARG":
            for name, value in pairs(one.text):
                given[name] = substituted(value or "", given)
    stages: list[Stage] = []
    begins = [at for at, one in enumerate(instructions) if one.name == "FROM"]
    for at, end in zip(begins, [*begins[1:], len(instructions)], strict=True):
        stage = _stage(instructions[at], instructions[at + 1 : end], given, stages)
        if stage is not None:
            stages.append(stage)
    return Dockerfile(stages=tuple(stages), arguments=given) if stages else None


def substituted(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """Put variables into a text as Docker does: ``$A``, ``${A}``, ``${A:-b}``, ``${A:+b}``; unknown ones are empty."""
    parts: list[str] = []
    at = size = 0
    while at < len(text) and size <= MAX_VALUE:
        sign = text[at]
        if sign == "\\" and text[at + 1 : at + 2] == "$":
            parts.append("$")
            at += 2
        elif sign == "$" and (found := _NAME.match(text, at + 1)):
            parts.append(variables.get(found[0], ""))
            at = found.end()
        elif text.startswith("${", at) and (end := _closing(text, at + 2)) > 0:
            parts.append(_expanded(text[at + 2 : end], variables, depth))
            at = end + 1
        else:
            parts.append(sign)
            at += 1
        size += len(parts[-1])
    return "" if size > MAX_VALUE else "".join(parts)


def pairs(text: str) -> Iterator[tuple[str, str | None]]:
    """Tell the names and values of ENV, ARG and LABEL; also of the old form ``ENV name value``."""
    words = _words(text)
    if words and "=" not in words[0]:
        if len(words) == 1:
            yield words[0], None
        else:
            name, _, rest = text.strip().partition(" ")
            yield name, rest.strip().strip("\"'")
        return
    for word in words:
        name, equals, value = word.partition("=")
        if _NAME.fullmatch(name):
            yield name, value if equals else None


def _expanded(inner: str, variables: Mapping[str, str], depth: int) -> str:
    found = _NAME.match(inner)
    if not found or depth >= MAX_DEPTH:
        return ""
    value, rest = variables.get(found[0]), inner[found.end() :]
    filled = bool(value) if rest.startswith(":") else value is not None
    sign, other = rest.removeprefix(":")[:1], rest.removeprefix(":")[1:]
    if sign == "-":
        return (value or "") if filled else substituted(other, variables, depth + 1)
    if sign == "+":
        return substituted(other, variables, depth + 1) if filled else ""
    return value or ""


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def _stage(
    begin: Instruction, inner: Sequence[Instruction], given: Mapping[str, str], stages: Sequence[Stage]
) -> Stage | None:
    words = substituted(begin.text, given).split()
    if not words:
        return None
    base = words[0]
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    parent = next((at for at in reversed(range(len(stages))) if stages[at].name == base.lower() and base), None)
    environment = dict(stages[parent].environment) if parent is not None else {}
    arguments: dict[str, str] = {}
    found: list[Instruction] = []
    for one in inner:
        known = {**arguments, **environment}
        text = substituted(one.text, known) if one.name in _SUBSTITUTED and one.name != "ENV" else one.text
        if one.name == "ARG":
            for key, value in pairs(one.text):
                arguments[key] = given.get(key, "") if value is None else substituted(value, known)
        elif one.name == "ENV":
            for key, value in pairs(one.text):
                environment[key] = substituted(value or "", known)
        found.append(
            Instruction(name=one.name, text=text, line=one.line, flags=one.flags, words=one.words, bodies=one.bodies)
        )
    return Stage(
        base=base, name=name, line=begin.line, parent=parent, instructions=tuple(found), environment=environment
    )


def _instructions(text: str) -> Iterator[Instruction]:
    lines = text.splitlines()
    escape, at, told = _escape(lines), 0, 0
    while at < len(lines) and told < MAX_INSTRUCTIONS:
        begin = at
        logical, at = _logical(lines, at, escape)
        if not logical:
            continue
        name, _, rest = logical.partition(" ")
        name = name.upper()
        bodies: list[str] = []
        if name in _WITH_HEREDOC:
            for one in _HEREDOC.finditer(rest):
                body, at = _body(lines, at, one["name"], tabs=bool(one["dash"]))
                bodies.append(body)
        flags, rest = _flags(rest.strip())
        told += 1
        yield Instruction(name=name, text=rest, line=begin + 1, flags=flags, words=_json(rest), bodies=tuple(bodies))


def _logical(lines: Sequence[str], at: int, escape: str) -> tuple[str, int]:
    """Return the logical line that begins here (empty for a comment) and where the next one begins."""
    line = lines[at].strip()
    at += 1
    if not line or line.startswith("#"):
        return "", at
    parts: list[str] = []
    while True:
        if not line.endswith(escape):
            parts.append(line)
            break
        parts.append(line[: -len(escape)].rstrip())
        while at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")):
            at += 1
        if at >= len(lines):
            break
        line = lines[at].strip()
        at += 1
    return re.sub(r"^(\S+)\s+", r"\1 ", " ".join(parts)), at


def _body(lines: Sequence[str], at: int, name: str, *, tabs: bool) -> tuple[str, int]:
    begin = at
    while at < len(lines):
        line = lines[at].lstrip("\t") if tabs else lines[at]
        if line.rstrip() == name:
            return "\n".join(lines[begin:at]), at + 1
        at += 1
    return "\n".join(lines[begin:]), at


def _escape(lines: Sequence[str]) -> str:
    for line in lines:
        found = _DIRECTIVE.match(line)
        if not found:
            break
        if found["name"].lower() == "escape" and found["value"] in {"\\", "`"}:
            return found["value"]
    return "\\"


def _flags(text: str) -> tuple[dict[str, str], str]:
    flags: dict[str, str] = {}
    while found := _FLAG.match(text):
        flags[found["name"]] = found["value"] or ""
        text = text[found.end() :]
    return flags, text


def _json(text: str) -> tuple[str, ...] | None:
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tuple(found) if isinstance(found, list) and all(isinstance(one, str) for one in found) else None


def _words(text: str) -> list[str]:
    """Split at blanks that stand in no quotes; quotes are taken off, a backslash keeps what follows it."""
    words: list[str] = []
    word, quote, begun, at = "", "", False, 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and at + 1 < len(text) and quote != "'":
            word += text[at : at + 2] if text[at + 1] == "$" else text[at + 1]
            begun, at = True, at + 1
        elif quote:
            quote, word = ("", word) if sign == quote else (quote, word + sign)
        elif sign in "\"'":
            quote, begun = sign, True
        elif sign.isspace():
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + sign, True
        at += 1
    return [*words, word] if begun else words
