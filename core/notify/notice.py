"""What is told, and the port through which it is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from core.phrase import Phrase

SCHEMA = "sextant.dev/notice/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One cause that is new, changed or healed, or a ``summary`` of several.

    ``id`` is that of the cause and stays the same for as long as it lasts: a receiver joins notices by it. ``delivery``
    is another one for each notice; a notice that comes twice has it twice. ``before`` is the severity that was told
    before, if any; ``since`` when the fault began. A summary lists in ``lines`` what it stands for, ``more`` counts the
    rest.
    """

    id: str
    delivery: str
    change: Literal["new", "changed", "healed", "summary"]
    at: datetime
    summary: Phrase
    cluster: str = ""
    namespace: str = ""
    object: str = ""
    code: str = ""
    severity: str = ""
    before: str = ""
    since: datetime | None = None
    fix: Phrase | None = None
    command: str = ""
    lines: tuple[str, ...] = ()
    more: int = 0


class Notifier(Protocol):
    """A receiver. ``name`` is what metrics and logs call it."""

    name: str

    async def send(self, notice: Notice) -> None:
        """Deliver a notice, within a bounded time. Raises ``NotDelivered``."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


@dataclass(slots=True)
class Remembered:
    """A receiver for tests and trials: it keeps what it is sent, and fails as often as it is told to."""

    name: str = "remembered"
    notices: list[Notice] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        """Keep the notice, or raise the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        self.notices.append(notice)

    async def close(self) -> None:
        """Do nothing."""
