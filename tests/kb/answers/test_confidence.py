"""Confidence: what raises it, what lowers it, and that the cosines of an unknown model are not looked at."""

from dataclasses import replace

import pytest

from kb.answers.confidence import confidence, features, identifiers
from kb.search import SearchResult
from tests.kb.answers.asked import SURE, UNSURE, asked
from tests.kb.answers.test_extracting import PAGES


async def test_near_passages_that_hold_the_words_are_trusted_and_far_ones_without_are_not() -> None:
    near, _ = await asked(PAGES, "what is a readiness probe", cosine=SURE)
    far, _ = await asked(PAGES, "what is a readiness probe", cosine=UNSURE)
    strange, _ = await asked(PAGES, "who won the chess tournament", cosine=UNSURE)
    assert confidence(near) > confidence(far) > confidence(strange)
    assert confidence(near) > 0.9
    assert confidence(strange) < 0.1


async def test_cosines_of_another_model_do_not_count() -> None:
    near, _ = await asked(PAGES, "what is a readiness probe", cosine=SURE)
    far, _ = await asked(PAGES, "what is a readiness probe", cosine=0.1)
    assert confidence(replace(near, model="other")) == confidence(replace(far, model="other"))


async def test_features_are_shares() -> None:
    result, _ = await asked(PAGES, "what is a readiness probe")
    told = features(result)
    assert (told.known, told.missing, told.chinese) == (1.0, 0.0, 0.0)
    assert 0.0 <= told.titled <= 1.0


def test_nothing_found_is_no_confidence() -> None:
    assert confidence(SearchResult(found=(), asked="probe", language="en")) == 0.0


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("KubePodNotReady is firing", {"kubepodnotready"}),
        ("告警 CDINotReady 怎么处理", {"cdinotready"}),
        ("why does the pod restart", set()),
        ("What is a Pod", set()),
    ],
)
def test_identifiers_are_names_in_several_humps(question: str, names: set[str]) -> None:
    assert identifiers(question) == names
