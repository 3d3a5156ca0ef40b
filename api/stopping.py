"""Waiting for runs, which ends early when the server stops: what is open then must not hold the stop up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from api.context import ApiContext
from core.runs import Run, RunEvent

T = TypeVar("T")


async def wait_for_run(context: ApiContext, run_id: str, seconds: float) -> Run:
    """Return the run when it has ended, after ``seconds``, or when the server stops."""
    ended = await unless_stopping(context, context.store.wait_finished(run_id, seconds))
    return ended or await context.store.get(run_id, owner=None)


async def next_events(context: ApiContext, run_id: str, seq: int, seconds: float) -> tuple[RunEvent, ...] | None:
    """Return the events after ``seq``, nothing after ``seconds``, or None when the server stops."""
    return await unless_stopping(context, context.store.wait_after(run_id, seq, seconds))


async def unless_stopping(context: ApiContext, waiting: Coroutine[Any, Any, T]) -> T | None:
    """Return what ``waiting`` returns, or None as soon as the server stops."""
    task = asyncio.ensure_future(waiting)
    stopping = asyncio.ensure_future(context.stopping.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for pending in (task, stopping):
            pending.cancel()
        await asyncio.wait({task, stopping})
