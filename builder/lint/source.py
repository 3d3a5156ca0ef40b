"""A Dockerfile with the place of each of its parts: a finding quotes a line, an edit replaces words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from builder.lint.shell import Call, calls, spelled
from builder.parsing.dockerfile import Dockerfile, Instruction, Stage, dockerfile

_FLAG = re.compile(r"--(?P<name>[a-z][a-z-]*)(?:=(?P<value>\S*))?(?=\s|$)")
_HEREDOC = re.compile(r"(?<!<)<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_][A-Za-z0-9_.]*)(?P=quote)")
_DIRECTIVE = re.compile(r"^\s*#\s*(?P<name>[A-Za-z]+)\s*=\s*(?P<value>\S.*?)\s*$")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
MAX_PARTS = 2_000
"""Instructions that are looked at: as many as the parser reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An option of an instruction: ``--from=build``."""

    name: str
    value: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An instruction where it stands. ``code`` is as long as its text, with line ends and comments as blanks.

    ``begin`` to ``end`` are its characters without the last line end; ``words_at`` is where its own words begin.
    ``stage`` is -1 before the first FROM. ``parsed`` has the words with variables put in; None for FROM.
    """

    name: str
    line: int
    last: int
    begin: int
    end: int
    words_at: int
    code: str
    stage: int
    flags: tuple[Flag, ...] = ()
    bodies: tuple[tuple[int, int], ...] = ()
    parsed: Instruction | None = None
    calls: tuple[Call, ...] = ()
    above: tuple[str, ...] = ()
    """The comments directly above it, without their sign."""

    @property
    def words(self) -> str:
        """What stands after name and flags, as one line."""
        return self.code[self.words_at - self.begin :].strip()

    @property
    def text(self) -> str:
        """Its words with variables put in, where Docker does so."""
        return self.parsed.text if self.parsed is not None else self.words

    @property
    def json(self) -> tuple[str, ...] | None:
        """The words of its JSON form, None for any other."""
        return self.parsed.words if self.parsed is not None else None

    def flag(self, name: str) -> str | None:
        """Return the value of an option, None where it is not given."""
        return next((one.value for one in self.flags if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The whole file. ``each`` are its instructions in order, FROM too."""

    path: str
    text: str
    file: Dockerfile
    each: tuple[Part, ...]
    escape: str = "\\"
    lines: tuple[str, ...] = field(default=(), repr=False)
    staged: Mapping[int, tuple[Part, ...]] = field(default_factory=dict, repr=False)
    """The instructions of each stage, its FROM first."""

    def of(self, *names: str) -> Iterator[Part]:
        """Tell the instructions with one of these names."""
        return (one for one in self.each if one.name in names)

    def within(self, stage: int, *names: str) -> tuple[Part, ...]:
        """Return the instructions of a stage, those with one of the names if any are given."""
        inner = self.staged.get(stage, ())[1:]
        return tuple(one for one in inner if one.name in names) if names else inner

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages."""
        return self.file.stages

    @property
    def final(self) -> tuple[int, ...]:
        """The numbers of the stages that the image is built upon, its own last."""
        found = [len(self.stages) - 1]
        while (parent := self.stages[found[0]].parent) is not None:
            found.insert(0, parent)
        return tuple(found)

    @property
    def base(self) -> str:
        """The image that the last stage stands on in the end."""
        return self.file.image(self.stages[-1])

    def ending(self, *names: str) -> tuple[Part, ...]:
        """Return the instructions with one of these names that hold for the image, in order."""
        return tuple(one for stage in self.final for one in self.within(stage, *names))

    def children(self, stage: int) -> bool:
        """Say whether another stage is built upon this one."""
        return any(one.parent == stage for one in self.stages)

    def begins(self, stage: int) -> Part:
        """Return the FROM of a stage."""
        return self.staged[stage][0]

    @property
    def windows(self) -> bool:
        """Whether it is for Windows, whose shell is another."""
        told = " ".join(one.words.lower() for one in self.of("FROM", "SHELL"))
        return self.escape == "`" or any(sign in told for sign in ("windows", "nanoserver", "powershell", "cmd.exe"))


def source_of(text: str, path: str) -> Source | None:
    """Read a Dockerfile; None for what holds no FROM."""
    file = dockerfile(text)
    if file is None:
        return None
    lines = text.splitlines(keepends=True)
    escape = _escape(lines)
    known = {one.line: one for stage in file.stages for one in stage.instructions}
    each = tuple(_parts(lines, escape, known, frozenset(one.line for one in file.stages)))
    staged: dict[int, list[Part]] = {}
    for one in each:
        if one.stage >= 0:
            staged.setdefault(one.stage, []).append(one)
    return Source(
        path=path,
        text=text,
        file=file,
        each=each,
        staged={stage: tuple(parts) for stage, parts in staged.items()},
        escape=escape,
        lines=tuple(line.rstrip("\r\n") for line in lines),
    )


def _escape(lines: Sequence[str]) -> str:
    for line in lines:
        found = _DIRECTIVE.match(line)
        if not found:
            break
        if found["name"].lower() == "escape" and found["value"] in {"\\", "`"}:
            return found["value"]
    return "\\"


def _parts(lines: Sequence[str], escape: str, known: dict[int, Instruction], begins: frozenset[int]) -> Iterator[Part]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    at, stage, told = 0, -1, 0
    above: list[str] = []
    while at < len(lines) and told < MAX_PARTS:
        plain = lines[at].strip()
        if not plain or plain.startswith("#"):
            above = [*above, plain.removeprefix("#").strip()] if plain else []
            at += 1
            continue
        first = at
        pieces, at = _logical(lines, at, escape)
        begin = starts[first] + len(lines[first]) - len(lines[first].lstrip())
        code = "".join(pieces)[begin - starts[first] :].rstrip()
        name = code.split(maxsplit=1)[0].upper()
        bodies: list[tuple[int, int]] = []
        if name in _WITH_HEREDOC:
            for one in _HEREDOC.finditer(code):
                body, at = _body(lines, at, one["name"], tabs=bool(one["dash"]))
                bodies.append((starts[body[0]], starts[body[1]]))
        end = starts[at] - (len(lines[at - 1]) - len(lines[at - 1].rstrip("\r\n")))
        stage += first + 1 in begins
        flags, words_at = _flags(code, begin, len(name))
        parsed = known.get(first + 1)
        told += 1
        yield Part(
            name=name,
            line=first + 1,
            last=at,
            begin=begin,
            end=end,
            words_at=words_at,
            code=code,
            stage=stage,
            flags=flags,
            bodies=tuple(bodies),
            parsed=parsed,
            calls=_calls(lines, starts, name, code, begin, words_at, tuple(bodies), parsed, first + 1),
            above=tuple(above),
        )
        above = []


def _calls(
    lines: Sequence[str],
    starts: Sequence[int],
    name: str,
    code: str,
    begin: int,
    words_at: int,
    bodies: tuple[tuple[int, int], ...],
    parsed: Instruction | None,
    line: int,
) -> tuple[Call, ...]:
    """Return the programs that RUN calls, each with its line."""
    if name != "RUN":
        return ()
    if parsed is not None and parsed.words is not None:
        return spelled(parsed.words, line)
    if bodies:
        first, end = bodies[0]
        text = "".join(lines)[first:end]
        shebang = text.startswith("#!") and not re.match(r"#!\s*(/usr)?/bin/(env\s+)?(ba|da|a)?sh\b", text)
        if not shebang and _HEREDOC.fullmatch(code[words_at - begin :].strip()):
            return calls(text, first, starts)
    return calls(code[words_at - begin :], words_at, starts)


def _logical(lines: Sequence[str], at: int, escape: str) -> tuple[list[str], int]:
    """Return the lines of one instruction, what is no code as blanks, and where the next one begins."""
    pieces: list[str] = []
    while True:
        line = lines[at]
        plain = line.rstrip()
        at += 1
        if not plain.endswith(escape):
            pieces.append(plain + " " * (len(line) - len(plain)))
            return pieces, at
        pieces.append(plain[: -len(escape)] + " " * (len(line) - len(plain) + len(escape)))
        while at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")):
            pieces.append(" " * len(lines[at]))
            at += 1
        if at >= len(lines):
            return pieces, at


def _body(lines: Sequence[str], at: int, name: str, *, tabs: bool) -> tuple[tuple[int, int], int]:
    begin = at
    while at < len(lines):
        line = lines[at].lstrip("\t") if tabs else lines[at]
        if line.rstrip() == name:
            return (begin, at), at + 1
        at += 1
    return (begin, at), at


def _flags(code: str, begin: int, at: int) -> tuple[tuple[Flag, ...], int]:
    found: list[Flag] = []
    while True:
        at += len(code[at:]) - len(code[at:].lstrip())
        one = _FLAG.match(code, at)
        if one is None:
            return tuple(found), begin + at
        found.append(Flag(name=one["name"], value=one["value"] or "", begin=begin + at, end=begin + one.end()))
        at = one.end()
