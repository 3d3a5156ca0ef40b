"""The one shape of work: what a run is, which states follow each other, and what its stream tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NewType

RunId = NewType("RunId", str)
RunState = Literal["queued", "running", "awaiting_approval", "succeeded", "failed", "cancelled"]
StepState = Literal["running", "succeeded", "failed", "cancelled"]
EventType = Literal["state", "step", "progress", "result", "error", "done"]
Json = dict[str, Any] | list[Any] | str | int | float | bool | None

TRANSITIONS: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        "queued": frozenset({"running", "failed", "cancelled"}),
        "running": frozenset({"awaiting_approval", "succeeded", "failed", "cancelled"}),
        "awaiting_approval": frozenset({"running", "failed", "cancelled"}),
        "succeeded": frozenset(),
        "failed": frozenset(),
        "cancelled": frozenset(),
    }
)
"""Which states may follow a state. What has ended stays ended."""

ENDED: frozenset[RunState] = frozenset(state for state, following in TRANSITIONS.items() if not following)
OPEN: frozenset[RunState] = frozenset(TRANSITIONS) - ENDED
CARRIED: frozenset[RunState] = frozenset({"queued", "running"})
"""States in which a live process must stand behind the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A named part of the work."""

    name: str
    state: StepState
    started_at: datetime
    finished_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailure:
    """Why a run failed: a stable code, a sentence fit for the user, and what to do now."""

    code: str
    message: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of work. ``progress`` goes from 0 to 1. ``result`` is missing in lists, where it could be large."""

    id: RunId
    kind: str
    state: RunState
    owner: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    deadline_at: datetime | None = None
    progress: float = 0.0
    steps: tuple[Step, ...] = ()
    result: Json = None
    error: RunFailure | None = None
    idempotency_key: str | None = None
    cancel_requested: bool = False

    @property
    def ended(self) -> bool:
        """Say whether nothing more will happen."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """One entry of a run's stream. ``seq`` counts from 1 without gaps; ``last`` marks the final one.

    Bodies: ``state`` {state} · ``step`` {name, state, note} · ``progress`` {progress, note} · ``result`` the result ·
    ``error`` {code, message, next_step} · ``done`` {state}.
    """

    seq: int
    type: EventType
    body: Json
    at: datetime
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Some runs, newest first, and the cursor of the next page (None: there is none)."""

    runs: tuple[Run, ...]
    next_cursor: str | None


def may_become(state: RunState) -> frozenset[RunState]:
    """Return the states from which ``state`` can be reached in one step."""
    return frozenset(before for before, following in TRANSITIONS.items() if state in following)
