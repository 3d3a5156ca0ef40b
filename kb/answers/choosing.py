"""Choose the units that answer: by the question's terms, by what kind of answer is wanted, each thing said once."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.answers.asking import Wanted
from kb.answers.confidence import names_title, terms_in
from kb.answers.units import Unit, units_of
from kb.search.model import Found

MOST_UNITS = 8
"""Sentences and blocks of one answer: what a person reads before looking at the source."""

MOST_CHARACTERS = 2_400
"""Characters of an answer: a page of a terminal."""

PASSAGES = 4
"""Passages that an answer is taken from. Below the fourth, sentences that share words are about something else."""

ENOUGH = 0.6
"""A unit is taken when its score is at least this share of the best one's."""

ENOUGH_ELSEWHERE = 0.75
"""The same for units of another document: an answer of one piece is easier to follow."""

ALIKE = 0.75
"""Share of common terms from which two sentences say the same."""

TITLED = 1.5
"""The factor of a page whose title is an identifier of the question."""

COMPARED = 5
"""Terms from which sentences are compared: shorter ones share words by chance."""

FOLLOWING = 4
"""Units after the best one of a how-to that are its next steps."""

_IS = re.compile(r"\b(?:is|are|means|refers to|lets you|allows you|provides)\b|是|指|表示|用于|允许")
_DOING = re.compile(
    r"\b(?:mitigat|resol|remed|fix|diagnos|troubleshoot|debug|how to|steps|procedure|recover)|"
    r"解决|处理|诊断|排查|缓解|修复|步骤|恢复",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")
_BECAUSE = re.compile(r"\b(?:because|due to|caused?|reason|if|when)\b|因为|由于|原因|导致|如果|当", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A unit and how well it answers; ``rank`` is its passage's place."""

    unit: Unit
    score: float
    rank: int


def choose(
    found: Sequence[Found], groups: Sequence[frozenset[str]], want: Wanted, names: frozenset[str] = frozenset()
) -> list[Unit]:
    """Return the units of an answer in reading order: the best document first, each from top to bottom.

    ``names`` are identifiers of the question: a page that has one as its title is the page that was asked for.
    """
    judged = _judge(found[:PASSAGES], groups, want, names)
    if not judged:
        return []
    best = max(judged, key=lambda one: (one.score, -one.rank, -one.unit.place))
    ordered = [best, *(_steps_after(best, judged) if want == "steps" else ())]
    taken = {_key(one) for one in ordered}
    rest = sorted((one for one in judged if _key(one) not in taken), key=lambda one: (-one.score, one.rank))
    ordered += [one for one in rest if one.score >= _least(one, best) and one.unit.kind != "lead"]
    kept = _fitting(ordered, judged)
    places = _documents(best, kept)
    kept.sort(key=lambda one: (places[one.unit.passage.document], one.unit.passage.ordinal, one.unit.place))
    return [one.unit for one in kept]


def _least(one: Judged, best: Judged) -> float:
    same = one.unit.passage.document == best.unit.passage.document
    return (ENOUGH if same else ENOUGH_ELSEWHERE) * best.score


def _judge(
    found: Sequence[Found], groups: Sequence[frozenset[str]], want: Wanted, names: frozenset[str]
) -> list[Judged]:
    units = [(rank, unit) for rank, one in enumerate(found) for unit in units_of(one.passage)]
    terms = [terms_in(unit.text) for _, unit in units]
    rarity = [_rarity(group, terms) for group in groups]
    top = max((one.score for one in found), default=0.0) or 1.0
    judged = []
    for (rank, unit), held in zip(units, terms, strict=True):
        context = terms_in(unit.passage.context)
        said = sum(weight for group, weight in zip(groups, rarity, strict=True) if not held.isdisjoint(group))
        about = sum(weight for group, weight in zip(groups, rarity, strict=True) if not context.isdisjoint(group))
        whole = sum(rarity) or 1.0
        length = 1.0 / (1.0 + 0.15 * math.log1p(max(len(held) - 25, 0)))
        score = (said / whole * length + 0.35 * about / whole + 0.25) * (0.4 + 0.6 * found[rank].score / top)
        score *= TITLED if names_title(found[rank], names) else 1.0
        judged.append(Judged(unit=unit, score=score * _fits(unit, want), rank=rank))
    return judged


def _rarity(group: frozenset[str], units: Sequence[set[str]]) -> float:
    """Weigh a term by how few of the units hold it: what all of them hold tells none apart."""
    holding = sum(not held.isdisjoint(group) for held in units)
    return math.log1p(len(units) / (1 + holding))


def _fits(unit: Unit, want: Wanted) -> float:
    """Return the factor of a unit for the kind of answer that is wanted. The first of a passage sums it up."""
    factor = 1.1 if unit.place == 0 and unit.kind == "text" else 1.0
    match want:
        case "steps":
            doing = 1.2 if _DOING.search(" ".join(unit.passage.heading_path)) else 1.0
            return factor * doing * (1.2 if unit.kind in {"step", "code"} else 1.0)
        case "definition":
            good = unit.kind == "text" and _IS.search(unit.text)
            return factor * (1.25 if good else 0.7 if unit.kind == "code" else 1.0)
        case "value":
            return factor * (1.2 if _NUMBER.search(unit.text) else 0.85)
        case "reason":
            return factor * (1.15 if _BECAUSE.search(unit.text) else 0.8 if unit.kind == "code" else 1.0)
        case "any":
            return factor * (0.9 if unit.kind == "code" else 1.0)


def _steps_after(best: Judged, judged: Sequence[Judged]) -> list[Judged]:
    """Return what follows the best unit in its passage: the next steps of a how-to, in order."""
    same = [one for one in judged if one.unit.passage.id == best.unit.passage.id and one.unit.place > best.unit.place]
    following = sorted(same, key=lambda one: one.unit.place)[:FOLLOWING]
    return following if any(one.unit.kind in {"step", "code", "lead"} for one in following) else following[:1]


def _fitting(ordered: Iterable[Judged], judged: Sequence[Judged]) -> list[Judged]:
    """Take units while there is room, each thing once; code and tables bring the sentence that leads to them."""
    places = {(one.unit.passage.id, one.unit.place): one for one in judged}
    kept: dict[tuple[str, int], Judged] = {}
    room = MOST_CHARACTERS
    for one in ordered:
        new = [one]
        before = places.get((one.unit.passage.id, one.unit.place - 1))
        if before and before.unit.kind == "lead":
            new.insert(0, before)
        after = places.get((one.unit.passage.id, one.unit.place + 1))
        if one.unit.kind == "lead":
            if after is None:
                continue
            new.append(after)
        new = [piece for piece in new if _key(piece) not in kept and not _said(piece.unit, kept.values())]
        size = sum(len(piece.unit.text) for piece in new)
        if not new or len(kept) + len(new) > MOST_UNITS or (kept and size > room):
            continue
        room -= size
        kept.update((_key(piece), piece) for piece in new)
    return [one for one in kept.values() if not _dangling(one, kept)]


def _dangling(one: Judged, kept: dict[tuple[str, int], Judged]) -> bool:
    return one.unit.kind == "lead" and (one.unit.passage.id, one.unit.place + 1) not in kept


def _said(unit: Unit, kept: Iterable[Judged]) -> bool:
    terms = terms_in(unit.text)
    for one in kept:
        if " ".join(one.unit.text.split()) == " ".join(unit.text.split()):
            return True
        others = terms_in(one.unit.text)
        if min(len(terms), len(others)) < COMPARED or unit.kind in {"code", "table"}:
            continue
        if len(terms & others) >= ALIKE * max(len(terms | others), 1):
            return True
    return False


def _key(one: Judged) -> tuple[str, int]:
    return one.unit.passage.id, one.unit.place


def _documents(best: Judged, kept: Sequence[Judged]) -> dict[str, int]:
    """Return the order in which documents are read: that of the best unit first, the others as they were found."""
    ranked = sorted(kept, key=lambda one: (one.unit.passage.document != best.unit.passage.document, one.rank))
    return {
        document: place for place, document in enumerate(dict.fromkeys(one.unit.passage.document for one in ranked))
    }
