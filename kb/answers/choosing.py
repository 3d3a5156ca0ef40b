"""Choose the units that answer: a procedure whole and in order, else the best sentences, each thing said once."""

import re
from collections.abc import Iterable, Sequence

from kb.answers.asking import Wanted
from kb.answers.features import terms_in
from kb.answers.judging import Judged, judge
from kb.answers.steps import procedure
from kb.answers.units import Unit
from kb.search.model import Found

MOST_UNITS = 8
"""Sentences and blocks of one answer: what a person reads before looking at the source."""

MOST_CHARACTERS = 2_400
"""Characters of an answer: a page of a terminal."""

PASSAGES = 4
"""Passages that an answer is taken from. Below the fourth, sentences that share words are about something else."""

DOCUMENTS = 3
"""Documents that are read at least: the first four passages may all be of one that is about something alike."""

ENOUGH = 0.6
"""A unit is taken when its score is at least this share of the best one's."""

ENOUGH_ELSEWHERE = 0.75
"""The same for units of another document that hold less of the question: an answer of one piece is easier to follow."""

ON_TOPIC = 0.5
"""Share of what the best unit holds of the question that another one must hold: else only its page is about it."""

STEPS_NEAR, STEPS_ABOUT = 0.6, 0.3
"""A document gives its steps when one of its units has at least this share of the best score, and its title and
headings hold at least this share of the question: steps to something else are worse than sentences."""

ALIKE = 0.75
"""Share of common terms from which two sentences say the same."""

OWN_LANGUAGE = 0.7
"""Share of the best score from which an answer in the language of the question is preferred."""

COMPARED = 5
"""Terms from which sentences are compared: shorter ones share words by chance."""

BEFORE = 3
"""Units that one brings with it at most, because it cannot be understood without them."""

_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|them|their|then|therefore|so|such|both|otherwise|instead|however|but|also|"
    r"here|there|the (?:same|latter|former|second|other))\b|[它其这那此]|因此|所以|否则|然后|但|也|同样|两者|前者|后者",
    re.IGNORECASE,
)
_STANDS = re.compile(r"there (?:is|are)\b|it is\b|其他|其中一|这里是|也就是", re.IGNORECASE)


def choose(
    found: Sequence[Found],
    groups: Sequence[frozenset[str]],
    want: Wanted,
    names: frozenset[str] = frozenset(),
    beside: Sequence[Found] = (),
    language: str = "",
) -> list[Unit]:
    """Return the units of an answer: the best document first, each from top to bottom.

    Steps begin with the first one of their procedure, which may be in a passage of ``beside``; other answers with the
    most direct sentence where that can be understood alone. ``names`` are identifiers of the question: a page that has
    one as its title is the page that was asked for. ``language`` is that of the question.
    """
    judged = judge(_read(found, beside), groups, want, names)
    if not judged:
        return []
    best = _best(judged, language)
    judged = _in_language_of(best, judged)
    if want in {"steps", "goal"}:
        if steps := _steps(best, judged):
            return [one.unit for one in steps]
        want = "any"
    rest = sorted(
        (one for one in judged if one.key != best.key and _on_topic(one, best, want) and _fits_beside(one, best)),
        key=lambda one: (-one.score, one.rank),
    )
    ordered = [best, *(one for one in rest if one.score >= _least(one, best) and one.unit.kind != "lead")]
    kept = _fitting(ordered, judged)
    places = _documents(best, kept)
    kept.sort(key=lambda one: (places[one.unit.passage.document], one.unit.passage.ordinal, one.unit.place))
    if best in kept and _alone(best.unit):
        kept = [best, *(one for one in kept if one.key != best.key)]
    return [one.unit for one in kept]


def _read(found: Sequence[Found], beside: Sequence[Found]) -> list[Found]:
    """Return the passages that are read: the first ones, and whatever else was found of the first documents."""
    documents = set(list(dict.fromkeys(one.passage.document for one in found))[:DOCUMENTS])
    documents |= {one.passage.document for one in found[:PASSAGES]}
    more = [one for one in found[PASSAGES:] if one.passage.document in documents]
    return [*found[:PASSAGES], *more, *beside]


def _steps(best: Judged, judged: Sequence[Judged]) -> list[Judged]:
    """Return the procedure of the best document that has one and a unit nearly as good as the best."""
    near = sorted((one for one in judged if one.score >= STEPS_NEAR * best.score), key=lambda one: -one.score)
    for document in dict.fromkeys(one.unit.passage.document for one in (best, *near) if one.about >= STEPS_ABOUT):
        if steps := procedure([one for one in judged if one.unit.passage.document == document]):
            return steps
    return []


def _best(judged: Sequence[Judged], language: str) -> Judged:
    """Return the best unit; one in the language of the question where it is nearly as good."""
    ordered = sorted(judged, key=lambda one: (-one.score, one.rank, one.unit.place))
    own = next((one for one in ordered if one.unit.passage.language == language), ordered[0])
    return own if own.score >= OWN_LANGUAGE * ordered[0].score else ordered[0]


def _in_language_of(best: Judged, judged: Sequence[Judged]) -> list[Judged]:
    """Leave out what is in another language than the best unit: an answer in two languages is hard to read."""
    spoken = {best.unit.passage.language, "other"}
    return [one for one in judged if one.unit.passage.language in spoken]


def _least(one: Judged, best: Judged) -> float:
    same = one.unit.passage.document == best.unit.passage.document or one.said >= best.said
    return (ENOUGH if same else ENOUGH_ELSEWHERE) * best.score


def _on_topic(one: Judged, best: Judged, want: Wanted) -> bool:
    """Say whether a unit speaks of what was asked. Causes need not name what they explain."""
    return want == "reason" or one.said >= ON_TOPIC * best.said


def _fits_beside(one: Judged, best: Judged) -> bool:
    """Say whether a unit can stand beside the best one: steps and commands only in their own document."""
    return one.unit.passage.document == best.unit.passage.document or one.unit.kind not in {"code", "step"}


def _alone(unit: Unit) -> bool:
    """Say whether a unit can be understood without what stands before it."""
    return unit.kind in {"text", "item", "step", "table"} and (
        not _LEANS.match(unit.text) or bool(_STANDS.match(unit.text))
    )


def _fitting(ordered: Iterable[Judged], judged: Sequence[Judged]) -> list[Judged]:
    """Take units while there is room, each thing once, with what they cannot be understood without."""
    places = {one.key: one for one in judged}
    kept: dict[tuple[str, int], Judged] = {}
    room = MOST_CHARACTERS
    for one in ordered:
        whole = _with_before(one, places)
        after = places.get((one.unit.passage.id, one.unit.place + 1))
        if one.unit.kind == "lead" and after is not None:
            whole.append(after)
        new = [piece for piece in whole if piece.key not in kept and not _said(piece.unit, kept.values())]
        size = sum(len(piece.unit.text) for piece in new)
        if one not in new or len(kept) + len(new) > MOST_UNITS or (kept and size > room):
            continue
        if any(piece.unit.kind == "lead" for piece in new[-1:]):
            continue
        room -= size
        kept.update((piece.key, piece) for piece in new)
    return [one for one in kept.values() if not _dangling(one, kept)]


def _with_before(one: Judged, places: dict[tuple[str, int], Judged]) -> list[Judged]:
    """Return a unit after the ones that it leans on: the sentence that leads to code, what a pronoun points at."""
    whole = [one]
    while len(whole) <= BEFORE:
        before = places.get((one.unit.passage.id, whole[0].unit.place - 1))
        if before is None or (before.unit.kind != "lead" and _alone(whole[0].unit)) or before.unit.kind == "table":
            break
        whole.insert(0, before)
    return whole


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


def _documents(best: Judged, kept: Sequence[Judged]) -> dict[str, int]:
    """Return the order in which documents are read: that of the best unit first, the others as they were found."""
    ranked = sorted(kept, key=lambda one: (one.unit.passage.document != best.unit.passage.document, one.rank))
    documents = dict.fromkeys(one.unit.passage.document for one in ranked)
    return {document: place for place, document in enumerate(documents)}
