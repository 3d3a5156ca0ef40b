"""Say in plain values what the engine's process is asked, and read what it answers."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kb.stores.entry import SCOPE, Entry, Record, checked, checked_terms, point_uuid, scope
from kb.stores.selection import Filter
from kb.stores.store import LegQuery

if TYPE_CHECKING:
    from kb.embed.embedder import Vector

ID_BYTES = 16
"""Of a point's UUID."""

SCORE_BYTES = 4

Narrowed = tuple[list[tuple[str, list[str]]], float | None]
"""A filter: fields with the values that they may have, the caller's access first; and the oldest time."""


def narrowed(only: Filter) -> Narrowed:
    """Return a filter as it is sent. It always holds the caller's access."""
    return [(key, [*values]) for key, values in only.choices], only.since_seconds


def legs_asked(asked: Sequence[LegQuery], dimensions: int) -> tuple[list[Any], bytes]:
    """Return the legs as they are sent. Raises ``VectorInvalid``."""
    told, vectors = list[Any](), list[bytes]()
    for leg in asked:
        terms = None
        if leg.dense is not None:
            checked(leg.dense, dimensions, "the question")
            vectors.append(_floats(leg.dense))
        elif leg.lexical is not None:
            checked_terms(leg.lexical, "the question")
            terms = (leg.lexical.ids, leg.lexical.weights)
        told.append((leg.limit, narrowed(leg.filter), terms))
    return told, b"".join(vectors)


def legs_found(counts: Sequence[int], blob: bytes) -> list[tuple[list[bytes], list[float]]]:
    """Return the ids and the scores of each leg, the best first."""
    legs, at = list[tuple[list[bytes], list[float]]](), 0
    for count in counts:
        middle = at + count * ID_BYTES
        scores = array("f")
        scores.frombytes(blob[middle : middle + count * SCORE_BYTES])
        legs.append(([blob[one : one + ID_BYTES] for one in range(at, middle, ID_BYTES)], scores.tolist()))
        at = middle + count * SCORE_BYTES
    return legs


def sound(entries: Sequence[Entry], dimensions: int) -> None:
    """Check the vectors of all entries. Raises ``VectorInvalid``."""
    for entry in entries:
        checked(entry.dense, dimensions, entry.id)
        checked_terms(entry.lexical, entry.id)


def entries_sent(entries: Sequence[Entry]) -> tuple[list[Any], bytes, list[bytes]]:
    """Return entries as they are sent, and their points' ids."""
    ids = [point_uuid(entry.id).bytes for entry in entries]
    scoped = [{**entry.payload, SCOPE: scope(entry.access, entry.language)} for entry in entries]
    told = [(fields, entry.lexical.ids, entry.lexical.weights) for fields, entry in zip(scoped, entries, strict=True)]
    vectors = [_floats(entry.dense) for entry in entries]
    return told, b"".join([*ids, *vectors]), ids


def record_read(fields: Sequence[str]) -> Record:
    """Return a record of its fields, in the order of ``SHOWN``."""
    passage, document, source, revision, language = fields
    return Record(id=passage, document=document, source=source, revision=revision, language=language)


def _floats(vector: "Vector") -> bytes:
    import numpy as np  # not with the module, which the engine's process reads too

    return np.ascontiguousarray(vector, dtype=np.float32).tobytes()
