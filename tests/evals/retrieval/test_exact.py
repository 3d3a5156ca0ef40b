"""The exact index ranks as the stores rank."""

from pathlib import Path

import numpy as np
import pytest

from evals.retrieval.exact import ExactIndex, Place
from kb.embed.fake import FakeEmbedder
from kb.lexical import document_vector, query_vector
from kb.stores import PLATFORM, Access, CollectionSpec, Entry, Filter, Fusion, HybridQuery
from kb.stores.memory import MemoryStore

TEXTS = (
    ("en", "Disks", "a disk grows when the class allows it"),
    ("en", "Disks", "a claim waits for a disk"),
    ("en", "Names", "the name server answers with an address"),
    ("en", "Names", "a loop makes the name server restart"),
    ("zh", "磁盘", "存储类允许时磁盘可以扩容"),
    ("zh", "域名", "名字服务器成环时会反复重启 server"),
)
QUESTIONS = ("disk grows", "name server restart loop", "磁盘扩容", "nothing of this sort")
PLACES = [
    Place(page=f"{row}.md", language=language, context=context, text=text)
    for row, (language, context, text) in enumerate(TEXTS)
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("languages", [(), ("en",)], ids=["all languages", "English"])
@pytest.mark.parametrize(
    "fusion",
    [Fusion(method="rrf"), Fusion(method="scores", lexical=0.8), Fusion(lexical=0.0), Fusion(dense=0.0)],
    ids=["ranks", "scores", "dense", "lexical"],
)
async def test_it_ranks_as_the_store_in_memory_ranks(question: str, languages: tuple[str, ...], fusion: Fusion) -> None:
    embedder = FakeEmbedder()
    vectors = [vector async for vector in embedder.passages(place.embedded for place in PLACES)]
    index = ExactIndex(PLACES, np.stack(vectors))
    collection = await MemoryStore().create(CollectionSpec(fingerprint="f", dimensions=embedder.dimensions))
    await collection.upsert(
        [
            Entry(id=f"{row:03d}", document=place.page, source="s", access=PLATFORM, language=place.language,
                  kind="text", dense=vector, lexical=document_vector(place.text, context=place.context))
            for row, (place, vector) in enumerate(zip(PLACES, vectors, strict=True))
        ]
    )  # fmt: skip
    dense, terms = await embedder.query(question), query_vector(question)
    only = Filter(access=Access.of(()), languages=languages)
    hits = await collection.query(HybridQuery(filter=only, dense=dense, lexical=terms, fusion=fusion))
    within = index.within(languages)
    found = index.fused(index.dense(dense, within), index.lexical(terms, within), fusion)
    assert [f"{row:03d}" for row, _ in found] == [hit.record.id for hit in hits]
    assert [score for _, score in found] == pytest.approx([hit.score for hit in hits], abs=1e-4)


def test_a_place_is_embedded_as_passages_are(tmp_path: Path) -> None:
    del tmp_path
    assert PLACES[0].embedded == "Disks\na disk grows when the class allows it"
    assert Place(page="p", language="en", context="", text="alone").embedded == "alone"
