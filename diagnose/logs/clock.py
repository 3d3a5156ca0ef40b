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

_DATED = re.compile(
    r"[\[(]?(?P<day>\d{4}[-/]\d\d[-/]\d\d)[T ](?P<clock>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})? ?"
    r"(?P<zone>Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?"
)


def line_time(scene: Scene, container: Container, item: LogItem) -> datetime | None:
    """Return when a line was written; None where nothing says it.

    A date without a zone is taken in the zone that the container's ``TZ`` names, else in UTC, which containers have
    unless told otherwise. One that would lie in the future shows that this is wrong, and says nothing.
    """
    if item.time is not None:
        return item.time
    found = _DATED.match(item.raw.lstrip())
    if found is None:
        return None
    zone, day = found["zone"] or "", found["day"].replace("/", "-")
    if zone in {"", "UTC", "GMT"}:
        local = parse_time(f"{day}T{found['clock']}Z")
        written = local.replace(tzinfo=_zone(container) if not zone else UTC).astimezone(UTC) if local else None
    else:
        written = parse_time(
            f"{day}T{found['clock']}{zone if ':' in zone or zone == 'Z' else zone[:3] + ':' + zone[3:]}"
        )
    return written if written is not None and written <= scene.now + AHEAD else None


def _zone(container: Container) -> tzinfo:
    told = next((text(entry, "value") for entry in objects(container.spec, "env") if text(entry, "name") == "TZ"), "")
    try:
        return ZoneInfo(told) if told else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
