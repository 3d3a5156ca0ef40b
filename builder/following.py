"""The port of those who follow a build: its steps as they begin and end, each line, each attempt that failed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from builder.build.executor import Line
from builder.repair.repairing import Attempt

Stage = Literal["build", "check", "repair"]


class Note(Protocol):
    """What a step says about itself when it has ended."""

    text: str


class Following(Protocol):
    """Follows one build."""

    def step(self, stage: Stage, what: str) -> AbstractAsyncContextManager[Note]:
        """Enclose a step; ``what`` says in a few words what it is about."""
        ...

    def line(self, stage: Stage, line: Line) -> None:
        """Hear a line. Secrets are masked already."""
        ...

    async def attempted(self, attempt: Attempt) -> None:
        """Hear of a build or trial that failed, with what it matched and what was decided."""
        ...


@dataclass(slots=True)
class Said:
    """A note."""

    text: str = ""


@dataclass(slots=True, kw_only=True)
class Recorded:
    """Follows a build and keeps what it heard; ``tell`` gets each line as it comes."""

    tell: Callable[[Stage, Line], None] = lambda _stage, _line: None
    steps: list[tuple[Stage, str]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @asynccontextmanager
    async def step(self, stage: Stage, what: str) -> AsyncIterator[Said]:
        """Keep the step."""
        self.steps.append((stage, what))
        self.line(stage, Line(text=what))
        yield Said()

    def line(self, stage: Stage, line: Line) -> None:
        """Pass the line on."""
        self.tell(stage, line)

    async def attempted(self, attempt: Attempt) -> None:
        """Keep the attempt."""
        self.attempts.append(attempt)
