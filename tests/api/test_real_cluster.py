"""Bearer tokens that a real API server reviews: each account sees what the server lets it see."""

from pathlib import Path

import pytest

from tests.api.harness import cluster_mode, make_context, running
from tests.real_cluster import RealCluster

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

SPACES = ("team-red", "team-blue")


@pytest.fixture(scope="module")
def token(real_cluster: RealCluster) -> str:
    """Give the token of an account that may view one of two namespaces."""
    for space in SPACES:
        real_cluster.kubectl("create", "namespace", space)
    real_cluster.kubectl("-n", "team-red", "create", "serviceaccount", "dev")
    binding = ("create", "rolebinding", "dev-view", "--clusterrole=view", "--serviceaccount=team-red:dev")
    real_cluster.kubectl("-n", "team-red", *binding)
    return real_cluster.kubectl("-n", "team-red", "create", "token", "dev").strip()


async def test_a_reviewed_token_reads_its_own_namespace_and_no_other(
    real_cluster: RealCluster, token: str, tmp_path: Path
) -> None:
    context = make_context(tmp_path, server=cluster_mode(), identity=real_cluster.identity())
    said: dict[str, int] = {}
    async with running(context) as service:
        for space in SPACES:
            answer = await service.client.post(
                "/v1/diagnoses",
                json={"source": {"type": "live"}, "namespace": space},
                headers={"Authorization": f"Bearer {token}"},
            )
            said[space] = answer.status_code
            if answer.status_code == 200:
                coverage = {entry["kind"]: entry["state"] for entry in answer.json()["coverage"]["kinds"]}
                assert coverage["Pod"] == "complete"
                assert coverage["Secret"] == "refused", "the role view reads no Secrets, and the answer says so"
    assert said == {"team-red": 200, "team-blue": 403}


async def test_a_token_that_the_server_does_not_know_is_refused(real_cluster: RealCluster, tmp_path: Path) -> None:
    context = make_context(tmp_path, server=cluster_mode(), identity=real_cluster.identity())
    async with running(context) as service:
        answer = await service.client.get("/v1/runs", headers={"Authorization": "Bearer nobody"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
