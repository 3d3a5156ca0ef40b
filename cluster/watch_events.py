"""Read the events of a watch out of its bytes: one JSON object a line, for as long as the stream lasts."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from cluster.fields import mapping, text, whole
from core.errors import ClusterBusy, ClusterRejected, SextantError

MAX_LINE_BYTES = 32 * 1024 * 1024
"""Longer than any object that an API server accepts, with room for what is added to it on the way out."""

_BUSY_CODES = frozenset({429, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEvent:
    """One change: ``type`` is ADDED, MODIFIED, DELETED, or BOOKMARK, whose object holds nothing but a version."""

    type: str
    object: dict[str, Any]

    @property
    def version(self) -> str:
        """Return the resource version that the stream has reached with this event."""
        return text(self.object, "metadata", "resourceVersion")


async def watch_events(
    chunks: AsyncIterator[bytes], path: str, max_line_bytes: int = MAX_LINE_BYTES
) -> AsyncGenerator[WatchEvent, None]:
    """Yield the events in ``chunks``. A line that the end of the stream cuts off never was an event.

    Raises what the server says in an ERROR event, ``ClusterRejected`` for a stream that holds something else.
    """
    rest = bytearray()
    async for chunk in chunks:
        rest += chunk
        if b"\n" not in chunk:
            if len(rest) > max_line_bytes:
                raise _rejected(path, f"holds a line of more than {max_line_bytes} bytes")
            continue
        *lines, rest = rest.split(b"\n")
        for line in lines:
            if line.strip():
                yield _event(line, path)


def _event(line: bytearray, path: str) -> WatchEvent:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise _rejected(path, "holds a line that is no JSON") from exc
    kind, obj = text(value, "type"), mapping(value, "object")
    if not kind or not isinstance(obj, dict):
        raise _rejected(path, "holds something that is no event")
    if kind == "ERROR":
        raise _error(obj, path)
    return WatchEvent(type=kind, object=obj)


def _error(status: dict[str, Any], path: str) -> SextantError:
    code, message = whole(status, "code"), text(status, "message") or "no reason given"
    said = f"The API server ended the watch of {path}: {code} {message}"
    if code in _BUSY_CODES:
        return ClusterBusy(said, next_step="Wait a little and try again.")
    return ClusterRejected(said, http_status=code, reason=text(status, "reason"))


def _rejected(path: str, what: str) -> ClusterRejected:
    return ClusterRejected(f"The watch of {path} {what}.", http_status=200, reason="NoJSON")
