"""Passages are exact, complete, bounded and the same every time."""

import re
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents.document import Document
from kb.documents.reading import read
from kb.passages.passage import Passage
from kb.passages.splitting import Sizes, split

_TOKEN = re.compile(r"[A-Za-z]{1,6}|[0-9]{1,3}|[\u3400-\u9fff]|[^\sA-Za-z0-9]")
SMALL = Sizes(limit=80, target=40, reserve=4, small=12)


def count(text: str) -> int:
    """Count tokens as a subword model would, in about that size."""
    return len(_TOKEN.findall(text))


def page(text: str, name: str = "page.md") -> Document:
    return read(text.encode(), uri="file:///docs/page.md", name=name)


def passages(text: str, sizes: Sizes = SMALL) -> tuple[Passage, ...]:
    return split(page(text), count, sizes=sizes)


_WORDS = ("pod", "restarts", "when", "memory", "OOMKilled", "`kubectl get`", "节点", "镜像拉取失败", "x" * 90)


def made_up(seed: int) -> str:
    """Return a page of blocks in any order. A seed, because drawing each word is what would take the time."""
    random = Random(seed)

    def words(most: int) -> str:
        return " ".join(random.choices(_WORDS, k=random.randint(1, most)))

    def prose(most: int = 6) -> str:
        return " ".join(words(25) + random.choice(".!。？") for _ in range(random.randint(1, most)))

    def block() -> str:
        lines = range(random.randint(1, 10))
        match random.randrange(5):
            case 0:
                return prose()
            case 1:
                return f"{'#' * random.randint(1, 5)} {words(3)}"
            case 2:
                return "\n".join(["```", *(prose(2) for _ in lines), "```"])
            case 3:
                return "\n".join([f"| {words(3)} | b |", "|---|---|", *(f"| {words(3)} | {words(9)} |" for _ in lines)])
            case _:
                return "\n".join(f"- {prose(3)}" for _ in lines)

    return "\n\n".join(block() for _ in range(random.randint(1, 14)))


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_passages_are_exact_complete_and_bounded(seed: int) -> None:
    document = page(made_up(seed))
    made = split(document, count, sizes=SMALL)
    held = bytearray(len(document.text))
    paths = {heading for passage in made for heading in passage.heading_path} | {document.title}
    for ordinal, passage in enumerate(made):
        start, end = passage.span
        assert passage.ordinal == ordinal
        assert passage.text == passage.repeated + document.text[start:end]
        assert count(passage.embedded) + SMALL.reserve <= SMALL.limit
        assert passage.parent[0] <= start < end <= passage.parent[1] <= len(document.text)
        assert passage.text.strip()
        held[start:end] = b"x" * (end - start)
    for block in document.blocks:
        start, end = block.span
        if block.kind == "heading" and block.text in paths:
            continue
        missed = [at for at in range(start, end) if not held[at] and not document.text[at].isspace()]
        assert not missed, document.text[start:end]
    spans = [passage.span for passage in made]
    assert spans == sorted(spans)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(spans))
    assert split(document, count, sizes=SMALL) == made


def test_ids_follow_uri_content_and_place() -> None:
    document = page("# A\n\nText one.\n\n# B\n\n" + "Text two. " * 40)
    made = split(document, count, sizes=SMALL)
    assert len({passage.id for passage in made}) == len(made) > 1
    moved = split(replace(document, uri="file:///elsewhere"), count, sizes=SMALL)
    changed = split(replace(document, content_hash="0"), count, sizes=SMALL)
    assert not {passage.id for passage in made} & {passage.id for passage in (*moved, *changed)}


def test_headings_are_context_and_not_text() -> None:
    made = passages("# Guide\n\n## Storage\n\n### Claims\n\n" + "A claim asks for room. " * 5)
    assert made[0].context == "Guide > Storage > Claims"
    assert made[0].text.startswith("A claim")
    assert made[0].embedded == f"Guide > Storage > Claims\n{made[0].text}"


def test_small_sections_share_a_passage_with_their_headings() -> None:
    (made,) = passages("# Alert\n\n## Meaning\n\nDisk is full.\n\n## Impact\n\nWrites fail.")
    assert made.text == "Meaning\n\nDisk is full.\n\nImpact\n\nWrites fail."
    assert made.heading_path == ()


def test_code_stays_whole_with_the_sentence_that_announces_it() -> None:
    code = "\n".join(f"kubectl get pod web{n}" for n in range(6))
    made = passages("# T\n\n" + "Some words come first here. " * 6 + f"\n\nThen run this command:\n\n```\n{code}\n```")
    assert made[-1].text == f"Then run this command:\n\n{code}"


def test_long_code_is_divided_between_lines() -> None:
    lines = [f"echo line number {n}" for n in range(40)]
    made = passages("```\n" + "\n".join(lines) + "\n```")
    assert len(made) > 2
    assert [line for passage in made for line in passage.text.split("\n")] == lines
    assert {passage.kind for passage in made} == {"code"}


def test_a_long_table_repeats_its_header() -> None:
    made = passages("| code | meaning |\n|---|---|\n" + "\n".join(f"| {n} | text of {n} |" for n in range(40)))
    assert len(made) > 2
    assert made[0].repeated == ""
    assert {passage.repeated for passage in made[1:]} == {"code | meaning\n"}
    assert all(passage.text.startswith("code | meaning\n") for passage in made)
    assert {passage.kind for passage in made} == {"table"}


def test_long_prose_overlaps_by_a_sentence_and_breaks_only_between_sentences() -> None:
    made = passages(
        "".join(f"第{n}次重启之后容器仍然没有就绪。" for n in range(30)), Sizes(limit=120, target=60, reserve=4)
    )
    assert len(made) > 3
    assert all(passage.text.endswith("。") and passage.text.startswith("第") for passage in made)
    for one, other in pairwise(made):
        assert other.text.startswith(one.text.rpartition("。第")[2].join(["第", ""]))


def test_separate_paragraphs_do_not_overlap() -> None:
    made = passages("\n\n".join(f"Paragraph {n} has about ten words in it, no more." for n in range(20)))
    assert all(one.span[1] <= other.span[0] for one, other in pairwise(made))


def test_a_parent_is_the_section_around_and_never_the_whole_of_a_long_page() -> None:
    text = "\n\n".join(f"## Part {n}\n\n" + "Something is said about this part. " * 60 for n in range(20))
    document = page("# Book\n\n" + text)
    for passage in split(document, count, sizes=SMALL):
        parent = document.text[slice(*passage.parent)]
        assert parent.startswith("Part")
        assert len(parent) <= 8_000


@pytest.mark.parametrize("title", ["word " * 200, "镜像" * 300])
def test_a_title_of_any_length_leaves_room_for_the_text(title: str) -> None:
    made = passages(f"# {title}\n\n## {title}\n\n{'Text. ' * 100}", Sizes())
    assert all(count(passage.context) < 512 // 3 for passage in made)
    assert made[-1].text


def test_a_text_without_any_break_is_cut_between_characters() -> None:
    document = page("x" * 20_000, "page.txt")
    made = split(document, count, sizes=SMALL)
    assert "".join(passage.text for passage in made) == document.text
