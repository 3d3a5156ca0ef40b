"""What the paths of the knowledge base have in common: the caller's access, what they may change, the errors."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query

from api import problems
from api.context import CallerOf, Services, ServicesOf
from api.knowledge import Verb
from api.knowledge_models import CLEAN
from core.errors import SextantError, StorageError
from core.identity import Caller
from kb.errors import KnowledgeOff
from kb.records.model import SourceRecord, StoredDocument
from kb.stores import Access, StoreHeld

BODIES: Final = (problems.BodyBroken, problems.BodyTooLarge, problems.MediaTypeUnknown)
CLOSED: Final = (KnowledgeOff, StoreHeld, StorageError)
"""What every path of the knowledge base may answer."""

SourceId = Annotated[str, Path(max_length=64, pattern=CLEAN, examples=["seed"])]
DocumentId = Annotated[str, Path(max_length=64, pattern=CLEAN, examples=["4b1f"])]
PassageId = Annotated[str, Path(max_length=128, pattern=CLEAN, examples=["9c2d"])]
Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before.", examples=[None])]


async def access_of(caller: CallerOf, services: ServicesOf) -> Access:
    """Return what the caller may read: of the labels that exist, those that the API server grants."""
    labels = frozenset(source.access for source in await services.knowledge.sources.list(None))
    return await services.rights.access(caller, labels)


AccessOf = Annotated[Access, Depends(access_of)]


async def changeable_source(
    services: Services, caller: Caller, access: Access, source_id: str, verb: Verb
) -> SourceRecord:
    """Return a source that the caller may change. Raises ``SourceNotFound`` where they may not even see it."""
    source = await services.knowledge.sources.get(source_id, access=access)
    await services.rights.require_change(caller, verb, source.access)
    return source


async def changeable_document(
    services: Services, caller: Caller, access: Access, document_id: str, verb: Verb
) -> StoredDocument:
    """Return a document that the caller may change. Raises ``DocumentNotFound`` where they may not even see it."""
    document = await services.knowledge.documents.get(document_id, access=access)
    await services.rights.require_change(caller, verb, document.access)
    return document


def refusals(*kinds: type[SextantError]) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these errors, of a closed knowledge base, and of fields that do not fit."""
    found = problems.documented(*kinds, *CLOSED)
    invalid = problems.INVALID[422]
    more = found.setdefault(422, {**invalid, "description": ""})["description"]
    found[422] = {**invalid, "description": "; ".join(part for part in (invalid["description"], more) if part)}
    return found


def in_utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC; one without a zone is meant so."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
