"""Watch caches over a real API server: the same answers, without a list, for who may have them."""

from pathlib import Path
from typing import Any

import pytest

from api.context import Services
from tests.api.harness import cluster_mode, make_context, running
from tests.api.timeless import timeless
from tests.real_cluster import RealCluster

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def token(real_cluster: RealCluster) -> str:
    """Give the token of an account that may view one namespace."""
    for space in ("seen", "unseen"):
        real_cluster.kubectl("create", "namespace", space)
    real_cluster.kubectl("-n", "seen", "create", "serviceaccount", "dev")
    real_cluster.kubectl(
        "-n", "seen", "create", "rolebinding", "dev-view", "--clusterrole=view", "--serviceaccount=seen:dev"
    )
    real_cluster.kubectl("-n", "seen", "create", "deployment", "web", "--image=busybox:test", "--replicas=0")
    for made in ("configmap/kube-root-ca.crt", "serviceaccount/default"):  # nothing shall change under way
        real_cluster.kubectl("-n", "seen", "wait", "--for=create", made, "--timeout=60s")
    real_cluster.kubectl("-n", "seen", "wait", "--for=condition=Available", "deployment/web", "--timeout=60s")
    return real_cluster.kubectl("-n", "seen", "create", "token", "dev").strip()


async def test_answers_from_a_cache_are_those_of_the_server(
    real_cluster: RealCluster, token: str, tmp_path: Path
) -> None:
    context = make_context(tmp_path, server=cluster_mode(), identity=real_cluster.identity())
    async with running(context) as service:
        services: Services = service.app.state.services

        async def asked(space: str) -> tuple[int, dict[str, Any]]:
            answer = await service.client.post(
                "/v1/diagnoses",
                json={"source": {"type": "live"}, "namespace": space},
                headers={"Authorization": f"Bearer {token}"},
            )
            return answer.status_code, answer.json()

        status, live = await asked("seen")
        assert (status, services.watches.figures().caches) == (200, 0)
        watched = [await asked("seen") for _ in range(4)]
        figures = services.watches.figures()
        refused = [await asked("unseen") for _ in range(3)]
        client = next(iter(services.watches._open.values())).cache.client
        lists = sum(count for (verb, _), count in client.requests.items() if verb == "list")
        again = await asked("seen")
        assert sum(count for (verb, _), count in client.requests.items() if verb == "list") == lists
    for _, document in (*watched, again):
        assert timeless(document) == timeless(live)
    assert (figures.caches, figures.answers) == (1, 4)
    assert {status for status, _ in refused} == {403}
