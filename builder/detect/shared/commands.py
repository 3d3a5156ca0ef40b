"""Commands that people wrote down, taken apart: what runs first, what stays, without the programs that only wrap it."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import basename, normpath
from typing import Final

from builder.detect.shared.purposes import task_of
from builder.detect.shared.shell import Simple
from builder.detect.shared.shell import commands as simples
from builder.plan import Command

MAX_LINE: Final = 4_000
"""Characters of a command. More is a program, not a command."""

_SHELL = re.compile(r"[$`*?~|&;<>(){}\n]|^\w+=")
_INITS = frozenset(
    {
        "tini",
        "dumb-init",
        "catchsegv",
        "gosu",
        "su-exec",
        "exec",
        "nice",
        "nohup",
        "chpst",
        "s6-setuidgid",
        "setpriv",
        "time",
    }
)
_WITH_USER = frozenset({"gosu", "su-exec", "s6-setuidgid"})
_BASE_ENTRIES = frozenset(
    {
        "docker-entrypoint.sh",
        "docker-php-entrypoint",
        "_entrypoint.sh",
        "nvidia_entrypoint.sh",
        "cnb/lifecycle/launcher",
    }
)
"""Entry points that base images bring: they prepare and then run what is given to them."""
_RUNNERS = frozenset(
    {"poetry", "pipenv", "uv", "pdm", "hatch", "rye", "pixi", "conda", "mamba", "micromamba"},
)
"""Programs whose ``run`` runs a command of an environment: ours needs none of them to do so."""
_RUNNERS_VALUED = frozenset(
    {
        "-n",
        "--name",
        "-p",
        "--prefix",
        "--env-file",
        "--with",
        "--extra",
        "--group",
        "--python",
        "--project",
        "--package",
        "--directory",
    }
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_CHORE = re.compile(
    r"^(wait[-_]?for.*|wait.*\.sh|dockerize|wait4x|sleep|echo|printf|mkdir|chown|chmod|cp|mv|rm|ln|touch|cat|ls|set|export|source|\.|cd|true|:|"
    r"test|\[|\[\[|umask|ulimit|env|date|id|whoami|pwd|nc|pg_isready|until|while|envsubst|sed|command|which|trap|unset|shift|local|declare|"
    r"eval|service|ssh-keygen|openssl|install|git|curl|wget|pip|pip3|mkfifo|hash|type|read|sync|update-ca-certificates)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A line taken apart. ``main`` is what stays running; ``before`` what runs first and is a task of its own."""

    main: Command | None
    before: tuple[Command, ...] = ()
    folder: str = ""


def taken(line: str | Sequence[str]) -> Taken:
    """Take a line, or the words of one program, apart."""
    words = tuple(line) if not isinstance(line, str) else ()
    if words and len(words) >= 3 and basename(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[1]):
        return taken(words[2])
    if words:
        plain = without_wrappers(words)
        if len(plain) >= 3 and plain != words and basename(plain[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", plain[1]):
            return taken(plain[2])
        return Taken(main=Command(argv=plain) if plain else None)
    text = str(line).strip()
    if not text or len(text) > MAX_LINE:
        return Taken(main=None)
    if not _SHELL.search(text):
        parts = _split(text)
        return Taken(main=Command(line=text)) if parts is None else taken(parts) if parts else Taken(main=None)
    return _line(text)


def _line(text: str) -> Taken:
    each = simples(text)
    folder = ""
    before: list[Command] = []
    rest = text
    if (
        len(each) > 1
        and all(one.joint in {"&&", ";", ""} for one in each)
        and "$(" not in text
        and "`" not in text
        and "(" not in text
    ):
        kept = [one for one in each if one.words or one.environment]
        at = next((at for at, one in enumerate(kept) if not _steps_aside(one)), None)
        if at is not None and at == len(kept) - 1:
            for one in kept[:at]:
                if one.words[:1] == ("cd",) and len(one.words) == 2:
                    folder = normpath(one.words[1])
                elif task_of(one.words):
                    before.append(_command(one))
            environment = tuple(
                pair for one in kept[:at] if one.words[:1] == ("export",) for pair in _exported(one.words[1:])
            )
            last = Simple(words=kept[at].words, environment=(*environment, *kept[at].environment))
            return Taken(main=_main(last), before=tuple(before), folder=folder)
    if len(each) == 1 and each[0].words:
        words = without_wrappers(each[0].words)
        inner = len(words) >= 3 and basename(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[1])
        return taken(words[2]) if inner and not each[0].environment else Taken(main=_main(each[0]))
    return Taken(main=Command(line=rest))


def _main(one: Simple) -> Command | None:
    words = without_wrappers(one.words)
    if (
        len(words) >= 3
        and basename(words[0]) in _SHELLS
        and re.fullmatch(r"-[a-z]*c", words[1])
        and not one.environment
    ):
        return taken(words[2]).main
    return _command(Simple(words=words, environment=one.environment)) if words else None


def _command(one: Simple) -> Command:
    """Return words as a command; a line where a variable must be put in by a shell."""
    if not one.environment and not any("$" in word or "`" in word for word in one.words):
        return Command(argv=one.words)
    given = [f"{name}={_quoted(value)}" for name, value in one.environment]
    return Command(line=" ".join([*given, *(_quoted(word) for word in one.words)]))


def _quoted(word: str) -> str:
    if "$" in word:
        return f'"{word}"' if re.search(r"[\s;&|<>()]", word) else word
    return shlex.quote(word)


def _exported(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, equals, value in (word.partition("=") for word in words) if equals]


def _steps_aside(one: Simple) -> bool:
    return not one.words or bool(_CHORE.match(basename(one.words[0]))) or bool(task_of(one.words))


def _split(text: str) -> list[str] | None:
    try:
        return shlex.split(text)
    except ValueError:
        return None


def without_wrappers(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words without init programs, base images' entry points and ``poetry run``."""
    rest = list(words)
    while rest:
        program = basename(rest[0])
        if program in _INITS or program in _BASE_ENTRIES:
            rest.pop(0)
            while rest and rest[0].startswith("-"):
                ended = rest.pop(0) == "--"
                if ended:
                    break
            if program in _WITH_USER and rest:
                rest.pop(0)
        elif program in _RUNNERS and (at := _running(rest)):
            rest = rest[at:]
            while rest and rest[0].startswith("-"):
                flag = rest.pop(0)
                if flag in _RUNNERS_VALUED and rest:
                    rest.pop(0)
        else:
            break
    return tuple(rest)


def _running(words: Sequence[str]) -> int:
    """Return where the command behind ``run`` begins, zero where these words run none."""
    at = next((at for at, word in enumerate(words[1:], start=1) if not word.startswith("-")), 0)
    return at + 1 if at and words[at] == "run" and len(words) > at + 1 else 0
