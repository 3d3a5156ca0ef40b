"""How people tell each other to start a project: targets of task runners, settings of editors, documents.

Such a command is meant for somebody's own machine. It says which of several programs is meant, seldom how it is run
for users: languages weigh it, none takes it as it stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from posixpath import dirname, join, normpath

from builder.detect.shared.documents import DOCUMENTS, lines_of
from builder.detect.shared.runners import run_by_runners
from builder.detect.shared.shell import commands
from builder.look import Look, Place
from core.evidence import Evidence

MAX_BYTES = 200_000
"""Of a document that is read: longer ones are books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A command, the folder of the tree that it is run in, and where it stands.

    ``sure``: a tool runs it when it is asked to (``make run``); a document may also tell of other ways.
    """

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    folder: str
    file: str
    line: int
    sure: bool

    def cite(self, look: Look) -> Evidence | None:
        """Return the line that it stands in."""
        return look.cite(self.file, self.line)


def spoken(place: Place) -> tuple[Spoken, ...]:
    """Return the commands by which people start what stands in a folder, those of tools first."""
    found: list[Spoken] = []
    folder = place.path
    while True:
        found.extend(place.look.memo("spoken", folder, partial(_gathered, place.look, folder)))
        if not folder:
            break
        folder = dirname(folder)
    return tuple(sorted(found, key=lambda one: not one.sure))


def _gathered(look: Look, folder: str) -> tuple[Spoken, ...]:
    return tuple(_here(look, folder))


def _here(look: Look, folder: str) -> Iterator[Spoken]:
    for file, number, line, at in run_by_runners(look, folder):
        yield from _told(look, line, at, file, number, sure=True)
    for name in look.tree.names(folder):
        path = join(folder, name)
        if DOCUMENTS.match(name) and look.tree.sizes[path] <= MAX_BYTES:
            yield from _document(look, folder, path)


def _document(look: Look, folder: str, path: str) -> Iterator[Spoken]:
    at, last = folder, -1
    for block, number, line in lines_of(look.tree.text(path) or ""):
        at = folder if block != last else at  # each block begins where the document stands
        last = block
        if not _STARTS.search(line):
            continue
        for one in _told(look, line, at, path, number, sure=False):
            if one.words[:1] == ("cd",):
                at = one.folder
            else:
                yield one


_STARTS = re.compile(
    r"(?<![\w/.-])(cd|python[\d.]*|py|uvicorn|gunicorn|hypercorn|daphne|granian|flask|fastapi|streamlit|chainlit|panel|bokeh|"
    r"shiny|solara|marimo|mesop|gradio|voila|taipy|sanic|waitress-serve|functions-framework)\s"
)
"""Programs by which documents start something: taking a line apart costs more than looking for them."""


def _told(look: Look, line: str, folder: str, file: str, number: int, *, sure: bool) -> Iterator[Spoken]:
    """Tell the commands of a line; ``cd`` leads those behind it into another folder, and is told itself."""
    at = folder
    for one in commands(_PROMPT.sub("", line)):
        moves = one.words[:1] == ("cd",) and len(one.words) > 1
        if moves:
            inner = normpath(join(at, one.words[1]))
            at = inner if look.tree.has_folder(inner) else folder if inner == "." else at
        if one.words and (not moves or not sure):
            yield Spoken(words=one.words, environment=one.environment, folder=at, file=file, line=number, sure=sure)


_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:[$%>#]|PS [^>]*>|C:\\[^>]*>)\s+")
