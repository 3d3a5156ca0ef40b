"""What may be missing."""

from builder.manifests.disruption import disruption
from tests.builder.manifests.subjects import subject


def test_one_pod_at_a_time_may_be_moved() -> None:
    spec = disruption(subject()).body["spec"]
    assert spec["maxUnavailable"] == 1
    assert spec["selector"]["matchLabels"] == subject().selector("web")
