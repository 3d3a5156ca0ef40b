"""The child process of ``isolated``: bounds itself, reads one document from standard input, answers in JSON."""

import json
import resource
import sys
from datetime import datetime
from typing import Any

GRACE_SECONDS = 5  # of processor time, for importing the reader


def main() -> None:
    """Read the request line and the bytes, write the document or the error."""
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    asked: dict[str, Any] = json.loads(head)
    _bound(asked["limits"], len(data))
    json.dump(_answer(asked, data), sys.stdout, ensure_ascii=True)


def _bound(limits: dict[str, Any], size: int) -> None:
    memory = int(limits["max_memory_bytes"]) + size
    seconds = int(limits["seconds"]) + GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    from kb.documents.errors import DocumentError
    from kb.documents.isolated import pack
    from kb.documents.limits import Limits
    from kb.documents.reading import read

    changed = asked["updated_at"]
    try:
        return pack(
            read(
                data,
                uri=asked["uri"],
                name=asked["name"],
                media_type=asked["media_type"],
                version=asked["version"],
                updated_at=datetime.fromisoformat(changed) if changed else None,
                limits=Limits(**asked["limits"]),
            )
        )
    except DocumentError as problem:
        return {"error": problem.code, "message": problem.message, "next_step": problem.next_step}


if __name__ == "__main__":
    main()
