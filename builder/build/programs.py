"""Run a program of this machine: its lines as they come, a bound on time and output, its children ended with it."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.redaction import redact

MAX_LINE = 4_000
"""Characters of a line that are kept: progress bars without a line break are cut."""

MAX_LINES = 200_000
"""Lines of one program that are told; a program that prints for ever is told no further."""

GRACE_SECONDS = 5.0
"""Between being asked to end and being ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended. ``timed_out``: we ended it."""

    status: int
    timed_out: bool = False


async def run(
    words: Sequence[str],
    tell: Callable[[str], None],
    *,
    seconds: float,
    environment: Mapping[str, str],
    folder: Path,
    stdin: bytes = b"",
) -> Ended:
    """Run a program in a process group of its own. It gets exactly ``environment``; each line is told masked.

    Raises ``FileNotFoundError`` where there is no such program. When cancelled, the program is ended first.
    """
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            if process.stdin is not None:
                process.stdin.write(stdin)
                process.stdin.close()
            await _lines(process, tell)
            return Ended(status=await process.wait())
    except TimeoutError:
        return Ended(status=await _ended(process), timed_out=True)
    except BaseException:
        await _ended(process)
        raise


async def asked(
    words: Sequence[str], *, seconds: float, environment: Mapping[str, str], folder: Path
) -> tuple[Ended, bytes, str]:
    """Run a program for what it answers: return its standard output as it is, and what it said beside, masked."""
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            out, said = await process.communicate()
    except TimeoutError:
        return Ended(status=await _ended(process), timed_out=True), b"", "it did not answer in time"
    except BaseException:
        await _ended(process)
        raise
    return Ended(status=process.returncode or 0), out, shown(said[-MAX_LINE:])


async def _lines(process: asyncio.subprocess.Process, tell: Callable[[str], None]) -> None:
    assert process.stdout is not None  # noqa: S101 - asked for above
    rest, told = b"", 0
    while data := await process.stdout.read(65_536):
        *lines, rest = (rest + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = rest[-MAX_LINE:]
        for line in lines:
            told += 1
            if told <= MAX_LINES:
                tell(shown(line))
    if rest and told < MAX_LINES:
        tell(shown(rest))


def shown(line: bytes) -> str:
    """Return a line as it is told: cut, and what looks like a credential masked."""
    return redact(line[:MAX_LINE].decode("utf-8", "replace").rstrip())


async def _ended(process: asyncio.subprocess.Process) -> int:
    """End the whole group: asked first, then made to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                return await process.wait()
        except TimeoutError:
            continue
    return await process.wait()
