"""Lanes: kinds of jobs that share slots, and the jobs that this process works on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kb.records.model import Job, JobKind

Reason = Literal["lost", "cancelled", "closing"]

Release = Callable[[], None]
Handler = Callable[[Sequence[Job], Release], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Lane:
    """Kinds of jobs that share slots. ``batch`` jobs are given to the handler at once."""

    kinds: tuple[JobKind, ...]
    slots: int
    handler: Handler
    batch: int = 1
    busy: int = 0
    hungry: bool = True
    dry: bool = False
    """The queue had no more when it was last asked; who adds to it wakes the lane."""


@dataclass(slots=True, kw_only=True)
class Carried:
    """Jobs that are worked on; ``lanes`` are those whose slot they hold."""

    jobs: Sequence[Job]
    task: "asyncio.Task[None] | None" = None
    reason: Reason | None = None
    """Why it was told to end."""
    since: float = 0.0
    lanes: list[Lane] = field(default_factory=list)

    def stop(self, reason: Reason) -> None:
        """End the work; the first reason counts."""
        if self.task is not None and self.reason is None:
            self.reason = reason
            self.task.cancel()
