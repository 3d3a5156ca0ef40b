"""Confidence: what raises it, what lowers it, and that the cosines of an unknown model are not looked at."""

from dataclasses import dataclass, replace

import pytest

from kb.answers.confidence import REFUSED_BELOW, confidence
from kb.answers.features import features, identifiers
from kb.search import SearchResult
from tests.kb.answers.asked import SURE, UNSURE, asked
from tests.kb.answers.test_extracting import PAGES
from tests.kb.search.library import Page

TEAM = Page(uri="team.md", text="# Rota\n\nOn call for checkout is Mara; her pager is 4711.\n")
OTHERS = tuple(
    Page(uri=f"other-{number}.md", text=f"# Topic {number}\n\nThe checkout {word} is described elsewhere.\n")
    for number, word in enumerate(("cart", "price", "coupon", "stock", "parcel", "refund", "letter", "basket"))
)


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


async def alone(question: str, *, nearest: float, others: float) -> SearchResult:
    """Search among pages of which one is as near as said and all others are farther."""
    result, _ = await asked((TEAM, *OTHERS), question)
    found = [
        replace(one, parts=replace(one.parts, dense_score=nearest if one.passage.uri == TEAM.uri else others))
        for one in sorted(result.found, key=lambda one: one.passage.uri != TEAM.uri)
    ]
    first = replace(found[0], parts=replace(found[0].parts, dense_rank=1, lexical_rank=1))
    return replace(result, found=(first, *found[1:]))


@dataclass(frozen=True, kw_only=True)
class Alone:
    id: str
    question: str = "who is on call for checkout"
    nearest: float = 0.85
    others: float = 0.72
    trusted: bool


ALONE = (
    Alone(id="far ahead of all others", trusted=True),
    Alone(id="hardly nearer than others", nearest=0.82, others=0.77, trusted=False),
    Alone(id="ahead and still far", nearest=0.76, others=0.66, trusted=False),
    Alone(id="ahead without the words", question="who painted the office walls green", trusted=False),
)


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.id)
async def test_a_short_page_that_is_alone_on_its_subject_is_trusted(case: Alone) -> None:
    result = await alone(case.question, nearest=case.nearest, others=case.others)
    assert (confidence(result) >= REFUSED_BELOW) is case.trusted


async def test_the_same_page_counts_for_less_where_it_is_not_the_first_of_both_legs() -> None:
    result = await alone("who is on call for checkout", nearest=0.85, others=0.72)
    first = replace(result.found[0], parts=replace(result.found[0].parts, lexical_rank=4))
    assert confidence(replace(result, found=(first, *result.found[1:]))) < REFUSED_BELOW <= confidence(result)


async def test_a_name_that_no_passage_holds_lowers_confidence_in_a_chinese_question() -> None:
    known, _ = await asked(PAGES, "探针的周期怎么设置", cosine=0.82)
    strange, _ = await asked(PAGES, "velero 探针的周期怎么设置", cosine=0.82)
    assert (features(known).names, features(strange).names, features(strange).words) == (0.0, 1.0, 0.0)
    assert confidence(strange) < confidence(known)
