"""Procfiles: one process a line, the one that is called ``web`` is the program."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import develops, purpose_of
from builder.detect.truths import about
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.draft import Draft
from builder.grounds import STATED
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

_LINE = re.compile(r"^\s*(?P<name>[A-Za-z0-9_-]+)\s*:\s*(?P<command>\S.*?)\s*$")
_FILES = (
    "Procfile",
    "procfile",
    "Procfile.prod",
    "Procfile.production",
    "Procfile.heroku",
    "Procfile.dev",
    "Procfile.development",
    "Procfile.local",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of a Procfile."""

    path: str
    name: str
    line: str
    number: int


class _Procfile:
    name = "procfile"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder how its processes are started."""
        for path in about.named(look, *_FILES):
            known = list(processes(look, path))
            web = next((one for one in known if one.name == "web"), None)
            for one in known:
                for draft in _drafts(drafts, one, known)[:1]:
                    _process(look, draft, one, main=one is web or (web is None and len(known) == 1))
        return []


def processes(look: Look, path: str) -> Iterator[Process]:
    """Tell the processes of a Procfile; a name that is given twice counts once."""
    told: set[str] = set()
    for number, line in enumerate((look.tree.text(path) or "").splitlines()[:200], start=1):
        found = _LINE.match(line) if not line.lstrip().startswith("#") else None
        if found and found["name"] not in told:
            told.add(found["name"])
            yield Process(path=path, name=found["name"], line=found["command"], number=number)


def _drafts(drafts: Sequence[Draft], one: Process, known: Sequence[Process]) -> list[Draft]:
    """Return whom a process is about: the folder that it changes to, the draft that it names, that of its folder."""
    folder = dirname(one.path)
    entered = taken(one.line).folder
    if entered and not entered.startswith(("/", "..")):
        inner = about.one_program(about.at(drafts, normpath(join(folder, entered))))
        if inner:
            return inner
    here = about.meant(drafts, folder, name=one.name if len(known) > 1 else "")
    if len(here) > 1:
        main = taken(one.line).main
        program = basename(main.argv[0]) if main and main.argv else ""
        return about.called(here, program) if program else here
    return here


def _process(look: Look, draft: Draft, one: Process, *, main: bool) -> None:
    whole = taken(one.line)
    dev = about.developing(basename(one.path))
    telling = Telling(look=look, draft=draft, truth="procfile", path=one.path, sure=DEVELOPMENT if dev else STATED)
    purpose = purpose_of(one.name, whole.main)
    if main:
        telling.start(one.line, one.number)
        if one.name == "web" and not dev and not develops(whole.main):
            telling.kind(Kind.WEB, one.number)
        elif purpose == "worker" and not dev and draft.kind.best not in {Kind.WEB, Kind.STATIC}:
            telling.kind(Kind.WORKER, one.number)
        return
    if whole.main is None or dev or not purpose:
        return
    if (
        draft.kind.best in {Kind.WORKER, Kind.CLI, Kind.LIBRARY, Kind.OTHER, None}
        and purpose == "worker"
        and not draft.start.candidates
    ):
        telling.start(one.line, one.number)
        telling.kind(Kind.WORKER, one.number)
        return
    telling.task(one.name, purpose, whole.main, one.number)


PROCFILE = _Procfile()
