"""systemd units and timers: how it runs on a machine of its own."""

import re
import shlex
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname

from builder.detect.truths import about
from builder.detect.truths.telling import HOST, Telling
from builder.draft import Draft
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

_TIMES = {
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
    "yearly": "0 0 1 1 *",
}
_DAILY = re.compile(r"^(?:\*-\*-\*\s+)?(?P<hour>\d{1,2}|\*):(?P<minute>\d{1,2})(?::00)?$")
_OF_MACHINE = re.compile(r"(^|[\s=:'\"])/(etc|usr|var|opt|home|srv|run|root)/")
"""Paths that only that machine has."""
_KNOWN = re.compile(r"/(docker|podman|docker-compose|kubectl|systemctl|env)$")


class _Systemd:
    name = "systemd"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft that a unit starts how it does so."""
        for path in sorted(look.tree.ending(".service"))[:20]:
            if about.stands_aside(path) or path.endswith("@.service"):
                continue
            given = dict(_settings(look, path))
            line = re.sub(r"^[-@:+!]+", "", given.get("ExecStart", ("", 0))[0])
            if not line or "%" in line or "$" in line or "{{" in line or _KNOWN.search(line.split()[0]):
                continue
            folder = dirname(path)
            stem = basename(path).removesuffix(".service")
            here = about.meant(drafts, folder, name=stem) or about.meant(drafts, "", name=stem)
            for draft in here[:1]:
                if len(here) == 1 or about.called(here, stem):
                    workdir = given.get("WorkingDirectory", ("", 0))[0].rstrip("/")
                    telling = Telling(look=look, draft=draft, truth="systemd", path=path, sure=HOST, workdir=workdir)
                    _told(telling, line, given, stem)
        return []


def _told(telling: Telling, line: str, given: dict[str, tuple[str, int]], stem: str) -> None:
    number = given["ExecStart"][1]
    timer = dict(_settings(telling.look, telling.path.removesuffix(".service") + ".timer"))
    if timer:
        when = schedule(timer.get("OnCalendar", ("", 0))[0])
        telling.task(stem, "schedule", line, number, when)
        return
    if _OF_MACHINE.search(
        line.partition(" ")[2].replace(f"{telling.workdir}/", "") if telling.workdir else line.partition(" ")[2]
    ):
        return
    telling.start(line, number)
    if given.get("Type", ("", 0))[0] != "oneshot" and telling.draft.kind.best in {Kind.CLI, Kind.OTHER, None}:
        telling.kind(Kind.WORKER, number)
    for value, at in _variables(telling.look, telling.path):
        name, _, text = value.partition("=")
        telling.variable(name, at, value=text)


def schedule(calendar: str) -> str:
    """Return a calendar expression as a cron line, empty where it says more than cron can."""
    plain = calendar.strip()
    if plain.lower() in _TIMES:
        return _TIMES[plain.lower()]
    found = _DAILY.match(plain)
    if not found or int(found["minute"]) > 59 or (found["hour"] != "*" and int(found["hour"]) > 23):
        return ""
    return f"{int(found['minute'])} {found['hour'] if found['hour'] == '*' else int(found['hour'])} * * *"


def _settings(look: Look, path: str) -> Iterator[tuple[str, tuple[str, int]]]:
    lines = (look.tree.text(path) or "").splitlines()[:400]
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at].strip()
        while line.endswith("\\") and at + 1 < len(lines):
            at += 1
            line = f"{line[:-1].rstrip()} {lines[at].strip()}"
        at += 1
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";", "[")):
            yield name.strip(), (value.strip(), number)


def _variables(look: Look, path: str) -> Iterator[tuple[str, int]]:
    for name, (value, number) in _settings(look, path):
        if name == "Environment":
            try:
                words = shlex.split(value)
            except ValueError:
                continue
            yield from ((word, number) for word in words if "=" in word)


SYSTEMD = _Systemd()
