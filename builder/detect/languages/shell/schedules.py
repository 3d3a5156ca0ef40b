"""Crontabs: lines of five fields and a command, or a nickname such as ``@daily``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.look import Place
from core.evidence import Evidence

FILES = ("crontab", "crontab.txt", "cronjobs", "cron.txt", "root", "mycron", "crontab.conf")
FOLDERS = ("", "cron", "cron.d", "etc", "config", "crontabs", "etc/cron.d", "docker")
_FIELD = r"[\d*,/\-A-Za-z?]+"
_LINE = re.compile(
    rf"^\s*(?P<when>@(?:hourly|daily|weekly|monthly|yearly|annually|midnight)|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(?P<what>\S.*)$"
)
_NICKNAMES = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a crontab."""

    schedule: str
    line: str
    file: str
    evidence: Evidence | None


def entries(place: Place) -> Iterator[Entry]:
    """Tell the lines of the crontabs of a component."""
    for folder in FOLDERS:
        for name in place.tree.names(place.file(folder) if folder else place.path):
            file = f"{folder}/{name}" if folder else name
            if not (
                name in FILES[:4]
                or name.endswith((".cron", ".crontab"))
                or (folder and name in FILES)
                or folder.endswith("cron.d")
            ):
                continue
            for number, text in enumerate(place.text(file).splitlines(), start=1):
                if not text.lstrip().startswith("#") and (found := _LINE.match(text)):
                    what = re.sub(r"^(root|www-data|nobody)\s+(?=\S)", "", found["what"])
                    plain = re.sub(r"\s*(>>?|2>)\s*\S+|\s*2>&1", "", what).strip()
                    when = " ".join(_NICKNAMES.get(found["when"], found["when"]).split())
                    yield Entry(schedule=when, line=plain, file=file, evidence=place.cite(file, number))
