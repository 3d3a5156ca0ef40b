"""Read PDF and Office files in a child process that can be stopped.

Their parsers are large and take bytes from strangers: a page may keep one busy, or make it ask for memory, where no
clock of ours is looked at. The child has bounds on memory and processor time and is killed when its time is up.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from kb.documents import errors
from kb.documents.document import Block, Document
from kb.documents.errors import DocumentBroken, DocumentError, DocumentTooLarge
from kb.documents.limits import DEFAULT, Budget, Limits
from kb.documents.reading import read
from kb.environment import bare_environment

STARTUP_SECONDS = 10.0  # what starting Python and importing a reader may take on a busy machine
_CONTAINERS = (b"PK\x03\x04", b"PK\x05\x06")
_BY_CODE: dict[str, type[DocumentError]] = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DocumentError)
}


def read_guarded(
    data: bytes,
    *,
    uri: str,
    name: str = "",
    media_type: str = "",
    version: str = "",
    updated_at: datetime | None = None,
    limits: Limits = DEFAULT,
) -> Document:
    """Read as ``reading.read`` does, PDF and Office files in a child process. Blocks: call it in a thread."""
    Budget(limits=limits).check_bytes(len(data))
    if not is_foreign(data):
        return read(
            data, uri=uri, name=name, media_type=media_type, version=version, updated_at=updated_at, limits=limits
        )
    asked = {
        "uri": uri, "name": name, "media_type": media_type, "version": version,
        "updated_at": updated_at.isoformat() if updated_at else None, "limits": asdict(limits),
    }  # fmt: skip
    return _document(_answer(json.dumps(asked).encode() + b"\n" + data, limits))


def is_foreign(data: bytes) -> bool:
    """Say whether these bytes are read in a child process: PDF and Office files."""
    return data.startswith(_CONTAINERS) or b"%PDF-" in data[:1024]


def pack(document: Document) -> dict[str, Any]:
    """Return ``document`` as JSON values; blocks are told by kind, level and span alone."""
    return {
        "uri": document.uri, "title": document.title, "language": document.language, "version": document.version,
        "updated_at": document.updated_at.isoformat() if document.updated_at else None,
        "media_type": document.media_type, "text": document.text, "content_hash": document.content_hash,
        "notes": document.notes, "blocks": [(block.kind, block.level, *block.span) for block in document.blocks],
    }  # fmt: skip


def _answer(asked: bytes, limits: Limits) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kb.documents.child"],
            input=asked,
            capture_output=True,
            timeout=limits.seconds + STARTUP_SECONDS,
            env=bare_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise DocumentTooLarge(
            f"Reading took longer than {limits.seconds:g} s and was stopped.", next_step="Split the document."
        ) from exc
    if not done.stdout:
        if done.returncode < 0 or b"memory" in done.stderr.lower():
            raise DocumentTooLarge(
                "Reading took too much memory or processor time and was stopped.", next_step="Split the document."
            )
        raise DocumentBroken(f"Reading the document failed: {_last_line(done.stderr)}.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _document(answer: dict[str, Any]) -> Document:
    if "error" in answer:
        raise _BY_CODE.get(answer["error"], DocumentBroken)(answer["message"], next_step=answer["next_step"])
    text = answer["text"]
    blocks = tuple(
        Block(kind=kind, level=level, text=text[start:end], span=(start, end))
        for kind, level, start, end in answer["blocks"]
    )
    changed = datetime.fromisoformat(answer["updated_at"]) if answer["updated_at"] else None
    return Document(**{**answer, "blocks": blocks, "updated_at": changed, "notes": tuple(answer["notes"])})


def _last_line(stderr: bytes) -> str:
    return (stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason was given"])[-1][:300]
