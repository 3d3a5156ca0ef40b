"""Questions and the pages that answer them, as they are asked of the knowledge base."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.retrieval.corpus import Corpus

Group = Literal["operators", "crossing", "glossary", "paragraphs", "titles", "alerts", "unanswerable"]
"""``crossing``: Chinese operator questions of which only the English pages may answer."""

Half = Literal["tune", "held"]

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. ``gold`` are pages that answer it, each as good as the others; none where nothing answers it.

    ``pages`` restricts the search to pages of these languages (empty: all). ``kind`` says more of the group.
    """

    id: str
    group: Group
    language: str
    text: str
    gold: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    kind: str = ""

    @property
    def half(self) -> Half:
        """Which half it belongs to. Forms of one question (``id+form``) stay together."""
        return half_of(self.id.partition("+")[0])


def half_of(identity: str) -> Half:
    """Split by hash, so that a new question never moves an old one."""
    return "tune" if hashlib.sha256(identity.encode()).digest()[0] % 2 == 0 else "held"


def written(folder: Path, corpus: Corpus) -> Iterator[Question]:
    """Yield the questions that people wrote. Raises ``CorpusUnfit`` for a page that the corpus does not hold."""
    for language in LANGUAGES:
        for identity, text, pages in _rows(folder / f"operators.{language}.tsv", columns=3):
            own = tuple(corpus.page(path, language) for path in pages.split())
            yield Question(id=identity, group="operators", language=language, text=text, gold=own)
            if language != "en":
                english = tuple(corpus.page(path, "en") for path in pages.split())
                yield Question(
                    id=f"{identity}+en", group="crossing", language=language, text=text, gold=english, pages=("en",)
                )
    for identity, kind, text, _ in _rows(folder / "unanswerable.tsv", columns=4):
        yield Question(id=identity, group="unanswerable", language=identity.split("-")[1], text=text, kind=kind)


def withheld_pages(folder: Path) -> tuple[str, ...]:
    """Return the pages that questions expect to be missing, as they are written in the data."""
    rows = _rows(folder / "unanswerable.tsv", columns=4)
    return tuple(dict.fromkeys(page for *_, pages in rows for page in pages.split()))


def _rows(path: Path, *, columns: int) -> Iterator[list[str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != columns:
                message = f"{path.name}, line {number}: {len(cells)} columns, not {columns}"
                raise ValueError(message)
            yield cells
