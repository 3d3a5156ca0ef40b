"""Searches with known answers, for the tests of answers: results with the cosines of a real model made up by hand."""

from collections.abc import Sequence
from dataclasses import replace

from kb.answers.confidence import CALIBRATED
from kb.search import SearchRequest, SearchResult
from kb.stores import Access
from tests.kb.search.library import Library, Page, library

SURE, UNSURE = 0.9, 0.70
"""Best cosines of a question that is answered and of one that is not."""


async def asked(pages: Sequence[Page], question: str, *, cosine: float = SURE) -> tuple[SearchResult, Library]:
    """Search and say that the calibrated model did, with this cosine for all that was found."""
    base = await library(pages)
    result = await base.search.search(SearchRequest(text=question, access=Access.of(())))
    found = tuple(replace(one, parts=replace(one.parts, dense_score=cosine)) for one in result.found)
    return replace(result, found=found, model=CALIBRATED), base
