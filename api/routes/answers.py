"""``/v1/answers``: an answer with citations, or that the knowledge base has none."""

from fastapi import APIRouter, Request

from api.asking_models import AnswerBody, AnswerView
from api.context import ServicesOf
from api.knowledge import narrowed
from api.knowledge_bodies import json_body, read_body
from api.knowledge_callers import BODIES, AccessOf, refusals
from api.knowledge_views import answer_view, language_of_question
from core.errors import DeadlineExceeded
from kb.embed import EmbeddingError
from kb.search.errors import QuestionEmpty
from kb.search.model import SearchRequest
from kb.stores import StoreError

router = APIRouter(prefix="/v1/answers", tags=["knowledge"])

PASSAGES = 10
"""Passages that an answer is made of; sentences beyond the first few passages only repeat."""

BESIDE = 8
"""Further passages of the first documents: the steps of a how-to stand beside the passage that names its subject."""


@router.post(
    "",
    summary="Answer a question",
    description="The best sentences of what the caller may read, each with the citation that carries it, and a "
    "verdict: `answered`, `partial`, `conflicting` or `not_in_knowledge_base`. With `model`, the language model of the "
    "settings words them; what it writes is kept only where a citation carries it.",
    response_model=AnswerView,
    responses=refusals(*BODIES, QuestionEmpty, EmbeddingError, StoreError, DeadlineExceeded),
    openapi_extra=json_body(
        AnswerBody,
        english={"question": "What does exit code 137 mean?"},
        chinese={"question": "容器退出码 137 是什么意思？"},
        follow_up={"question": "And how do I prevent it?", "conversation": ["What does exit code 137 mean?"]},
    ),
)
async def answer(request: Request, services: ServicesOf, access: AccessOf) -> AnswerView:
    """Search and answer."""
    body = await read_body(request, AnswerBody)
    knowledge = services.context.knowledge
    assert knowledge is not None  # noqa: S101 - its access was asked for
    asked = SearchRequest(
        text=body.question,
        access=narrowed(access, body.namespace),
        limit=PASSAGES,
        conversation=tuple(body.conversation),
        beside=BESIDE,
    )
    language = body.language or language_of_question(request, body.question)
    model = services.model() if body.model else None
    return answer_view(await knowledge.ask(asked, model=model, language=language), language)
