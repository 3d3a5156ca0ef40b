"""The address inside the cluster."""

from builder.manifests.service import service
from tests.builder.manifests.subjects import subject


def test_it_leads_to_the_pods_that_listen() -> None:
    made = service(subject())
    spec = made.body["spec"]
    assert spec["selector"] == {"app.kubernetes.io/name": "shop", "app.kubernetes.io/component": "web"}
    assert spec["ports"] == [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
    assert made.about == ("Inside the cluster: http://shop.apps",)
