"""Bearer tokens that the cluster reviews, against the fake API server."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.context import ApiContext
from cluster.fake import Account, FakeCluster, Fault
from cluster.recording.bundle import read_bundle
from tests.api.harness import (
    DEMO,
    Service,
    cluster_mode,
    deployment,
    events_of,
    identity_at,
    make_context,
    namespace,
    running,
)

ACCOUNTS = {
    "service": Account(user="system:serviceaccount:ops:sextant"),
    "alice-token": Account(user="alice", namespaces=frozenset({"shop"})),
    "bob-token": Account(user="bob", namespaces=frozenset({"bank"})),
    "admin-token": Account(user="admin"),
}
LIVE = {"source": {"type": "live"}}
ALICE = {"Authorization": "Bearer alice-token"}
BOB = {"Authorization": "Bearer bob-token"}
ADMIN = {"Authorization": "Bearer admin-token"}


def small_cluster() -> FakeCluster:
    return FakeCluster(
        [namespace("shop"), namespace("bank"), *deployment("checkout"), *deployment("ledger", "bank", ready=1)],
        accounts=ACCOUNTS,
    )


@contextlib.asynccontextmanager
async def served(tmp_path: Path, fake: FakeCluster) -> AsyncIterator[Service]:
    """Serve the API in mode ``cluster`` over a fake cluster."""
    async with fake.serve() as endpoint:
        context: ApiContext = make_context(tmp_path, server=cluster_mode(), identity=identity_at(endpoint))
        async with running(context) as service:
            yield service


async def test_a_live_diagnosis_is_read_with_the_callers_token(tmp_path: Path) -> None:
    fake = small_cluster()
    async with served(tmp_path, fake) as service:
        said = await service.client.post("/v1/diagnoses", json={**LIVE, "namespace": "shop"}, headers=ALICE)
    assert said.status_code == 200, said.text
    assert said.json()["verdict"] == "failing"
    reads = [seen.headers.get("Authorization", "") for seen in fake.seen]
    assert reads.count("Bearer service") == 1
    assert reads.count("Bearer alice-token") > 5


@dataclass(frozen=True, kw_only=True)
class Ask:
    id: str
    body: Mapping[str, object]
    headers: dict[str, str]
    status: int
    code: str = ""


ASKS = (
    Ask(id="own namespace", body={**LIVE, "namespace": "shop"}, headers=ALICE, status=200),
    Ask(id="another's namespace", body={**LIVE, "namespace": "bank"}, headers=ALICE, status=403, code="forbidden"),
    Ask(id="everything", body={**LIVE, "all_namespaces": True}, headers=ALICE, status=403, code="forbidden"),
    Ask(id="everything, who may", body={**LIVE, "all_namespaces": True}, headers=ADMIN, status=200),
    Ask(id="no namespace", body=LIVE, headers=ALICE, status=400, code="usage"),
    Ask(
        id="missing namespace",
        body={**LIVE, "namespace": "shpo"},
        headers=ADMIN,
        status=404,
        code="namespace_not_found",
    ),
    Ask(id="demo", body=DEMO, headers=BOB, status=200),
    Ask(id="unknown token", body=DEMO, headers={"Authorization": "Bearer x"}, status=401, code="unauthenticated"),
    Ask(id="no token", body=DEMO, headers={"Authorization": ""}, status=401, code="unauthenticated"),
)


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.id)
async def test_everybody_reads_what_the_cluster_lets_them_read(ask: Ask, tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service:
        said = await service.client.post("/v1/diagnoses", json=ask.body, headers=ask.headers)
    assert said.status_code == ask.status, said.text
    if ask.code:
        assert said.json()["code"] == ask.code


async def test_runs_are_seen_by_their_owner_only(tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service:
        made = await service.client.post("/v1/diagnoses", json={**LIVE, "namespace": "shop"}, headers=ALICE)
        run_id = made.headers["X-Run-Id"]
        mine = await service.client.get(f"/v1/runs/{run_id}/events", headers=ALICE)
        theirs = [
            await service.client.get(f"/v1/{what}", headers=BOB)
            for what in (f"runs/{run_id}", f"runs/{run_id}/events", f"diagnoses/{run_id}")
        ]
        listed = (await service.client.get("/v1/runs", headers=BOB)).json()["runs"]
    assert {"collect", "analyze", "render"} <= {
        event["data"]["name"] for event in events_of(mine.text) if event["event"] == "step"
    }
    assert {answer.status_code for answer in theirs} == {404}
    assert listed == []


async def test_reviews_are_kept_for_a_while(tmp_path: Path) -> None:
    fake = small_cluster()
    async with served(tmp_path, fake) as service:
        for _ in range(3):
            await service.client.get("/v1/runs", headers=ALICE)
            await service.client.get("/v1/workloads", params={"namespace": "shop"}, headers=ALICE)
    assert fake.requests[("create", "tokenreviews")] == 1
    assert fake.requests[("create", "selfsubjectaccessreviews")] == 1
    assert fake.requests[("list", "deployments")] == 1


async def test_what_one_caller_saw_is_not_shown_to_another(tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service:
        seen = await service.client.get("/v1/workloads", params={"namespace": "shop"}, headers=ALICE)
        refused = await service.client.get("/v1/workloads", params={"namespace": "shop"}, headers=BOB)
    assert seen.json()["workloads"][0]["verdict"] == "failing"
    assert refused.status_code == 403


async def test_probes_need_no_token_and_tell_whether_the_cluster_answers(tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service, service.anonymous() as client:
        ready = await client.get("/readyz")
        metrics = await client.get("/metrics")
    assert ready.json() == {"status": "ready", "database": "ok", "cluster": "reachable"}
    assert metrics.status_code == 401


@pytest.mark.parametrize("host", ["x/healthz?", "127.0.0.1:80/healthz?", "a/readyz#"])
async def test_the_host_header_cannot_make_another_path_of_a_request(host: str, tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service, service.anonymous() as client:
        said = await client.get("/v1/runs", headers={"Host": host})
    assert (said.status_code, said.json()["code"]) == (401, "unauthenticated")


async def test_without_an_answer_of_the_cluster_nobody_is_let_in_and_it_is_said_why(tmp_path: Path) -> None:
    async with small_cluster().serve() as endpoint:
        context = make_context(tmp_path, server=cluster_mode(), identity=identity_at(endpoint), retries=0)
    async with running(context) as service:
        said = await service.client.get("/v1/runs", headers=ALICE)
        ready = await service.client.get("/readyz")
    assert (said.status_code, said.json()["code"]) == (502, "cluster_unreachable")
    assert ready.json()["cluster"] == "unreachable"


async def test_a_service_that_may_not_review_says_so(tmp_path: Path) -> None:
    fake = small_cluster()
    fake.fail(Fault(kind="status", verb="create", resource="tokenreviews", status=403, message="no"))
    async with served(tmp_path, fake) as service:
        said = await service.client.get("/v1/runs", headers=ALICE)
    assert (said.status_code, said.json()["code"]) == (502, "cluster_rejected")
    assert "system:auth-delegator" in said.json()["next_step"]


async def test_a_namespace_is_downloaded_as_a_bundle_that_can_be_diagnosed(tmp_path: Path) -> None:
    async with served(tmp_path, small_cluster()) as service:
        bundle = await service.client.post("/v1/snapshots", json={"namespace": "shop"}, headers=ALICE)
        refused = await service.client.post("/v1/snapshots", json={"namespace": "bank"}, headers=ALICE)
        again = await service.client.post(
            "/v1/diagnoses", content=bundle.content, headers={**ALICE, "Content-Type": "application/zstd"}
        )
    assert bundle.status_code == 200
    assert bundle.headers["Content-Disposition"] == 'attachment; filename="shop.tar.zst"'
    assert ("shop", "checkout") in read_bundle(bundle.content).objects["Deployment"]
    assert refused.status_code == 403
    assert again.json()["verdict"] == "failing"


async def test_a_person_reads_with_their_own_kubeconfig(tmp_path: Path) -> None:
    async with small_cluster().serve() as endpoint:
        context = make_context(tmp_path, identity=identity_at(endpoint, token="alice-token"))
        async with running(context) as service:
            default = await service.client.post("/v1/diagnoses", json=LIVE)
            refused = await service.client.post("/v1/diagnoses", json={**LIVE, "namespace": "bank"})
            page = await service.client.get("/", headers={"Accept": "text/html"})
    assert default.json()["verdict"] == "failing"
    assert default.json()["target"]["en"] == "namespace shop"
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "deployment/checkout" in page.text


async def test_an_unreachable_cluster_is_told_in_plain_words_on_the_page(tmp_path: Path) -> None:
    fake = small_cluster()
    async with fake.serve() as endpoint:
        identity = identity_at(endpoint, token="alice-token")
    context = make_context(tmp_path, identity=identity, retries=0)
    async with running(context) as service:
        page: httpx.Response = await service.client.get("/", headers={"Accept": "text/html"})
        demo = await service.client.get("/", params={"source": "demo"}, headers={"Accept": "text/html"})
    assert page.status_code == 502
    assert "cluster_unreachable" in page.text
    assert 'href="/?source=demo&amp;lang=en"' in page.text
    assert demo.status_code == 200
