"""What a person may ask for."""

from dataclasses import replace

import pytest

from builder.manifests import Autoscaling, ManifestRefused, Options


@pytest.mark.parametrize(
    "wrong",
    [
        {"namespace": "Shops"},
        {"namespace": ""},
        {"host": "shop.test/path"},
        {"host": "a" * 64},
        {"route": "httproute", "host": "shop.test"},
        {"gateway": "a/b/c"},
        {"router_namespace": "a\nb"},
        {"replicas": 0},
        {"storage": "much"},
        {"egress_ports": (0,)},
        {"autoscaling": Autoscaling(maximum=1)},
        {"autoscaling": Autoscaling(maximum=4, cpu_percent=0)},
    ],
    ids=str,
)
def test_what_kubernetes_would_not_take_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ManifestRefused):
        replace(Options(), **wrong)  # type: ignore[arg-type]


def test_what_is_usual_is_taken() -> None:
    options = Options(host="*.shop.test", route="httproute", gateway="edge/main", ingress_class="nginx.internal")
    assert options.namespace == "apps"
