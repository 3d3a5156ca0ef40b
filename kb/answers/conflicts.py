"""Sources that contradict each other: the same setting with another default or value in another version.

Conservative on purpose: both sentences must name the same identifier, give one value each by the same wording, and come
from different versions of a page or from different documents.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.phrase import Phrase
from kb.answers.units import Unit, units_of
from kb.search.model import Found

LOOKED_AT = 4
"""Passages that are compared, with their variants: what contradicts an answer stands where the answer stands."""

SAME_WORDING = 0.6
"""Share of common words, values aside, from which two sentences speak of the same thing."""

_VALUE = re.compile(
    r"(?:\bdefaults?(?: value)?(?: is| to| of|:)?|\bis set to|\blimit(?:ed)? (?:is|to|of)|\bmaximum (?:is|of)|"
    r"\bafter|\bwithin|默认(?:值)?(?:为|是|：)?|上限(?:为|是)|最多(?:为|是)?)\s*(?:`|\"|“)?"
    r"(?P<value>-?\d+(?:\.\d+)?\s?(?:%|[A-Za-z]{1,7}\b|秒|分钟|小时|天|个)?|true|false|[A-Z][A-Za-z]+)(?:`|\"|”)?",
)
_NAME = re.compile(r"--[a-z][a-z0-9-]+|`[^`\s]{3,60}`|\b[a-z]+[A-Z]\w+|\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]+)+")
_WORD = re.compile(r"[A-Za-z][\w.-]*|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence that gives a setting a value."""

    unit: Unit
    names: frozenset[str]
    value: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two claims that cannot both hold."""

    first: Claim
    second: Claim

    @property
    def note(self) -> Phrase:
        """One sentence that says which source says what."""
        names = ", ".join(sorted(self.first.names & self.second.names))
        first, second = _said(self.first), _said(self.second)
        return Phrase(
            en=f"Sources differ on {names}: {first.en}; {second.en}.",
            zh=f"关于 {names}，来源说法不一：{first.zh}；{second.zh}。",
        )


def conflict(chosen: Sequence[Unit], found: Sequence[Found]) -> Conflict | None:
    """Return the first contradiction between what was chosen and what other sources among the first say."""
    others = [
        claim
        for one in found[:LOOKED_AT]
        for passage in (one.passage, *one.variants)
        for claim in _claims(units_of(passage))
    ]
    for claim in _claims(chosen):
        for other in others:
            if _contradict(claim, other):
                return Conflict(first=claim, second=other)
    return None


def _claims(units: Iterable[Unit]) -> Iterator[Claim]:
    for unit in units:
        values = list(_VALUE.finditer(unit.text)) if unit.kind in {"text", "item", "step"} else []
        names = frozenset(name.strip("`") for name in _NAME.findall(unit.text))
        if len(values) == 1 and names:
            value = " ".join(values[0]["value"].split())
            rest = unit.text[: values[0].start("value")] + unit.text[values[0].end("value") :]
            yield Claim(unit=unit, names=names - {value}, value=value, words=frozenset(_WORD.findall(rest.lower())))


def _contradict(one: Claim, other: Claim) -> bool:
    first, second = one.unit.passage, other.unit.passage
    if first.document == second.document or first.language != second.language or one.value == other.value:
        return False
    if not one.names or one.names != other.names or _shape(one.value) != _shape(other.value):
        return False
    return len(one.words & other.words) >= SAME_WORDING * len(one.words | other.words)


def _shape(value: str) -> str:
    return "number" if value[:1].isdigit() or value.startswith("-") else "word"


def _said(claim: Claim) -> Phrase:
    passage = claim.unit.passage
    if passage.version:
        return Phrase(en=f"version {passage.version} says {claim.value}", zh=f"版本 {passage.version} 为 {claim.value}")
    return Phrase(
        en=f"“{passage.title}” ({passage.uri}) says {claim.value}",
        zh=f"“{passage.title}”（{passage.uri}）为 {claim.value}",
    )
