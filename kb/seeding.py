"""Make the vectors of the bundled knowledge, which ship with it: ``python -m kb.seeding``.

Whoever changes a bundled page runs it. Only passages that the file does not hold yet are embedded. ``--check`` writes
nothing and fails when the file does not fit the pages.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from core.data import data_file
from kb.documents.errors import DocumentError
from kb.documents.limits import DEFAULT
from kb.documents.reading import read
from kb.embed import Embedder, ModelFilesBroken, Vector
from kb.embed.bundled import BundledEmbedder
from kb.embed.remembered import FILE, VectorFile, key_of, write_vectors
from kb.passages.splitting import split
from kb.sources import Item
from kb.sources.seed import SeedSource


async def bundled_texts(embedder: Embedder) -> dict[bytes, str]:
    """Return what ingestion will embed of every bundled page, by its key."""
    texts: dict[bytes, str] = {}
    async for item in SeedSource(max_bytes=DEFAULT.max_bytes).items({}):
        assert isinstance(item, Item) and item.content is not None  # noqa: S101, PT018 - nothing is known, so all is told
        try:
            document = read(item.content.data, uri=item.uri, name=item.content.name, media_type=item.content.media_type)
        except DocumentError as exc:
            raise SystemExit(f"{item.uri}: {exc.message}") from exc
        texts |= {key_of(one.embedded): one.embedded for one in split(document, embedder.count_tokens)}
    return texts


async def completed(texts: dict[bytes, str], known: VectorFile | None, embedder: Embedder) -> dict[bytes, Vector]:
    """Return the vector of every text; those that the file holds are taken from it."""
    if known is not None and known.fingerprint != embedder.fingerprint:
        known = None
    found = {key: known.get(text) if known else None for key, text in texts.items()}
    missing = [key for key, vector in found.items() if vector is None]
    made = embedder.passages(texts[key] for key in missing)
    vectors = {key: vector for key, vector in found.items() if vector is not None}
    for key in missing:
        vectors[key] = await anext(made)
    return vectors


def existing(path: Path) -> VectorFile | None:
    """Open the file there is; one that is missing or damaged is made anew."""
    try:
        return VectorFile(path)
    except ModelFilesBroken:
        return None


async def _run(*, check: bool) -> int:
    path = data_file("knowledge").parent / FILE
    embedder = BundledEmbedder()
    texts, known = await bundled_texts(embedder), existing(path)
    missing = texts.keys() - (known.keys if known else frozenset())
    extra = (known.keys if known else frozenset()) - texts.keys()
    if check:
        sys.stdout.write(f"{len(texts)} passages, {len(missing)} without a vector, {len(extra)} vectors too many\n")
        return 1 if missing or extra else 0
    vectors = await completed(texts, known, embedder)
    write_vectors(path, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions, vectors=vectors)
    await embedder.close()
    sys.stdout.write(f"{len(vectors)} vectors, {len(missing)} of them new, {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m kb.seeding", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    sys.exit(asyncio.run(_run(check=parser.parse_args().check)))
