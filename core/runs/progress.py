"""What work tells while it runs: steps, and how far it is."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.errors import RunCancelled, SextantError
from core.runs.model import EventType, Json, RunId, Step, StepState
from core.runs.store import RunStore

SMALLEST_PROGRESS = 0.01
"""Smaller advances are not told: a stream of thousands of events helps nobody."""


@dataclass(slots=True)
class StepNote:
    """What a step wants to say about itself, for example how many objects it read."""

    text: str = ""


class RunProgress:
    """The voice of one piece of work. Every method raises ``RunCancelled`` once the run is no longer its own."""

    def __init__(self, store: RunStore, run_id: RunId, token: str, deadline: float | None) -> None:
        self.run_id = run_id
        self._store = store
        self._token = token
        self._deadline = deadline
        self._steps: list[Step] = []
        self._told = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the deadline of the run, not below 0; None without a deadline."""
        return None if self._deadline is None else max(0.0, self._deadline - asyncio.get_running_loop().time())

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[StepNote]:
        """Do a named part of the work. It fails when an exception leaves it; the end of the run ends it too."""
        place, note = len(self._steps), StepNote()
        self._steps.append(Step(name=name, state="running", started_at=datetime.now(UTC)))
        await self._tell_step(place)
        try:
            yield note
        except asyncio.CancelledError:
            raise  # the end of the run closes the step
        except BaseException:
            self._end(place, "failed", note)
            with suppress(SextantError):  # the failure itself is the news
                await self._tell_step(place)
            raise
        self._end(place, "succeeded", note)
        await self._tell_step(place)

    async def report(self, fraction: float, note: str = "") -> None:
        """Say how far the work is, from 0 to 1."""
        fraction = min(1.0, max(0.0, fraction))
        if not note and abs(fraction - self._told) < SMALLEST_PROGRESS:
            return
        self._told = fraction
        await self._carry([("progress", {"progress": fraction, "note": note})], progress=fraction)

    def _end(self, place: int, state: StepState, note: StepNote) -> None:
        self._steps[place] = replace(self._steps[place], state=state, finished_at=datetime.now(UTC), note=note.text)

    async def _tell_step(self, place: int) -> None:
        step = self._steps[place]
        body: Json = {"name": step.name, "state": step.state, "note": step.note}
        await self._carry([("step", body)], steps=tuple(self._steps))

    async def _carry(
        self,
        events: Iterable[tuple[EventType, Json]],
        *,
        steps: tuple[Step, ...] | None = None,
        progress: float | None = None,
    ) -> None:
        carried = await self._store.carry(self.run_id, self._token, steps=steps, progress=progress, events=events)
        if carried is None:
            raise RunCancelled(f"Run {self.run_id} has ended.")
