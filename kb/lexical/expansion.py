"""Add terms to a question: what a symptom is called, and what a Chinese term is called in English and the reverse.

The tables are data (``data/symptoms.tsv``, ``data/terms.tsv``). Every addition says which words of the question
brought it, so that a search can be explained.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

SYMPTOM_WEIGHT = 0.8
"""A symptom's name is strong evidence, yet the person did not write it. Measured on operators' questions: recall@5 is
0.91 (English) and 0.86 (Chinese) without, 0.94 and 0.90 with 0.5, 0.95 and 0.93 from 0.7 on."""

TRANSLATION_WEIGHT = 0.6
"""Terms of the other language find its pages without outweighing the question's own words. 0.3 to 0.9 do alike: what
counts is that the dense leg is asked with them too (``kb.search``)."""

Table = Literal["symptoms", "terms"]
_WEIGHTS: dict[Table, float] = {"symptoms": SYMPTOM_WEIGHT, "terms": TRANSLATION_WEIGHT}
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Terms that were added, the words of the question that brought them, and from which table they came."""

    text: str
    because: str
    table: Table
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """All that was added to one question, in the order of the tables."""

    additions: tuple[Addition, ...]

    @property
    def weighted(self) -> tuple[tuple[str, float], ...]:
        """The additions as ``query_vector`` takes them."""
        return tuple((addition.text, addition.weight) for addition in self.additions)

    @property
    def text(self) -> str:
        """The added words in one line, each once: for the dense leg of a question in the other language."""
        return " ".join(dict.fromkeys(addition.text for addition in self.additions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table: any of the phrases brings all of the texts."""

    phrases: tuple[str, ...]
    texts: tuple[str, ...]


def expand(question: str) -> Expansion:
    """Return what the tables add to a question. Words that the question holds already are not added."""
    text = _SPACE.sub(" ", question.casefold())
    found: dict[str, Addition] = {}
    for pattern, texts in _symptoms():
        if match := pattern.search(text):
            for extra in texts:
                _add(found, extra, match[0], "symptoms", text)
    pattern, translations = _translations()
    for match in pattern.finditer(text):
        phrase = match[1] or match[2]
        for extra in translations[phrase]:
            _add(found, extra, phrase, "terms", text)
    return Expansion(additions=tuple(found.values()))


def _add(found: dict[str, Addition], extra: str, because: str, table: Table, text: str) -> None:
    key = extra.casefold()
    if key not in found and not _pattern(key).search(text):
        found[key] = Addition(text=extra, because=because, table=table, weight=_WEIGHTS[table])


@lru_cache(maxsize=4096)
def _pattern(*phrases: str) -> re.Pattern[str]:
    """Find phrases, the longest first: Chinese anywhere, others between word boundaries, a plural ``s`` allowed.

    Group 1 is a phrase of words, group 2 one with Chinese characters. A longer phrase hides those inside it.
    """
    ordered = sorted(phrases, key=len, reverse=True)
    words = "|".join(re.escape(phrase) for phrase in ordered if not _HAN.search(phrase)) or "(?!)"
    han = "|".join(_chinese(phrase) for phrase in ordered if _HAN.search(phrase)) or "(?!)"
    return re.compile(rf"(?<![a-z0-9])({words})(?:s|es)?(?![a-z0-9])|({han})")


def _chinese(phrase: str) -> str:
    """Escape a phrase. A number at its end ends there: exit code 1 is not exit code 137."""
    return re.escape(phrase) + ("(?![0-9])" if phrase[-1].isdigit() else "")


@lru_cache(maxsize=2)
def rows(table: Table) -> tuple[Row, ...]:
    """Read a table: one row a line, two columns, alternatives between bars; ``#`` begins a comment."""
    lines = files("kb.lexical").joinpath("data", f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    found: list[Row] = []
    for line in lines:
        if line and not line.startswith("#"):
            left, right = line.split("\t")
            found.append(Row(phrases=_cells(left.casefold()), texts=_cells(right)))
    return tuple(found)


def _cells(column: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in column.split("|"))


@lru_cache(maxsize=1)
def _symptoms() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((_pattern(*row.phrases), row.texts) for row in rows("symptoms"))


@lru_cache(maxsize=1)
def _translations() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Return both directions of the table of terms, and the pattern that finds any of them."""
    both: dict[str, dict[str, None]] = {}
    for row in rows("terms"):
        for left, right in ((row.phrases, row.texts), (row.texts, row.phrases)):
            for phrase in left:
                both.setdefault(phrase.casefold(), {}).update(dict.fromkeys(right))
    return _pattern(*both), {phrase: tuple(texts) for phrase, texts in both.items()}
