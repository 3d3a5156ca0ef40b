"""Ages and times as kubectl writes them for people."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cluster.fields import parse_time

_AGE = re.compile(r"(?:(\d{1,4})y)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?")
_UNITS = (31_536_000, 86_400, 3_600, 60, 1)
_MONTHS = {
    m: n for n, m in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
_SPOKEN = re.compile(
    r"\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-]\d{4})| (?:UTC|GMT|Z))?",
)
MADE_UP = datetime(2000, 1, 1, tzinfo=UTC)
"""The "now" of a transcript without any absolute time: ages still keep their distances from one another."""


@dataclass(frozen=True, slots=True)
class Ago:
    """So many seconds before "now", which is known only when all has been read."""

    seconds: int


def age(cell: str) -> int | None:
    """Read ``45s``, ``3m2s``, ``5h31m``, ``2y80d`` in seconds; None where it is none of these."""
    match = _AGE.fullmatch(cell) if cell else None
    if match is None:
        return None
    return sum(int(part) * unit for part, unit in zip(match.groups(), _UNITS, strict=True) if part)


def ago(cell: str) -> Ago | None:
    """Read an age as a moment to be settled later."""
    seconds = age(cell)
    return None if seconds is None else Ago(seconds)


def spoken_time(value: str) -> str:
    """Read ``Mon, 02 Mar 2026 09:14:07 +0100`` or RFC 3339 as RFC 3339 in UTC; empty where it is none or "never"."""
    match = _SPOKEN.search(value) if len(value) < 100 else None
    if match is None:
        found = parse_time(value.strip())
        return written_moment(found) if found else ""
    day, month, year, hour, minute, second, zone = match.groups()
    zone = zone or "+0000"
    stamp = f"{year}-{_MONTHS.get(month, 0):02}-{int(day):02}T{hour}:{minute}:{second}{zone[:3]}:{zone[3:]}"
    found = parse_time(stamp)
    return written_moment(found) if found else ""


def clock_time(line: str) -> datetime | None:
    """Read what ``date`` prints; None where it is no time, or in a zone whose letters mean several."""
    line = line.strip()[:100]
    match = _CLOCK.fullmatch(line)
    if match is None:
        found = parse_time(line)
        return found if found and re.search(r"(?:Z|[+-]\d\d:?\d\d)$", line) else None
    first, second, day_time, half, zone, year = match.group("a", "b", "time", "half", "zone", "year")
    day, month = (first, second) if first.isdecimal() else (second, first)
    hour, minute, seconds = (int(part) for part in day_time.split(":"))
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    shift = _ZONES.get(zone, "" if zone.isalpha() else zone)
    year = year or match["later"] or match["before"]
    stamp = f"{year}-{_MONTHS.get(month, 0):02}-{int(day):02}T{hour:02}:{minute:02}:{seconds:02}"
    return parse_time(f"{stamp}{shift[:3]}:{shift[3:]}") if shift and year else None


_CLOCK = re.compile(
    r"[A-Z][a-z]{2},? (?P<a>\d{1,2}|[A-Z][a-z]{2}) +(?P<b>\d{1,2}|[A-Z][a-z]{2}) +(?:(?P<before>\d{4}),? )?"
    r"(?P<time>\d{1,2}:\d\d:\d\d)(?: (?P<half>[AP]M))?(?: (?P<year>\d{4}))? (?P<zone>[A-Z]{1,5}|[+-]\d{4})"
    r"(?: (?P<later>\d{4}))?"
)
_ZONES = {
    **dict.fromkeys(("UTC", "GMT", "Z", "WET"), "+0000"),
    **dict.fromkeys(("CET", "WEST"), "+0100"),
    **dict.fromkeys(("CEST", "EET", "SAST"), "+0200"),
    **dict.fromkeys(("EEST", "MSK"), "+0300"),
    "EDT": "-0400",
    "EST": "-0500",
    "CDT": "-0500",
    "MDT": "-0600",
    "PDT": "-0700",
    "PST": "-0800",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "NZST": "+1200",
}
"""Zones by the letters that mean one only: CST is in America and in China, IST in India, Ireland and Israel."""


def written_moment(time: datetime) -> str:
    """Write a time as the API does."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def settled(value: Any, now: datetime) -> Any:
    """Replace every ``Ago`` inside of a value by the time it means."""
    if isinstance(value, Ago):
        try:
            return written_moment(now - timedelta(seconds=value.seconds))
        except OverflowError:
            return None
    if isinstance(value, dict):
        return {k: settled(v, now) for k, v in value.items()}
    if isinstance(value, list):
        return [settled(item, now) for item in value]
    return value
