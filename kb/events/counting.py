"""Count sightings without counting one twice, and gather them by pattern and hour until they are written."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from kb.events.sightings import Sighting


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was counted of one pattern since the last write. ``newest`` is the sighting that speaks for it."""

    newest: Sighting
    count: int = 0
    first: datetime
    last: datetime
    hours: dict[datetime, int] = field(default_factory=dict)

    def add(self, found: Sighting, count: int, *, first: datetime) -> None:
        """Add occurrences, all at the hour of the sighting: an event does not tell when each of them was."""
        self.count += count
        self.first, self.last = min(self.first, first), max(self.last, found.last)
        hour = hour_of(found.last)
        self.hours[hour] = self.hours.get(hour, 0) + count

    def absorb(self, later: "Tally") -> None:
        """Add what was counted after this."""
        self.count += later.count
        self.first, self.last = min(self.first, later.first), max(self.last, later.last)
        for hour, count in later.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + count


class Seen:
    """How often single events were counted; of too many, those that were not looked at for longest are forgotten."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, event: str) -> int | None:
        """Return how often an event was counted, None where it was never seen."""
        known = self._counts.get(event)
        return None if known is None else known[0]

    def note(self, event: str, count: int, at: datetime) -> None:
        """Remember that an event was counted so often."""
        self._counts[event] = (count, at)
        self._counts.move_to_end(event)
        while len(self._counts) > self._limit:
            self._counts.popitem(last=False)

    def oldest(self) -> datetime | None:
        """Return when the event that will be forgotten next was last counted."""
        return next(iter(self._counts.values()))[1] if self._counts else None


@dataclass(slots=True)
class Gathered:
    """What was counted and is not written yet."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    events: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    scopes: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tallies or self.events or self.scopes)

    def add(self, found: Sighting, counted: int | None, now: datetime) -> int:
        """Count what is new in a sighting of which so many were ``counted``; return how much that is."""
        fresh = found.count - (counted or 0)
        if fresh <= 0:
            return 0
        first = found.first if counted is None else found.last
        key = found.id
        tally = self.tallies.get(key)
        if tally is None:
            tally = self.tallies[key] = Tally(newest=found, first=first, last=found.last)
        tally.add(found, fresh, first=first)
        self.events[found.event] = (found.count, now)
        return fresh

    def put_back(self, earlier: "Gathered") -> None:
        """Take what could not be written back in."""
        for key, tally in earlier.tallies.items():
            if key in self.tallies:
                tally.absorb(self.tallies[key])
            self.tallies[key] = tally
        self.events = earlier.events | self.events
        self.scopes |= earlier.scopes


def hour_of(moment: datetime) -> datetime:
    """Return the hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)
