"""Entries, filters and questions at random, the same for the same seed."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np

from kb.embed.embedder import Vector, unit
from kb.lexical.weights import TermVector
from kb.stores import PLATFORM, Access, Entry, Filter, namespace_label

DIMENSIONS = 16
NAMESPACES = tuple(f"team-{number}" for number in range(6))
LABELS = (PLATFORM, *map(namespace_label, NAMESPACES))
LANGUAGES = ("en", "zh", "other")
KINDS = ("text", "code", "table")
VERSIONS = ("", "1.33", "1.34")
START = datetime(2026, 1, 1, tzinfo=UTC)


def direction(chance: random.Random) -> Vector:
    """Return a random unit vector."""
    vector = unit(np.array([chance.gauss(0, 1) for _ in range(DIMENSIONS)]))
    assert vector is not None
    return vector


def words(chance: random.Random, most: int) -> TermVector:
    """Return random terms, small ids the more common."""
    ids = sorted({int(chance.expovariate(0.08)) * 40_000_001 % 2**32 for _ in range(chance.randint(1, most))})
    return TermVector(ids=tuple(ids), weights=tuple(round(chance.uniform(0.2, 2.0), 3) for _ in ids))


def entry(
    key: str,
    chance: random.Random | None = None,
    *,
    access: str = PLATFORM,
    document: str = "",
    source: str = "docs",
    language: str = "en",
    kind: str = "text",
    version: str = "",
    revision: str = "",
    updated_at: datetime | None = None,
    dense: Vector | None = None,
    lexical: TermVector | None = None,
) -> Entry:
    """Return an entry; what is not given is the same for all, or random where it is a vector."""
    chance = chance or random.Random(key)
    return Entry(
        id=key,
        document=document or f"doc of {key}",
        source=source,
        access=access,
        language=language,
        kind=kind,
        version=version,
        revision=revision,
        updated_at=updated_at,
        dense=direction(chance) if dense is None else dense,
        lexical=words(chance, 12) if lexical is None else lexical,
    )


def entries(count: int, seed: int = 1) -> list[Entry]:
    """Return entries of several tenants, sources, languages, kinds and ages."""
    chance = random.Random(seed)
    return [
        entry(
            f"doc-{number // 4}#{number}",
            chance,
            document=f"doc-{number // 4}",
            access=chance.choice(LABELS),
            source=f"source-{chance.randrange(5)}",
            language=chance.choice(LANGUAGES),
            kind=chance.choice(KINDS),
            version=chance.choice(VERSIONS),
            updated_at=START + timedelta(days=chance.randrange(300)),
        )
        for number in range(count)
    ]


def access(chance: random.Random) -> Access:
    """Return what some caller may read: usually the platform's and a few namespaces, sometimes nothing."""
    if chance.random() < 0.05:
        return Access(labels=frozenset())
    if chance.random() < 0.1:
        return Access(labels=frozenset({namespace_label(chance.choice(NAMESPACES))}))
    return Access.of(chance.sample(NAMESPACES, chance.randrange(3)))


def some_filter(chance: random.Random) -> Filter:
    """Return a random filter."""

    def some(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(chance.sample(values, chance.randint(1, 2))) if chance.random() < 0.3 else ()

    return Filter(
        access=access(chance),
        sources=some(tuple(f"source-{number}" for number in range(5))),
        documents=tuple(f"doc-{chance.randrange(40)}" for _ in range(5)) if chance.random() < 0.1 else (),
        languages=some(LANGUAGES),
        kinds=some(KINDS),
        versions=some(VERSIONS),
        updated_since=START + timedelta(days=chance.randrange(300)) if chance.random() < 0.2 else None,
    )
