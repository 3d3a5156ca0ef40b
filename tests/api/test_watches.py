"""Watch caches of the service: whose they are, when they begin and end, and that answers are the same."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from api.context import Services
from api.watches import Watches
from cluster.client import ClusterClient, connect
from cluster.fake import FakeCluster
from cluster.identity import Credentials, Identity
from core.identity import Caller
from core.settings import Settings, WatchSettings
from tests.api.harness import Service, deployment, identity_at, make_context, namespace, running
from tests.api.test_cluster_mode import ACCOUNTS, ADMIN, ALICE, BOB, LIVE, served, small_cluster
from tests.api.timeless import timeless
from tests.cluster.watching.watched import until
from tests.virtual_time import in_virtual_time

SHOP = {**LIVE, "namespace": "shop"}


def lists(fake: FakeCluster) -> int:
    return sum(count for (verb, _), count in fake.requests.items() if verb == "list")


async def asked(service: Service, headers: dict[str, str], body: dict[str, Any] | None = None) -> httpx.Response:
    return await service.client.post("/v1/diagnoses", json=body or SHOP, headers=headers)


async def test_a_busy_namespace_costs_no_list_and_answers_are_the_same(tmp_path: Path) -> None:
    fake = small_cluster()
    async with served(tmp_path, fake) as service:
        live = await asked(service, ALICE)
        services: Services = service.app.state.services
        assert services.watches.figures().caches == 0, "a one-off costs no watches"
        again = await asked(service, ALICE)
        before = lists(fake)
        watched = [await asked(service, ALICE) for _ in range(5)]
        assert lists(fake) == before
        documents = [timeless(answer.json()) for answer in (again, *watched)]
        assert documents == [timeless(live.json())] * 6
        figures = services.watches.figures()
        metrics = (await service.client.get("/metrics", headers=ALICE)).text
        ready = (await service.client.get("/readyz", headers=ALICE)).json()
    assert (figures.caches, figures.answers, figures.stale) == (1, 6, 0)
    assert "sextant_watch_caches 1.0" in metrics
    assert "sextant_watch_answers_total 6.0" in metrics
    assert ready["watches"] == {"caches": 1, "stale": 0}
    assert services.watches.figures().caches == 0, "nothing is left open at the end"


async def test_what_changed_is_in_the_next_answer(tmp_path: Path) -> None:
    fake = small_cluster()
    async with served(tmp_path, fake) as service:
        for _ in range(2):
            assert (await asked(service, ALICE)).json()["verdict"] == "failing"
        services: Services = service.app.state.services
        cache = next(iter(services.watches._open.values())).cache
        with cache.changes(kinds={"Pod"}) as changes:
            for obj in deployment("checkout", ready=1):
                fake.store.put(obj)
            await anext(changes)
        assert (await asked(service, ALICE)).json()["verdict"] == "healthy"


async def test_a_caller_is_never_answered_from_what_another_may_read(tmp_path: Path) -> None:
    fake = small_cluster()
    async with served(tmp_path, fake) as service:
        for _ in range(3):
            await asked(service, ADMIN)
            await asked(service, ADMIN, {**LIVE, "all_namespaces": True})
        refused = await asked(service, BOB)
        fake.seen.clear()
        alice = await asked(service, ALICE)
        services: Services = service.app.state.services
        assert services.watches.figures().caches == 2
    assert refused.status_code == 403
    assert alice.status_code == 200
    assert sum(seen.headers.get("Authorization") == "Bearer alice-token" for seen in fake.seen) > 15


@contextlib.asynccontextmanager
async def clients(fake: FakeCluster, *tokens: str) -> AsyncIterator[list[tuple[Caller, ClusterClient]]]:
    async with contextlib.AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(fake.serve())
        found = []
        for token in tokens:
            identity = Identity(endpoint=endpoint, credentials=Credentials(token=token))
            client = await stack.enter_async_context(connect(identity))
            found.append((Caller(name=token, token=token, kind="cluster"), client))
        yield found


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def watches_with(clock: Clock, **watch: Any) -> Watches:
    return Watches(Settings(watch=WatchSettings.model_validate(watch)), clock=clock)


async def uses(watches: Watches, caller: Caller, client: ClusterClient, space: str = "shop") -> bool:
    async with watches.lent(caller, client, space) as cache:
        return cache is not None


async def test_a_second_question_counts_only_within_the_window(tmp_path: Path) -> None:
    clock = Clock()
    watches = watches_with(clock, window_seconds=300)
    async with clients(small_cluster(), "admin-token") as ((caller, client),):
        assert not await uses(watches, caller, client)
        clock.now += 301
        assert not await uses(watches, caller, client)
        clock.now += 299
        assert await uses(watches, caller, client)
        await watches.close()


async def test_idle_caches_are_closed_and_used_ones_are_not() -> None:
    clock = Clock()
    watches = watches_with(clock, idle_seconds=600)
    async with clients(small_cluster(), "admin-token") as ((caller, client),):
        for _ in range(2):
            await uses(watches, caller, client)
        async with watches.lent(caller, client, "shop") as cache:
            assert cache is not None
            clock.now += 700
            await watches.close_idle()
            assert watches.figures().caches == 1
        clock.now += 599
        await watches.close_idle()
        assert watches.figures().caches == 1
        clock.now += 1
        await watches.close_idle()
        assert watches.figures().caches == 0
        assert not await uses(watches, caller, client), "it begins anew"
        await watches.close()


async def test_the_number_of_caches_is_bounded_and_they_do_not_push_each_other_out() -> None:
    clock = Clock()
    watches = watches_with(clock, max_caches=1, window_seconds=300)
    async with clients(small_cluster(), "admin-token", "alice-token") as ((admin, first), (alice, second)):
        for _ in range(2):
            await uses(watches, admin, first)
        for _ in range(3):
            clock.now += 10
            assert not await uses(watches, alice, second)
        clock.now += 295
        assert await uses(watches, alice, second), "the other one was not asked for longer than the window"
        assert watches.figures().caches == 1
        await watches.close()


async def test_a_cache_of_all_namespaces_answers_for_each() -> None:
    watches = watches_with(Clock())
    async with clients(small_cluster(), "admin-token") as ((caller, client),):
        for _ in range(2):
            await uses(watches, caller, client, "")
        assert await uses(watches, caller, client, "bank")
        assert watches.figures().caches == 1
        await watches.close()


async def test_what_may_not_be_read_is_asked_of_the_cluster_which_says_why() -> None:
    watches = watches_with(Clock())
    async with clients(small_cluster(), "bob-token") as ((caller, client),):
        for _ in range(3):
            assert not await uses(watches, caller, client, "shop")
        await watches.close()


@in_virtual_time
async def test_a_cache_whose_credential_is_no_longer_accepted_is_closed() -> None:
    fake = small_cluster()
    watches = watches_with(Clock(), reopen_seconds=3600)
    async with clients(fake, "admin-token") as ((caller, client),):
        for _ in range(2):
            await uses(watches, caller, client)
        (entry,) = watches._open.values()
        del fake.accounts["admin-token"]
        fake.disconnect()
        await until(lambda: all(health.state == "refused" for health in entry.cache.health()))
        await watches.close_idle()
        assert watches.figures().caches == 0
        await watches.close()


async def test_it_can_be_switched_off() -> None:
    watches = watches_with(Clock(), enabled=False)
    async with clients(small_cluster(), "admin-token") as ((caller, client),):
        for _ in range(3):
            assert not await uses(watches, caller, client)


async def test_after_the_end_nothing_is_opened() -> None:
    watches = watches_with(Clock())
    async with clients(small_cluster(), "admin-token") as ((caller, client),):
        await uses(watches, caller, client)
        await watches.close()
        assert not await uses(watches, caller, client)


async def test_a_person_with_their_own_kubeconfig_is_watched_for_too(tmp_path: Path) -> None:
    fake = FakeCluster([namespace("shop"), *deployment("checkout")], accounts=ACCOUNTS)
    async with fake.serve() as endpoint:
        context = make_context(tmp_path, identity=identity_at(endpoint, token="alice-token"))
        async with running(context) as service:
            for _ in range(2):
                await service.client.post("/v1/diagnoses", json=SHOP)
            before = Counter(fake.requests)
            said = await service.client.post("/v1/diagnoses", json=SHOP)
    assert said.json()["verdict"] == "failing"
    assert not [key for key in fake.requests - before if key[0] == "list"]
