"""``sextant diagnose --watch`` on a real cluster: a rollout that fails, and its repair."""

import json

import pytest

from tests.cli.test_watching import watching
from tests.real_cluster import IMAGE, RealCluster

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]

SPACE = "watched-by-a-person"


def deployment(image: str) -> str:
    container = {"name": "app", "image": image, "imagePullPolicy": "Never", "command": ["sleep", "3600"]}
    pod = {"terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False, "containers": [container]}
    labels = {"app": "web"}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    metadata = {"name": "web", "namespace": SPACE}
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})


def test_a_rollout_that_fails_is_new_and_after_its_repair_healed(real_cluster: RealCluster) -> None:
    real_cluster.kubectl("create", "namespace", SPACE)
    with watching(real_cluster.kubeconfig, "-n", SPACE, "-o", "json") as ran:
        assert ran.entries("diagnosis")["diagnosis"]["verdict"] == "healthy"
        real_cluster.kubectl("apply", "-f", "-", stdin=deployment("nowhere:none"))
        new = ran.entries("new")
        assert new["root"]["object"]["name"] == "web"
        assert new["finding"]["evidence"]
        real_cluster.kubectl("apply", "-f", "-", stdin=deployment(IMAGE))
        assert ran.entries("healed")["id"] == new["id"]
        assert ran.stop() == 0
