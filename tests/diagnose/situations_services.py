"""Services and what stands before them, and objects of other controllers."""

from typing import Any

from tests.diagnose.build import Obj, ago, container, event, obj
from tests.diagnose.situations_build import DAY, DEGRADED, HEALTHY, Situation, below, leaving, starting, up
from tests.diagnose.situations_world import deploy, slice_of, stateful


def _service(name: str, selector: dict[str, str] | None, **spec: Any) -> Obj:
    return obj(
        "Service",
        name,
        created=spec.pop("created", DAY),
        namespace=spec.pop("namespace", "shop"),
        spec={
            "type": "ClusterIP",
            "clusterIP": "10.96.0.50",
            "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
            **({"selector": selector} if selector else {}),
            **spec,
        },
        **({"status": {"loadBalancer": {}}} if spec.get("type") == "LoadBalancer" else {}),
    )


def _services() -> list[Situation]:
    body = up()
    named = up(containers=[container(ports=[{"name": "http", "containerPort": 8080}])])
    outside = _service("database", None, clusterIP="None", ports=[{"port": 5432, "protocol": "TCP"}])
    alias = obj("Service", "mail", spec={"type": "ExternalName", "externalName": "smtp.example.com"})
    builtin = _service(
        "kubernetes", None, namespace="default", ports=[{"name": "https", "port": 443, "targetPort": 6443}]
    )
    front = _service("web", {"app": "web"})
    pending = _service("web", {"app": "web"}, type="LoadBalancer", created=40)
    forming = stateful("etcd", up("etcd-0"), up("etcd-1"), starting("etcd-2", created=15))
    formed = stateful("etcd", up("etcd-0"), up("etcd-1"), up("etcd-2"))
    for members in (forming, formed):
        members[1]["spec"]["publishNotReadyAddresses"] = True
    both = [
        *deploy("web", below(obj("Pod", "x"), up("web-a"), labels={"app": "web"})[0]),
        _service("web", {"app": "web"}),
        _service("web-internal", {"app": "web"}, ports=[{"port": 9000, "targetPort": 8080, "protocol": "TCP"}]),
    ]
    ingress = obj(
        "Ingress",
        "web",
        metadata={"annotations": {"kubernetes.io/ingress.class": "nginx"}},
        spec={
            "rules": [
                {
                    "host": "shop.example.com",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "web", "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ]
        },
        status={"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}},
    )
    paused = {**ingress, "metadata": {**ingress["metadata"], "annotations": {"kubernetes.io/ingress.class": "pause"}}}
    policies = [
        obj("NetworkPolicy", "default-deny", spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
        obj(
            "NetworkPolicy",
            "allow",
            spec={
                "podSelector": {"matchLabels": {"app": "web"}},
                "ingress": [{}],
                "egress": [{}],
                "policyTypes": ["Ingress", "Egress"],
            },
        ),
    ]
    served = deploy("web", body)
    return [
        Situation(
            id="a Service without selector for a database outside",
            objects=[outside, slice_of(outside, body, manager=""), *deploy("web", up())],
            target="svc/database",
            verdicts=HEALTHY,
        ),
        Situation(id="a Service that is only another name", objects=[alias, *deploy("web", up())], verdicts=HEALTHY),
        Situation(
            id="the Service of the API server",
            objects=[builtin, slice_of(builtin, manager="")],
            namespace="default",
            verdicts=HEALTHY,
        ),
        Situation(
            id="a Service, its slice and an Ingress with a class annotation and an address",
            objects=[*served, front, slice_of(front, served[-1]), ingress],
            target="ingress/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="an Ingress that its owner paused",
            objects=[*served, front, slice_of(front, served[-1]), paused],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a load balancer that is 40 seconds old",
            objects=[
                *deploy("web", up()),
                pending,
                event(pending, "EnsuringLoadBalancer", "Ensuring load balancer", kind="Normal"),
            ],
            target="svc/web",
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(
            id="members of a cluster find each other before they are ready",
            objects=forming,
            target="sts/etcd",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a formed cluster behind a Service that lists unready pods",
            objects=formed,
            target="svc/etcd",
            verdicts=HEALTHY,
        ),
        Situation(id="two Services in front of the same pods", objects=both, verdicts=HEALTHY),
        Situation(
            id="a Service that names a port of the container",
            objects=[
                *deploy("web", named),
                _service("web", {"app": "web"}, ports=[{"port": 80, "targetPort": "http"}]),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a Service in front of a workload that was scaled to zero",
            objects=[*deploy("web", wanted=0), front],
            verdicts=HEALTHY,
        ),
        Situation(
            id="everything is denied but what other policies allow",
            objects=[*deploy("web", up()), *policies],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a slice that lists a pod on its way out beside the ready one",
            objects=[*deploy("web", up(), old=[leaving(up("web-o"), deleted=-20)]), front],
            target="svc/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="a canary under its own Deployment and the same Service",
            objects=[
                *deploy("web", up("web-a")),
                *deploy("web-canary", up("web-c")),
                _service("web-canary", {"app": "web-canary"}),
                front,
            ],
            verdicts=HEALTHY,
        ),
    ]


def _custom(kind: str, group: str, name: str, **rest: Any) -> Obj:
    return {**obj("ConfigMap", name), "kind": kind, "apiVersion": f"{group}/v1", **rest}


def _others() -> list[Situation]:
    certificate = _custom(
        "Certificate",
        "cert-manager.io",
        "web",
        status={
            "notAfter": ago(-20 * DAY),
            "conditions": [{"type": "Ready", "status": "True"}, {"type": "Issuing", "status": "True"}],
        },
    )
    drifted = _custom(
        "Application",
        "argoproj.io",
        "web",
        status={"sync": {"status": "OutOfSync"}, "health": {"status": "Healthy"}},
    )
    ending = obj(
        "Namespace",
        "shop",
        namespace="",
        metadata={"deletionTimestamp": ago(20)},
        status={"phase": "Terminating"},
    )
    return [
        Situation(
            id="a certificate that is being renewed", objects=[certificate, *deploy("web", up())], verdicts=HEALTHY
        ),
        Situation(
            id="a custom object without status",
            objects=[_custom("Middleware", "traefik.io", "headers", spec={}), *deploy("web", up())],
            verdicts=HEALTHY,
        ),
        Situation(
            id="an application out of sync and healthy", objects=[drifted, *deploy("web", up())], verdicts=HEALTHY
        ),
        Situation(
            id="a namespace that has been ending for 20 seconds",
            objects=[ending, leaving(up("web-a"), deleted=-10)],
            verdicts=HEALTHY,
        ),
    ]


SITUATIONS = (
    *_services(),
    *_others(),
)
