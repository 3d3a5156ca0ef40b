"""The way in by a Gateway."""

from builder.manifests.httproute import httproute
from tests.builder.manifests.subjects import subject


def test_it_belongs_to_the_gateway_and_leads_to_the_service() -> None:
    spec = httproute(subject(host="shop.test", route="httproute", gateway="edge/main")).body["spec"]
    assert spec["parentRefs"] == [{"name": "main", "namespace": "edge"}]
    assert spec["hostnames"] == ["shop.test"]
    assert spec["rules"][0]["backendRefs"] == [{"name": "shop", "port": 80}]


def test_a_gateway_of_the_same_namespace_needs_no_other() -> None:
    spec = httproute(subject(host="shop.test", route="httproute", gateway="main")).body["spec"]
    assert spec["parentRefs"] == [{"name": "main"}]
