"""Read the logs that were chosen, side by side and within bounds."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cluster.client import ClusterClient
from cluster.log_choice import LogWanted
from cluster.log_lines import LineKeeper
from cluster.redaction import redact_lines
from cluster.snapshot import LogCoverage, SnapshotBuilder
from core.errors import ClusterRejected, DeadlineExceeded, SextantError, Unauthenticated

LOST = re.compile(
    r"unable to retrieve container logs for \w+://"
    r"|failed to try resolving symlinks in path \"/var/log/"
    r"|failed to open log file \"/var/log/"
    r"|rpc error: code = NotFound desc = an error occurred when try to find container "
)
"""What a kubelet answers, with status 200, in place of a log that the node no longer has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLimits:
    """How much is read of logs. A request that transfers ``read_bytes`` is asked again for fewer lines."""

    max_containers: int = 40
    tail_lines: int = 2000
    max_bytes: int = 256 * 1024
    line_bytes: int = 4096
    read_bytes: int = 32 * 1024 * 1024
    concurrency: int = 8
    seconds: float = 20.0


async def read_logs(
    client: ClusterClient,
    builder: SnapshotBuilder,
    wanted: Iterable[LogWanted],
    *,
    limits: LogLimits,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Read the logs into ``builder``. What cannot be read is recorded as missing, with the reason."""
    bounded = client.within(asyncio.get_running_loop().time() + limits.seconds)
    gate = asyncio.Semaphore(limits.concurrency)
    jobs = [(item, previous, reason) for item in wanted for previous, reason in item.streams()]
    done = 0

    async def one(item: LogWanted, previous: bool, reason: str) -> None:  # noqa: FBT001 - called here only
        nonlocal done
        async with gate:
            await _read_one(bounded, builder, item, previous=previous, reason=reason, limits=limits)
        done += 1
        if progress:
            progress(done / len(jobs))

    async with asyncio.TaskGroup() as group:
        for item, previous, reason in jobs:
            group.create_task(one(item, previous, reason))


async def _read_one(
    client: ClusterClient, builder: SnapshotBuilder, item: LogWanted, *, previous: bool, reason: str, limits: LogLimits
) -> None:
    note = reason
    if not note:
        try:
            lines, cut = await _tail(client, item, previous=previous, limits=limits)
        except Unauthenticated:
            raise
        except ClusterRejected as exc:
            note = exc.message.partition("): ")[2] or exc.message
        except DeadlineExceeded:
            note = "there was no time left to read it"
        except SextantError as exc:
            note = exc.message
        else:
            if len(lines) == 1 and LOST.match(lines[0]):
                note = "the node no longer has it"
        if not note:
            builder.add_log(item.pod, item.container, lines, previous=previous, cut=cut)
            return
    builder.log_covered(
        LogCoverage(pod=item.pod, container=item.container, previous=previous, state="missing", note=note)
    )


async def _tail(client: ClusterClient, item: LogWanted, *, previous: bool, limits: LogLimits) -> tuple[list[str], bool]:
    """Read the end of a log; where its lines are so long that it becomes too much, ask again for fewer of them."""
    tail = limits.tail_lines
    while True:
        keeper = LineKeeper(max_lines=limits.tail_lines, max_bytes=limits.max_bytes, line_bytes=limits.line_bytes)
        size = ends = 0
        log = client.log_stream(item.pod.namespace, item.pod.name, item.container, previous=previous, tail_lines=tail)
        async with log as chunks:
            async for chunk in chunks:
                keeper.feed(chunk)
                size += len(chunk)
                ends += chunk.count(b"\n")
                if size > limits.read_bytes:
                    break
        kept = keeper.finish()
        if size <= limits.read_bytes or tail <= 1:
            return redact_lines(kept.lines), kept.cut or ends >= tail
        tail = max(1, tail // 20)
