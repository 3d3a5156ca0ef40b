"""A collection stays true: through changes, broken connections, forgotten versions and silence."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.fake import Account, FakeCluster, Fault
from cluster.watching import WatchLimits
from tests.cluster.asking import obj
from tests.cluster.watching.watched import (
    CONFIG_MAP,
    POD,
    SECRET,
    caching,
    caught_up,
    config,
    health,
    held,
    stored,
    until,
)
from tests.virtual_time import in_virtual_time


@in_virtual_time
async def test_what_is_added_changed_and_deleted_is_seen() -> None:
    fake = FakeCluster([config("a"), config("b")])
    async with caching(fake, CONFIG_MAP) as cache:
        fake.store.put(config("c"))
        fake.store.put(config("a", "new"))
        fake.store.delete("ConfigMap", "shop", "b")
        await caught_up(fake, cache, CONFIG_MAP)
        assert {name for _, name in held(cache, CONFIG_MAP)} == {"a", "c"}
        snapshot = await cache.snapshot("shop")
        assert snapshot.get("ConfigMap", "shop", "a") == {
            **config("a", "new"),
            "metadata": {
                "name": "a",
                "namespace": "shop",
                "uid": "uid-configmap-shop-a",
                "resourceVersion": str(fake.store.version - 1),
            },
        }
    assert fake.requests[("list", "configmaps")] == 1


@in_virtual_time
async def test_an_object_that_is_made_again_under_its_name_is_another_one() -> None:
    fake = FakeCluster([config("a")])
    async with caching(fake, CONFIG_MAP) as cache:
        before = held(cache, CONFIG_MAP)
        fake.store.delete("ConfigMap", "shop", "a")
        fake.store.put(config("a"))
        await caught_up(fake, cache, CONFIG_MAP)
        assert held(cache, CONFIG_MAP)[("shop", "a")][0] != before[("shop", "a")][0]


@dataclass(frozen=True, kw_only=True)
class Broken:
    id: str
    fault: Fault
    relists: int = 0


BROKEN = (
    Broken(id="inside an event", fault=Fault(kind="truncated", verb="watch", after=2)),
    Broken(id="at an event's end", fault=Fault(kind="ended", verb="watch", after=2)),
    Broken(id="before the first answer", fault=Fault(kind="reset", verb="watch", times=3)),
    Broken(id="with a last request on the connection", fault=Fault(kind="goaway", verb="watch", after=1)),
    Broken(id="by a server that starts", fault=Fault(kind="status", verb="watch", status=503, times=5)),
    Broken(id="by a server that wants us to wait", fault=Fault(kind="status", verb="watch", status=429, retry_after=9)),
    Broken(id="by silence", fault=Fault(kind="silent", verb="watch", after=1)),
    Broken(id="by an answer that does not come", fault=Fault(kind="slow", verb="watch")),
    Broken(id="by a line that is no JSON", fault=Fault(kind="garbled", verb="watch", after=1)),
    Broken(id="by a version that is too old", fault=Fault(kind="status", verb="watch", status=410), relists=1),
    Broken(id="by a version that becomes too old", fault=Fault(kind="gone", verb="watch", after=1), relists=1),
    Broken(id="by the same line each time", fault=Fault(kind="garbled", verb="watch", times=4), relists=1),
    Broken(id="by silence each time", fault=Fault(kind="silent", verb="watch", times=7)),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
@in_virtual_time
async def test_a_broken_watch_is_resumed_and_lists_again_only_where_it_must(case: Broken) -> None:
    fake = FakeCluster([config("a"), config("gone-soon")])
    fake.fail(replace(case.fault))
    async with caching(fake, CONFIG_MAP) as cache:
        for number in range(4):
            fake.store.put(config(f"new-{number}"))
        fake.store.delete("ConfigMap", "shop", "gone-soon")
        await until(lambda: health(cache, CONFIG_MAP).reconnects > 0 or case.fault.kind in {"reset", "status", "slow"})
        await caught_up(fake, cache, CONFIG_MAP)
        await until(lambda: health(cache, CONFIG_MAP).state == "live")
        assert health(cache, CONFIG_MAP).relists == case.relists


@in_virtual_time
async def test_fifty_disconnects_and_ten_forgotten_versions_lose_nothing() -> None:
    fake = FakeCluster([config(f"c-{i}") for i in range(50)] + [obj("Pod", f"p-{i}") for i in range(50)])
    dice = random.Random(4)
    breaks = [Fault(kind="truncated", verb="watch", after=dice.randrange(4)) for _ in range(50)]
    breaks += [Fault(kind="gone", verb="watch", after=dice.randrange(3)) for _ in range(10)]
    dice.shuffle(breaks)
    fake.fail(*breaks)
    async with caching(fake, CONFIG_MAP, POD) as cache:
        while any(fault.times for fault in breaks):
            number = dice.randrange(80)
            kind, name = dice.choice([("ConfigMap", f"c-{number}"), ("Pod", f"p-{number}")])
            if dice.random() < 0.3:
                fake.store.delete(kind, "shop", name)
            else:
                fake.store.put(obj(kind, name, data={"value": str(fake.store.version)}))
            broken = sum(fault.times == 0 for fault in breaks)
            await until(lambda: sum(f.times == 0 for f in breaks) > broken or dice.random() < 0.5)  # noqa: B023
        await caught_up(fake, cache, CONFIG_MAP, POD)
        await until(lambda: sum(entry.reconnects for entry in cache.health()) >= 60)
        assert sum(entry.relists for entry in cache.health()) == 10


@in_virtual_time
async def test_what_was_deleted_while_nobody_watched_is_gone_after_the_next_list() -> None:
    fake = FakeCluster([config("stays"), config("leaves")])
    fake.fail(Fault(kind="ended", verb="watch"), Fault(kind="status", verb="watch", times=6))
    async with caching(fake, CONFIG_MAP) as cache:
        await until(lambda: health(cache, CONFIG_MAP).reconnects == 0)
        with cache.changes() as changes:
            fake.store.delete("ConfigMap", "shop", "leaves")
            fake.store.forget()
            await caught_up(fake, cache, CONFIG_MAP)
            assert (await anext(changes)).touched == {("ConfigMap", "shop")}
        assert health(cache, CONFIG_MAP).relists == 1


@in_virtual_time
async def test_a_bookmark_moves_the_version_on_so_that_a_quiet_kind_needs_no_list() -> None:
    fake = FakeCluster([config("quiet")], bookmark_seconds=60)
    fake.fail(Fault(kind="truncated", verb="watch", after=1))
    async with caching(fake, CONFIG_MAP) as cache:
        for number in range(5):
            fake.store.put(obj("Pod", f"busy-{number}"))
        fake.store.forget()
        await until(lambda: health(cache, CONFIG_MAP).reconnects >= 1)
        fake.store.put(config("later"))
        await caught_up(fake, cache, CONFIG_MAP)
        assert health(cache, CONFIG_MAP).relists == 0


@in_virtual_time
async def test_a_quiet_watch_stays_open_and_its_health_tells_how_long_ago_it_heard() -> None:
    fake = FakeCluster([config("quiet")])
    async with caching(fake, CONFIG_MAP, limits=WatchLimits(server_seconds=1000)) as cache:
        fake.store.put(obj("Pod", "busy"))
        await until(lambda: (health(cache, CONFIG_MAP).last_event_age or 0) > 50)
        await until(lambda: (health(cache, CONFIG_MAP).last_event_age or 0) < 5)
        assert health(cache, CONFIG_MAP).reconnects == 0
        assert health(cache, CONFIG_MAP).state == "live"


@in_virtual_time
async def test_a_kind_in_which_nothing_ever_happens_is_not_listed_again() -> None:
    fake = FakeCluster([config("quiet")])
    async with caching(fake, CONFIG_MAP) as cache:
        loop = asyncio.get_running_loop()
        end = loop.time() + 1800
        await until(lambda: loop.time() >= end, 3600)
        assert health(cache, CONFIG_MAP).relists == 0
        assert fake.requests.total() <= 1800 / 75 * 2


@in_virtual_time
async def test_a_server_that_was_restored_from_an_older_state_is_listed_again() -> None:
    fake = FakeCluster([config("old"), config("newer")])
    async with caching(fake, CONFIG_MAP) as cache:
        backup = fake.store.version
        for _ in range(5):
            fake.store.put(config("newer", "and newer"))
        await caught_up(fake, cache, CONFIG_MAP)
        fake.store.version = backup
        fake.store.histories.clear()
        fake.store.put(config("restored"))
        assert ("shop", "restored") not in held(cache, CONFIG_MAP)
        await caught_up(fake, cache, CONFIG_MAP)
        assert health(cache, CONFIG_MAP).relists == 1


@in_virtual_time
async def test_a_watch_that_ends_at_once_each_time_is_opened_less_and_less_often() -> None:
    fake = FakeCluster([config("a")])
    fake.fail(Fault(kind="ended", verb="watch", times=10_000))
    async with caching(fake, CONFIG_MAP) as cache:
        await until(lambda: health(cache, CONFIG_MAP).reconnects >= 12)
        before, loop = fake.requests[("watch", "configmaps")], asyncio.get_running_loop()
        end = loop.time() + 300
        await until(lambda: loop.time() >= end)
        assert fake.requests[("watch", "configmaps")] - before <= 25


@in_virtual_time
async def test_what_may_not_be_read_is_asked_again_rarely_and_read_once_it_may() -> None:
    fake = FakeCluster([config("a"), obj("Pod", "web")], refused={"configmaps"})
    async with caching(fake, CONFIG_MAP, POD) as cache:
        assert health(cache, CONFIG_MAP).state == "refused"
        assert "configmaps is forbidden" in health(cache, CONFIG_MAP).note
        fake.refused = frozenset()
        await caught_up(fake, cache, CONFIG_MAP)
        assert fake.requests[("list", "configmaps")] == 2


@in_virtual_time
async def test_what_may_no_longer_be_read_is_not_held() -> None:
    fake = FakeCluster([config("a"), obj("Pod", "web")])
    fake.fail(Fault(kind="truncated", verb="watch", resource="configmaps", after=1))
    async with caching(fake, CONFIG_MAP, POD) as cache:
        fake.refused = frozenset({"configmaps"})
        fake.store.put(config("b"))
        await until(lambda: health(cache, CONFIG_MAP).state != "live")
        assert health(cache, CONFIG_MAP).objects == health(cache, CONFIG_MAP).bytes == 0
        assert health(cache, POD).state == "live"


@in_virtual_time
async def test_what_may_be_listed_but_not_watched_is_told_apart() -> None:
    fake = FakeCluster([config("a")], accounts={"t": Account(user="ann", watch=False)})
    async with caching(fake, CONFIG_MAP, token="t") as cache:
        await until(lambda: health(cache, CONFIG_MAP).state == "unwatchable")
        assert "cannot watch" in health(cache, CONFIG_MAP).note
        assert health(cache, CONFIG_MAP).objects == 0


@in_virtual_time
async def test_of_a_secret_only_name_type_and_keys_are_held() -> None:
    managed = [{"manager": "kubectl", "fieldsV1": {"f:data": {"f:password": {}}}}]

    def secret(name: str) -> dict[str, object]:
        return obj(
            "Secret", name, type="Opaque", data={"password": "aHVudGVyMg=="}, metadata={"managedFields": managed}
        )

    fake = FakeCluster([secret("first")])
    async with caching(fake, SECRET) as cache:
        for name in ("second", "third"):
            fake.store.put(secret(name))
        fake.store.delete("Secret", "shop", "first")
        await caught_up(fake, cache, SECRET)
        found = cache.watching(SECRET.path())
        assert found is not None
        assert not any(b"aHVudGVyMg" in body for body in found[0].held.bodies())
        third = found[0].held.find("shop", "third")
        assert third is not None
        assert (third["kind"], third["type"], third["data"]) == ("Secret", "Opaque", {"password": "***"})


@in_virtual_time
async def test_the_keys_of_a_secret_are_known_after_a_bookmark_that_named_the_columns_too() -> None:
    managed = [{"manager": "kubectl", "fieldsV1": {"f:data": {"f:token": {}}}}]
    secret = obj("Secret", "late", type="Opaque", data={"token": "x"}, metadata={"managedFields": managed})
    fake = FakeCluster([obj("Pod", "busy")])
    async with caching(fake, SECRET) as cache:
        fake.store.put(obj("Pod", "busy"))
        loop = asyncio.get_running_loop()
        end = loop.time() + 61
        await until(lambda: loop.time() > end)
        fake.store.put(secret)
        await caught_up(fake, cache, SECRET)
        found = (await cache.snapshot()).get("Secret", "shop", "late")
        assert found is not None
        assert (found["type"], found["data"]) == ("Opaque", {"token": "***"})
        assert health(cache, SECRET).reconnects == 0


@in_virtual_time
async def test_a_watch_that_ends_by_a_fault_of_ours_is_not_trusted_and_the_fault_is_not_swallowed() -> None:
    fake = FakeCluster([config("a")])

    def broken(_kind: str, _namespace: str) -> None:
        raise LookupError("a fault of ours")

    async def use() -> None:
        async with caching(fake, CONFIG_MAP) as cache:
            found = cache.watching(CONFIG_MAP.path())
            assert found is not None
            found[0]._changed = broken
            fake.store.put(config("b"))
            await until(lambda: health(cache, CONFIG_MAP).state == "stale")
            assert "a fault of ours" in health(cache, CONFIG_MAP).note

    with pytest.raises(LookupError, match="a fault of ours"):
        await use()


@in_virtual_time
async def test_a_watch_of_one_namespace_sees_no_other() -> None:
    fake = FakeCluster([config("mine"), config("theirs", namespace="other")])
    async with caching(fake, CONFIG_MAP, namespace="shop") as cache:
        fake.store.put(config("also-theirs", namespace="other"))
        fake.store.put(config("also-mine"))
        await caught_up(fake, cache, CONFIG_MAP)
        assert held(cache, CONFIG_MAP).keys() == {("shop", "mine"), ("shop", "also-mine")}


Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["put", "delete"]), st.integers(0, 12)),
        st.tuples(st.sampled_from(["truncated", "ended", "gone", "garbled", "silent", "goaway"]), st.integers(0, 3)),
        st.tuples(st.sampled_from(["reset", "forget", "busy", "pass"]), st.integers(0, 2)),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_breaks_in_whatever_order_the_cache_ends_up_with_what_the_server_holds(steps: list[Step]) -> None:
    @in_virtual_time
    async def play() -> None:
        fake = FakeCluster([config(f"c-{i}") for i in range(6)])
        async with caching(fake, CONFIG_MAP) as cache:
            pending = iter(steps)
            await until(lambda: _played(fake, pending))
            await caught_up(fake, cache, CONFIG_MAP)
            assert held(cache, CONFIG_MAP) == stored(fake, CONFIG_MAP)
            found = cache.watching(CONFIG_MAP.path())
            assert found is not None
            assert found[0].held.size == sum(len(body) for body in found[0].held.bodies())

    play()


def _played(fake: FakeCluster, pending: Iterator[Step]) -> bool:
    """Play some steps, up to the next ``pass``, which lets time go by; say whether that was all."""
    for what, number in pending:
        match what:
            case "put":
                fake.store.put(config(f"c-{number}", str(fake.store.version)))
            case "delete":
                fake.store.delete("ConfigMap", "shop", f"c-{number}")
            case "forget":
                fake.store.forget()
            case "busy":
                fake.fail(Fault(kind="status", times=number))
            case "reset":
                fake.fail(Fault(kind="reset", times=number))
            case "pass":
                return False
            case "truncated" | "ended" | "gone" | "garbled" | "silent" | "goaway":
                fake.fail(Fault(kind=what, verb="watch", after=number))
    return True
