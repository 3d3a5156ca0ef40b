"""Split a terminal transcript into commands with their output, and read what each command asked for."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from cluster.kinds import Kind, spoken
from cluster.recording.transcript.prompts import PROMPT
from cluster.recording.transcript.surroundings import BREAK, has_command

_VALUED = frozenset(
    {
        *("-n", "--namespace", "-l", "--selector", "-o", "--output", "--field-selector", "--sort-by", "-c"),
        *("--container", "--tail", "--since", "--since-time", "--for", "--context", "--kubeconfig", "--types"),
        *("--limit-bytes", "--chunk-size", "-L", "--label-columns", "--as", "--user", "--cluster", "-s", "--server"),
        *("--request-timeout", "--max-log-requests", "--template", "-v", "--api-version", "--revision", "--timeout"),
    }
)
_LONG = {
    "-n": "namespace",
    "-l": "selector",
    "-o": "output",
    "-c": "container",
    "-A": "all-namespaces",
    "-p": "previous",
    "-w": "watch",
    "-f": "follow",
    "-L": "label-columns",
}
_HARMLESS = frozenset({"cat", "less", "more", "tee", "sort", "column", "neat", "bat", "uniq"})
"""Programs after a pipe that take no line away."""
_DROPS = frozenset({"grep", "egrep", "fgrep", "rg", "head", "tail", "uniq"})
"""Programs after a pipe that take lines away and leave the others as they were."""
ALL = ("Pod", "Service", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "Job", "CronJob")
"""What ``kubectl get all`` lists, as far as people notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a command names: a kind, perhaps one object of it."""

    word: str
    kind: Kind | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command with its output. ``pipes`` are the programs behind it, each as its words."""

    number: int
    line: str
    output: tuple[str, ...]
    words: tuple[str, ...] = ()
    flags: dict[str, str] = field(default_factory=dict)
    pipes: tuple[tuple[str, ...], ...] = ()

    @property
    def verb(self) -> str:
        """Return the first word: ``get``, ``describe``, ``logs``."""
        return self.words[0] if self.words else ""

    @property
    def namespace(self) -> str:
        """Return the namespace that a flag names, empty when none does."""
        return self.flags.get("namespace", "")

    @property
    def everywhere(self) -> bool:
        """Say whether all namespaces were asked."""
        return self.flags.get("all-namespaces", "false") != "false"

    @property
    def form(self) -> str:
        """Return the output format without its expression: ``wide``, ``yaml``, ``custom-columns``."""
        return self.flags.get("output", "").partition("=")[0]

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return what the command names, each with its kind where it is one of Kubernetes' own."""
        return tuple(_targets(self.words[1:]))

    @property
    def filtered(self) -> bool:
        """Say whether lines or objects may be missing from the output."""
        chosen = any(flag in self.flags for flag in ("selector", "field-selector", "for", "types", "watch"))
        return chosen or any(_program(pipe) not in _HARMLESS for pipe in self.pipes)

    @property
    def readable(self) -> bool:
        """Say whether the lines of the output are still as kubectl wrote them, though some may be missing."""
        return all(_program(pipe) in _HARMLESS | _DROPS for pipe in self.pipes)

    @property
    def neat(self) -> bool:
        """Say whether the live state was stripped from objects on purpose."""
        return any(_program(pipe) == "neat" for pipe in self.pipes)

    @property
    def counted(self) -> bool:
        """Say whether each line begins with how often it came."""
        return any(_program(pipe) == "uniq" and any(w.startswith("-c") for w in pipe) for pipe in self.pipes)

    @property
    def grouped(self) -> bool:
        """Say whether groups of lines are split by ``--``."""
        return any(
            _program(pipe) in {"grep", "egrep", "rg"}
            and any(re.match(r"-[ABC]|--(?:context|after|before)", w) for w in pipe)
            for pipe in self.pipes
        )


def is_transcript(content: str) -> bool:
    """Say whether a text is a terminal transcript: some line starts with a kubectl command at the prompt."""
    return has_command(content)


def commands(content: str, first: int = 0) -> Iterator[Command]:
    """Yield the commands of a plain text with their output, numbered from ``first``; other text is prose.

    ``cat`` of a file is yielded as well, which shows a file and not the state of a cluster, and so is ``date``.
    """
    lines = content.lstrip("\ufeff").split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith((PROMPT, BREAK))]
    for number, start in enumerate(starts, first):
        end = starts[number - first + 1] if number - first + 1 < len(starts) else len(lines)
        output = lines[start + 1 : end]
        if len(output) and not output[-1].strip():
            output = output[:-1]
        line = lines[start]
        if line.startswith(PROMPT):
            yield _command(number, line, output)
        elif line.startswith(f"{BREAK}$ cat ") or f"{line} ".startswith(f"{BREAK}$ date "):
            words = tuple(line[3:10_000].split())
            yield Command(number=number, line=line[1:], output=tuple(output), words=words)


def _command(number: int, line: str, output: list[str]) -> Command:
    parts = _parts(line[2:10_000])
    words: list[str] = []
    flags: dict[str, str] = {}
    rest = iter(parts[0][1:])
    for word in rest:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
        else:
            _flag(word, rest, flags)
    return Command(
        number=number, line=line, output=tuple(output), words=tuple(words), flags=flags, pipes=tuple(parts[1:])
    )


def _flag(word: str, rest: Iterator[str], flags: dict[str, str]) -> None:
    name, equals, value = word.partition("=")
    if not word.startswith("--") and len(name) > 2 and name[:2] in {"-n", "-o", "-l", "-c", "-L"}:
        name, value, equals = word[:2], word[2:].removeprefix("="), "="
    if not equals:
        value = next(rest, "") if name in _VALUED else "true"
    if name in {"-Aw", "-wA"}:
        flags["watch"] = "true"
        name = "-A"
    flags[_LONG.get(name, name.lstrip("-"))] = value


def _parts(line: str) -> list[tuple[str, ...]]:
    """Split a command line into the programs of its pipe; quotes that do not close are taken as letters."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        words = line.replace("|", " | ").split()
    parts: list[list[str]] = [[]]
    for word in words:
        if word and set(word) <= set("|;&"):
            if word != "|":
                break
            parts.append([])
        elif not re.match(r"\d?>", word):
            parts[-1].append(word)
    return [tuple(part) for part in parts]


def _program(pipe: tuple[str, ...]) -> str:
    if not pipe:
        return "cat"
    return pipe[1] if pipe[0] == "kubectl" and len(pipe) > 1 else pipe[0].rpartition("/")[2]


def _targets(words: tuple[str, ...]) -> Iterator[Target]:
    if not words:
        return
    if any("/" in word for word in words):
        for word in words:
            kind, _, name = word.partition("/")
            yield Target(word=kind, kind=spoken(kind), name=name)
        return
    if words[0] == "all":
        for key in ALL:
            yield Target(word=key, kind=spoken(key))
        return
    for word in words[0].split(","):
        for name in words[1:] or ("",):
            yield Target(word=word, kind=spoken(word), name=name)
