"""``/v1/documents`` and ``/v1/passages``: what was indexed, how it stands, and the text that citations open."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.context import CallerOf, Services, ServicesOf
from api.knowledge_callers import (
    AccessOf,
    Cursor,
    DocumentId,
    PassageId,
    changeable_document,
    refusals,
)
from api.knowledge_models import CLEAN, DocumentList, DocumentView, PassageInContext, TextView
from api.knowledge_views import document_view, passage_view
from core.errors import Forbidden, UsageError
from core.redaction import redact
from kb.errors import DocumentNotFound, PassageNotFound, SourceNotFound
from kb.knowledge import Parts
from kb.records.documents import DocumentPage
from kb.records.model import DocumentState, StoredDocument
from kb.stores import Access

router = APIRouter(prefix="/v1", tags=["knowledge"])

TEXT_CHARACTERS = 100_000
"""Characters of one stretch at most: about 200 kB, more than anybody reads at once. The next call goes on."""

Characters = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get(
    "/documents",
    summary="List documents",
    description="Those that the caller may read, by source and address, with the state of their indexing.",
    response_model=DocumentList,
    responses=refusals(UsageError, SourceNotFound),
)
async def list_documents(
    services: ServicesOf,
    access: AccessOf,
    source: Annotated[str, Query(max_length=64, pattern=CLEAN, description="Only of this source, by its id.")] = "",
    state: Annotated[DocumentState | None, Query(description="Only in this state.")] = None,
    uri: Annotated[str, Query(max_length=4000, pattern=CLEAN, description="Only the one at this address.")] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="Documents on one page.", examples=[100])] = 100,
    cursor: Cursor = None,
) -> DocumentList:
    """Return one page."""
    parts = services.knowledge
    names = {found.id: found.name for found in await parts.sources.list(access)}
    if source and source not in names:
        raise SourceNotFound(f"There is no source {source!r}.", next_step="GET /v1/sources lists those that there are.")
    if uri:
        places = [source] if source else list(names)
        found = [await parts.documents.find(place, uri, access=access) for place in places]
        page = DocumentPage(documents=tuple(one for one in found if one and state in (None, one.state)))
    else:
        page = await parts.documents.list(access, source=source or None, state=state, limit=limit, cursor=cursor)
    seen = await seen_originals(parts, page.documents, access)
    return DocumentList(
        documents=[document_view(one, names.get(one.source, ""), seen) for one in page.documents],
        next_cursor=page.next_cursor,
    )


@router.get(
    "/documents/{document_id}",
    summary="Look at a document",
    description="Where it comes from and how its indexing stands: state, tries, last error, next try.",
    response_model=DocumentView,
    responses=refusals(DocumentNotFound),
)
async def read_document(document_id: DocumentId, services: ServicesOf, access: AccessOf) -> DocumentView:
    """Return the document as it is now."""
    return await shown(services, await services.knowledge.documents.get(document_id, access=access), access)


@router.get(
    "/documents/{document_id}/text",
    summary="Read a document",
    description=f"Its text as it was indexed, or the stretch from `start` to `end` in characters, which is how "
    f"citations point. At most {TEXT_CHARACTERS:,} characters come at once; `end` says how far it went.",
    response_model=TextView,
    responses=refusals(DocumentNotFound, UsageError),
)
async def read_text(
    document_id: DocumentId,
    services: ServicesOf,
    access: AccessOf,
    start: Characters = 0,
    end: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> TextView:
    """Return the stretch."""
    document = await services.knowledge.documents.get(document_id, access=access)
    if end is not None and end < start:
        raise UsageError("The stretch ends before it begins.", next_step="Give an `end` that is not below `start`.")
    until = min(start + TEXT_CHARACTERS, document.characters if end is None else end, document.characters)
    text = await text_of(services, document, start, max(start, until))
    return TextView(
        document=document.id,
        revision=document.revision,
        uri=redact(document.uri),
        title=document.title,
        start=start,
        end=start + len(text),
        total=document.characters,
        text=text,
    )


@router.post(
    "/documents/{document_id}/retry",
    summary="Try a document again",
    description="Now, whether it gave up or waits for its next try.",
    response_model=DocumentView,
    responses=refusals(DocumentNotFound, Forbidden),
)
async def retry_document(
    document_id: DocumentId, caller: CallerOf, services: ServicesOf, access: AccessOf
) -> DocumentView:
    """Queue it, and return it as it is now."""
    document = await changeable_document(services, caller, access, document_id, "update")
    await services.knowledge.ingest.retry(document_id=document.id)
    return await again(services, document, access)


@router.post(
    "/documents/{document_id}/cancel",
    summary="Stop indexing a document",
    description="It is not tried any more until somebody asks for it. A version that is indexed stays searchable.",
    response_model=DocumentView,
    responses=refusals(DocumentNotFound, Forbidden),
)
async def cancel_document(
    document_id: DocumentId, caller: CallerOf, services: ServicesOf, access: AccessOf
) -> DocumentView:
    """Cancel, and return it as it is now."""
    document = await changeable_document(services, caller, access, document_id, "update")
    await services.knowledge.ingest.cancel(document_id=document.id)
    return await again(services, document, access)


@router.delete(
    "/documents/{document_id}",
    summary="Remove a document",
    description="It cannot be found from now on. A source that still holds it brings it back when it is read again.",
    status_code=204,
    response_class=Response,
    responses=refusals(DocumentNotFound, Forbidden),
)
async def remove_document(
    document_id: DocumentId, caller: CallerOf, services: ServicesOf, access: AccessOf
) -> Response:
    """Remove."""
    document = await changeable_document(services, caller, access, document_id, "delete")
    await services.knowledge.ingest.remove_document(document.id)
    return Response(status_code=204)


@router.get(
    "/passages/{passage_id}",
    summary="Open a passage",
    description="The passage that a citation or a hit names, with the stretch of text that it stands in.",
    response_model=PassageInContext,
    responses=refusals(PassageNotFound),
)
async def read_passage(passage_id: PassageId, services: ServicesOf, access: AccessOf) -> PassageInContext:
    """Return the passage and its surroundings."""
    parts = services.knowledge
    passage = (await parts.passages.current([passage_id], access=access)).get(passage_id)
    if passage is None:
        raise PassageNotFound(
            f"There is no passage {passage_id!r}.",
            next_step="Its document may have changed since it was cited: search again.",
        )
    around = await parts.passages.text(passage.document, passage.revision, passage.parent)
    return PassageInContext(**passage_view(passage).model_dump(), parent_text=around or passage.text)


async def text_of(services: Services, document: StoredDocument, start: int, end: int) -> str:
    """Return a stretch of a document's text. Raises ``DocumentNotFound`` where no version of it was indexed yet."""
    found = None
    if document.searchable:
        found = await services.knowledge.passages.text(document.id, document.revision, (start, end))
    if found is None:
        raise DocumentNotFound(
            f"{document.title or document.uri} has no text yet: it is {document.state}.",
            next_step=document.last_error or "Wait until it is indexed.",
        )
    return found


async def again(services: Services, document: StoredDocument, access: Access) -> DocumentView:
    """Return a document as it is by now."""
    return await shown(services, await services.knowledge.documents.get(document.id, access=access), access)


async def shown(services: Services, document: StoredDocument, access: Access) -> DocumentView:
    """Return how a document is shown, with the name of its source."""
    parts = services.knowledge
    source = await parts.sources.get(document.source, access=None)
    return document_view(document, source.name, await seen_originals(parts, [document], access))


async def seen_originals(parts: Parts, documents: Iterable[StoredDocument], access: Access) -> frozenset[str]:
    """Return the documents that some of these are copies of, as far as the caller may know of them."""
    families = {one.family for one in documents if one.family and one.family != one.id}
    found = await parts.documents.relatives(families, access=access)
    return frozenset(one.id for members in found.values() for one in members)
