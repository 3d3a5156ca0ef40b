"""LlamaIndex's stock pipeline on the same pages and questions. Runs as a process of its own, so that memory is its own.

``python -m evals.retrieval.stock FOLDER QUESTIONS OUT``: SimpleDirectoryReader, the default SentenceSplitter,
VectorStoreIndex over qdrant-client's local mode, all with their defaults. Two things are ours: the embedding class,
which is the bundled model (its own prefixes, one text a call, all cores; it reads 512 tokens of a text, the rest is
cut off as the library would), and a ``language`` in the metadata, kept out of what is embedded, for questions that
are asked of one language.
"""

import asyncio
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from kb.embed.bundled import BundledEmbedder

RESULTS = 20
"""Chunks of one question: enough for ten pages."""


def embedding_class() -> Any:
    """Return the bundled model as an embedding class of LlamaIndex."""
    base: Any = importlib.import_module("llama_index.core.base.embeddings.base").BaseEmbedding
    model = BundledEmbedder()

    async def embedded(texts: list[str]) -> list[list[float]]:
        return [vector.tolist() async for vector in model.passages(_cut(model, text) for text in texts)]

    def query(text: str) -> list[float]:
        found: list[float] = asyncio.run(model.query(_cut(model, text))).tolist()
        return found

    class Bundled(base):  # type: ignore[misc]  # the library is not installed where types are checked
        """The bundled model."""

        def _get_text_embedding(self, text: str) -> list[float]:
            return asyncio.run(embedded([text]))[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return asyncio.run(embedded(texts))

        def _get_query_embedding(self, query_text: str) -> list[float]:
            return query(query_text)

        async def _aget_query_embedding(self, query_text: str) -> list[float]:
            return query(query_text)

    return Bundled(model_name="e5-small-ops")


def _cut(model: BundledEmbedder, text: str) -> str:
    """Return the beginning that the model reads, give or take a word: the exact cut would cost more than the vector."""
    while (tokens := model.count_tokens(text)) > model.max_tokens:
        text = text[: len(text) * model.max_tokens // tokens]
    return text


def language_of_page(page: str) -> str:
    """Return the language that a page's path tells."""
    return "zh" if page.startswith("content/zh-cn/") else "en"


def retriever_of(folder: Path) -> tuple[Any, dict[str, float]]:
    """Build the index; return what makes retrievers, and the seconds of each step."""
    core: Any = importlib.import_module("llama_index.core")
    reader: Any = importlib.import_module("llama_index.core.readers.file.base")
    stores: Any = importlib.import_module("llama_index.vector_stores.qdrant")
    client: Any = importlib.import_module("qdrant_client")
    os.chdir(folder)  # the paths of the metadata are embedded: those of the pages, not of this machine
    began = time.perf_counter()

    def metadata(path: str) -> dict[str, Any]:
        page = Path(path).resolve().relative_to(folder.resolve()).as_posix()
        found: dict[str, Any] = reader.default_file_metadata_func(path)
        return found | {"file_path": page, "language": language_of_page(page)}

    documents = core.SimpleDirectoryReader(
        ".", recursive=True, required_exts=[".md"], file_metadata=metadata
    ).load_data()
    for document in documents:
        document.excluded_embed_metadata_keys.append("language")
    read = time.perf_counter()
    nodes = core.node_parser.SentenceSplitter().get_nodes_from_documents(documents)
    split = time.perf_counter()
    store = stores.QdrantVectorStore(collection_name="pages", client=client.QdrantClient(":memory:"))
    context = core.StorageContext.from_defaults(vector_store=store)
    index = core.VectorStoreIndex(nodes, storage_context=context, embed_model=embedding_class())
    done = time.perf_counter()
    return index, {"documents": len(documents), "chunks": len(nodes), "read": read - began, "split": split - read,
                   "index": done - split}  # fmt: skip


def ask(index: Any, questions: list[dict[str, Any]]) -> tuple[dict[str, list[str]], float]:
    """Return the pages of every question, best first, and the seconds a question takes."""
    filters: Any = importlib.import_module("llama_index.core.vector_stores")
    retrievers: dict[tuple[str, ...], Any] = {}
    found: dict[str, list[str]] = {}
    began = time.perf_counter()
    for question in questions:
        languages = tuple(question["pages"])
        if languages not in retrievers:
            only = [filters.ExactMatchFilter(key="language", value=one) for one in languages]
            retrievers[languages] = index.as_retriever(
                similarity_top_k=RESULTS, filters=filters.MetadataFilters(filters=only) if only else None
            )
        nodes = retrievers[languages].retrieve(question["text"])
        found[question["id"]] = list(dict.fromkeys(node.node.metadata["file_path"] for node in nodes))
    return found, (time.perf_counter() - began) / max(len(questions), 1)


def main() -> int:
    """Index, ask, and write what was found."""
    folder, questions, out = map(Path, sys.argv[1:4])
    out = out.resolve()
    asked = json.loads(questions.read_text(encoding="utf-8"))
    index, steps = retriever_of(folder.resolve())
    found, seconds = ask(index, asked)
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak, cpu = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
    versions = {name: importlib.import_module("importlib.metadata").version(name)
                for name in ("llama-index-core", "llama-index-readers-file", "llama-index-vector-stores-qdrant",
                             "qdrant-client")}  # fmt: skip
    result = {
        "steps": steps,
        "question_seconds": seconds,
        "peak_mib": peak,
        "cpu_seconds": cpu,
        "versions": versions,
        "found": found,
    }
    out.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
