"""Carry runs as tasks of this process: deadline, cancel, lease, and the mapping of failures."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import DeadlineExceeded, RunCancelled, SextantError, StorageError
from core.redaction import redact
from core.runs.model import Json, Run, RunFailure, RunId
from core.runs.progress import RunProgress
from core.runs.store import INTERRUPTED, RunStore
from core.runs.writes import Lease
from core.telemetry import metrics

Work = Callable[[RunProgress], Awaitable[Json]]
"""What a run does. It returns JSON, and raises ``SextantError`` for what a person must understand."""

CANCEL_SECONDS = 0.5
"""How long cancelled work may clean up before its run ends without it."""

_log = logging.getLogger("sextant.runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    state: Literal["succeeded", "failed", "cancelled"]
    result: Json = None
    error: RunFailure | None = None


_CANCELLED = _Ending(state="cancelled")
_INTERRUPTED = _Ending(state="failed", error=INTERRUPTED)


@dataclass(slots=True, kw_only=True)
class _Carried:
    task: asyncio.Task[None]
    stop: asyncio.Future[_Ending | None]


class Runner:
    """Start work and see it to its end. Open it with ``async with`` or ``open`` and ``close``."""

    def __init__(
        self, store: RunStore, *, at_once: int = 8, lease_seconds: float = 30, watch_seconds: float = 0.5
    ) -> None:
        self._store = store
        self._lease = Lease(token=secrets.token_hex(8), seconds=lease_seconds)
        self._watch_seconds = watch_seconds  # a cancel that another process wrote must be seen within a second
        self._slots = asyncio.Semaphore(at_once)
        self._carried: dict[RunId, _Carried] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> "Runner":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Fail the runs of dead processes and begin to renew leases."""
        await self._store.recover()
        self._store.cancel_listeners.add(self._cancel)
        self._watcher = asyncio.create_task(self._watch())

    async def start(
        self,
        *,
        kind: str,
        owner: str,
        work: Work,
        deadline_seconds: float = 180,
        idempotency_key: str | None = None,
        fingerprint: str = "",
    ) -> Run:
        """Begin ``work``, or return the run that this owner began under the same key. The wait for a slot counts."""
        if self._closing or self._watcher is None:
            raise StorageError("The service is stopping and takes no more work.", next_step="Try again in a moment.")
        run, fresh = await self._store.create(
            kind=kind,
            owner=owner,
            deadline_seconds=deadline_seconds,
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
            lease=self._lease,
        )
        if fresh:
            stop: asyncio.Future[_Ending | None] = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._carry(run, work, deadline_seconds, stop), name=f"run-{run.id}")
            self._carried[run.id] = _Carried(task=task, stop=stop)
            metrics().runs_open.inc()
            task.add_done_callback(lambda _: self._dropped(run.id))
        return run

    async def wait(self, run_id: str, seconds: float) -> Run:
        """Return the run when it has ended, or as it is after ``seconds``. Check first who may see it."""
        return await self._store.wait_finished(run_id, seconds)

    async def close(self, grace_seconds: float = 0.0) -> None:
        """Take no more work, give what runs ``grace_seconds``, then end it as interrupted."""
        self._closing = True
        tasks = {carried.task for carried in self._carried.values()}
        if tasks and grace_seconds > 0:
            await asyncio.wait(tasks, timeout=grace_seconds)
        for run_id in tuple(self._carried):
            self._stop(run_id, _INTERRUPTED)
        if tasks := {carried.task for carried in self._carried.values()}:
            await asyncio.wait(tasks)
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait({self._watcher})
        self._store.cancel_listeners.discard(self._cancel)
        await self._store.settle()

    def _dropped(self, run_id: RunId) -> None:
        self._carried.pop(run_id, None)
        metrics().runs_open.dec()

    def _cancel(self, run_id: RunId) -> None:
        self._stop(run_id, _CANCELLED)

    def _stop(self, run_id: RunId, ending: _Ending | None) -> None:
        carried = self._carried.get(run_id)
        if carried is not None and not carried.stop.done():
            carried.stop.set_result(ending)

    async def _carry(self, run: Run, work: Work, deadline_seconds: float, stop: asyncio.Future[_Ending | None]) -> None:
        """Do the work until it ends, its deadline passes or somebody stops it; then write how it ended."""
        deadline = asyncio.get_running_loop().time() + deadline_seconds
        progress = RunProgress(self._store, run.id, self._lease.token, deadline)
        doing = asyncio.create_task(self._do(run, work, progress))
        either: set[asyncio.Future[Any]] = {doing, stop}
        await asyncio.wait(either, timeout=deadline_seconds, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            ending: _Ending | None = _ending(run, doing)
        else:
            doing.cancel()
            await asyncio.wait({doing}, timeout=CANCEL_SECONDS)
            doing.add_done_callback(_look_at)
            ending = stop.result() if stop.done() else _late(deadline_seconds)
        if ending is None:
            return  # another process has already ended the run
        try:
            ended = await self._store.finish(
                run.id, ending.state, result=ending.result, error=ending.error, token=self._lease.token
            )
            if ended is not None:
                metrics().runs.labels(kind=run.kind, state=ended.state).inc()
        except SextantError:
            _log.exception("The end of run %s could not be written; it is failed when its lease ends.", run.id)

    async def _do(self, run: Run, work: Work, progress: RunProgress) -> Json:
        async with self._slots:
            if await self._store.begin(run.id, self._lease.token) is None:
                raise RunCancelled(f"Run {run.id} has ended.")
            result = await work(progress)
            json.dumps(result, allow_nan=False)  # what cannot be stored is a fault of the work, told as one
            return result

    async def _watch(self) -> None:
        """Renew the leases of what is carried here, and see what other processes wrote: cancels and deaths."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            await asyncio.sleep(self._watch_seconds)
            try:
                if self._carried:
                    for run_id in await self._store.cancel_requests(self._lease.token):
                        self._stop(RunId(run_id), _CANCELLED)
                if loop.time() - renewed >= self._lease.seconds / 3:
                    carried = frozenset(self._carried)
                    kept = await self._store.renew(self._lease, carried)
                    renewed = loop.time()
                    for lost in carried - kept:
                        self._stop(lost, None)
                    await self._store.recover()
            except SextantError as exc:
                _log.warning("Leases could not be renewed: %s", exc.message)


def _late(seconds: float) -> _Ending:
    error = DeadlineExceeded(
        f"The work was not done within {seconds:g} s.", next_step="Ask for less at once, or allow more time."
    )
    return _Ending(state="failed", error=_failure(error))


def _failure(error: SextantError) -> RunFailure:
    return RunFailure(code=error.code, message=redact(error.message), next_step=redact(error.next_step))


def _ending(run: Run, doing: asyncio.Task[Json]) -> _Ending:
    """Say how a run ends whose work ended by itself."""
    if doing.cancelled():
        return _CANCELLED
    error = doing.exception()
    match error:
        case None:
            return _Ending(state="succeeded", result=doing.result())
        case RunCancelled():
            return _CANCELLED
        case SextantError():
            return _Ending(state="failed", error=_failure(error))
    _log.error("Run %s (%s) failed in a way nobody foresaw.", run.id, run.kind, exc_info=error)
    return _Ending(
        state="failed",
        error=RunFailure(
            code=SextantError.code,
            message=f"The {run.kind} failed because of a fault in this program.",
            next_step=f"Report it with the log lines that name run {run.id}.",
        ),
    )


def _look_at(doing: asyncio.Task[Json]) -> None:
    """Take the outcome of work that was stopped, so that asyncio does not complain that nobody did."""
    if not doing.cancelled() and (error := doing.exception()):
        _log.debug("Stopped work ended with %s.", type(error).__name__)
