"""What ``sextant kb upload`` does: documents are sent to a source that keeps them, one call of the HTTP API each."""

import asyncio
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cli.knowledge import Asking, left, source_named
from cli.knowledge_client import Refused, Service
from cli.knowledge_follow import Ended, follow
from cli.knowledge_words import clean, counted
from core.errors import UsageError

STDIN = "-"


def checked(files: list[str], name: str) -> list[tuple[str, str]]:
    """Return what shall be sent: where each document is, and what to call it. Raises ``UsageError``."""
    if name and len(files) > 1:
        raise UsageError(
            "--name is for one document; several keep the names of their files.", next_step="Leave it out."
        )
    wanted = []
    for typed in files:
        if typed == STDIN:
            if not name:
                raise UsageError(
                    "what comes on standard input has no name", next_step="Give one: --name notes.md tells its format."
                )
            wanted.append((typed, name))
            continue
        path = Path(typed).expanduser()
        if path.is_dir():
            raise UsageError(
                f"{typed} is a folder", next_step=f"`sextant kb add {typed}` reads it, and again when it changes."
            )
        if not path.is_file():
            raise UsageError(f"there is no file {typed}", next_step="Check the path.")
        wanted.append((str(path), name or path.name))
    return wanted


async def upload(
    service: Service, asking: Asking, files: list[tuple[str, str]], *, to: str, access: str, wait: bool
) -> None:
    """Send documents, follow their indexing, and say of each what became of it."""
    source = await _target(service, to, access)
    sent: list[tuple[str, bool]] = []
    started: dict[str, Any] = {}
    for place, name in files:
        query = {"source": source["id"], "uri": f"upload:{name}"}
        known = (await service.get("/v1/documents", **query))["documents"]
        path = f"/v1/sources/{source['id']}/documents?name={quote(name, safe='')}"
        content = await asyncio.to_thread(_standard_input) if place == STDIN else Path(place)
        started = await service.upload(path, content, "application/octet-stream")
        sent.append((started["documents"][0], bool(known)))
    if not wait:
        asking.write(started, lambda: left(service, source))
        return
    try:
        await follow(service, started, say=asking.say)
    except Ended:  # said below, of each document
        pass
    except asyncio.CancelledError:
        sys.stderr.write(left(service, source))
        raise
    documents = [await service.get(f"/v1/documents/{document}") for document, _ in sent]
    lines = [_line(document, again=again) for document, (_, again) in zip(documents, sent, strict=True)]
    asking.write({"source": source["name"], "documents": documents}, lambda: "".join(lines))
    if any(document["state"] != "ready" for document in documents):
        raise Ended(
            f"{sum(document['state'] != 'ready' for document in documents):,} of "
            f"{counted(len(documents), 'document')} could not be indexed",
            next_step=f"See why with `sextant kb status {clean(source['name'])}`.",
        )


async def _target(service: Service, name: str, access: str) -> dict[str, Any]:
    """Return the source that documents are sent to; one for uploads is made where there is none of this name."""
    if not access:
        try:
            return await source_named(service, name)
        except Refused as refused:
            if refused.http_status != 404:
                raise
    body = {"kind": "upload", "name": name, "access": access or "platform"}
    made: dict[str, Any] = (await service.post("/v1/sources", body))["source"]
    return made


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        raise UsageError("nothing comes on standard input", next_step="Pipe a document into the command.")
    return sys.stdin.buffer.read()


def _line(document: dict[str, Any], *, again: bool) -> str:
    name = clean(document["uri"].removeprefix("upload:"))
    if document["state"] == "ready":
        return f"document/{name} {'replaced' if again else 'added'}: {counted(document['passages'], 'passage')}\n"
    said = clean(document["last_error"] or "; ".join(document["notes"]))
    kept = "; the version of before stays searchable" if document["searchable"] else ""
    return f"document/{name} {document['state']}: {said}{kept}\n"
