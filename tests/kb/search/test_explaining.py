"""The explanation says, for every passage, what brought it to its place."""

from kb.search import SearchSettings, explain
from tests.kb.search.library import library
from tests.kb.search.test_searching import PAGES, ask

SAID = (
    "searched for: cannot pull the image (en)",
    "because of 'cannot pull'",
    "1. Image pulls",
    "meaning: rank",
    "words: rank 1",
    "matched by addition: ImagePullBackOff",
    "times weight 1, recency 1.000",
)


async def test_an_explanation_names_ranks_shares_weight_age_and_added_terms() -> None:
    base = await library(PAGES)
    explanation = explain(await base.search.search(ask("cannot pull the image")))

    first = explanation.reasons[0]
    assert (first.place, first.uri) == (1, "pull.md")
    assert {"imag", "pull"} <= set(first.matched)
    assert "ImagePullBackOff" in {one.text for one in first.added}
    text = "\n".join(explanation.lines)
    for part in SAID:
        assert part in text


async def test_a_leg_that_did_not_find_a_passage_is_said() -> None:
    base = await library(PAGES, settings=SearchSettings())
    lines = explain(await base.search.search(ask("拉取镜像"))).lines
    assert any("words: not among the candidates" in line for line in lines)
