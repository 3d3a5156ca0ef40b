"""go.mod and go.work, which have a grammar of their own: lines, and blocks in parentheses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from builder.look import Look
from builder.provider import Workspace

_MAJOR = re.compile(r"/v\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One statement: ``require``, its words, and the line it stands on."""

    verb: str
    words: tuple[str, ...]
    line: int
    indirect: bool = False


def directives(text: str) -> Iterator[Directive]:
    """Tell the statements of a go.mod or go.work file."""
    block = ""
    for number, full in enumerate(text.splitlines(), start=1):
        code, _, comment = full.partition("//")
        words = code.split()
        if not words:
            continue
        if block and words == [")"]:
            block = ""
        elif not block and words[-1] == "(":
            block = words[0]
        else:
            verb, rest = (block, words) if block else (words[0], words[1:])
            yield Directive(
                verb=verb,
                words=tuple(word.strip('"`') for word in rest),
                line=number,
                indirect=comment.strip().startswith("indirect"),
            )


def without_major(module: str) -> str:
    """Return a module path without its major version: ``github.com/jackc/pgx`` of ``…/pgx/v5``."""
    return _MAJOR.sub("", module)


def workspaces(look: Look) -> Sequence[Workspace]:
    """Return what go.work files declare."""
    found = []
    for path in look.tree.named("go.work"):
        folder = dirname(path)
        used = [one.words[0] for one in directives(look.tree.text(path) or "") if one.verb == "use" and one.words]
        members = tuple(sorted(_inside(folder, one) for one in used))
        found.append(Workspace(path=folder, members=members, tool="go"))
    return found


def _inside(folder: str, name: str) -> str:
    path = normpath(join(folder, name))
    return "" if path == "." else path
