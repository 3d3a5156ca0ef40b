"""More pods under load."""

from builder.manifests import Autoscaling
from builder.manifests.autoscaler import autoscaler
from tests.builder.manifests.subjects import subject


def test_it_grows_from_the_replicas_to_the_maximum() -> None:
    spec = autoscaler(subject(replicas=3), Autoscaling(maximum=9, cpu_percent=60)).body["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 9)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 60
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}
