"""What is asked of a document's reading, and its passages as the vector store takes them."""

from collections.abc import Sequence

from kb.documents.limits import Limits
from kb.embed.embedder import Embedder, Vector, counter_of
from kb.ingest.preparing import Asked, Method, Prepared
from kb.lexical.weights import document_vector
from kb.passages.splitting import Sizes
from kb.records.model import StoredDocument, StoredPassage
from kb.records.versions import Version
from kb.sources.source import Fetched
from kb.stores.entry import Entry

DEFAULT_SIZES = Sizes()


def asked_of(document: StoredDocument, content: Fetched, *, anew: bool) -> Asked:
    """Return what is to be read for a stored document."""
    current = (document.content_hash, document.version) if document.searchable else None
    return Asked(document=document.id, uri=document.uri, content=content, current=current, anew=anew)


def method_for(embedder: Embedder, limits: Limits) -> Method:
    """Return how documents are read and split for a model."""
    return Method(count=counter_of(embedder) or embedder.count_tokens, sizes=sizes_for(embedder), limits=limits)


def sizes_for(embedder: Embedder) -> Sizes:
    """Return how large passages are for a model: what it reads, and no larger than usual."""
    limit = min(DEFAULT_SIZES.limit, embedder.max_tokens + DEFAULT_SIZES.reserve)
    return Sizes(limit=limit, target=min(DEFAULT_SIZES.target, limit // 2), small=min(DEFAULT_SIZES.small, limit // 8))


def version_of(prepared: Prepared, access: str, written: frozenset[str]) -> Version:
    """Return what is written to the database once these collections hold the passages."""
    return Version(values=prepared.values, text=prepared.text, passages=prepared.rows, access=access, written=written)


def embedded(passage: StoredPassage) -> str:
    """Return the text of a stored passage as it is embedded."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def entries(
    prepared: Prepared, stored: StoredDocument, access: str, first: int, vectors: Sequence[Vector]
) -> list[Entry]:
    """Return the entries of the passages from ``first`` on, one for each vector."""
    version, revision = str(prepared.values["version"]), prepared.revision
    updated_at = prepared.values["updated_at"]
    return [
        Entry(
            id=prepared.rows[at]["id"],
            document=stored.id,
            source=stored.source,
            access=access,
            language=prepared.rows[at]["language"],
            kind=prepared.rows[at]["kind"],
            version=version,
            revision=revision,
            updated_at=updated_at,
            dense=vector,
            lexical=prepared.lexical[at],
        )
        for at, vector in enumerate(vectors, start=first)
    ]


def stored_entries(passages: Sequence[StoredPassage], vectors: Sequence[Vector]) -> list[Entry]:
    """Return the entries of passages as they stand in the database."""
    return [
        Entry(
            id=one.id,
            document=one.document,
            source=one.source,
            access=one.access,
            language=one.language,
            kind=one.kind,
            version=one.version,
            revision=one.revision,
            updated_at=one.updated_at,
            dense=vector,
            lexical=document_vector(one.text, context=one.context),
        )
        for one, vector in zip(passages, vectors, strict=True)
    ]
