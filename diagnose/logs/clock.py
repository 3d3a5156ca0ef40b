"""Tell when a line was written whose own head carries a date: what programs print, other than the runtime's stamp."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cluster.fields import objects, parse_time, text
from diagnose.containers import Container
from diagnose.logs.reading import LogItem
from diagnose.scene import Scene

AHEAD = timedelta(seconds=60)
"""A line may be stamped this far after the snapshot: clocks differ."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = f"(?P<month>{'|'.join(_MONTHS)})"
_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})? ?(?P<zone>Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?"
_DATED = (
    re.compile(rf"[\[(]?(?P<year>\d{{4}})[-/](?P<month>\d\d)[-/](?P<day>\d\d)[T ]{_CLOCK}"),
    re.compile(rf"(?:\d{{1,7}}:[MCSX] )?[\[(]?(?P<day>\d\d)[-/ ]{_NAMED}[-/ ](?P<year>\d{{4}})[: ]{_CLOCK}"),
)
"""Year first; or the day first and the month by its name, as PHP, Redis and access logs write it."""


def line_time(scene: Scene, container: Container, item: LogItem) -> datetime | None:
    """Return when a line was written; None where nothing says it.

    A date without a zone is taken in the zone that the container's ``TZ`` names, else in UTC, which containers have
    unless told otherwise. One that would lie in the future shows that this is wrong, and says nothing.
    """
    if item.time is not None:
        return item.time
    found = next((match for form in _DATED if (match := form.match(item.raw.lstrip()))), None)
    if found is None:
        return None
    month, zone = found["month"], found["zone"] or ""
    month = f"{_MONTHS.index(month) + 1:02}" if month in _MONTHS else month
    written = parse_time(
        f"{found['year']}-{month}-{found['day']}T{found['clock']}{zone if zone[:1] in {'+', '-'} else 'Z'}"
    )
    if written is not None and not zone:
        written = written.replace(tzinfo=_zone(container)).astimezone(UTC)
    return written if written is not None and written <= scene.now + AHEAD else None


def _zone(container: Container) -> tzinfo:
    told = next((text(entry, "value") for entry in objects(container.spec, "env") if text(entry, "name") == "TZ"), "")
    try:
        return ZoneInfo(told) if told else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
