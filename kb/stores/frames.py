"""What goes between a store and the process of its engine: frames of a number, a JSON value and bytes.

JSON holds names and filters, the bytes hold vectors, ids and scores as they lie in memory: neither side runs on another
machine. JSON and not pickle, so that nothing that is read can become code.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

_HEAD = struct.Struct("<III")
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Frame(NamedTuple):
    """A request or its answer, which has the same number."""

    number: int
    told: Any
    blob: bytes = b""


def packed(frame: Frame) -> bytes:
    """Return a frame as it is sent: the sizes of its parts, then the parts."""
    told = _encode(frame.told).encode()
    return b"".join((_HEAD.pack(frame.number, len(told), len(frame.blob)), told, frame.blob))


class Frames:
    """Cut a stream of bytes into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def fed(self, data: bytes) -> Iterator[Frame]:
        """Take more bytes and give the frames that are complete by now."""
        held = self._held
        held += data
        at = 0
        try:
            while len(held) - at >= _HEAD.size:
                number, told, blob = _HEAD.unpack_from(held, at)
                start = at + _HEAD.size
                if len(held) < start + told + blob:
                    break
                at = start + told + blob
                yield Frame(number, json.loads(held[start : start + told]), bytes(held[start + told : at]))
        finally:
            del held[:at]
