"""Fill the exact index from a folder of pages, with the product's own readers, splitter and embedder."""

from pathlib import Path

import numpy as np

from evals.retrieval.exact import ExactIndex, Place
from kb.documents.errors import DocumentError
from kb.documents.reading import read_path
from kb.embed.embedder import Embedder
from kb.passages.splitting import split


def places(folder: Path, embedder: Embedder) -> list[Place]:
    """Read and split every page; pages that hold nothing to read are left out."""
    found: list[Place] = []
    for path in sorted(folder.rglob("*.md")):
        page = path.relative_to(folder).as_posix()
        try:
            document = read_path(path, uri=page)
        except DocumentError:
            continue
        found += [
            Place(page=page, language=document.language, context=passage.context, text=passage.text)
            for passage in split(document, embedder.count_tokens)
        ]
    return found


async def load(folder: Path, embedder: Embedder) -> ExactIndex:
    """Read, split and embed everything."""
    read = places(folder, embedder)
    vectors = [vector async for vector in embedder.passages(place.embedded for place in read)]
    return ExactIndex(read, np.stack(vectors))
