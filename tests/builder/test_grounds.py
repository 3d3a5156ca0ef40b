"""Deciding between candidates."""

from dataclasses import dataclass

import pytest

from builder.grounds import (
    CODE,
    CONVENTION,
    DECLARED,
    DEFAULT,
    GUESS,
    STATED,
    Candidate,
    Field,
    Ground,
    Weighing,
    decide,
)
from core.phrase import Phrase

WHY = Phrase(en="because", zh="因为")


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    candidates: tuple[tuple[int, float], ...]
    value: int | None
    rivals: tuple[int, ...] = ()


CASES = (
    Case(id="nothing is known", candidates=(), value=None),
    Case(id="the strongest wins", candidates=((80, DEFAULT), (3000, CODE)), value=3000, rivals=(80,)),
    Case(id="a person's word beats the code", candidates=((3000, CODE), (8080, STATED)), value=8080, rivals=(3000,)),
    Case(id="equals contradict each other", candidates=((1, CODE), (2, CODE)), value=None, rivals=(1, 2)),
    Case(id="more rules break a tie", candidates=((1, CODE), (2, CODE), (2, CODE)), value=2, rivals=(1,)),
    Case(id="many weak do not beat one strong", candidates=((1, DEFAULT),) * 5 + ((2, CODE),), value=2, rivals=(1,)),
    Case(id="a guess is a question", candidates=((1, GUESS),), value=None, rivals=(1,)),
    Case(id="near is a tie", candidates=((1, STATED), (2, DECLARED)), value=1, rivals=(2,)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_candidates_are_weighed(case: Case) -> None:
    weighing = Weighing[int]()
    for value, confidence in case.candidates:
        weighing.add(value, confidence, "rule", WHY, None)
    found = weighing.decided()
    assert found.value == case.value
    assert tuple(one.value for one in found.rivals) == case.rivals
    assert found.undecided == (case.value is None and bool(case.rivals))


def test_a_value_keeps_the_grounds_of_all_its_candidates() -> None:
    def candidate(rule: str, confidence: float) -> Candidate[str]:
        return Candidate(value="npm", confidence=confidence, ground=Ground(rule=rule, why=WHY))

    found: Field[str] = decide([candidate("weak", CONVENTION), candidate("strong", DECLARED)])
    assert [one.rule for one in found.grounds] == ["strong", "weak"]
    assert found.confidence == DECLARED
