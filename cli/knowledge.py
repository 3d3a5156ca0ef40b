"""What the commands ``sextant kb`` do: each is a few documented calls of the HTTP API, and text about the answers."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from cli.knowledge_client import Refused, Service, service
from cli.knowledge_follow import follow, follow_run, summary, watched
from cli.knowledge_tables import (
    document_details,
    document_rows,
    knowledge_details,
    source_details,
    source_rows,
    status_text,
)
from cli.knowledge_words import NO_SOURCES, clean, seconds_of
from cli.options import Output
from cli.terminal import painter, write_structure
from core.errors import UsageError
from core.settings import load_settings

T = TypeVar("T")

UNSETTLED = frozenset({"indexing", "failed", "dead", "cancelled"})
"""What `kb status` shows of all sources: what is worked on, and what somebody may want to do something about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """With which settings the knowledge base is asked, and how what it says is written."""

    output: Output = Output.TEXT
    config: Path | None = None
    kubeconfig: Path | None = None
    context: str = ""

    @property
    def text(self) -> bool:
        """Say whether the result is for people."""
        return self.output in {Output.TEXT, Output.MARKDOWN}

    def say(self, line: str) -> None:
        """Write a line for people; programs get one document and nothing else."""
        if self.text:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def write(self, value: Any, text: Callable[[], str]) -> None:
        """Write a result in the form that was asked for."""
        if self.text:
            sys.stdout.write(text())
        else:
            write_structure(value, self.output)


def run(asking: Asking, ask: Callable[[Service], Awaitable[T]], *, markdown: bool = False) -> T:
    """Do what a command does, against the server that runs here or in this process."""
    if asking.output is Output.MARKDOWN and not markdown:
        raise UsageError("-o md is for diagnoses and answers.", next_step="Use -o text, json or yaml.")
    settings = load_settings(asking.config)

    async def asked() -> T:
        async with service(settings, kubeconfig=asking.kubeconfig, context=asking.context) as found:
            return await ask(found)

    return asyncio.run(asked())


def place_of(location: str) -> str:
    """Return a location as the server shall read it: paths are those of this folder, not of the server's."""
    typed = location.strip()
    if "://" in typed or not typed:
        return typed
    path = Path(typed).expanduser()
    if typed.startswith(("/", "./", "../", "~")) or typed in {".", ".."} or path.exists():
        return str(path.absolute())
    return typed


async def add(
    service: Service, asking: Asking, bodies: Sequence[dict[str, Any]], *, every: str = "", wait: bool = True
) -> None:
    """Add sources and follow their ingestion, one after the other. One that fails ends it."""
    schedule = {"schedule_seconds": seconds_of(every)} if every else {}
    added = [
        await followed(service, asking, await service.post("/v1/sources", {**body, **schedule}), wait=wait)
        for body in bodies
    ]
    if not asking.text:
        asking.write(added[0] if len(added) == 1 else {"sources": added}, str)


async def follow_and_write(service: Service, asking: Asking, started: dict[str, Any], *, wait: bool) -> None:
    """Follow what was started, and write the source as it is then."""
    found = await followed(service, asking, started, wait=wait)
    if not asking.text:
        asking.write(found, str)


async def followed(service: Service, asking: Asking, started: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    """Follow what was started to its end, and say what there is then or how to see it.

    Return what programs get: the source, or where nothing is waited for, what the service said.
    """
    source: dict[str, Any] = started["source"]
    if not wait:
        asking.say(left(service, source).rstrip())
        return started
    try:
        source = await watched(service, await follow(service, started, say=asking.say))
    except asyncio.CancelledError:
        sys.stderr.write(left(service, source))
        raise
    asking.say((summary(source) + "\n" + _watched_here(service, source)).rstrip())
    return source


def _watched_here(service: Service, source: dict[str, Any]) -> str:
    """Return what a person must know who has no server: nobody watches when the command has ended."""
    if service.where == "server" or source["watch"] is None:
        return ""
    return "Events are watched only while `sextant serve` runs: start it, and leave it running\n"


def left(service: Service, source: dict[str, Any]) -> str:
    """Return how to see what becomes of a source that is not waited for."""
    name = source["name"]
    if service.where == "server":
        return f"source/{name} is being indexed; see how far with `sextant kb status {name}`\n"
    return f"source/{name} is not complete; it goes on with the next command, or while `sextant serve` runs\n"


async def list_sources(service: Service, asking: Asking) -> None:
    """Write all sources."""
    found = [source async for source in service.pages("/v1/sources", "sources", limit=200)]
    asking.write({"sources": found}, lambda: source_rows(found) if found else NO_SOURCES + "\n")


async def show(service: Service, asking: Asking, name: str) -> None:
    """Write everything about a source or a document."""
    kind, found = await named(service, name)
    asking.write(found, lambda: source_details(found) if kind == "source" else document_details(found))


async def status(service: Service, asking: Asking, name: str, state: str) -> None:
    """Write how every document stands, of one source or of all."""
    knowledge = await service.get("/v1/knowledge")
    source = await source_named(service, name) if name else None
    documents = [
        document
        async for document in service.pages(
            "/v1/documents", "documents", source=source["id"] if source else "", state=state, limit=500
        )
    ]
    value = {"knowledge": knowledge, "source": source, "documents": documents}
    shown = documents if name or state else [one for one in documents if one["state"] in UNSETTLED]
    asking.write(
        value, lambda: status_text(knowledge, source, document_rows(shown), state=state, paint=painter(sys.stdout))
    )


async def about(service: Service, asking: Asking) -> None:
    """Write how the knowledge base as a whole stands."""
    found = await service.get("/v1/knowledge")
    asking.write(found, lambda: knowledge_details(found))


async def sync(service: Service, asking: Asking, name: str, *, wait: bool) -> None:
    """Read a source again."""
    source = await source_named(service, name)
    await follow_and_write(service, asking, await service.post(f"/v1/sources/{source['id']}/sync"), wait=wait)


async def retry(service: Service, asking: Asking, name: str, *, wait: bool) -> None:
    """Try again what failed of a source, or one document."""
    kind, found = await named(service, name)
    if kind == "source":
        await follow_and_write(service, asking, await service.post(f"/v1/sources/{found['id']}/retry"), wait=wait)
        return
    tried = await service.post(f"/v1/documents/{found['id']}/retry")
    while wait and tried["state"] in {"pending", "indexing"}:
        await asyncio.sleep(0.2)
        tried = await service.get(f"/v1/documents/{found['id']}")
    asking.write(tried, lambda: _document_line(tried))


async def cancel(service: Service, asking: Asking, name: str) -> None:
    """Stop the ingestion of a source, or of one document."""
    kind, found = await named(service, name)
    ended = await service.post(f"/v1/{kind}s/{found['id']}/cancel")
    text = f"{kind}/{name} cancelled; what is indexed stays searchable; `sextant kb retry` goes on\n"
    asking.write(ended, lambda: text)


async def remove(service: Service, asking: Asking, name: str, *, sure: Callable[[str], bool]) -> None:
    """Remove a source or a document, after a question."""
    kind, found = await named(service, name)
    held = f" with its {found['progress']['documents']:,} documents" if kind == "source" else ""
    if not sure(f"Remove {kind} {name}{held}?"):
        raise UsageError("nothing was removed", next_step="Answer y, or give --yes.")
    again = "" if kind == "source" else await _comes_back(service, found)
    await service.delete(f"/v1/{kind}s/{found['id']}")
    asking.write({"removed": found["id"]}, lambda: f"{kind}/{name} removed{again}\n")


async def _comes_back(service: Service, document: dict[str, Any]) -> str:
    """Return what a person must know who removes a document that its source still holds."""
    source = await service.get(f"/v1/sources/{document['source']}")
    if source["kind"] == "upload":
        return ""
    return f"; it comes back when {clean(source['name'])} is read again, unless it is gone there"


async def reindex(service: Service, asking: Asking, *, wait: bool) -> None:
    """Build the index anew."""
    run = await service.post("/v1/knowledge/reindex")
    if wait:
        run = await follow_run(service, run, "building the index")
    asking.write(run, lambda: "index rebuilt\n" if wait else "the index is being rebuilt; searches go on meanwhile\n")


async def back_up(service: Service, asking: Asking, file: Path) -> None:
    """Write everything into one file."""
    size = await service.download("/v1/knowledge/backup", file)
    asking.write({"file": str(file), "bytes": size}, lambda: f"{file}: {size:,} bytes\n")


async def put_back(service: Service, asking: Asking, file: Path, *, sure: Callable[[str], bool]) -> None:
    """Replace everything by what is in a file, and build the index."""
    if not sure(f"Replace the whole knowledge base by {file}?"):
        raise UsageError("nothing was replaced", next_step="Answer y, or give --yes.")
    run = await service.upload("/v1/knowledge/restore", file, "application/zstd")
    run = await follow_run(service, run, "building the index")
    asking.write(run, lambda: f"restored from {file}\n")


async def named(service: Service, name: str) -> tuple[str, dict[str, Any]]:
    """Return what a name means: a source by name or id, else a document by id or address."""
    with contextlib.suppress(Refused):
        return "source", await source_named(service, name)
    with contextlib.suppress(Refused):
        return "document", await service.get(f"/v1/documents/{path_part(name)}")
    found = (await service.get("/v1/documents", uri=name))["documents"]
    if len(found) == 1:
        return "document", found[0]
    if found:
        ids = ", ".join(f"{one['id']} (of {one['source_name']})" for one in found)
        raise UsageError(f"{name} is in several sources: {ids}", next_step="Give one of the ids.")
    raise Refused(
        {
            "detail": f"there is no source and no document {name}",
            "next_step": "`sextant kb list` lists sources, `sextant kb status` documents.",
        },
        404,
    )


async def source_named(service: Service, name: str) -> dict[str, Any]:
    """Return a source by name, else by id."""
    found = (await service.get("/v1/sources", name=name[:120]))["sources"]
    if len(found) > 1:
        ids = ", ".join(f"{one['id']} ({one['access']})" for one in found)
        raise UsageError(f"several sources are called {name}: {ids}", next_step="Give one of the ids.")
    return found[0] if found else await service.get(f"/v1/sources/{path_part(name)}")


def columns() -> int:
    """Return how wide text may be: the terminal, within what reads well."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 110))


def path_part(name: str, most: int = 64) -> str:
    """Return a name as a part of a path; longer ones than ids can be are cut, and then are nobody's."""
    return quote(name[:most], safe="")


def _document_line(document: dict[str, Any]) -> str:
    text = f"document/{document['id']} {document['state']}"
    return f"{text}: {document['last_error']}\n" if document["last_error"] else f"{text}\n"
