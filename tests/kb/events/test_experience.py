"""Similar trouble and what helped then: scores, decay, boosts, fixes that failed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Forbidden, UsageError
from core.storage import Database
from kb.events import EventMemory, Incident, Subject
from kb.events.model import decay
from kb.events.similarity import SAME_IMAGE, SAME_NAMESPACE, SAME_WORKLOAD, Comparison
from kb.stores import Access
from tests.kb.events.made import NOON, SHOP, Clock, event, incident

NOWHERE = Subject(code="ImageTagNotFound")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def memory(database: Database, clock: Clock) -> AsyncIterator[EventMemory]:
    async with EventMemory(database, clock=clock) as opened:
        yield opened


def total(subject: Subject, found: Incident) -> float:
    return Comparison(subject, NOON, 20.0).with_incident(found).total


def test_weight_halves_every_twenty_days() -> None:
    assert [decay(timedelta(days=days), 20.0) for days in (0, 20, 40)] == [1.0, 0.5, 0.25]
    assert decay(timedelta(days=-3), 20.0) == 1.0


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_older_of_two_equal_incidents_never_weighs_more(one: int, other: int) -> None:
    first, second = (total(NOWHERE, incident(resolved_at=NOON - timedelta(days=days))) for days in (one, other))
    assert (first >= second) == (one <= other) or first == pytest.approx(second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    id: str
    subject: Subject
    factor: float


BOOSTS = (
    Boost(id="none", subject=NOWHERE, factor=1.0),
    Boost(id="workload", subject=replace(NOWHERE, workload="Deployment/web"), factor=SAME_WORKLOAD),
    Boost(
        id="workload by its pod", subject=replace(NOWHERE, workload="Pod/web-7c9d6b5f4d-x2x4z"), factor=SAME_WORKLOAD
    ),
    Boost(id="another kind", subject=replace(NOWHERE, workload="StatefulSet/web"), factor=1.0),
    Boost(id="image", subject=replace(NOWHERE, image="registry.example.com/web:9"), factor=SAME_IMAGE),
    Boost(id="namespace", subject=replace(NOWHERE, namespace="shop"), factor=SAME_NAMESPACE),
    Boost(
        id="all",
        subject=replace(NOWHERE, workload="web", image="registry.example.com/web", namespace="shop"),
        factor=SAME_WORKLOAD * SAME_IMAGE * SAME_NAMESPACE,
    ),
)


@pytest.mark.parametrize("case", BOOSTS, ids=lambda case: case.id)
def test_what_is_the_same_multiplies_the_score(case: Boost) -> None:
    found = incident(image="registry.example.com/web:1.0")
    assert total(case.subject, found) == pytest.approx(case.factor * total(NOWHERE, found))


def test_the_order_of_matches_is_trouble_code_words_reason() -> None:
    said = 'Failed to pull image "registry.example.com/web:2": not found'
    subject = Subject(code="C", variant="v", reason="Failed", message=said)
    compared = [
        incident(code="", reason="Failed", message=said.replace(":2", ":7")),
        incident(code="C", variant="v"),
        incident(code="C", variant="w"),
        incident(code="", reason="Failed", message="disk is full"),
    ]
    scores = [total(subject, one) for one in compared]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


async def test_what_worked_is_offered_with_how_often_when_and_by_whom(memory: EventMemory, clock: Clock) -> None:
    week = timedelta(days=7)
    await memory.resolve(SHOP, incident(id="1", resolved_at=NOON - 3 * week, author="kim"))
    await memory.resolve(SHOP, incident(id="2", resolved_at=NOON - week, fix="push the tag again"))
    await memory.resolve(SHOP, incident(id="3", resolved_at=NOON - 2 * week, outcome="failed", author="lee"))
    (found,) = await memory.worked_before(SHOP, Subject(code="ImageTagNotFound", workload="deploy/web"))
    assert (found.worked, found.failed, found.author, found.last_at) == (2, 1, "amal", NOON - week)
    assert found.advisable
    assert found.incidents == ("2", "3", "1")
    assert found.says.en == (
        "Worked before, 2 times, last on 2026-11-16 by amal: push the tag again. It did not help once."
    )
    assert found.says.zh.startswith("此前有效 2 次")


async def test_a_fix_that_failed_is_told_as_such_and_comes_last(memory: EventMemory) -> None:
    await memory.resolve(SHOP, incident(id="1", fix="Restart it.", outcome="failed"))
    await memory.resolve(SHOP, incident(id="2", fix="Restart it.", outcome="failed"))
    await memory.resolve(SHOP, incident(id="3", fix="Wait.", outcome="unknown"))
    await memory.resolve(SHOP, incident(id="4", fix="Push the tag."))
    found = await memory.worked_before(SHOP, Subject(code="ImageTagNotFound"))
    assert [one.fix for one in found] == ["Push the tag.", "Wait.", "Restart it."]
    assert [one.advisable for one in found] == [True, False, False]
    assert found[2].says.en.startswith("Tried before and did not help, 2 times")
    assert "均无效" in found[2].says.zh
    assert "not known" in found[1].says.en


async def test_an_outcome_can_be_told_later(memory: EventMemory) -> None:
    await memory.resolve(SHOP, incident(outcome="unknown"))
    await memory.resolve(SHOP, incident(outcome="failed"))
    (kept,) = await memory.incidents(SHOP)
    assert kept.outcome == "failed"


async def test_a_reason_alone_offers_no_fix_but_is_shown_when_words_agree(memory: EventMemory) -> None:
    said = 'MountVolume.SetUp failed for volume "a" : configmap "b" not found'
    await memory.resolve(SHOP, incident(code="", reason="FailedMount", message=said))
    other = Subject(reason="FailedMount", message="timed out waiting for the condition")
    assert await memory.worked_before(SHOP, other) == ()
    same = Subject(reason="FailedMount", message=said.replace('"b"', '"other"'), namespace="elsewhere")
    assert len(await memory.worked_before(SHOP, same)) == 1


async def test_patterns_and_incidents_are_ranked_together(memory: EventMemory) -> None:
    await memory.record([event(), event(uid="2", pod="api-7c9d6b5f4d-x2x4z")])
    await memory.resolve(SHOP, incident(reason="BackOff", message=event()["message"], workload="Deployment/api"))
    subject = Subject(reason="BackOff", message=event()["message"], workload="Deployment/web", namespace="shop")
    found = await memory.similar(SHOP, subject)
    assert [type(one.found).__name__ for one in found] == ["Pattern", "Incident", "Pattern"]
    assert [name for name, _ in found[0].score.boosts] == ["workload", "namespace"]
    assert found[0].score.total > found[1].score.total


async def test_secrets_in_a_fix_are_masked(memory: EventMemory) -> None:
    kept = await memory.resolve(SHOP, incident(fix="Set password=hunter2hunter2", note="token: abcdefgh12345678"))
    assert "hunter2" not in kept.fix
    assert "abcdefgh" not in kept.note
    (stored,) = await memory.incidents(SHOP)
    assert stored == kept


@pytest.mark.parametrize("field", ["id", "namespace", "workload", "fix", "author"])
async def test_an_incident_without_what_it_needs_is_refused(memory: EventMemory, field: str) -> None:
    with pytest.raises(UsageError, match=field):
        await memory.resolve(SHOP, incident(**{field: " "}))


async def test_a_moment_without_a_zone_is_refused(memory: EventMemory) -> None:
    with pytest.raises(UsageError, match="zone"):
        await memory.resolve(SHOP, incident(resolved_at=NOON.replace(tzinfo=None)))


async def test_incidents_of_others_can_neither_be_written_nor_replaced(memory: EventMemory) -> None:
    with pytest.raises(Forbidden):
        await memory.resolve(Access.of(["pay"]), incident())
    await memory.resolve(SHOP, incident())
    with pytest.raises(Forbidden, match="not yours"):
        await memory.resolve(Access.of(["pay"]), incident(namespace="pay"))
    assert len(await memory.incidents(SHOP)) == 1
