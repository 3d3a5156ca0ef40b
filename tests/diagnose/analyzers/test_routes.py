"""Routes that lead nowhere, elsewhere, or that nobody serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.routes import routes
from diagnose.codes.routes import CODES
from diagnose.findings import Role
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import Logs, Obj, container, findings, in_progress, obj, pod, secret, service

API = "gateway.networking.k8s.io/v1"
REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"


def path(target: str = "web", port: int | str = 80, at: str = "/") -> Obj:
    number = {"number": port} if isinstance(port, int) else {"name": port}
    return {"path": at, "pathType": "Prefix", "backend": {"service": {"name": target, "port": number}}}


def ingress(
    name: str = "web",
    *,
    paths: Sequence[Obj] = (),
    served: bool = True,
    class_name: str = "public",
    annotations: dict[str, str] | None = None,
    tls: Sequence[Obj] = (),
    labels: dict[str, str] | None = None,
    **fields: Any,
) -> Obj:
    return obj(
        "Ingress",
        name,
        metadata={"annotations": annotations or {}, "labels": labels or {}},
        spec={
            **({"ingressClassName": class_name} if class_name else {}),
            "rules": [{"host": "shop.example.com", "http": {"paths": list(paths) or [path()]}}],
            "tls": list(tls),
        },
        status={"loadBalancer": {"ingress": [{"ip": "10.1.2.3"}] if served else []}},
        **fields,
    )


def of_class(name: str, controller: str = "k8s.io/ingress-nginx", **fields: Any) -> Obj:
    return obj("IngressClass", name, namespace="", spec={"controller": controller}, **fields)


def gateway(name: str = "edge", *, conditions: Sequence[Obj] = (), listeners: Sequence[Obj] = (), **spec: Any) -> Obj:
    return custom(
        API,
        "Gateway",
        name,
        namespace=spec.pop("namespace", "shop"),
        spec={"gatewayClassName": "public", "listeners": [{"name": "web", "port": 80}], **spec},
        status={"conditions": list(conditions), "listeners": list(listeners)},
    )


UP = (state("Accepted", "True"), state("Programmed", "True"))
CHOOSY = custom(
    API,
    "Gateway",
    "edge",
    spec={
        "gatewayClassName": "public",
        "listeners": [
            {
                "name": "web",
                "port": 80,
                "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"exposed": "yes"}}}},
            }
        ],
    },
)


def route(
    *backends: Obj, parent: Obj | None = None, conditions: Sequence[Obj] = (), more: Sequence[Obj] = (), **spec: Any
) -> Obj:
    up = parent or {"name": "edge"}
    told = [{"parentRef": up, "conditions": list(conditions)}] if conditions else []
    return custom(
        API,
        "HTTPRoute",
        "web",
        spec={
            "parentRefs": [up],
            "rules": [{"backendRefs": list(backends) or [{"name": "web", "port": 80}]}],
            **spec,
        },
        status={"parents": [*told, *more]},
    )


def refused(reason: str) -> Obj:
    return state("Accepted", "False", reason, "not allowed")


def grant(space: str, kind: str = "HTTPRoute") -> Obj:
    return custom(
        "gateway.networking.k8s.io/v1beta1",
        "ReferenceGrant",
        "g",
        namespace=space,
        spec={
            "from": [{"group": "gateway.networking.k8s.io", "kind": kind, "namespace": "shop"}],
            "to": [{"group": "", "kind": "Service"}],
        },
    )


def named_port(label: str, **fields: Any) -> Obj:
    ports = [{"port": 80, "protocol": "TCP", "name": label, **fields}]
    return obj("Service", "web", spec={"ports": ports, "selector": {"app": "web"}})


CLASSES = ("IngressClass",)
CERTIFICATE = custom(
    "cert-manager.io/v1", "Certificate", "web", spec={"secretName": "web-tls"}, status={"conditions": []}
)
TLS = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]
WEB = service("web")
CART = [service("cart"), pod("web-1", labels={"app": "web"}, containers=[container("web")])]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects and what must be said of them."""

    id: str
    objects: list[Obj]
    code: str
    variant: str = ""
    part: str = ""
    says: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    command: str = ""
    role: Role = Role.ROOT
    listed: tuple[str, ...] = ()
    logs: Logs | None = None


CASES = (
    Case(
        id="class with a typing error",
        objects=[WEB, ingress(served=False, class_name="pubilc"), of_class("public")],
        code="IngressClassMissing",
        variant="class",
        says=("served by nobody", "pubilc", "the cluster has public"),
        near=("public",),
        command='"ingressClassName":"public"',
    ),
    Case(
        id="no class and no default",
        objects=[WEB, ingress(served=False, class_name=""), of_class("public"), of_class("inner")],
        code="IngressClassMissing",
        variant="class",
        says=("names no class",),
    ),
    Case(
        id="class without a controller",
        objects=[
            WEB,
            ingress(served=False),
            of_class("public"),
            pod("site-1", containers=[container("site", image="nginx:1.27")]),
        ],
        code="IngressClassMissing",
        variant="controller",
        says=("no controller k8s.io/ingress-nginx",),
    ),
    Case(
        id="Service with a typing error",
        objects=[WEB, ingress(paths=[path("wbe"), path("wbe", at="/a")])],
        code="IngressBackendMissing",
        variant="service",
        part="wbe:80",
        says=("shop.example.com/ and 1 more", "Service wbe, which does not exist"),
        near=("web",),
        command="/spec/rules/0/http/paths/1/backend/service/name",
    ),
    Case(
        id="Service of another namespace",
        objects=[service("cart", namespace="other"), ingress(paths=[path("cart")])],
        code="IngressBackendMissing",
        variant="service",
        part="cart:80",
        near=("other/cart",),
    ),
    Case(
        id="the pods' port in place of the Service's",
        objects=[named_port("http", targetPort=8080), ingress(paths=[path(port=8080)])],
        code="IngressBackendMissing",
        variant="port",
        part="web:8080",
        says=("http 80→8080", "targetPort"),
        command='"value":{"number":80}',
    ),
    Case(
        id="port name that the Service lacks",
        objects=[named_port("http"), ingress(paths=[path(port="web")])],
        code="IngressBackendMissing",
        variant="port",
        part="web:web",
    ),
    Case(
        id="Secret with a typing error",
        objects=[
            WEB,
            ingress(tls=TLS),
            secret("web-tsl", ("tls.crt", "tls.key"), kind="kubernetes.io/tls"),
        ],
        code="IngressTLSSecretMissing",
        part="web-tls",
        says=("no certificate for shop.example.com", "web-tsl"),
        near=("web-tsl",),
        command="/spec/tls/0/secretName",
    ),
    Case(
        id="Secret without a key",
        objects=[WEB, ingress(tls=TLS), secret("web-tls", ("tls.crt",))],
        code="IngressTLSSecretMissing",
        part="web-tls",
        says=("holds no tls.key",),
    ),
    Case(
        id="Secret that a Certificate has not written",
        objects=[WEB, ingress(tls=TLS), CERTIFICATE],
        code="IngressTLSSecretMissing",
        part="web-tls",
        role=Role.SYMPTOM,
    ),
    Case(
        id="two rules for one path",
        objects=[WEB, service("shop"), ingress(created=9000), ingress("shop", paths=[path("shop")])],
        code="RouteMisdirected",
        variant="path_conflict",
        part="shop.example.com/",
        says=("the older one in web leads to web:80", "shop to shop:80"),
    ),
    Case(
        id="rewrite without groups",
        objects=[WEB, ingress(paths=[path(at="/api")], annotations={REWRITE: "/$2"})],
        code="RouteMisdirected",
        variant="path_conflict",
        part="shop.example.com/api",
        says=("lose their path",),
        command="/api(/|$)(.*)",
    ),
    Case(
        id="path leads past the Service of its name",
        objects=[WEB, *CART, ingress(paths=[path(at="/cart")])],
        logs={("web-1", "web", False): ['10.1.1.1 - - "GET /cart/7 HTTP/1.1" 404 153']},
        code="RouteMisdirected",
        variant="wrong_backend",
        part="/cart",
        says=("nothing leads to the Service cart",),
        near=("cart",),
        command='"value":"cart"',
    ),
    Case(
        id="Gateway whose class does not exist",
        objects=[gateway(gatewayClassName="pubilc"), custom(API, "GatewayClass", "public", namespace="")],
        code="GatewayNotProgrammed",
        says=("class pubilc does not exist", "public"),
        near=("public",),
    ),
    Case(
        id="Gateway that nobody takes up",
        objects=[gateway(conditions=[state("Accepted", "Unknown", "Pending", "Waiting for controller")])],
        code="GatewayNotProgrammed",
        says=("nobody serves its class public",),
    ),
    Case(
        id="Gateway whose class no controller accepts",
        objects=[
            gateway(),
            custom(
                API,
                "GatewayClass",
                "public",
                namespace="",
                spec={"controllerName": "example.com/gw"},
                status={"conditions": [state("Accepted", "Unknown", "Pending", "Waiting for controller")]},
            ),
        ],
        code="GatewayNotProgrammed",
        says=("example.com/gw",),
    ),
    Case(
        id="listener without its certificate, its route folded",
        objects=[
            WEB,
            custom(
                API,
                "Gateway",
                "edge",
                spec={
                    "gatewayClassName": "public",
                    "listeners": [{"name": "web", "tls": {"certificateRefs": [{"name": "gone"}]}}],
                },
                status={
                    "conditions": [state("Accepted", "True"), state("Programmed", "False", "Invalid")],
                    "listeners": [
                        {"name": "web", "conditions": [state("ResolvedRefs", "False", "InvalidCertificateRef", "none")]}
                    ],
                },
            ),
            route(conditions=[refused("NoMatchingParent")]),
        ],
        code="GatewayNotProgrammed",
        part="web",
        says=("InvalidCertificateRef", "the Secret gone does not exist"),
    ),
    Case(
        id="Gateway refused as a whole",
        objects=[gateway(conditions=[state("Accepted", "True"), state("Programmed", "False", "AddressNotAssigned")])],
        code="GatewayNotProgrammed",
        says=("AddressNotAssigned",),
    ),
    Case(
        id="route of a namespace that is not allowed",
        objects=[WEB, gateway(conditions=UP), route(conditions=[refused("NotAllowedByListeners")])],
        code="RouteNotAccepted",
        part="edge",
        says=("does not allow routes of namespace shop",),
        command='"operator":"In","values":["shop"]',
    ),
    Case(
        id="route of a namespace without the label that the listener chooses by",
        objects=[
            WEB,
            {**CHOOSY, "status": {"conditions": list(UP)}},
            route(conditions=[refused("NotAllowedByListeners")]),
        ],
        code="RouteNotAccepted",
        part="edge",
        says=("does not allow routes of namespace shop",),
        command="kubectl label namespace shop exposed=yes",
    ),
    Case(
        id="route with a host that no listener serves",
        objects=[
            WEB,
            gateway(conditions=UP),
            route(conditions=[refused("NoMatchingListenerHostname")], hostnames=["a.example.com"]),
        ],
        code="RouteNotAccepted",
        part="edge",
        says=("not a.example.com",),
    ),
    Case(
        id="route to a listener that the gateway lacks",
        objects=[
            WEB,
            gateway(conditions=UP),
            route(parent={"name": "edge", "sectionName": "https"}, conditions=[refused("NoMatchingParent")]),
        ],
        code="RouteNotAccepted",
        part="edge",
        says=("no listener https (it has web)",),
    ),
    Case(
        id="route to a gateway that does not exist",
        objects=[WEB, gateway(conditions=UP), route(parent={"name": "egde"})],
        code="RouteNotAccepted",
        part="egde",
        near=("edge",),
        command="/spec/parentRefs/0/name",
    ),
    Case(
        id="route that another parent accepts",
        objects=[
            WEB,
            gateway(conditions=UP),
            route(
                conditions=[refused("UnsupportedValue")],
                more=[{"parentRef": {"name": "inner"}, "conditions": [state("Accepted", "True")]}],
            ),
        ],
        code="RouteNotAccepted",
        part="edge",
        role=Role.CONTRIBUTING,
    ),
    Case(
        id="backend with a typing error",
        objects=[WEB, route({"name": "wbe", "port": 80})],
        code="RouteBackendInvalid",
        variant="missing",
        part="wbe:80",
        near=("web",),
        command='"value":"web"',
    ),
    Case(
        id="backend port that is not there",
        objects=[WEB, route({"name": "web", "port": 8080})],
        code="RouteBackendInvalid",
        variant="port",
        part="web:8080",
        command='"value":80',
    ),
    Case(
        id="backend of another namespace without a grant",
        objects=[service("pay", namespace="bank"), route({"name": "pay", "namespace": "bank", "port": 80})],
        code="RouteBackendInvalid",
        variant="not_permitted",
        part="pay",
        listed=("ReferenceGrant.gateway.networking.k8s.io",),
        command="ReferenceGrant",
    ),
    Case(
        id="backend of another namespace, whose grants were not read",
        objects=[
            service("pay", namespace="bank"),
            route(
                {"name": "pay", "namespace": "bank", "port": 80},
                conditions=[state("Accepted", "True"), state("ResolvedRefs", "False", "RefNotPermitted")],
            ),
        ],
        code="RouteBackendInvalid",
        variant="not_permitted",
        part="pay",
        command="ReferenceGrant",
    ),
    Case(
        id="a reference that only the controller understands",
        objects=[WEB, route(conditions=[state("Accepted", "True"), state("ResolvedRefs", "False", "InvalidKind")])],
        code="RouteBackendInvalid",
        says=("InvalidKind",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_route_that_does_not_lead_where_it_should_is_named(case: Case) -> None:
    (found,) = findings(routes, routed(*case.objects, listed=case.listed, logs=case.logs))

    assert (found.code, found.variant, found.part, found.role) == (case.code, case.variant, case.part, case.role)
    for word in case.says:
        assert word in found.summary.en
    assert found.near == case.near or not case.near
    assert case.command in "".join(remedy.command for remedy in found.remedies)
    assert found.remedies


@dataclass(frozen=True, kw_only=True)
class Fine:
    """Objects of which nothing may be found."""

    id: str
    objects: list[Obj]
    listed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    logs: Logs | None = None


FINE = (
    Fine(id="classes unread", objects=[WEB, ingress(served=False, class_name="gone")]),
    Fine(id="class missing but served", objects=[WEB, ingress(class_name="gone")], listed=CLASSES),
    Fine(
        id="class by annotation",
        objects=[WEB, ingress(served=False, class_name="", annotations={"kubernetes.io/ingress.class": "x"})],
        listed=CLASSES,
    ),
    Fine(
        id="default class",
        objects=[
            WEB,
            ingress(served=False, class_name=""),
            of_class("public", metadata={"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}),
        ],
    ),
    Fine(id="paused on purpose", objects=[WEB, ingress(served=False, class_name="pause")], listed=CLASSES),
    Fine(
        id="controller runs",
        objects=[
            WEB,
            ingress(served=False),
            of_class("public"),
            pod("c-1", containers=[container("controller", image="registry.example.com/ingress-nginx/controller:1")]),
        ],
    ),
    Fine(
        id="controller of a provider, run elsewhere",
        objects=[WEB, ingress(served=False), of_class("public", "k8s.io/ingress-gce")],
    ),
    Fine(id="pods unread", objects=[WEB, ingress(served=False), of_class("public")], unread=("Pod",)),
    Fine(id="Services unread", objects=[ingress(paths=[path("gone")])], unread=("Service",)),
    Fine(id="an annotation's action", objects=[ingress(paths=[path("redirect", "use-annotation")])]),
    Fine(
        id="external name with any port",
        objects=[
            obj("Service", "web", spec={"type": "ExternalName", "externalName": "x.example.com"}),
            ingress(paths=[path(port=9999)]),
        ],
    ),
    Fine(
        id="challenge of a certificate",
        objects=[ingress(paths=[path("gone")], labels={"acme.cert-manager.io/http01-solver": "true"})],
    ),
    Fine(id="Secrets unread", objects=[WEB, ingress(tls=TLS)], unread=("Secret",)),
    Fine(
        id="keys unknown",
        objects=[WEB, ingress(tls=TLS), obj("Secret", "web-tls", type="Opaque", dataKeysUnknown=True)],
    ),
    Fine(
        id="opaque Secret with both keys",
        objects=[WEB, ingress(tls=TLS), secret("web-tls", ("tls.crt", "tls.key"))],
    ),
    Fine(
        id="certificate of the provider",
        objects=[WEB, ingress(tls=TLS, annotations={"networking.gke.io/managed-certificates": "web"})],
    ),
    Fine(
        id="canary",
        objects=[
            WEB,
            service("shop"),
            ingress(created=9000),
            ingress("shop", paths=[path("shop")], annotations={"nginx.ingress.kubernetes.io/canary": "true"}),
        ],
    ),
    Fine(id="same backend twice", objects=[WEB, ingress(created=9000), ingress("again")]),
    Fine(
        id="rewrite with its groups",
        objects=[WEB, ingress(paths=[path(at="/api(/|$)(.*)")], annotations={REWRITE: "/$2"})],
    ),
    Fine(
        id="path leads past the Service of its name and is answered",
        objects=[WEB, *CART, ingress(paths=[path(at="/cart")])],
        logs={("web-1", "web", False): ['10.1.1.1 - - "GET /cart/7 HTTP/1.1" 200 153']},
    ),
    Fine(id="names merely unlike", objects=[WEB, *CART, ingress(paths=[path(at="/cart")])]),
    Fine(id="Gateway in order", objects=[WEB, gateway(conditions=UP), route(conditions=[state("Accepted", "True")])]),
    Fine(
        id="Gateway changed just now",
        objects=[gateway(conditions=[state("Programmed", "False", "Invalid", age=10)])],
    ),
    Fine(id="gateways unread", objects=[WEB, route(parent={"name": "gone"})]),
    Fine(id="backend of weight 0", objects=[WEB, route({"name": "gone", "port": 80, "weight": 0})]),
    Fine(
        id="grant exists",
        objects=[
            service("pay", namespace="bank"),
            grant("bank"),
            route(
                {"name": "pay", "namespace": "bank", "port": 80},
                conditions=[state("ResolvedRefs", "False", "RefNotPermitted")],
            ),
        ],
    ),
    Fine(
        id="Service made after the status",
        objects=[WEB, route(conditions=[state("ResolvedRefs", "False", "BackendNotFound")])],
    ),
)


@pytest.mark.parametrize("case", FINE, ids=lambda case: case.id)
def test_what_only_looks_like_it_stays_silent(case: Fine) -> None:
    given = routed(*case.objects, listed=case.listed, unread=case.unread, logs=case.logs)

    assert findings(routes, given) == []


def test_a_new_route_waits_for_its_controller_and_its_certificate() -> None:
    made = ingress(
        served=False, class_name="gone", tls=TLS, created=20, annotations={"cert-manager.io/cluster-issuer": "acme"}
    )
    given = routed(WEB, made, listed=CLASSES)

    assert findings(routes, given) == []
    assert len(in_progress(routes, given)) == 2


@pytest.mark.parametrize("damage", [None, 7, "x", [], {}, [None], {"rules": 3, "tls": [1], "listeners": {}}])
def test_damaged_objects_raise_nothing(damage: Any) -> None:
    broken = [
        {**entry, "spec": damage, "status": damage} for entry in (ingress(), gateway(), route(), WEB, CERTIFICATE)
    ]

    list(routes(routed(*broken, of_class("public"), grant("shop"))))


def test_every_code_and_variant_has_a_case() -> None:
    told = {(case.code, case.variant) for case in CASES}

    assert {entry.code for entry in CODES} == {code for code, _ in told}
    assert all((entry.code, variant) in told for entry in CODES for variant in entry.variants)
