"""Vectors that are kept between runs."""

from pathlib import Path

import numpy as np

from evals.retrieval.vectors import CachingEmbedder
from kb.embed.fake import FakeEmbedder

TEXTS = ("one", "two", "three", "two")


async def test_a_second_run_computes_nothing_and_gives_the_same_vectors_in_order(tmp_path: Path) -> None:
    first = CachingEmbedder(FakeEmbedder(), tmp_path)
    before = [vector async for vector in first.passages(TEXTS)]
    await first.close()
    second = CachingEmbedder(FakeEmbedder(), tmp_path)
    after = [vector async for vector in second.passages(TEXTS)]
    await second.close()
    assert (second.found, second.computed) == (4, 0)
    assert np.array_equal(np.stack(before), np.stack(after))


async def test_known_and_unknown_texts_keep_their_order(tmp_path: Path) -> None:
    embedder = CachingEmbedder(FakeEmbedder(), tmp_path)
    [_ async for _ in embedder.passages(["two"])]
    mixed = [vector async for vector in embedder.passages(["one", "two", "three"])]
    plain = [vector async for vector in FakeEmbedder().passages(["one", "two", "three"])]
    await embedder.close()
    assert np.array_equal(np.stack(mixed), np.stack(plain))


async def test_another_model_has_a_file_of_its_own(tmp_path: Path) -> None:
    for variant in ("", "other"):
        embedder = CachingEmbedder(FakeEmbedder(variant=variant), tmp_path)
        [_ async for _ in embedder.passages(["one"])]
        assert embedder.computed == 1
        await embedder.close()
