"""The service follows the namespaces of the settings and tells receivers what changed."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.app import create_app
from api.told import NAME, ToldFile
from cluster.fake import FakeCluster
from cluster.identity import Endpoint
from core.errors import SettingInvalid
from core.evidence import ObjectRef
from core.notify import SIGNATURE, verify_signature
from core.phrase import Phrase
from core.settings import NotifySettings, WatchSettings
from diagnose.findings import Severity
from diagnose.following import Root, Told
from tests.api.harness import Service, deployment, identity_at, make_context, namespace, running
from tests.core.notify.receiving import Receiver, receiving

NOW = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
SECRET = "k3y"


def cluster() -> FakeCluster:
    return FakeCluster([namespace("shop"), namespace("bank"), *deployment("checkout"), *deployment("ledger", "bank")])


@dataclass(frozen=True, kw_only=True)
class Followed:
    service: Service
    fake: FakeCluster
    receiver: Receiver

    async def told(self, number: int) -> list[dict[str, Any]]:
        """Wait for so many notices and return all."""
        return [json.loads(got.body) for got in await self.receiver.until(number)]


@contextlib.asynccontextmanager
async def following(tmp_path: Path, fake: FakeCluster, receiver: Receiver, **notify: Any) -> AsyncIterator[Followed]:
    """Serve a cluster and run a service that follows ``shop``, with everything that waits made short."""
    async with fake.serve() as endpoint, at(endpoint, tmp_path, fake, receiver, **notify) as it:
        yield it


@contextlib.asynccontextmanager
async def at(
    endpoint: Endpoint, tmp_path: Path, fake: FakeCluster, receiver: Receiver, **notify: Any
) -> AsyncIterator[Followed]:
    context = make_context(tmp_path, identity=identity_at(endpoint, token="any"))
    wanted = {"namespaces": ("shop",), "webhook_url": receiver.url, "webhook_secret": SECRET, "settle_seconds": 0}
    settings = context.settings.model_copy(
        update={
            "notify": NotifySettings.model_validate({**wanted, **notify}),
            "watch": WatchSettings(apart_seconds=0.05, look_seconds=1),
        }
    )
    async with running(replace(context, settings=settings)) as service:
        yield Followed(service=service, fake=fake, receiver=receiver)


async def test_new_and_healed_causes_of_a_namespace_are_told_once_and_signed(tmp_path: Path) -> None:
    async with receiving() as receiver, following(tmp_path, cluster(), receiver) as it:
        (new,) = await it.told(1)
        assert (new["change"], new["namespace"], new["object"]) == ("new", "shop", "deployment/checkout")
        assert new["summary"]["en"]
        got = receiver.got[0]
        stamp = int(got.headers[SIGNATURE].partition(",")[0][2:])
        assert verify_signature(got.headers[SIGNATURE], got.body, SECRET, stamp)
        for obj in deployment("checkout", ready=1):
            it.fake.store.put(obj)
        healed = (await it.told(2))[1]
        assert (healed["change"], healed["id"]) == ("healed", new["id"])
        metrics = (await it.service.client.get("/metrics")).text
    assert 'sextant_notices_total{outcome="delivered",receiver="webhook"} 2.0' in metrics
    assert "sextant_watch_caches 1.0" in metrics
    assert len(receiver.got) == 2, "nothing is told of the namespace that is not followed"


async def test_a_restart_tells_nothing_again_but_what_changed_meanwhile(tmp_path: Path) -> None:
    fake = cluster()
    async with receiving() as receiver, fake.serve() as endpoint:
        async with at(endpoint, tmp_path, fake, receiver) as it:
            (first,) = await it.told(1)
        for obj in (*deployment("checkout", ready=1), *deployment("cart")):
            fake.store.put(obj)
        async with at(endpoint, tmp_path, fake, receiver) as it:
            _, *second = await it.told(3)
        async with at(endpoint, tmp_path, fake, receiver) as it:
            for obj in deployment("cart", ready=1):
                fake.store.put(obj)
            *_, third = await it.told(4)
    assert [(notice["change"], notice["object"]) for notice in (first, *second, third)] == [
        ("new", "deployment/checkout"),
        ("new", "deployment/cart"),
        ("healed", "deployment/checkout"),
        ("healed", "deployment/cart"),
    ]


async def test_a_star_follows_all_namespaces(tmp_path: Path) -> None:
    async with receiving() as receiver, following(tmp_path, cluster(), receiver, namespaces="*") as it:
        assert {notice["namespace"] for notice in await it.told(2)} == {"shop", "bank"}


async def test_what_is_not_severe_enough_is_not_told(tmp_path: Path) -> None:
    fake = FakeCluster([namespace("shop"), *deployment("checkout", replicas=0)])
    async with receiving() as receiver, following(tmp_path, fake, receiver, min_severity="critical") as it:
        for obj in deployment("broken"):
            fake.store.put(obj)
        found = await it.told(1)
    assert [notice["object"] for notice in found] == ["deployment/broken"]


async def test_receivers_that_cannot_work_keep_the_service_from_starting(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    wrong = NotifySettings(namespaces=("shop",), webhook_url=SecretStr("ftp://x"))
    with pytest.raises(SettingInvalid, match=r"notify\.webhook_url"):
        create_app(replace(context, settings=context.settings.model_copy(update={"notify": wrong})))
    await context.database.close()


async def test_without_a_cluster_the_service_runs_and_tells_nobody(tmp_path: Path) -> None:
    async with receiving() as receiver:
        context = make_context(tmp_path)
        notify = NotifySettings(namespaces=("shop",), webhook_url=SecretStr(receiver.url))
        changed = replace(context, settings=context.settings.model_copy(update={"notify": notify}))
        async with running(changed) as service:
            assert (await service.client.get("/readyz")).status_code == 200
    assert receiver.got == []


ROOT = Root(
    id="image-not-found/Deployment/shop/web",
    code="ImageNotFound",
    severity=Severity.HIGH,
    object=ObjectRef(kind="Deployment", namespace="shop", name="web", group="apps"),
    summary=Phrase(en="no image", zh="没有镜像"),
    since=NOW - timedelta(hours=1),
)


def test_what_was_told_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = (Told(root=ROOT, worst=Severity.CRITICAL), Told(root=replace(ROOT, id="x", since=None), worst=Severity.HIGH))
    kept = ToldFile(tmp_path / "new")
    kept.write("a", "shop", told)
    kept.write("a", "", told[:1])
    assert kept.read("a", "shop") == told
    assert kept.read("a", "") == told[:1]
    assert kept.read("b", "shop") == ()


@pytest.mark.parametrize("content", ["", "[", "[]", '{"a shop": 3}', '{"a shop": [{}]}', '{"a shop": [3]}', "\udcff"])
def test_a_file_that_cannot_be_read_is_done_without(content: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content.encode("utf-8", "surrogateescape"))
    kept = ToldFile(tmp_path)
    assert kept.read("a", "shop") == ()
    kept.write("a", "shop", [Told(root=ROOT, worst=Severity.HIGH)])
    assert len(kept.read("a", "shop")) == 1
