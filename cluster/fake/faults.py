"""What can be made to go wrong, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    "status",
    "expired",
    "reset",
    "truncated",
    "goaway",
    "slow",
    "stale",
    "redirect",
    "page",
    "gone",
    "ended",
    "silent",
    "garbled",
]
IN_STREAM = frozenset({"truncated", "goaway", "gone", "ended", "silent", "garbled"})
"""Faults that strike a watch while it runs."""
ONLY_IN_STREAM = frozenset({"gone", "ended", "silent", "garbled"})


@dataclass(slots=True, kw_only=True)
class Fault:
    """One scripted fault. It applies to the requests whose verb and resource match, ``times`` times, then is spent.

    ``kind``: ``status`` answers ``status`` with ``retry_after`` and ``message``; ``expired`` answers 410 to a request
    that continues a list; ``reset`` closes the connection without an answer; ``truncated`` breaks off inside the body;
    ``goaway`` answers, then closes the connection; ``slow`` answers never, as far as the caller's patience goes;
    ``stale`` answers with the objects that the server began with; ``redirect`` sends to a log-in page; ``page``
    answers HTML.

    A watch first gives ``after`` events; then ``truncated`` breaks off inside an event, ``goaway`` and ``ended`` end it
    in order, ``gone`` says in the stream that the version is too old (410), ``garbled`` sends a line that is no JSON,
    and ``silent`` sends nothing more while the connection stays.
    """

    kind: FaultKind
    verb: str = ""
    resource: str = ""
    times: int = 1
    skip: int = 0
    after: int = 0
    status: int = 503
    retry_after: float | None = None
    message: str = "the server is currently unable to handle the request"

    def matches(self, verb: str, resource: str, *, continues: bool) -> bool:
        """Say whether this fault strikes a request, and count it when it does."""
        if self.times <= 0 or (self.verb and self.verb != verb) or (self.resource and self.resource != resource):
            return False
        if (self.kind == "expired" and not continues) or (self.kind in ONLY_IN_STREAM and verb != "watch"):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class Script:
    """The faults that are still to come."""

    faults: list[Fault] = field(default_factory=list)

    def next(self, verb: str, resource: str, *, continues: bool) -> Fault | None:
        """Return the fault that strikes a request, if one does."""
        for fault in self.faults:
            if fault.matches(verb, resource, continues=continues):
                return fault
        return None

    def add(self, faults: Sequence[Fault]) -> None:
        """Script more faults."""
        self.faults.extend(faults)
