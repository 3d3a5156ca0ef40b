"""Services that lead nowhere, in shapes of real clusters."""

from typing import Any

from tests.diagnose.build import Obj, container, event, obj, pod, running, status
from tests.diagnose.examination_workloads_build import ANY, BROKEN, DEGRADED, FINE, Case, machine, pods_of
from tests.diagnose.situations_build import up
from tests.diagnose.situations_world import cron, deploy, job_of, slice_of, stateful

NODES = [machine("worker-1"), machine("worker-2")]


def front(name: str, selector: dict[str, str], ports: list[Obj], **spec: Any) -> Obj:
    """Make a Service."""
    body = {"type": "ClusterIP", "clusterIP": "10.96.7.7", "selector": selector, "ports": ports, **spec}
    return obj("Service", name, created=86_400, spec=body)


def client(name: str, url: str, **rest: Any) -> list[Obj]:
    """Return a Deployment that calls an address."""
    return deploy(
        name,
        up(f"{name}-1", node="worker-2", containers=[container(env=[{"name": "BACKEND_URL", "value": url}])], **rest),
    )


_pg = stateful("pg", up("pg-0", containers=[container("postgres", "postgres:16", ports=[{"containerPort": 5432}])]))
_pgsvc = front("postgres", {"app.kubernetes.io/name": "pg"}, [{"port": 5432, "protocol": "TCP"}])
_nest = deploy(
    "nest-api", up("nest-api-1", containers=[container("api", ports=[{"containerPort": 3000, "name": "http"}])])
)
_nestsvc = front("nest-api", {"app": "nest-api"}, [{"port": 80, "targetPort": 8080, "protocol": "TCP"}])
_gunicorn = deploy("flask", up("flask-1"))
_gunicorn = deploy("flask", up("flask-1", containers=[container("web")]))
_gunisvc = front("flask", {"app": "flask"}, [{"port": 80, "targetPort": 5000, "protocol": "TCP"}])
_named = deploy(
    "shipping",
    up(
        "shipping-1",
        containers=[
            container("app", ports=[{"containerPort": 8080, "name": "http-web"}]),
            container("fluent-bit", ports=[{"containerPort": 2020, "name": "metrics"}]),
        ],
    ),
)
_namedsvc = front(
    "shipping", {"app": "shipping"}, [{"name": "web", "port": 80, "targetPort": "http", "protocol": "TCP"}]
)
_namedslice = {**slice_of(_namedsvc, *pods_of(_named)), "ports": []}
_dns = deploy(
    "resolver",
    up(
        "resolver-1",
        containers=[container("unbound", ports=[{"containerPort": 5353, "protocol": "UDP", "name": "dns"}])],
    ),
)
_dnssvc = front("resolver", {"app": "resolver"}, [{"name": "q", "port": 5300, "targetPort": 5353, "protocol": "TCP"}])
_web = deploy("web", up("web-1", containers=[container("nginx", ports=[{"containerPort": 8080}])]))
_clean = job_of(
    "web-cleanup-1",
    up("web-cleanup-1-a", containers=[container("cleanup")]),
    active=1,
    owner=cron("web-cleanup", schedule="*/5 * * * *", last=100),
)
_clean = [
    {**entry, "metadata": {**entry["metadata"], "labels": {"app": "web"}}} if entry["kind"] == "Pod" else entry
    for entry in _clean
]
_websvc = front("web", {"app": "web"}, [{"port": 80, "targetPort": 8080, "protocol": "TCP"}])
_dead = deploy(
    "quotes",
    pod(
        "quotes-1",
        created=5000,
        statuses=[status(state=running(4900), started=True)],
        containers=[
            container(ports=[{"containerPort": 8080}], readinessProbe={"httpGet": {"port": 8080, "path": "/"}})
        ],
        conditions=[{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
    ),
)
_deadsvc = front("quotes", {"app": "quotes"}, [{"port": 80, "targetPort": 8080, "protocol": "TCP"}])
_cache = deploy(
    "cache", up("cache-1", node="worker-1", containers=[container("redis", "redis:7", ports=[{"containerPort": 6379}])])
)
_cachesvc = front("cache", {"app": "cache"}, [{"port": 6379, "protocol": "TCP"}], internalTrafficPolicy="Local")
_lb = front(
    "shop-front",
    {"app": "web"},
    [{"port": 443, "targetPort": 8080, "protocol": "TCP", "nodePort": 31234}],
    type="LoadBalancer",
)
_lb = {**_lb, "status": {"loadBalancer": {}}}
_young = {
    **_lb,
    "metadata": {**_lb["metadata"], "creationTimestamp": up("q", since=40)["metadata"]["creationTimestamp"]},
}
_rollout: Obj = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Rollout",
    "metadata": {"name": "checkout", "namespace": "shop", "uid": "rollout-1"},
}
_canary = deploy("checkout", up("checkout-1", containers=[container("app", ports=[{"containerPort": 8080}])]))[1:]
_canary = [
    {
        **entry,
        "metadata": {
            **entry["metadata"],
            "ownerReferences": [
                {
                    "apiVersion": "argoproj.io/v1alpha1",
                    "kind": "Rollout",
                    "name": "checkout",
                    "uid": "rollout-1",
                    "controller": True,
                }
            ],
        },
    }
    if entry["kind"] == "ReplicaSet"
    else entry
    for entry in _canary
]
_canarysvc = front("checkout", {"app": "check-out"}, [{"port": 80, "targetPort": 8080, "protocol": "TCP"}])
_zero = deploy("mailer", wanted=0)
_zerosvc = front("mailer", {"app": "mailer"}, [{"port": 25, "protocol": "TCP"}])
_external = obj("Service", "legacy-db", spec={"type": "ExternalName", "externalName": "db.corp.example.com"})
_hand = obj("Service", "oracle", spec={"clusterIP": "None", "ports": [{"port": 1521, "protocol": "TCP"}]})

CASES: tuple[Case, ...] = (
    Case(
        id="the Service of a database asks for a label that its pods do not carry",
        objects=[*NODES, *_pg, _pgsvc, slice_of(_pgsvc), *client("django", "postgres://app@postgres:5432/shop")],
        target="svc/postgres",
        code="ServiceSelectorMismatch",
        on="Service postgres",
        says=("app.kubernetes.io/name",),
    ),
    Case(
        id="the pods of an Argo Rollout and a Service with a hyphen too many",
        objects=[*NODES, *_canary, _canarysvc, slice_of(_canarysvc)],
        code="ServiceSelectorMismatch",
        on="Service checkout",
        says=("check-out", "app=checkout"),
        fix=("checkout",),
    ),
    Case(
        id="Nest serves 3000 and the Service sends to 8080",
        objects=[*NODES, *_nest, _nestsvc, slice_of(_nestsvc, *pods_of(_nest))],
        logs={
            ("nest-api-1", "api", False): [
                (
                    "[Nest] 1  - 03/10/2026, 11:10:00 AM     LOG [NestApplication] Nest application "
                    "successfully started +2ms"
                ),
                "Application is running on: http://[::1]:3000",
            ]
        },
        target="svc/nest-api",
        code="ServiceTargetPortMismatch",
        variant="number",
        on="Service nest-api",
        says=("8080", "3000"),
        fix=("3000",),
    ),
    Case(
        id="gunicorn says 8000, the Service sends to 5000 and no port is declared",
        objects=[
            *NODES,
            *_gunicorn,
            _gunisvc,
            slice_of(_gunisvc, *pods_of(_gunicorn)),
            *client("gateway", "http://flask"),
        ],
        logs={
            ("flask-1", "web", False): [
                "[2026-03-10 11:10:00 +0000] [1] [INFO] Starting gunicorn 22.0.0",
                "[2026-03-10 11:10:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)",
                "[2026-03-10 11:10:00 +0000] [7] [INFO] Booting worker with pid: 7",
            ],
            ("gateway-1", "app", False): [
                (
                    '{"level":"error","ts":"2026-03-10T11:59:50Z","msg":"upstream call failed","err":"Get '
                    '\\"http://flask/\\": dial tcp 10.96.7.7:80: connect: connection refused"}'
                )
            ],
        },
        target="svc/flask",
        code="ServiceTargetPortMismatch",
        variant="number",
        says=("5000", "8000"),
    ),
    Case(
        id="the Service names a port that the pod calls otherwise",
        objects=[*NODES, *_named, _namedsvc, _namedslice],
        target="svc/shipping",
        code="ServiceTargetPortMismatch",
        variant="name",
        on="Service shipping",
        says=("http", "http-web"),
        fix=("http-web",),
    ),
    Case(
        id="a resolver speaks UDP and its Service TCP",
        objects=[*NODES, *_dns, _dnssvc, slice_of(_dnssvc, *pods_of(_dns))],
        target="svc/resolver",
        code="ServiceProtocolMismatch",
        on="Service resolver",
        says=("UDP", "TCP"),
    ),
    Case(
        id="the pods of a CronJob carry the label of the web server",
        objects=[
            *NODES,
            cron("web-cleanup", schedule="*/5 * * * *", last=100),
            *_web,
            *_clean,
            _websvc,
            slice_of(_websvc, *pods_of(_web), *pods_of(_clean)),
            *client("gateway", "http://web"),
        ],
        logs={
            ("gateway-1", "app", False): [
                (
                    "2026/03/10 11:59:40 [error] 29#29: *61 connect() failed (111: Connection refused) while "
                    'connecting to upstream, upstream: "http://10.96.7.7:80/", host: "web"'
                )
            ]
        },
        target="svc/web",
        code="ServiceSelectsWrongPods",
        on="Service web",
        says=("web-cleanup",),
    ),
    Case(
        id="no pod behind the Service is ready and nothing tells why",
        objects=[*NODES, *_dead, _deadsvc, slice_of(_deadsvc, *pods_of(_dead), ready=False)],
        target="svc/quotes",
        code="ProbeFailing",
        variant="readiness",
        on="Deployment quotes",
    ),
    Case(
        id="pods may not be read and the slice holds no ready address",
        objects=[*NODES, _deadsvc, slice_of(_deadsvc, *pods_of(_dead), ready=False)],
        unread=("Pod",),
        target="svc/quotes",
        code="ServiceHasNoReadyEndpoints",
        on="Service quotes",
        verdicts=ANY,
    ),
    Case(
        id="traffic stays on the node and the caller's node has no cache",
        objects=[
            *NODES,
            *_cache,
            _cachesvc,
            slice_of(_cachesvc, *pods_of(_cache)),
            *client("shop", "redis://cache:6379/0"),
        ],
        logs={
            ("shop-1", "app", False): [
                "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused."
            ]
        },
        target="svc/cache",
        code="ServiceLocalTrafficPolicy",
        on="Service cache",
        says=("worker-2",),
        fix=("Cluster",),
    ),
    Case(
        id="nobody provides load balancers",
        objects=[*NODES, *_web, _lb, slice_of(_lb, *pods_of(_web))],
        target="svc/shop-front",
        code="LoadBalancerPending",
        on="Service shop-front",
    ),
    Case(
        id="MetalLB has no address left",
        objects=[
            *NODES,
            *_web,
            _lb,
            slice_of(_lb, *pods_of(_web)),
            event(_lb, "AllocationFailed", 'Failed to allocate IP for "shop/shop-front": no available IPs'),
        ],
        target="svc/shop-front",
        code="LoadBalancerPending",
        says=("no available IPs",),
    ),
    Case(
        id="the cloud controller names the missing subnet",
        objects=[
            *NODES,
            *_web,
            _lb,
            slice_of(_lb, *pods_of(_web)),
            event(
                _lb,
                "SyncLoadBalancerFailed",
                (
                    "Error syncing load balancer: failed to ensure load balancer: could not find any "
                    "suitable subnets for creating the ELB"
                ),
            ),
        ],
        code="LoadBalancerPending",
        says=("subnets",),
        verdicts=DEGRADED,
    ),
    Case(
        id="a load balancer of forty seconds",
        objects=[
            *NODES,
            *_web,
            _young,
            slice_of(_young, *pods_of(_web)),
            event(_young, "EnsuringLoadBalancer", "Ensuring load balancer", kind="Normal", first=38, last=38),
        ],
        verdicts=FINE,
        target="svc/shop-front",
    ),
    Case(
        id="the workload behind the Service stands at zero",
        objects=[*NODES, *_zero, _zerosvc, slice_of(_zerosvc), *client("shop", "smtp://mailer:25")],
        logs={("shop-1", "app", False): ["Error: connect ECONNREFUSED 10.96.7.7:25"]},
        target="svc/mailer",
        code="WorkloadScaledToZero",
        on="Deployment mailer",
        verdicts=BROKEN,
        never=("ServiceSelectorMismatch",),
    ),
    Case(
        id="names outside the cluster and addresses written by hand",
        objects=[
            *NODES,
            *_web,
            _external,
            _hand,
            slice_of(_hand, *pods_of(_web), manager=""),
            _websvc,
            slice_of(_websvc, *pods_of(_web)),
        ],
        verdicts=FINE,
    ),
)
