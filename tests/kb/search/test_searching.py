"""Search as a whole: both legs, languages, copies, revisions, budgets, notes. The embedder knows shared terms only."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.embed import EmbeddingUnavailable, Vector
from kb.embed.fake import FakeEmbedder
from kb.search import QuestionEmpty, SearchRequest, SearchSettings
from kb.stores import Access, CollectionSpec
from kb.stores.edge import EdgeStore
from tests.kb.search.library import Page, library

EVERYBODY = Access.of(())
PULL = Page(
    uri="pull.md",
    text="# Image pulls\n\nImagePullBackOff means that the kubelet waits before it pulls the image again.\n",
)
DRAIN = Page(uri="drain.md", text="# Drain a node\n\nRun kubectl drain to move all pods away before maintenance.\n")
PULL_ZH = Page(uri="pull-zh.md", text="# 镜像拉取\n\nImagePullBackOff 表示 kubelet 拉取镜像失败，等待之后重试拉取。\n")
VOLUMES_ZH = Page(uri="volumes-zh.md", text="# 存储卷\n\n持久卷声明没有绑定时，先检查存储类是否存在。\n")
PAGES = (PULL, DRAIN, PULL_ZH, VOLUMES_ZH)


def ask(text: str, **changes: object) -> SearchRequest:
    return SearchRequest(text=text, access=EVERYBODY, **changes)  # type: ignore[arg-type] # fields, by name


async def test_the_page_that_answers_comes_first_with_its_parts_and_adds_up() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("why does the image pull wait: ImagePullBackOff"))

    best = result.found[0]
    assert best.passage.uri == "pull.md"
    assert (best.parts.dense_rank, best.parts.lexical_rank) == (1, 1)
    shares = best.parts.dense_share + best.parts.lexical_share
    assert best.score == pytest.approx(shares * best.parts.weight * best.parts.recency + best.parts.support)
    assert (result.language, result.model) == ("en", "fake")
    assert set(result.seconds) >= {"embed", "query", "read", "total"}


async def test_words_do_not_count_across_languages_but_names_do() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("遇到 ImagePullBackOff 怎么办"))
    by_page = {one.passage.uri: one.parts for one in result.found}

    assert {one.passage.uri for one in result.found[:2]} == {"pull-zh.md", "pull.md"}
    assert by_page["pull.md"].lexical_rank == 1
    assert by_page["drain.md"].lexical_rank is None

    english = await base.search.search(ask("ImagePullBackOff"))
    assert {one.passage.uri: one.parts.lexical_rank for one in english.found}["pull-zh.md"] is None


async def test_a_search_can_be_kept_to_the_language_of_the_question() -> None:
    base = await library(PAGES, settings=SearchSettings(across_languages=False))
    result = await base.search.search(ask("拉取镜像失败"))
    assert {one.passage.language for one in result.found} == {"zh"}


async def test_a_chinese_question_for_english_pages_is_asked_with_its_terms_in_english() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("排空节点", languages=("en",)))
    assert result.found[0].passage.uri == "drain.md"


async def test_what_a_symptom_is_called_finds_the_page() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("cannot pull from the registry"))
    assert "ImagePullBackOff" in {one.text for one in result.additions}
    assert result.found[0].passage.uri == "pull.md"


async def test_filters_narrow_inside_the_query() -> None:
    new = Page(uri="new.md", text="# Pull\n\nImagePullBackOff in the new version.\n", version="1.36", source="other")
    base = await library((*PAGES, new))
    for changes in ({"versions": ("1.36",)}, {"sources": ("other",)}):
        found = (await base.search.search(ask("ImagePullBackOff", **changes))).found
        assert [one.passage.uri for one in found] == ["new.md"]


async def test_copies_are_folded_into_the_best_one_which_names_them() -> None:
    copies = [
        Page(uri=f"{version}/pull.md", text=PULL.text + f"\nSince {version}.\n", family="pull", version=version)
        for version in ("1.34", "1.35", "1.36")
    ]
    base = await library((*copies, DRAIN))
    result = await base.search.search(ask("ImagePullBackOff image pull"))

    best = result.found[0]
    assert {best.passage.uri, *best.also_in} == {"1.34/pull.md", "1.35/pull.md", "1.36/pull.md"}
    assert {one.uri for one in best.variants} == set(best.also_in)
    assert [one.passage.uri for one in result.found].count("drain.md") == 1


async def test_hits_of_old_revisions_are_dropped_and_replaced_from_more_candidates() -> None:
    old = [
        Page(uri=f"old-{n}.md", text=f"# Pull {n}\n\nImagePullBackOff image pull, old text {n}.\n") for n in range(6)
    ]
    base = await library((*old, PULL, DRAIN), settings=SearchSettings(candidates=4))
    base.reader.stale.update(page.uri for page in old)

    result = await base.search.search(ask("ImagePullBackOff image pull", limit=1))

    assert [one.passage.uri for one in result.found] == ["pull.md"]


async def test_a_long_page_does_not_fill_the_list() -> None:
    sections = "\n".join(
        f"## Part {n}\n\nThe image pull of part {n} backs off. {'More on it. ' * 60}\n" for n in range(8)
    )
    base = await library((Page(uri="long.md", text=f"# Image pull\n\n{sections}"), PULL, DRAIN))
    result = await base.search.search(ask("image pull", limit=4))
    pages = [one.passage.uri for one in result.found]
    assert {"long.md", "pull.md", "drain.md"} <= set(pages)
    assert len(pages) == 4


async def test_the_budget_of_tokens_is_kept_and_said() -> None:
    base = await library(PAGES)
    whole = await base.search.search(ask("image pull"))
    budget = whole.found[0].passage.tokens
    result = await base.search.search(ask("image pull", token_budget=budget))
    assert sum(one.passage.tokens for one in result.found) <= budget
    assert any("did not fit" in note.en for note in result.notes)


async def test_equal_scores_are_ordered_by_id() -> None:
    twins = [Page(uri=f"twin-{n}.md", text="# Twin\n\nThe same words about an image pull.\n") for n in range(5)]
    base = await library(twins)
    found = (await base.search.search(ask("image pull"))).found
    assert [one.passage.id for one in found] == sorted(one.passage.id for one in found)


async def test_weight_and_age_multiply() -> None:
    heavy = Page(uri="heavy.md", text=PULL.text, weight=1.5)
    old = Page(uri="old.md", text=PULL.text, updated_at=datetime(2016, 1, 1, tzinfo=UTC))
    undated = Page(uri="undated.md", text=PULL.text)
    base = await library((heavy, old, undated))
    found = (await base.search.search(ask("ImagePullBackOff"))).found
    assert [one.passage.uri for one in found] == ["heavy.md", "undated.md", "old.md"]
    assert 0.97 <= found[2].parts.recency < 1.0 == found[1].parts.recency


async def test_a_question_longer_than_the_model_reads_is_cut_for_its_meaning_and_says_so() -> None:
    base = await library(PAGES, embedder=FakeEmbedder(max_tokens=20))
    result = await base.search.search(ask("image pull " + "words " * 100))
    assert result.found
    assert any("longer than the model reads" in note.en for note in result.notes)


async def test_a_whole_log_as_question_is_bounded() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("image pull failed\n" * 5_000))
    assert any("only 4000 characters" in note.en for note in result.notes)


@pytest.mark.parametrize("text", ["", "   ", "?!", "。。。"])
async def test_a_question_without_words_is_refused(text: str) -> None:
    base = await library(PAGES)
    with pytest.raises(QuestionEmpty):
        await base.search.search(ask(text))


async def test_a_follow_up_is_searched_with_the_question_before_it() -> None:
    base = await library(PAGES)
    result = await base.search.search(ask("what does it mean?", conversation=("my pod is in ImagePullBackOff",)))
    assert "ImagePullBackOff" in result.asked
    assert result.found[0].passage.uri == "pull.md"
    assert any("conversation" in note.en for note in result.notes)


async def test_nobody_finds_anything_without_access_and_sql_has_the_last_word() -> None:
    base = await library(PAGES)
    nobody = SearchRequest(text="image pull", access=Access(labels=frozenset()))
    assert (await base.search.search(nobody)).found == ()

    for key, passage in base.reader.passages.items():  # the source was made private; the store lags behind
        if passage.uri == "pull.md":
            base.reader.passages[key] = replace(passage, access="namespace:a")
    found = (await base.search.search(ask("ImagePullBackOff"))).found
    assert "pull.md" not in {one.passage.uri for one in found}


class Broken(FakeEmbedder):
    """An embedder whose model went away after the pages were indexed."""

    async def query(self, text: str) -> Vector:
        message = "the model does not answer"
        raise EmbeddingUnavailable(message)


async def test_without_the_embedding_model_words_are_searched_and_a_note_says_so() -> None:
    base = await library(PAGES, embedder=Broken())
    result = await base.search.search(ask("ImagePullBackOff"))
    assert result.found[0].passage.uri == "pull.md"
    assert result.found[0].parts.dense_rank is None
    assert any("Only words were searched" in note.en for note in result.notes)
    with pytest.raises(EmbeddingUnavailable):
        await base.search.search(ask("what is it"))


async def test_the_embedded_store_ranks_as_the_reference_does(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    embedder = FakeEmbedder()
    spec = CollectionSpec(fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)
    edge = await library(PAGES, collection=await store.create(spec))
    memory = await library(PAGES)
    try:
        for text in ("ImagePullBackOff", "maintenance of a node", "镜像拉取失败", "持久卷没有绑定"):
            ours, theirs = await edge.search.search(ask(text)), await memory.search.search(ask(text))
            assert [one.passage.id for one in ours.found] == [one.passage.id for one in theirs.found]
            assert [one.score for one in ours.found] == pytest.approx([one.score for one in theirs.found], abs=1e-3)
    finally:
        await store.close()


async def test_what_stands_around_the_results_is_read_where_it_is_asked_for_and_may_be_read() -> None:
    sections = "\n".join(f"## Part {n}\n\nWords of part {n}. {'More on it. ' * 60}\n" for n in range(8))
    long = Page(uri="long.md", text=f"# Image pull\n\nThe image pull backs off.\n\n{sections}")
    base = await library((long,))
    plain = await base.search.search(ask("image pull", limit=1))
    result = await base.search.search(ask("image pull", limit=1, beside=2))
    best = result.found[0].passage
    assert plain.beside == ()
    assert [one.passage.ordinal for one in result.beside] == [best.ordinal + 1, best.ordinal + 2]
    assert {one.passage.uri for one in result.beside} == {"long.md"}

    for key, passage in base.reader.passages.items():
        if passage.ordinal == best.ordinal + 1:
            base.reader.passages[key] = replace(passage, access="namespace:a")
    kept = (await base.search.search(ask("image pull", limit=1, beside=2))).beside
    assert [one.passage.ordinal for one in kept] == [best.ordinal + 2]


async def test_notes_are_in_both_languages() -> None:
    base = await library(PAGES, embedder=Broken())
    notes = (await base.search.search(ask("ImagePullBackOff", token_budget=1))).notes
    assert len(notes) == 2
    assert all(note.en.isascii() and not note.zh.isascii() for note in notes)
