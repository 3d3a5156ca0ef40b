"""How a watch is doing, and why."""

from dataclasses import dataclass
from typing import Literal, TypeVar

from core.errors import SextantError

Failure = TypeVar("Failure", bound=SextantError)

State = Literal["starting", "live", "stale", "refused", "unwatchable", "absent", "failed"]
"""``starting``: not listed yet; ``live``: up to date; ``stale``: held, but the watch is down; ``refused``: the caller
may not read it (or is not let in); ``unwatchable``: it can be listed but not watched; ``absent``: the server does not
have it; ``failed``: it could not be read so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindHealth:
    """How one watch is doing. ``last_event_age`` is in seconds, bookmarks included, None before the first list."""

    kind: str
    namespace: str
    state: State
    objects: int
    bytes: int
    last_event_age: float | None
    relists: int
    reconnects: int
    note: str


def afresh(error: Failure) -> Failure:
    """Return the same error without its traceback, which grows each time it is raised and keeps what it passed."""
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    return copy
