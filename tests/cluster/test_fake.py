"""What the fake API server offers beyond the contract: threads, kubeconfigs, changes, scripted faults."""

import asyncio
from pathlib import Path

import pytest

from cluster.client import connect
from cluster.fake import Account, FakeCluster, Fault, kubeconfig
from cluster.kubeconfig import from_kubeconfig
from tests.cluster.asking import asking, obj

PODS = "/api/v1/pods"


def test_it_serves_from_a_thread_for_programs_with_a_loop_of_their_own(tmp_path: Path) -> None:
    fake = FakeCluster([obj("Pod", "web")], accounts={"t": Account(user="ann")})
    with fake.serve_in_thread() as endpoint:
        (tmp_path / "config").write_text(kubeconfig(endpoint, token="t", namespace="shop"))
        identity = from_kubeconfig(tmp_path / "config", trusted=True)
        assert identity.default_namespace == "shop"

        async def ask() -> int:
            async with connect(identity) as client:
                return len((await client.get(PODS))["items"])

        assert asyncio.run(ask()) == 1
    assert fake.requests == {("list", "pods"): 1}


async def test_objects_can_be_changed_and_a_stale_answer_shows_them_as_they_were() -> None:
    fake = FakeCluster([obj("Pod", "old")])
    fake.store.put(obj("Pod", "new"))
    fake.store.delete("Pod", "shop", "old")
    fake.fail(Fault(kind="stale", resource="pods"))
    async with asking(fake) as client:
        seen = [[item["metadata"]["name"] for item in (await client.get(PODS))["items"]] for _ in range(2)]
    assert seen == [["old"], ["new"]]


def test_an_object_of_a_kind_that_is_not_served_is_refused() -> None:
    with pytest.raises(LookupError, match=r"Rollout\.argoproj\.io"):
        FakeCluster([obj("Rollout", "web", api="argoproj.io/v1alpha1")])


async def test_metadata_alone_is_given_on_demand() -> None:
    fake = FakeCluster([obj("Pod", "web", spec={"nodeName": "n"})])
    async with asking(fake) as client:
        accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
        listed = await client.get(PODS, accept=accept)
    assert listed["kind"] == "PartialObjectMetadataList"
    assert "spec" not in listed["items"][0]


async def test_writes_are_refused() -> None:
    async with asking(FakeCluster()) as client:
        with pytest.raises(Exception, match="takes no writes"):
            await client.post("/api/v1/namespaces/shop/pods", {})
