"""A reranker may reorder what was found; slow, failing or confused ones change nothing and are noted."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from kb.search import SearchSettings
from tests.kb.search.library import library
from tests.kb.search.test_searching import PAGES, ask
from tests.virtual_time import in_virtual_time


class ByLength:
    """Prefers short passages."""

    async def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        return [-float(len(passage)) for passage in passages]


class Slow(ByLength):
    """Never answers."""

    async def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        await asyncio.Event().wait()
        return []


class Failing(ByLength):
    """Breaks."""

    async def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        message = "no GPU"
        raise RuntimeError(message)


class Confused(ByLength):
    """Gives what is no number."""

    async def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        return [math.nan] * len(passages)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    reranker: ByLength
    says: str


BAD = (
    Case(id="slow", reranker=Slow(), says="did not answer within 0.3 s"),
    Case(id="failing", reranker=Failing(), says="RuntimeError"),
    Case(id="confused", reranker=Confused(), says="no score for each passage"),
)


async def test_a_reranker_orders_what_was_found() -> None:
    base = await library(PAGES, reranker=ByLength())
    result = await base.search.search(ask("image pull"))
    scores = [one.parts.reranked for one in result.found]
    assert scores == sorted(scores, key=lambda score: -(score or 0.0))
    assert "rerank" in result.seconds


async def test_only_the_first_passages_are_given_to_it() -> None:
    base = await library(PAGES, reranker=ByLength(), settings=SearchSettings(reranked=2))
    result = await base.search.search(ask("image pull"))
    assert [one.parts.reranked is not None for one in result.found] == [True, True, False, False]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.id)
@in_virtual_time
async def test_a_bad_reranker_is_left_out_with_a_note(case: Case) -> None:
    plain = await (await library(PAGES)).search.search(ask("image pull"))
    base = await library(PAGES, reranker=case.reranker)
    result = await base.search.search(ask("image pull"))
    assert [one.passage.id for one in result.found] == [one.passage.id for one in plain.found]
    assert any(case.says in note.en for note in result.notes)
