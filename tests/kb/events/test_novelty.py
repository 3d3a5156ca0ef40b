"""What is new, in which way, and why that is believed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.storage import Database
from kb.events import EventMemory, Novelty
from kb.stores import Access
from tests.kb.events.made import NOON, SHOP, Clock, event

BOTH = Access.of(["shop", "pay"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def memory(database: Database, clock: Clock) -> AsyncIterator[EventMemory]:
    """A memory that watches a cluster since noon."""
    async with EventMemory(database, clock=clock) as opened:
        await opened.watching("east")
        clock.forward(minutes=10)
        yield opened


async def told(memory: EventMemory, access: Access = SHOP) -> list[tuple[str, str]]:
    return [(one.kind, str(one.pattern.owner)) for one in await memory.novel(access)]


async def test_trouble_that_began_while_it_was_watched_is_new(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(first=clock.now)], cluster="east")
    (found,) = await memory.novel(SHOP)
    assert (found.kind, found.since, found.watched_since, found.elsewhere) == ("new", clock.now, NOON, 0)
    assert "shop/Deployment/web" in found.why.en
    assert "2026-11-23 12:00" in found.why.en
    assert "首次出现" in found.why.zh


async def test_trouble_that_began_before_it_was_watched_is_not_new(memory: EventMemory) -> None:
    await memory.record([event(first=NOON - timedelta(minutes=5))], cluster="east")
    assert await memory.novel(SHOP) == ()


async def test_what_is_listed_first_is_not_new_where_nobody_said_since_when_it_is_watched(
    database: Database, clock: Clock
) -> None:
    async with EventMemory(database, clock=clock) as memory:
        await memory.record([event()])
        await memory.record([event(uid="2", reason="Later", first=clock.forward(minutes=5))])
        assert [one.pattern.reason for one in await memory.novel(SHOP)] == ["Later"]


async def test_trouble_that_others_had_is_new_for_the_workload(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(first=NOON - timedelta(days=2))], cluster="east")
    api = event(
        uid="2",
        pod="api-7c9d6b5f4d-x2x4z",
        first=clock.now,
        message="Back-off restarting failed container web in pod a",
    )
    web = event(uid="3", first=NOON - timedelta(days=2), message="Back-off restarting failed container web in pod a")
    await memory.record([web, api], cluster="east")
    (found,) = await memory.novel(SHOP)
    assert (found.kind, str(found.pattern.owner), found.elsewhere) == ("new", "Deployment/api", 0)
    again = event(
        uid="4", pod="db-0", first=clock.forward(minutes=1), message="Back-off restarting failed container web in pod a"
    )
    await memory.record([again], cluster="east")
    newest: Novelty = (await memory.novel(SHOP))[0]
    assert (newest.kind, str(newest.pattern.owner), newest.elsewhere) == ("new_here", "StatefulSet/db", 1)
    assert "another workload" in newest.why.en


async def test_what_another_tenant_had_does_not_make_it_less_new(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(uid="p", namespace="pay", first=NOON - timedelta(days=1))], cluster="east")
    await memory.record([event(uid="s", first=clock.now)], cluster="east")
    assert await told(memory) == [("new", "Deployment/web")]
    assert await told(memory, BOTH) == [("new_here", "Deployment/web")]


async def test_the_same_trouble_again_is_not_new(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(first=clock.now)], cluster="east")
    assert len(await memory.novel(SHOP)) == 1
    later = clock.forward(days=2)
    await memory.record([event(uid="2", first=later)], cluster="east")
    assert await memory.novel(SHOP) == ()


async def test_trouble_that_comes_back_after_weeks_has_returned(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(first=clock.now)], cluster="east")
    await memory.flush()
    back = clock.forward(days=20)
    await memory.record([event(uid="2", first=back)], cluster="east")
    (found,) = await memory.novel(SHOP)
    assert (found.kind, found.since) == ("returned", back)
    assert "came back 2026-12-13" in found.why.en
    await memory.record([event(uid="3", first=clock.forward(days=2))], cluster="east")
    assert await memory.novel(SHOP) == ()


async def test_only_warnings_are_told_as_new_but_all_can_be_listed(memory: EventMemory, clock: Clock) -> None:
    await memory.record([event(reason="Pulled", severity="Normal", first=clock.now)], cluster="east")
    assert await memory.novel(SHOP) == ()
    assert len((await memory.patterns(SHOP, novel=True)).patterns) == 1
