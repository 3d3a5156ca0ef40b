"""Ask the knowledge base and write what it says: searches, answers, opened passages."""

import sys
from typing import Any

from cli.knowledge import Asking, columns, named, path_part
from cli.knowledge_client import Refused, Service
from cli.knowledge_follow import prepared
from cli.knowledge_reading import answer_markdown, answer_text, document_text, passage_text, search_text
from cli.knowledge_words import clean
from cli.options import Output
from cli.terminal import painter


async def search(service: Service, asking: Asking, body: dict[str, Any]) -> None:
    """Search, and write the passages with labels in the language of the question."""
    await prepared(service)
    found = await service.post("/v1/search", {key: value for key, value in body.items() if value is not None})
    asking.write(found, lambda: search_text(found, found["language"], painter(sys.stdout), columns()))


async def answer(service: Service, asking: Asking, body: dict[str, Any]) -> None:
    """Ask, and write the answer with its citations."""
    await prepared(service)
    said = await service.post("/v1/answers", body)
    shown = body["language"] or said["language"]
    if asking.output is Output.MARKDOWN:
        sys.stdout.write(answer_markdown(said, shown))
        return
    asking.write(said, lambda: answer_text(said, shown, painter(sys.stdout), columns()))


async def open_text(service: Service, asking: Asking, name: str, *, start: int, end: int | None) -> None:
    """Write a passage in its surroundings, or the text of a document."""
    paint = painter(sys.stdout)
    try:
        passage = await service.get(f"/v1/passages/{path_part(name, 128)}")
    except Refused as refused:
        if refused.http_status not in {404, 422}:
            raise
    else:
        asking.write(passage, lambda: passage_text(passage, passage["language"], paint))
        return
    try:
        kind, found = await named(service, name)
    except Refused as refused:
        if refused.http_status != 404:
            raise
        raise Refused(
            {
                "detail": f"there is no passage, document or source {clean(name)}",
                "next_step": "A passage goes when its document changes: search or ask again. `sextant kb status` lists "
                "documents.",
            },
            404,
        ) from refused
    if kind == "source":
        raise Refused(
            {
                "detail": f"{name} is a source; documents and passages can be opened",
                "next_step": f"`sextant kb status {name}` lists its documents.",
            },
            404,
        )
    text = await service.get(f"/v1/documents/{found['id']}/text", start=start, end=end)
    asking.write(text, lambda: document_text(found, text, paint))
