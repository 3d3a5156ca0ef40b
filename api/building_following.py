"""A build as the events of its run: its steps, its log as progress, and each attempt that failed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.build_views import attempt_view
from api.building_lines import Lines
from builder.build.executor import Line
from builder.following import Stage
from builder.repair.repairing import Attempt
from builder.screening import Screen
from core.phrase import Language
from core.runs import RunProgress, RunStore
from core.runs.progress import StepNote


@dataclass(slots=True, kw_only=True)
class Followed:
    """Follows the build of one component."""

    component: str
    language: Language
    progress: RunProgress
    store: RunStore
    lines: Lines
    screen: Screen

    @asynccontextmanager
    async def step(self, stage: Stage, what: str) -> AsyncIterator[StepNote]:
        """Tell the step, and write the lines while it goes on."""
        async with self.progress.step(stage) as note, self.lines.written():
            self.lines.tell(self.screen.clean(what))
            try:
                yield note
            finally:
                note.text = self.screen.clean(note.text)

    def line(self, stage: Stage, line: Line) -> None:
        """Tell a line."""
        del stage  # the step that it belongs to stands before it in the stream
        self.lines.tell(line.text)

    async def attempted(self, attempt: Attempt) -> None:
        """Tell an attempt that failed, as progress that carries it."""
        view = attempt_view(self.component, attempt, self.language)
        body = {"progress": self.lines.fraction, "note": view.text, "attempt": view.model_dump(mode="json")}
        await self.store.append_event(self.progress.run_id, "progress", body)
