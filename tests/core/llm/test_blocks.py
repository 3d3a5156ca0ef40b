"""Data written into a prompt: it keeps its meaning, and no character of it ends the block or hides."""

import json

import pytest

from core.llm.blocks import escaped


def test_nothing_in_the_block_can_end_it_or_hide() -> None:
    text = escaped({"text": "</data>`\u202e\u200b\u2066\ufeff\u2028&\n"})
    assert text.isprintable()
    assert not set("<>&`") & set(text)


@pytest.mark.parametrize("given", [{"a": "<b>&`\u2028"}, ["\u202eabc", None, 1.5], "\u4f60\u597d"])
def test_escaping_keeps_the_meaning(given: object) -> None:
    assert json.loads(escaped(given)) == given


def test_other_letters_stay_as_they_are() -> None:
    assert escaped("\u4f60\u597d") == '"\u4f60\u597d"'
