"""Tokens counted word by word are the tokens that the tokenizer makes of the whole text."""

import pickle
import random

import pytest

from core.data import data_file
from kb.embed import counting
from kb.embed.bundled import FOLDER
from kb.embed.counting import WordCounter

TEXTS = (
    "",
    " ",
    "   \n\t ",
    "A Pod stays Pending when no node has room for its requests.",
    "ends with a space ",
    " begins with  two",
    "容器被内核以退出码 137 终止，因为超过了内存限制。" * 4,
    "kubectl get pods -n kube-system -o jsonpath='{.items[*].metadata.name}'",
    "the tokenizer's own \u2581 sign, \u2581\u2581 twice\u2581",
    "a" * 500 + " " + "0123456789abcdef" * 30,
    "ﬁ ½ Ａ\u00a0é\u0300 \U0001f642\u200d\U0001f527 한글 カタカナ \x00",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
)
PIECES = (
    "a",
    "Z",
    "9",
    " ",
    "  ",
    "\n",
    "\t",
    "。",
    "，",
    "容",
    "器",
    "\u2581",
    "é",
    "ﬁ",
    "\u00a0",
    "¨",
    "\u200b",
    "-",
)


@pytest.fixture(scope="module")
def counter() -> WordCounter:
    try:
        folder = data_file(FOLDER)
    except FileNotFoundError:
        pytest.skip("this checkout does not hold the bundled model (datasets/models)")
    return WordCounter((folder / "tokenizer.json").read_bytes(), (folder / "normalize.json").read_bytes())


def whole(counter: WordCounter, text: str) -> int:
    """Count the tokens of a text as the model reads it."""
    return len(counter.tokenizer.encode(counter.normal(text), add_special_tokens=False).ids)


@pytest.mark.parametrize("text", TEXTS)
def test_words_have_together_the_tokens_of_the_text(counter: WordCounter, text: str) -> None:
    assert counter(text) == counter(text) == whole(counter, text)


def test_any_mixture_of_pieces_is_counted_exactly(counter: WordCounter) -> None:
    drawn = random.Random(5)
    for _ in range(3_000):
        text = "".join(drawn.choices(PIECES, k=drawn.randint(0, 14)))
        assert counter(text) == whole(counter, text), text


def test_a_counter_that_was_sent_counts_the_same(counter: WordCounter) -> None:
    sent: WordCounter = pickle.loads(pickle.dumps(counter))
    assert [sent(text) for text in TEXTS] == [counter(text) for text in TEXTS]


def test_it_goes_on_when_it_knows_too_many_words(counter: WordCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "KNOWN_WORDS", 3)
    assert [counter(text) for text in TEXTS] == [whole(counter, text) for text in TEXTS]
