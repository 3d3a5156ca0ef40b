"""Follow a container's log line by line to its end, whatever happens to the connection meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from cluster.pods import PodClient
from core.errors import ClusterBusy, ClusterRejected, ClusterUnreachable

LINE_BYTES = 16 * 1024
"""Of one line that are kept: a progress bar without a line break is cut."""

BREAK_SECONDS = 0.2
"""Before a log that broke off is opened again."""


@dataclass(slots=True)
class Reader:
    """Cut a log's bytes into lines, and know how far it was read, so that nothing is told twice.

    Every line begins with its time, all of one width, so that they compare as text. ``since`` is the last one told.
    """

    since: str = ""
    _told: int = 0
    """Lines told that carry that time."""
    _passing: int = 0
    """Lines of that time that are still passed over after a new start."""
    _rest: bytes = b""

    def again(self) -> None:
        """Begin once more at ``since``."""
        self._rest, self._passing = b"", self._told

    def feed(self, chunk: bytes) -> list[str]:
        """Take bytes; return the lines that are new, without their times."""
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[:LINE_BYTES]
        return [told for line in lines if (told := self._new(line)) is not None]

    def finish(self) -> list[str]:
        """Return a last line that has no end."""
        rest, self._rest = self._rest, b""
        told = self._new(rest) if rest else None
        return [] if told is None else [told]

    def _new(self, line: bytes) -> str | None:
        when, _, said = line[:LINE_BYTES].decode("utf-8", "replace").partition(" ")
        if when < self.since:
            return None
        if when > self.since:
            self.since, self._told, self._passing = when, 1, 0
            return said
        if self._passing:
            self._passing -= 1
            return None
        self._told += 1
        return said


async def lines_of(
    client: PodClient, namespace: str, pod: str, container: str, *, running: Callable[[], bool]
) -> AsyncGenerator[str, None]:
    """Yield the lines of a container's log; read it once more to its end when ``running`` says that it does not run.

    Raises ``ClusterRejected`` where the log is gone (the pod was deleted), ``Forbidden``, ``Unauthenticated``.
    """
    reader = Reader()
    while True:
        going, broken = running(), False
        try:
            async with client.followed(namespace, pod, container, since=reader.since) as chunks:
                async for chunk in chunks:
                    for line in reader.feed(chunk):
                        yield line
        except (ClusterUnreachable, ClusterBusy):
            broken = True
        except ClusterRejected as exc:
            if exc.http_status != 400:  # 400: the container has not started yet
                raise
        if not going and not broken:
            for line in reader.finish():
                yield line
            return
        reader.again()
        await asyncio.sleep(BREAK_SECONDS)
