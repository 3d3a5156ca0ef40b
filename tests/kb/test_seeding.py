"""The vectors that ship are those of the pages that ship."""

import numpy as np
import pytest

from core.data import data_file
from kb.embed.bundled import BundledEmbedder
from kb.embed.fake import FakeEmbedder
from kb.embed.remembered import FILE, VectorFile, key_of
from kb.seeding import bundled_texts, completed


@pytest.fixture(scope="module")
def embedder() -> BundledEmbedder:
    return BundledEmbedder(threads=2)


async def test_every_bundled_passage_has_its_vector_and_there_are_no_others(embedder: BundledEmbedder) -> None:
    texts, known = await bundled_texts(embedder), VectorFile(data_file(FILE))
    assert known.fingerprint == embedder.fingerprint
    assert texts.keys() == known.keys, "run `python -m kb.seeding`"


async def test_the_vectors_are_what_the_model_gives(embedder: BundledEmbedder) -> None:
    known = VectorFile(data_file(FILE))
    texts = list((await bundled_texts(embedder)).values())[::400]
    made = [vector async for vector in embedder.passages(texts)]
    for text, vector in zip(texts, made, strict=True):
        found = known.get(text)
        assert found is not None
        # Another processor rounds differently; the direction is the same.
        assert float(np.dot(found, vector)) > 0.99


async def test_only_what_is_not_known_is_embedded() -> None:
    fake = FakeEmbedder()
    texts = {key_of(text): text for text in ("one", "two")}
    vectors = await completed(texts, None, fake)
    assert vectors.keys() == texts.keys()
    assert np.array_equal(vectors[key_of("one")], await fake.query("one"))
