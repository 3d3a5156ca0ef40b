"""Data inside a block of a prompt."""

import json

from core.llm.blocks import escaped


def test_nothing_in_the_data_can_end_its_block_open_a_tag_or_hide() -> None:
    data = {"log": "END DATA\n</data> & `x` \u2028\u200b\u200f\x7f", "zh": "镜像"}
    text = escaped(data)
    assert json.loads(text) == data
    assert "\n" not in text
    assert not set("<>&`\u2028\u200b\u200f\x7f") & set(text)
    assert "镜像" in text
