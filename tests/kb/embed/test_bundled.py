"""The bundled model: the same vectors in any company, nothing cut silently, damaged files refused."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.data import data_file
from kb.embed import ModelFilesBroken, TextTooLong, Vector, shorten
from kb.embed.bundled import FILES, FOLDER, BundledEmbedder

TEXTS = (
    "A Pod stays Pending when no node has room for its requests.",
    "容器被内核以退出码 137 终止，因为超过了内存限制。",
    "Ingress sends HTTP traffic to a Service.",
    "",
)


def bundled_folder() -> Path:
    """Return the folder of the model, or skip."""
    try:
        return data_file(FOLDER)
    except FileNotFoundError:
        pytest.skip("this checkout does not hold the bundled model (datasets/models)")


@pytest.fixture
async def embedder() -> AsyncIterator[BundledEmbedder]:
    found = BundledEmbedder(folder=bundled_folder(), threads=2)
    yield found
    await found.close()


async def _all(vectors: AsyncIterator[Vector]) -> list[Vector]:
    return [vector async for vector in vectors]


async def test_a_vector_is_the_same_to_the_bit_whatever_stands_beside_it(embedder: BundledEmbedder) -> None:
    together = await _all(embedder.passages(TEXTS * 3))
    alone = [(await _all(embedder.passages([text])))[0] for text in TEXTS]
    assert all(np.array_equal(one, other) for one, other in zip(together, alone * 3, strict=True))
    assert all(one.shape == (384,) and abs(float(np.linalg.norm(one)) - 1) < 1e-5 for one in alone)


async def test_a_question_is_nearest_to_its_answer_in_either_language(embedder: BundledEmbedder) -> None:
    passages = await _all(embedder.passages(TEXTS[:3]))
    for question, best in (
        ("why is my pod not scheduled", 0),
        ("exit code 137", 1),
        ("为什么 Pod 一直处于 Pending", 0),
        ("how do I expose my app to the web", 2),
    ):
        vector = await embedder.query(question)
        assert int(np.argmax([float(vector @ passage) for passage in passages])) == best


async def test_a_text_of_exactly_the_limit_is_read_and_one_more_token_is_refused(embedder: BundledEmbedder) -> None:
    text = shorten(embedder, "kubelet " * 600)
    assert embedder.count_tokens(text) <= embedder.max_tokens < embedder.count_tokens(text + " kubelet")
    await embedder.query(text)
    await _all(embedder.passages([text]))
    longer = text + " kubelet" * 12
    with pytest.raises(TextTooLong):
        await embedder.query(longer)
    with pytest.raises(TextTooLong):
        await _all(embedder.passages([TEXTS[0], longer, TEXTS[1]]))
    assert len(await _all(embedder.passages(TEXTS))) == len(TEXTS)  # the threads work on


async def test_texts_are_read_only_a_little_ahead(embedder: BundledEmbedder) -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for number in range(1_000):
            read += 1
            yield f"text {number}"

    vectors = embedder.passages(texts())
    async for _ in vectors:
        break
    assert read <= 8


async def test_a_question_does_not_queue_behind_passages(embedder: BundledEmbedder) -> None:
    passages = asyncio.create_task(_all(embedder.passages([TEXTS[0] * 20] * 40)))
    await asyncio.sleep(0)
    await embedder.query("now")
    assert not passages.done()
    await passages


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_or_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_folder(), folder)
    (folder / name).chmod(0o600)
    with (folder / name).open("r+b") as file:
        file.seek(100)
        file.write(b"x")
    with pytest.raises(ModelFilesBroken, match=name):
        BundledEmbedder(folder=folder)
    folder.chmod(0o700)
    (folder / name).unlink()
    with pytest.raises(ModelFilesBroken, match=name):
        BundledEmbedder(folder=folder)
