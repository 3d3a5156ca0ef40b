"""Lines of scripts as commands: words, variables set for them, and what joins them. Nothing is run or expanded."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)=(.*)$", re.DOTALL)
_JOINTS = frozenset({"&&", "||", "|", "&", ";", "(", ")", "|&"})
_REDIRECTIONS = frozenset({">", ">>", "<", "2>", ">&", "&>", "<<", "<<<"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """One command. ``joint`` is what stands after it (``&&``, ``|``, ``&``, empty at the end)."""

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    joint: str = ""


def commands(line: str) -> tuple[Simple, ...]:
    """Return the commands of a line, none where its quotes do not end."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return ()
    found: list[Simple] = []
    words: list[str] = []
    skip = False
    for token in [*tokens, ""]:
        if skip:
            skip = False
        elif token in _REDIRECTIONS:
            skip = True
            if words and words[-1] in {"1", "2"}:
                words.pop()
        elif token in _JOINTS or not token:
            if words:
                found.append(simple(words, token))
            words = []
        else:
            words.append(token)
    return tuple(one for one in found if one.words or one.environment)


def simple(words: Sequence[str], joint: str = "") -> Simple:
    """Return one command: leading ``NAME=value`` words are variables."""
    environment = []
    rest = list(words)
    while rest and (found := _ASSIGNMENT.match(rest[0])):
        environment.append((found[1], found[2]))
        rest.pop(0)
    return Simple(words=tuple(rest), environment=tuple(environment), joint=joint)
