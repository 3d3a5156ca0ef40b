from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kb.embed import ModelFilesBroken
from kb.embed.fake import FakeEmbedder
from kb.embed.remembered import RememberingEmbedder, VectorFile, key_of, write_vectors

TEXTS = [f"passage {number} of the corpus" for number in range(9)]


async def written(path: Path, known: list[str], embedder: FakeEmbedder) -> VectorFile:
    vectors = {
        key_of(text): vector for text, vector in zip(known, [v async for v in embedder.passages(known)], strict=True)
    }
    write_vectors(path, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions, vectors=vectors)
    return VectorFile(path)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    known: list[str]


CASES = (
    Case(id="nothing is known", known=[]),
    Case(id="everything is known", known=TEXTS),
    Case(id="the first are known", known=TEXTS[:4]),
    Case(id="the last are known", known=TEXTS[5:]),
    Case(id="every other one is known", known=TEXTS[::2]),
)


class Counting(FakeEmbedder):
    computed = 0

    def _vector(self, text: str) -> np.ndarray:
        self.computed += 1
        return super()._vector(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_vectors_come_in_order_and_only_unknown_ones_are_computed(case: Case, tmp_path: Path) -> None:
    plain = FakeEmbedder()
    inner = Counting()
    embedder = RememberingEmbedder(inner, await written(tmp_path / "vectors.bin", case.known, plain))
    found = [vector async for vector in embedder.passages(TEXTS)]
    expected = [vector async for vector in plain.passages(TEXTS)]
    assert np.array_equal(found, expected)
    assert inner.computed == len(TEXTS) - len(case.known)


async def test_the_same_vectors_are_the_same_bytes(tmp_path: Path) -> None:
    for name, known in (("a", TEXTS), ("b", TEXTS[::-1])):
        await written(tmp_path / name, known, FakeEmbedder())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


async def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    known = await written(tmp_path / "vectors.bin", TEXTS, FakeEmbedder(variant="other"))
    with pytest.raises(ModelFilesBroken, match="another model"):
        RememberingEmbedder(FakeEmbedder(), known)


@pytest.mark.parametrize(
    "damage", [b"", b"{}\n", b"not json\n", None], ids=["empty", "no head", "no JSON", "cut short"]
)
async def test_a_damaged_file_is_told(damage: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    await written(path, TEXTS, FakeEmbedder())
    path.write_bytes(path.read_bytes()[:-1] if damage is None else damage)
    with pytest.raises(ModelFilesBroken, match=r"vectors\.bin"):
        VectorFile(path)
