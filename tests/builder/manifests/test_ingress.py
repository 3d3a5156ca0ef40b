"""The way in by an Ingress."""

from builder.manifests.ingress import ingress
from tests.builder.manifests.subjects import subject


def test_it_leads_the_public_name_to_the_service_over_tls() -> None:
    spec = ingress(subject(host="shop.test", ingress_class="nginx")).body["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"hosts": ["shop.test"], "secretName": "shop-tls"}]
    assert spec["rules"][0]["host"] == "shop.test"
    backend = spec["rules"][0]["http"]["paths"][0]["backend"]
    assert backend == {"service": {"name": "shop", "port": {"name": "http"}}}


def test_tls_can_end_elsewhere() -> None:
    made = ingress(subject(host="shop.test", tls=False))
    assert set(made.body["spec"]) == {"rules"}
    assert made.about == ()
