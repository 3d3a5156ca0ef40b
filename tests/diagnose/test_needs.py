"""What routes, certificates, autoscalers and extensions need, read from their own fields."""

from dataclasses import dataclass

import pytest

from diagnose.graph import Graph
from tests.diagnose.build import Obj, obj, service, snapshot

GATEWAY = "gateway.networking.k8s.io"


def custom(kind: str, api: str, name: str = "x", namespace: str = "shop", **rest: object) -> Obj:
    metadata = {"name": name, "uid": f"{kind}-{name}", "namespace": namespace}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


@dataclass(frozen=True)
class Needed:
    """An object, and what it needs as ``Kind namespace/name``."""

    id: str
    obj: Obj
    needs: tuple[str, ...]


CASES = (
    Needed(
        "a route: its gateway elsewhere and its Services",
        custom(
            "HTTPRoute",
            f"{GATEWAY}/v1",
            spec={
                "parentRefs": [{"name": "edge", "namespace": "infra"}],
                "rules": [{"backendRefs": [{"name": "web", "port": 80}, {"kind": "Bucket", "name": "assets"}]}],
            },
        ),
        ("Gateway infra/edge", "Service shop/web"),
    ),
    Needed(
        "a gateway: its class and certificates",
        custom(
            "Gateway",
            f"{GATEWAY}/v1",
            spec={"gatewayClassName": "envoy", "listeners": [{"tls": {"certificateRefs": [{"name": "tls"}]}}]},
        ),
        ("GatewayClass envoy", "Secret shop/tls"),
    ),
    Needed(
        "a certificate: its cluster-wide issuer",
        custom("Certificate", "cert-manager.io/v1", spec={"issuerRef": {"kind": "ClusterIssuer", "name": "le"}}),
        ("ClusterIssuer le",),
    ),
    Needed(
        "an autoscaler: its target and the metrics API",
        obj(
            "HorizontalPodAutoscaler",
            "web",
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "metrics": [{"type": "Resource"}, {"type": "External"}, {"type": "Moon"}],
            },
        ),
        ("Deployment shop/web", "APIService v1beta1.external.metrics.k8s.io", "APIService v1beta1.metrics.k8s.io"),
    ),
    Needed(
        "a scaled object: a Deployment unless it says otherwise",
        custom("ScaledObject", "keda.sh/v1alpha1", spec={"scaleTargetRef": {"name": "web"}}),
        ("Deployment shop/web",),
    ),
    Needed(
        "an aggregated API: its Service",
        obj("APIService", "v1.x", namespace="", spec={"service": {"name": "api", "namespace": "ops"}}),
        ("Service ops/api",),
    ),
    Needed("a built-in API: nothing", obj("APIService", "v1.apps", namespace="", spec={"service": None}), ()),
    Needed(
        "webhooks: their Services",
        obj(
            "MutatingWebhookConfiguration",
            "m",
            namespace="",
            webhooks=[
                {"clientConfig": {"service": {"name": "hook", "namespace": "ops"}}},
                {"clientConfig": {"url": "x"}},
            ],
        ),
        ("Service ops/hook",),
    ),
    Needed(
        "an Argo application: what it manages",
        custom(
            "Application",
            "argoproj.io/v1alpha1",
            status={"resources": [{"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"}, {}]},
        ),
        ("Deployment shop/web",),
    ),
    Needed(
        "a Flux kustomization: its inventory",
        custom(
            "Kustomization",
            "kustomize.toolkit.fluxcd.io/v1",
            status={"inventory": {"entries": [{"id": "shop_web_apps_Deployment", "v": "v1"}, {"id": "bad"}]}},
        ),
        ("Deployment shop/web",),
    ),
    Needed(
        "a namespace that leaves: the APIs that it waits for",
        obj(
            "Namespace",
            "old",
            namespace="",
            metadata={"deletionTimestamp": "2026-03-10T11:00:00Z"},
            status={
                "conditions": [
                    {"message": "unable to retrieve the complete list: metrics.k8s.io/v1beta1: the server is down"}
                ]
            },
        ),
        ("APIService v1beta1.metrics.k8s.io",),
    ),
    Needed("a namespace that stays", obj("Namespace", "shop", namespace=""), ()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_object_needs_what_its_fields_name(case: Needed) -> None:
    found = Graph(snapshot(case.obj)).depends_on(case.obj)
    assert tuple(str(reach.ref) for reach in found) == case.needs


def test_a_secret_needs_the_certificate_that_writes_it() -> None:
    written = custom("Certificate", "cert-manager.io/v1", "web", spec={"secretName": "web-tls"})
    held = obj("Secret", "web-tls")
    graph = Graph(snapshot(written, held, service("web")))
    assert [str(reach.ref) for reach in graph.depends_on(held)] == ["Certificate shop/web"]
