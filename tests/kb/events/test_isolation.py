"""A tenant is never shown what belongs to another one, whatever is asked."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.settings import StorageSettings
from core.storage import Database
from kb.events import EventMemory, Incident, RememberedSource, Subject
from kb.stores import Access, namespace_label
from tests.kb.events.made import NOON, Clock, event, incident

TENANTS = tuple(f"team-{letter}" for letter in "abcdef")
REASONS = ("BackOff", "Failed", "FailedMount", "Unhealthy")
APPS = ("web", "api", "db")
CASES = 500


def label_of(found: object) -> str:
    return namespace_label(found.namespace) if isinstance(found, Incident) else getattr(found, "access", "")


@pytest.fixture
async def filled(database: Database) -> AsyncIterator[EventMemory]:
    """A memory in which all tenants have the same troubles, fixes and names."""
    clock = Clock(NOON - timedelta(hours=1))
    async with EventMemory(database, clock=clock) as memory:
        await memory.watching("")
        clock.forward(hours=1)
        for tenant in TENANTS:
            for app in APPS:
                pods = [
                    event(uid=f"{tenant}{app}{reason}", pod=f"{app}-7c9d6b5f4d-x2x4z", namespace=tenant, reason=reason)
                    for reason in REASONS
                ]
                await memory.record(pods)
                case = incident(
                    id=f"{tenant}-{app}", namespace=tenant, workload=f"Deployment/{app}", fix=f"fix of {tenant}"
                )
                await memory.resolve(Access.of([tenant]), case)
        yield memory


async def test_random_questions_show_nothing_of_others(filled: EventMemory) -> None:
    chance = random.Random(5)
    everything = Access.of(TENANTS)
    everybodys = (await filled.patterns(everything, limit=500)).patterns
    for _ in range(CASES):
        mine = frozenset(chance.sample(TENANTS, chance.randint(0, 3)))
        access = Access.of(mine) if chance.random() < 0.9 else Access(labels=frozenset(map(namespace_label, mine)))
        app, reason, other = chance.choice(APPS), chance.choice(REASONS), chance.choice(TENANTS)
        narrowed = chance.choice(["", other])
        subject = Subject(
            code=chance.choice(["", "ImageTagNotFound"]),
            reason=reason,
            message=chance.choice(["", event()["message"]]),
            workload=chance.choice(["", app, f"Deployment/{app}"]),
            namespace=narrowed,
        )
        shown: list[object] = []
        match chance.randrange(7):
            case 0:
                shown += (
                    await filled.patterns(access, namespace=narrowed, workload=subject.workload, limit=100)
                ).patterns
            case 1:
                shown += [one.pattern for one in await filled.novel(access, namespace=narrowed, limit=100)]
            case 2:
                shown += [one.found for one in await filled.similar(access, subject, limit=100)]
            case 3:
                fixes = await filled.worked_before(access, subject)
                assert {one.fix.removeprefix("fix of ") for one in fixes} <= mine
            case 4:
                shown += await filled.incidents(access, namespace=narrowed, limit=100)
            case 5:
                one = chance.choice(everybodys)
                found = await filled.occurrences(access, one.id, since=NOON)
                assert bool(found) == (one.access in access.labels)
            case 6:
                shown += [found async for found in filled.all_warnings(access)]
                shown += [found async for found in filled.all_incidents(access)]
        assert {label_of(found) for found in shown} <= {namespace_label(name) for name in mine}


async def test_the_owner_of_a_namespace_is_shown_all_of_it(filled: EventMemory) -> None:
    access = Access.of([TENANTS[0]])
    assert len((await filled.patterns(access)).patterns) == len(APPS) * len(REASONS)
    assert len(await filled.incidents(access)) == len(APPS)
    assert len(await filled.novel(access)) == len(APPS) * len(REASONS)


async def test_a_source_tells_only_what_carries_its_label(filled: EventMemory) -> None:
    source = RememberedSource(filled, namespace_label(TENANTS[1]), "diagnoses")
    written = b"".join([(await source.fetch(item.uri)).data async for item in source.items({})])
    assert TENANTS[1].encode() in written
    assert not any(name.encode() in written for name in TENANTS if name != TENANTS[1])


async def test_nobody_is_shown_anything_without_labels(tmp_path: Path) -> None:
    database = Database(StorageSettings(state_dir=tmp_path))
    await database.migrate()
    async with EventMemory(database, clock=Clock()) as memory:
        await memory.record([event()])
        nobody = Access(labels=frozenset())
        assert (await memory.patterns(nobody)).patterns == ()
        assert await memory.similar(nobody, Subject(reason="BackOff")) == ()
    await database.close()
