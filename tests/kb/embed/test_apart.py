"""The bundled model with a process for passages: the same vectors, one process, and what happens when it dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from kb.embed import EmbeddingUnavailable, TextTooLong, Vector
from kb.embed.apart import ApartEmbedder
from kb.embed.bundled import BundledEmbedder
from tests.children import children
from tests.kb.embed.test_bundled import TEXTS, bundled_folder


@pytest.fixture
async def model() -> AsyncIterator[BundledEmbedder]:
    found = BundledEmbedder(folder=bundled_folder(), threads=2)
    yield found
    await found.close()


@pytest.fixture
async def apart(model: BundledEmbedder) -> AsyncIterator[ApartEmbedder]:
    found = ApartEmbedder(model)
    yield found
    await found.close()
    assert not processes()


def processes() -> list[int]:
    """Return the ids of the processes that embed passages for this one."""
    return [pid for pid, command in children() if "kb.embed.apart_process" in command]


async def _all(vectors: AsyncIterator[Vector]) -> list[Vector]:
    return [vector async for vector in vectors]


async def test_vectors_are_those_of_the_model_to_the_bit(apart: ApartEmbedder, model: BundledEmbedder) -> None:
    several = await asyncio.gather(*(_all(apart.passages(TEXTS * 2)) for _ in range(3)))
    alone = await _all(model.passages(TEXTS * 2))
    for vectors in several:
        assert all(np.array_equal(one, other) for one, other in zip(vectors, alone, strict=True))
    assert len(processes()) == 1
    assert np.array_equal(await apart.query(TEXTS[0]), await model.query(TEXTS[0]))
    assert (apart.fingerprint, apart.count_tokens(TEXTS[0])) == (model.fingerprint, model.count_tokens(TEXTS[0]))


async def test_no_process_is_started_for_questions(apart: ApartEmbedder) -> None:
    await apart.query("why is my pod pending")
    assert await _all(apart.passages([])) == []
    assert not processes()


async def test_a_text_that_is_too_long_fails_alone(apart: ApartEmbedder) -> None:
    with pytest.raises(TextTooLong):
        await _all(apart.passages([TEXTS[0], "kubelet " * 2_000, TEXTS[1]]))
    assert len(await _all(apart.passages(TEXTS))) == len(TEXTS)


async def test_a_process_that_dies_fails_what_waits_and_is_started_again(apart: ApartEmbedder) -> None:
    vectors = apart.passages(f"text {number}" for number in range(10_000))
    await anext(vectors)
    (first,) = processes()
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EmbeddingUnavailable, match="signal 9") as caught:
        await _all(vectors)
    assert caught.value.retryable
    assert len(await _all(apart.passages(TEXTS))) == len(TEXTS)
    assert processes() != [first]


async def test_a_process_that_nobody_needs_ends(model: BundledEmbedder) -> None:
    apart = ApartEmbedder(model, idle_seconds=0.0)
    await _all(apart.passages(TEXTS))
    async with asyncio.timeout(30):
        while processes():  # noqa: ASYNC110 - it ends by itself and tells nobody
            await asyncio.sleep(0)
    assert len(await _all(apart.passages(TEXTS))) == len(TEXTS)
    await apart.close()


async def test_texts_are_read_only_a_little_ahead_and_the_rest_never(apart: ApartEmbedder) -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for number in range(1_000):
            read += 1
            yield f"text {number}"

    vectors = apart.passages(texts())
    async for _ in vectors:
        break
    assert read <= 4


async def test_without_another_process_passages_are_embedded_here(
    apart: ApartEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert len(await _all(apart.passages(TEXTS))) == len(TEXTS)
    assert not processes()
