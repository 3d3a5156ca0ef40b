"""The fake embedder keeps the port's promises."""

import numpy as np
import pytest

from kb.embed import TextTooLong, shorten
from kb.embed.fake import FakeEmbedder


async def test_texts_that_share_terms_are_nearer_than_others() -> None:
    fake = FakeEmbedder()
    question = await fake.query("pods restarting")
    near, far = [one async for one in fake.passages(["a pod restarts", "certificates expire"])]
    assert float(question @ near) > float(question @ far)
    assert near.shape == (fake.dimensions,)


async def test_the_same_text_has_the_same_vector_in_every_instance_of_a_variant_only() -> None:
    one, same, other = FakeEmbedder(), FakeEmbedder(), FakeEmbedder(variant="b")
    assert np.array_equal(await one.query("text"), await same.query("text"))
    assert not np.allclose(await one.query("text"), await other.query("text"))
    assert one.fingerprint == same.fingerprint != other.fingerprint


async def test_an_empty_text_has_a_vector_and_a_long_one_none() -> None:
    fake = FakeEmbedder(max_tokens=3)
    assert np.isfinite(await fake.query("")).all()
    with pytest.raises(TextTooLong):
        await fake.query("one two three four")
    assert shorten(fake, "alpha beta gamma delta").strip() == "alpha beta gamma"
    assert shorten(fake, "alpha") == "alpha"
