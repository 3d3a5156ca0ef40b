"""``/v1/search``: passages, best first; and ``/v1/retrieval``, the same in the form that Dify asks for."""

from fastapi import APIRouter, Request

from api.asking_models import RetrievalAnswer, RetrievalBody, RetrievalRecord, SearchAnswer, SearchBody
from api.context import ServicesOf
from api.knowledge import narrowed
from api.knowledge_bodies import json_body, read_body
from api.knowledge_callers import BODIES, AccessOf, in_utc, refusals
from api.knowledge_views import language_of_question, search_view
from core.errors import DeadlineExceeded
from core.redaction import redact
from kb.embed import EmbeddingError
from kb.errors import SourceNotFound
from kb.knowledge import Parts
from kb.search.errors import QuestionEmpty
from kb.search.explaining import explain
from kb.search.model import Found, SearchRequest
from kb.stores import Access, StoreError

router = APIRouter(prefix="/v1", tags=["knowledge"])

EVERYTHING = frozenset({"all", "*"})
"""What ``knowledge_id`` says for the whole knowledge base."""


@router.post(
    "/search",
    summary="Search",
    description="Find passages by meaning and by words, inside what the caller may read. Nothing in the body widens "
    "that. With `explain` each passage says how it came to its score.",
    response_model=SearchAnswer,
    responses=refusals(*BODIES, SourceNotFound, QuestionEmpty, EmbeddingError, StoreError, DeadlineExceeded),
    openapi_extra=json_body(
        SearchBody,
        symptom={"text": "pod keeps restarting with exit code 137", "limit": 5, "explain": True},
        chinese={"text": "镜像拉取失败怎么办", "filters": {"languages": ["zh"]}},
    ),
)
async def search(request: Request, services: ServicesOf, access: AccessOf) -> SearchAnswer:
    """Search, and explain where that is asked for."""
    body = await read_body(request, SearchBody)
    parts, filters = services.knowledge, body.filters
    asked = SearchRequest(
        text=body.text,
        access=narrowed(access, body.namespace),
        limit=body.limit or services.context.settings.knowledge.search_limit,
        token_budget=body.token_budget,
        sources=await source_ids(parts, access, filters.sources),
        languages=tuple(filters.languages),
        kinds=tuple(filters.kinds),
        versions=tuple(filters.versions),
        updated_since=in_utc(filters.updated_since),
        conversation=tuple(body.conversation),
    )
    result = await parts.search.search(asked)
    return search_view(result, explain(result) if body.explain else None, language_of_question(request, body.text))


@router.post(
    "/retrieval",
    summary="Search, for Dify",
    description="The external knowledge API of Dify: `knowledge_id` is the id or name of a source, or `all`. Scores "
    "are relative to the best passage.",
    response_model=RetrievalAnswer,
    responses=refusals(*BODIES, SourceNotFound, QuestionEmpty, EmbeddingError, StoreError, DeadlineExceeded),
    openapi_extra=json_body(
        RetrievalBody,
        everything={
            "knowledge_id": "all",
            "query": "pod is OOMKilled",
            "retrieval_setting": {"top_k": 5, "score_threshold": 0.0},
        },
    ),
)
async def retrieve(request: Request, services: ServicesOf, access: AccessOf) -> RetrievalAnswer:
    """Search, and write the passages as Dify reads them."""
    body = await read_body(request, RetrievalBody)
    parts = services.knowledge
    only = () if body.knowledge_id in EVERYTHING else await source_ids(parts, access, [body.knowledge_id])
    asked = SearchRequest(text=body.query, access=access, limit=body.retrieval_setting.top_k, sources=only)
    result = await parts.search.search(asked)
    records = [record(found, result.found[0].score) for found in result.found]
    threshold = body.retrieval_setting.score_threshold
    return RetrievalAnswer(records=[entry for entry in records if entry.score >= threshold])


def record(found: Found, best: float) -> RetrievalRecord:
    """Return a passage in Dify's form. Its score is a share of the best one's: fused scores have no upper bound."""
    passage = found.passage
    return RetrievalRecord(
        content=passage.text,
        score=round(max(0.0, min(1.0, found.score / best)), 4) if best > 0 else 0.0,
        title=passage.context or passage.uri,
        metadata={
            "passage": passage.id,
            "document": passage.document,
            "source": passage.source_name,
            "url": redact(passage.uri),
            "language": passage.language,
            "version": passage.version,
            "updated_at": passage.updated_at.isoformat() if passage.updated_at else "",
        },
    )


async def source_ids(parts: Parts, access: Access, wanted: list[str]) -> tuple[str, ...]:
    """Return the ids of sources that are named by id or name. Raises ``SourceNotFound``."""
    if not wanted:
        return ()
    known = await parts.sources.list(access)
    found: dict[str, None] = {}
    for one in wanted:
        ids = [source.id for source in known if one in (source.id, source.name)]
        if not ids:
            raise SourceNotFound(
                f"There is no source {one!r}.", next_step="GET /v1/sources lists those that there are."
            )
        found.update(dict.fromkeys(ids))
    return tuple(found)
