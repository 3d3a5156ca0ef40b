"""The same page in many versions is found once."""

import random

from kb.passages.duplicates import Folding, fold, similarity, sketch

WORDS = [
    f"{a}{b}" for a in ("pod", "node", "volume", "claim", "probe", "quota") for b in ("s", "ing", "er", "less", "ful")
]


def text(seed: int, words: int = 400) -> str:
    drawn = random.Random(seed)
    return " ".join(drawn.choice(WORDS) for _ in range(words))


def test_ten_versions_of_a_page_are_one() -> None:
    body = text(1)
    pages = [
        (f"v1.{n}", sketch(f"Kubernetes v1.{n}.0\n{body}\nUse release v1.{n}. New here: {WORDS[n]}")) for n in range(10)
    ]
    assert set(fold(pages).values()) == {"v1.0"}


def test_different_pages_stand_for_themselves() -> None:
    pages = [(str(seed), sketch(text(seed))) for seed in range(60)]
    assert fold(pages) == {str(seed): str(seed) for seed in range(60)}


def test_pages_of_one_template_are_kept_apart_by_their_titles() -> None:
    body = text(1)
    pages = [(name, sketch(f"{name} {body}", title=name)) for name in ("pause", "resume", "history")]
    assert fold(pages) == {"pause": "pause", "resume": "resume", "history": "history"}
    assert similarity(sketch(body, title="Upgrade to v1.30"), sketch(body, title="Upgrade to v1.31.2")) == 1.0


def test_layout_and_case_do_not_count() -> None:
    assert similarity(sketch("A pod restarts.\n\nThen it waits."), sketch("a POD restarts then it waits")) == 1.0


def test_short_texts_are_alike_only_when_their_words_are() -> None:
    assert similarity(sketch("Disk is full on node a"), sketch("Disk is full on node b")) == 0.0


def test_the_estimate_is_near_the_share_that_was_kept() -> None:
    words = text(3, 2_000).split()
    half = " ".join(words[:1_000])
    assert abs(similarity(sketch(" ".join(words)), sketch(half)) - 0.5) < 0.15


def test_chinese_pages_are_compared_by_characters() -> None:
    body = "".join(chr(0x4E00 + random.Random(5).randrange(500) + n) for n in range(600))
    assert similarity(sketch(body), sketch(body + "版本说明")) > 0.9
    assert similarity(sketch(body), sketch(body[::-1])) < 0.2


def test_sketches_are_the_same_in_every_process() -> None:
    assert sketch("one two three four five six").minima[:8].hex() == "1818241de89a12a6"


def test_a_representative_can_be_forgotten() -> None:
    folding: Folding[str] = Folding()
    page = sketch(text(1))
    assert folding.add("a", page) == "a"
    assert folding.add("b", page) == "a"
    folding.remove("a")
    assert folding.add("b", page) == "b"
