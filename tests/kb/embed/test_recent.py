"""Vectors of questions that were asked before."""

import numpy as np
import pytest

from kb.embed import EmbeddingUnavailable, Vector
from kb.embed.fake import FakeEmbedder
from kb.embed.recent import RecentQuestions


class Counted(FakeEmbedder):
    """An embedder that notes what it embeds, and fails while it is ``down``."""

    def __init__(self, dimensions: int = 8) -> None:
        super().__init__(dimensions=dimensions)
        self.asked: list[str] = []
        self.down = False

    async def query(self, text: str) -> Vector:
        if self.down:
            message = "the model does not answer"
            raise EmbeddingUnavailable(message)
        self.asked.append(text)
        return await super().query(text)


async def test_the_same_question_is_embedded_once_and_gets_the_same_vector() -> None:
    embedder, recent = Counted(), RecentQuestions(most=10)
    first, again = [await recent.vector(embedder, "image pull") for _ in range(2)]
    assert embedder.asked == ["image pull"]
    assert np.array_equal(first, again)
    assert np.array_equal(first, await FakeEmbedder(dimensions=8).query("image pull"))
    assert not first.flags.writeable


async def test_another_model_gives_vectors_of_its_own() -> None:
    recent = RecentQuestions(most=10)
    sizes = [(await recent.vector(Counted(dimensions), "image pull")).shape for dimensions in (8, 16)]
    assert sizes == [(8,), (16,)]


async def test_what_was_asked_longest_ago_gives_way() -> None:
    embedder, recent = Counted(), RecentQuestions(most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        await recent.vector(embedder, text)
    assert embedder.asked == ["a", "b", "c", "b"]


async def test_with_room_for_none_every_question_is_embedded() -> None:
    embedder, recent = Counted(), RecentQuestions(most=0)
    for _ in range(2):
        await recent.vector(embedder, "a")
    assert embedder.asked == ["a", "a"]


async def test_a_failure_is_not_remembered() -> None:
    embedder, recent = Counted(), RecentQuestions(most=10)
    embedder.down = True
    with pytest.raises(EmbeddingUnavailable):
        await recent.vector(embedder, "a")
    embedder.down = False
    assert (await recent.vector(embedder, "a")).shape == (8,)
