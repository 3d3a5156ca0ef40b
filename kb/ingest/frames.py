"""What a reading process answers, as bytes that hold nothing but text and numbers.

The process reads what strangers wrote, so its answers are parsed, never unpickled. JSON, a space for each long text,
then the texts (JSON as well, so ASCII), the ids and the weights of all terms.
"""

import json
import struct
from array import array
from base64 import b64decode, b64encode
from datetime import datetime
from itertools import accumulate, chain, pairwise
from typing import Any, BinaryIO

from core.errors import SextantError
from kb.documents import errors
from kb.documents.errors import DocumentBroken, DocumentError
from kb.ingest.preparing import Prepared, Unchanged
from kb.lexical.weights import TermVector

SIZE = struct.Struct("<Q")
"""Of the size before a frame."""

_ID, _WEIGHT = "I", "d"

_BY_CODE: dict[str, type[DocumentError]] = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DocumentError)
}

Answer = Prepared | Unchanged | DocumentError


def framed(data: bytes) -> bytes:
    """Return data as a frame: its size, then itself."""
    return SIZE.pack(len(data)) + data


def read_frame(source: BinaryIO) -> bytes | None:
    """Read a frame; None when there are no more, or only half of one."""
    head = source.read(SIZE.size)
    if len(head) < SIZE.size:
        return None
    (size,) = SIZE.unpack(head)
    data = source.read(size)
    return data if len(data) == size else None


def packed(answer: Answer) -> bytes:
    """Return an answer as bytes."""
    if isinstance(answer, DocumentError):
        return _told({"error": answer.code, "message": answer.message, "next_step": answer.next_step})
    if isinstance(answer, Unchanged):
        return _told({"same": answer.same, "media_type": answer.media_type, "notes": answer.notes})
    updated_at = answer.values["updated_at"]
    values = {
        **answer.values,
        "updated_at": updated_at and updated_at.isoformat(),
        "sketch": b64encode(answer.values["sketch"]).decode(),
    }
    texts = [answer.text, *(row["text"] for row in answer.rows)]
    told = {
        "values": values,
        "rows": [{**row, "text": ""} for row in answer.rows],
        "texts": [len(text) for text in texts],
        "terms": [len(one.ids) for one in answer.lexical],
    }
    ids = array(_ID, chain.from_iterable(one.ids for one in answer.lexical))
    weights = array(_WEIGHT, chain.from_iterable(one.weights for one in answer.lexical))
    return _told(told, "".join(texts).encode("ascii"), ids.tobytes(), weights.tobytes())


def unpacked(data: bytes) -> Prepared | Unchanged:
    """Return the answer in ``data``. Raises it when it is a ``DocumentError``, and ``DocumentBroken`` for no answer."""
    try:
        found = _unpacked(data)
    except (ValueError, KeyError, TypeError, struct.error) as exc:
        raise DocumentBroken("Reading the document gave no answer that can be understood.") from exc
    if isinstance(found, SextantError):
        raise found
    return found


def _told(told: dict[str, Any], *blobs: bytes) -> bytes:
    head = json.dumps(told, separators=(",", ":")).encode("ascii")
    return b"".join((framed(head), *blobs))


def _unpacked(data: bytes) -> Answer:
    (size,) = SIZE.unpack_from(data)
    at = SIZE.size + size
    told: dict[str, Any] = json.loads(data[SIZE.size : at])
    if "error" in told:
        return _BY_CODE.get(told["error"], DocumentBroken)(told["message"], next_step=told["next_step"])
    if "same" in told:
        return Unchanged(same=told["same"], media_type=told["media_type"], notes=tuple(told["notes"]))
    values, rows, sizes = told["values"], told["rows"], told["texts"]
    values["updated_at"] = values["updated_at"] and datetime.fromisoformat(values["updated_at"])
    values["sketch"] = b64decode(values["sketch"])
    text = data[at : at + sum(sizes)].decode("ascii")
    whole, *texts = [text[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
    for row, one in zip(rows, texts, strict=True):
        row["text"] = one
    return Prepared(values=values, text=whole, rows=rows, lexical=_vectors(data[at + sum(sizes) :], told["terms"]))


def _vectors(data: bytes, counts: list[int]) -> tuple[TermVector, ...]:
    ids, weights = array(_ID), array(_WEIGHT)
    half = sum(counts) * ids.itemsize
    ids.frombytes(data[:half])
    weights.frombytes(data[half:])
    return tuple(
        TermVector(ids=tuple(ids[start:end]), weights=tuple(weights[start:end]))
        for start, end in pairwise(accumulate(counts, initial=0))
    )
