"""One container, run by runc: its log, its processes, its end."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from builder.build.programs import Ended, run
from builder.check.bundle import Trial, runtime_configuration
from builder.check.errors import CheckerMissing

KEPT_LINES = 2_000
_REFUSED = 'level=error msg="runc run failed'


class Container:
    """A container, from ``start`` to ``remove``. ``folder`` is for its bundle and runc's state."""

    def __init__(self, folder: Path, trial: Trial) -> None:
        self._folder = folder
        self._trial = trial
        self._id = f"sextant-{secrets.token_hex(6)}"
        self._running: asyncio.Task[Ended] | None = None
        self.log: deque[str] = deque(maxlen=KEPT_LINES)

    async def start(self, *, seconds: float) -> None:
        """Start it; it is ended after ``seconds``. Raises ``CheckerMissing``, ``ValueError`` (the user is a name)."""
        if shutil.which("runc") is None:
            raise CheckerMissing(
                "The program runc is not installed.", next_step="Install it (Debian: apt-get install runc)."
            )
        bundle = self._folder / "bundle"
        bundle.mkdir(parents=True)
        (bundle / "config.json").write_text(json.dumps(runtime_configuration(self._trial)), encoding="utf-8")
        self._running = asyncio.create_task(
            run(
                self._words("run", "--bundle", str(bundle), self._id),
                self.log.append,
                seconds=seconds,
                environment=_environment(),
                folder=self._folder,
            )
        )

    @property
    def refused(self) -> str:
        """Why runc itself could not start it, empty where it could: that says nothing about the image."""
        return next((line for line in self.log if _REFUSED in line), "")

    @property
    def ended(self) -> Ended | None:
        """How it ended, None while it runs."""
        return self._running.result() if self._running and self._running.done() else None

    async def wait(self, seconds: float) -> Ended | None:
        """Wait for its end, at most so long."""
        assert self._running is not None  # noqa: S101 - started
        await asyncio.wait({self._running}, timeout=seconds)
        return self.ended

    async def execute(self, words: Sequence[str], *, seconds: float) -> tuple[int, tuple[str, ...]]:
        """Run a program in it, as its user; return the status and what it printed."""
        lines: list[str] = []
        ended = await run(
            self._words("exec", self._id, *words),
            lines.append,
            seconds=seconds,
            environment=_environment(),
            folder=self._folder,
        )
        return ended.status, tuple(lines)

    async def users(self) -> tuple[int, ...]:
        """Return the ids of the users that its processes run as."""
        return tuple(sorted({user for process in await self._processes() for user in _users_of(process)}))

    async def stop(self, number: signal.Signals, *, seconds: float) -> Ended | None:
        """Send its main process a signal; return how it ended, None where it runs on."""
        await self._runc("kill", self._id, number.name)
        return await self.wait(seconds)

    async def remove(self) -> None:
        """End it and forget it."""
        await self._runc("delete", "--force", self._id)
        if self._running is not None:
            if not self._running.done():
                self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def _processes(self) -> tuple[int, ...]:
        lines = await self._runc("ps", "--format", "json", self._id)
        try:
            found = json.loads("".join(lines))
        except ValueError:
            return ()
        return tuple(int(one) for one in found or ())

    async def _runc(self, *words: str) -> list[str]:
        lines: list[str] = []
        await run(self._words(*words), lines.append, seconds=30, environment=_environment(), folder=self._folder)
        return lines

    def _words(self, *words: str) -> list[str]:
        return ["runc", "--root", str(self._folder / "state"), *words]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath)}


def _users_of(process: int) -> tuple[int, ...]:
    """Return the effective user of a process, none where it has ended meanwhile."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ()
    return tuple(int(line.split()[2]) for line in status.splitlines() if line.startswith("Uid:"))
