"""When two start commands do the same.

Both are brought to their words that matter. The program is the first word without its folder; what only wraps it is
taken away (``exec``, ``env A=b``, ``npx``, ``bundle exec``, ``uv run``, ``sh -c``, ``python -m`` of a module that is
a program). Options, addresses, ports and their variables are left out, for a platform sets them. The commands are
equivalent when the programs are the same and the wanted words come in the found command in the same order: it may
say more, not less. A file is the same with or without ``./``, ``/app/`` and ``.js``; of an archive only its name
counts, and ``*`` in it stands for anything.
"""

import re
import shlex
from collections.abc import Sequence
from fnmatch import fnmatchcase
from posixpath import basename
from typing import Final

WRAPPERS: Final = (
    ("exec",), ("env",), ("cross-env",), ("tini", "--"), ("dumb-init",), ("npx",), ("bunx",), ("npm", "exec", "--"),
    ("npm", "exec"), ("pnpm", "exec"), ("pnpm", "dlx"), ("yarn", "exec"), ("yarn", "run"), ("bundle", "exec"),
    ("uv", "run"), ("poetry", "run"), ("pdm", "run"), ("pipenv", "run"), ("hatch", "run"), ("rye", "run"),
    ("python", "-m"),
)  # fmt: skip
ARCHIVES: Final = (".jar", ".war", ".dll", ".phar")
SCRIPTS: Final = (".js", ".mjs", ".cjs")
SHELLS: Final = ("sh", "bash", "/bin/sh", "/bin/bash")

_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*")
_ADDRESS = re.compile(r"(tcp|http)?(:?//)?(\[::\]|[\w.*-]*)?:?(\d{2,5}|\$\{?\w*PORT\w*(:?-\d+)?\}?)")
_HOST = re.compile(r"0\.0\.0\.0|127\.0\.0\.1|localhost|\[?::\]?")


def equivalent(wanted: str, found: str) -> bool:
    """Say whether a found start command does what the wanted one does."""
    least, given = essence(wanted), essence(found)
    if not least or not given:
        return False
    if not _same(least[0], given[0]):
        return False
    rest = iter(given[1:])
    return all(any(_same(word, other) for other in rest) for word in least[1:])


def essence(command: str) -> tuple[str, ...]:
    """Return the program and the words that matter."""
    words = _unwrapped(_words(command))
    if not words:
        return ()
    program = _program(words[0])
    return (program, *(_named(word) for word in words[1:] if _matters(word)))


def _words(command: str) -> list[str]:
    last = command.rsplit("&&", 1)[-1].strip()
    try:
        return shlex.split(last)
    except ValueError:
        return last.split()


def _unwrapped(words: list[str]) -> list[str]:
    """Take away what only starts the program, from outside to inside."""
    while words:
        if _ASSIGNED.fullmatch(words[0]):
            words = words[1:]
        elif words[0] in SHELLS and words[1:2] in (["-c"], ["-lc"], ["-ec"]):
            words = _words(words[2]) if len(words) > 2 else []
        elif taken := next((one for one in WRAPPERS if _starts(words, one)), None):
            words = words[len(taken) :]
        else:
            return words
    return words


def _starts(words: Sequence[str], wrapper: Sequence[str]) -> bool:
    return [_program(words[0]), *words[1 : len(wrapper)]] == list(wrapper) and len(words) > len(wrapper)


def _program(word: str) -> str:
    name = basename(word)
    if name.endswith(ARCHIVES):
        return name
    name = re.sub(r"^(python|php|ruby)[\d.]+$", r"\1", name)
    return name.replace("_", "-").removesuffix(".sh") if "." not in name.removesuffix(".sh") else name


def _matters(word: str) -> bool:
    return not (word.startswith("-") or _ADDRESS.fullmatch(word) or _HOST.fullmatch(word) or word == "$PORT")


def _named(word: str) -> str:
    if word.endswith(ARCHIVES):
        return basename(word)
    word = word.removeprefix("./").removeprefix("/app/")
    for suffix in SCRIPTS:
        word = word.removesuffix(suffix)
    return word


def _same(word: str, other: str) -> bool:
    return word == other or fnmatchcase(word, other) or fnmatchcase(other, word)
