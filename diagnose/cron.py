"""Due times of a CronJob schedule.

The grammar is that of the controller (five fields as in cron, or ``@daily`` and the like), with its peculiarities:
Sunday is only 0, ``N/step`` runs from N to the end, and where both day fields are restricted either suffices.
Times are compared on the wall clock of the schedule's zone: a time that the clock skips is never due, one that it
repeats is due twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cluster.fields import Obj, text

YEARS = 5
"""How far a due time is searched: the controller gives up after as many years."""

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = {
    word: number
    for number, word in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DAYS = {word: number for number, word in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_ZONED = re.compile(r"(?:CRON_)?TZ=(\S{1,64})\s+(.{1,200})", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|ms|m|s)", re.ASCII)
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
MAX_LENGTH = 300
"""Characters of a schedule that are read: the longest sensible one has about a hundred."""


class ScheduleUnreadable(ValueError):
    """The schedule or its time zone cannot be read. ``about`` says which."""

    def __init__(self, reason: str, *, about: str = "schedule") -> None:
        super().__init__(reason)
        self.reason = reason
        self.about = about


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    label: str
    low: int
    high: int
    words: dict[str, int]


_FIELDS = (
    _Field(label="minute", low=0, high=59, words={}),
    _Field(label="hour", low=0, high=23, words={}),
    _Field(label="day of month", low=1, high=31, words={}),
    _Field(label="month", low=1, high=12, words=_MONTHS),
    _Field(label="day of week", low=0, high=6, words=_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a CronJob is due. ``days`` and ``weekdays`` are None where the field does not restrict.

    ``every`` is set instead of the fields for ``@every``: due again that long after the last run.
    """

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] | None = None
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] | None = None
    zone: tzinfo = UTC
    every: timedelta | None = None

    def latest(self, before: datetime) -> datetime | None:
        """Return the newest due time not after ``before``, or None when there is none within five years.

        An ``@every`` schedule has no due times of its own: None.
        """
        if self.every is not None:
            return None
        local = before.astimezone(self.zone)
        day, newest_hour = local.date(), local.hour + 1
        for _ in range(YEARS * 366):
            if self.on(day):
                hours = [hour for hour in sorted(self.hours, reverse=True) if hour <= newest_hour]
                if times := self._near(day, hours, lambda due: due <= before):
                    return max(times)
            day, newest_hour = day - timedelta(days=1), 24
        return None

    def following(self, after: datetime) -> datetime | None:
        """Return the first due time later than ``after``, or None when there is none within five years."""
        if self.every is not None:
            return after + self.every
        local = after.astimezone(self.zone)
        day, oldest_hour = local.date(), local.hour - 1
        for _ in range(YEARS * 366):
            if self.on(day):
                hours = [hour for hour in sorted(self.hours) if hour >= oldest_hour]
                if times := self._near(day, hours, lambda due: due > after):
                    return min(times)
            day, oldest_hour = day + timedelta(days=1), 0
        return None

    def on(self, day: date) -> bool:
        """Say whether a day is one of the schedule's."""
        if day.month not in self.months:
            return False
        weekday = (day.weekday() + 1) % 7
        by_date = self.days is None or day.day in self.days
        by_weekday = self.weekdays is None or weekday in self.weekdays
        if self.days is None or self.weekdays is None:
            return by_date and by_weekday
        return by_date or by_weekday

    def at(self, moment: datetime) -> bool:
        """Say whether a moment (to the minute) is due."""
        local = moment.astimezone(self.zone)
        return local.minute in self.minutes and local.hour in self.hours and self.on(local.date())

    def _near(self, day: date, hours: list[int], wanted: Callable[[datetime], bool]) -> list[datetime]:
        """Return the wanted moments of the first hour that has any, and of the next: a repeated hour may hold them."""
        found: list[datetime] = []
        more = 1
        for hour in hours:
            if found:
                more -= 1
            if more < 0:
                break
            found += [due for due in self._times(day, hour) if wanted(due)]
        return found

    def _times(self, day: date, hour: int) -> set[datetime]:
        """Return the moments of an hour that are due: none where the clock skips them, two where it repeats them."""
        walls = [datetime.combine(day, time(hour, minute)) for minute in self.minutes]
        if self.zone is UTC:
            return {wall.replace(tzinfo=UTC) for wall in walls}
        found: set[datetime] = set()
        for wall in walls:
            for fold in (0, 1):
                moment = wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
                if moment.astimezone(self.zone).replace(tzinfo=None, fold=0) == wall:
                    found.add(moment)
        return found


def parse_schedule(expression: str, zone: str = "") -> Schedule:
    """Read a schedule as the controller does; without a zone the times are UTC.

    Raises:
        ScheduleUnreadable: the expression or the zone is none.
    """
    line = expression.strip()
    if len(line) > MAX_LENGTH:
        raise ScheduleUnreadable(f"it has more than {MAX_LENGTH} characters")
    if zoned := _ZONED.fullmatch(line):
        zone, line = zone or zoned.group(1), zoned.group(2).strip()
    where = find_zone(zone)
    if line.startswith("@every "):
        return Schedule(every=_duration(line.removeprefix("@every ").strip()), zone=where)
    if line.startswith("@"):
        if line not in _MACROS:
            raise ScheduleUnreadable(f"{line} is not a known short form")
        line = _MACROS[line]
    parts = line.split()
    if len(parts) != len(_FIELDS):
        raise ScheduleUnreadable(f"it has {len(parts)} fields instead of 5")
    values = [_values(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    return Schedule(
        minutes=values[0] or _all(_FIELDS[0]),
        hours=values[1] or _all(_FIELDS[1]),
        days=values[2],
        months=values[3] or _all(_FIELDS[3]),
        weekdays=values[4],
        zone=where,
    )


def schedule_of(cron: Obj) -> Schedule:
    """Read the schedule of a CronJob object.

    Raises:
        ScheduleUnreadable: its expression or its zone is none.
    """
    return parse_schedule(text(cron, "spec", "schedule"), text(cron, "spec", "timeZone"))


def find_zone(zone: str) -> tzinfo:
    """Return the time zone of that name; UTC for an empty one.

    Raises:
        ScheduleUnreadable: there is no such zone. A machine without a time zone database knows none but UTC, and
            then says so instead of blaming the name.
    """
    if zone in {"", "UTC", "Etc/UTC"}:
        return UTC
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if not available_timezones():
            raise ScheduleUnreadable("this machine has no time zone database", about="machine") from None
        raise ScheduleUnreadable(f"there is no time zone {zone}", about="zone") from None


def _all(field: _Field) -> frozenset[int]:
    return frozenset(range(field.low, field.high + 1))


def _values(part: str, field: _Field) -> frozenset[int] | None:
    """Return what a field allows, or None where it does not restrict (``*``, ``?``)."""
    found: set[int] = set()
    unrestricted = False
    for item in part.split(","):
        values = _item(item, field)
        if values is None:
            unrestricted = True
        else:
            found |= values
    return None if unrestricted else frozenset(found)


def _item(item: str, field: _Field) -> set[int] | None:
    span, slash, step_text = item.partition("/")
    step = _number(step_text, field) if slash else 1
    if step < 1:
        raise ScheduleUnreadable(f"the step of {item!r} in the {field.label} must be at least 1")
    if span in {"*", "?"}:
        return None if step == 1 else set(range(field.low, field.high + 1, step))
    first, dash, last = span.partition("-")
    low = _value(first, field)
    high = _value(last, field) if dash else (field.high if slash else low)
    if low > high:
        raise ScheduleUnreadable(f"the range {span!r} in the {field.label} runs backwards")
    if low < field.low or high > field.high:
        raise ScheduleUnreadable(f"{span!r} is outside {field.low}-{field.high}, the range of the {field.label}")
    return set(range(low, high + 1, step))


def _value(word: str, field: _Field) -> int:
    named = field.words.get(word.lower())
    return _number(word, field) if named is None else named


def _number(word: str, field: _Field) -> int:
    if not _NUMBER.fullmatch(word):
        raise ScheduleUnreadable(f"{word!r} in the {field.label} is no number")
    return int(word)


def _duration(written: str) -> timedelta:
    """Read a duration as Go writes it (``1h30m``); the controller counts whole seconds, at least one."""
    parts = _DURATION.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise ScheduleUnreadable(f"{written!r} is no duration")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > YEARS * 366 * 86400:
        raise ScheduleUnreadable(f"{written!r} is longer than {YEARS} years")
    return timedelta(seconds=max(int(seconds), 1))
