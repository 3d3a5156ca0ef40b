"""Absent references, init steps that wait, and pods without a network."""

from tests.diagnose.build import (
    Obj,
    configmap,
    container,
    event,
    pod,
    running,
    secret,
    service,
    status,
    terminated,
    waiting,
)
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, crashing, held, web
from tests.diagnose.situations_build import conditions, starting, up
from tests.diagnose.situations_world import daemons, deploy, job_of, slice_of, stateful


def _references() -> list[Case]:
    env = container(envFrom=[{"configMapRef": {"name": "web-config"}}])
    typo = container(envFrom=[{"configMapRef": {"name": "web-confg"}}])
    keyed = container(env=[{"name": "API", "valueFrom": {"secretKeyRef": {"name": "web", "key": "api-token"}}}])
    mapped = container(
        env=[{"name": "M", "valueFrom": {"configMapKeyRef": {"name": "web-config", "key": "log.level"}}}]
    )
    mount = container(volumeMounts=[{"name": "tls", "mountPath": "/etc/tls"}])
    volume = {"volumes": [{"name": "tls", "secret": {"secretName": "web-tls"}}]}
    item = {
        "volumes": [{"name": "tls", "configMap": {"name": "web-config", "items": [{"key": "app.yml", "path": "a"}]}}]
    }
    projected = {
        "volumes": [{"name": "tls", "projected": {"sources": [{"configMap": {"name": "ca-bundle"}}]}}],
    }
    stuck = starting(created=900, containers=[mount], spec=volume)
    items = starting(created=900, containers=[mount], spec=item)
    both = starting(created=900, containers=[mount], spec=projected)
    first = held("CreateContainerConfigError", 'configmap "web-confg" not found', part=typo)
    gone = held(
        "CreateContainerConfigError",
        'secret "db-login" not found',
        name="report-1-x",
        part=container(envFrom=[{"secretRef": {"name": "db-login"}}]),
    )
    init = pod(
        "web-5f7c9d-abcde",
        phase="Pending",
        created=900,
        inits=[container("migrate", envFrom=[{"secretRef": {"name": "web-db"}}])],
        init_statuses=[status("migrate", state=waiting("CreateContainerConfigError", 'secret "web-db" not found'))],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=900, scheduled=900),
    )
    lost = up(containers=[env], since=90_000)
    optional = up(containers=[container(envFrom=[{"configMapRef": {"name": "extra", "optional": True}}])])
    return [
        Case(
            id="a misspelt ConfigMap",
            objects=[*web(first), configmap("web-config", {"A": "1"})],
            code="ConfigMapMissing",
            on="ConfigMap/web-confg",
            says=("web-confg",),
            fix="web-config",
        ),
        Case(
            id="a Secret that a Job needs",
            objects=job_of("report-1", gone, active=1),
            code="SecretMissing",
            on="Secret/db-login",
            target="job/report-1",
            says=("db-login",),
            verdicts=BROKEN,
        ),
        Case(
            id="a TLS Secret that is mounted and absent",
            objects=[
                *web(stuck),
                event(
                    stuck,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
                    count=14,
                    first=880,
                ),
            ],
            code="SecretMissing",
            on="Secret/web-tls",
        ),
        Case(
            id="a TLS Secret that is mounted and absent, with events unread",
            objects=web(stuck),
            code="SecretMissing",
            on="Secret/web-tls",
            unread=("Event",),
        ),
        Case(
            id="a mounted Secret where Secrets may not be read",
            objects=[
                *web(stuck),
                event(
                    stuck,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
                    count=14,
                    first=880,
                ),
            ],
            code="SecretMissing",
            on="Secret/web-tls",
            unread=("Secret",),
        ),
        Case(
            id="a projected bundle that trust-manager should have made",
            objects=[
                *daemons("agent", both),
                event(
                    both,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : configmap "ca-bundle" not found',
                    count=9,
                    first=880,
                ),
            ],
            code="ConfigMapMissing",
            on="ConfigMap/ca-bundle",
        ),
        Case(
            id="a mounted ConfigMap lacks the key",
            objects=[
                *web(items),
                event(
                    items,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : configmap references non-existent config key: app.yml',
                    count=9,
                    first=880,
                ),
                configmap("web-config", {"app.yaml": "x: 1"}),
            ],
            code="ConfigKeyMissing",
            variant="configmap",
            on="ConfigMap/web-config",
            says=("app.yml",),
        ),
        Case(
            id="a Secret lacks the key that a variable wants",
            objects=[
                *stateful(
                    "db",
                    held(
                        "CreateContainerConfigError",
                        "couldn't find key api-token in Secret shop/web",
                        name="db-0",
                        part=keyed,
                    ),
                ),
                secret("web", ["api_token"]),
            ],
            code="ConfigKeyMissing",
            variant="secret",
            on="Secret/web",
            says=("api-token",),
        ),
        Case(
            id="a ConfigMap lacks the key that a variable wants",
            objects=[
                *web(
                    held(
                        "CreateContainerConfigError",
                        "couldn't find key log.level in ConfigMap shop/web-config",
                        part=mapped,
                    )
                ),
                configmap("web-config", {"loglevel": "info"}),
            ],
            code="ConfigKeyMissing",
            variant="configmap",
            on="ConfigMap/web-config",
        ),
        Case(
            id="the Secret of an init step",
            objects=web(init),
            code="SecretMissing",
            on="Secret/web-db",
            never=("InitContainerHanging",),
        ),
        Case(id="an optional ConfigMap that is absent", objects=deploy("web", optional), verdicts=FINE),
        Case(
            id="the ConfigMap was deleted below a pod that runs",
            objects=deploy("web", lost),
            code="ConfigMapMissing",
            on="ConfigMap/web-config",
            verdicts=(*FINE, *DEGRADED),
        ),
        Case(
            id="a cache that was not yet filled and a start 20 s later",
            objects=[
                *deploy("web", (body := up(since=1200))),
                event(
                    body,
                    "FailedMount",
                    (
                        'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: '
                        "timed out waiting for the condition"
                    ),
                    first=1230,
                    last=1229,
                ),
            ],
            verdicts=FINE,
        ),
    ]


def _waiting_for(name: str = "web-5f7c9d-abcde") -> Obj:
    return pod(
        name,
        phase="Pending",
        created=3000,
        inits=[
            container(
                "wait-for-db",
                image="busybox:1.36",
                command=["sh", "-c", "until nc -z orders-db 5432; do echo waiting for orders-db; sleep 2; done"],
            )
        ],
        init_statuses=[status("wait-for-db", state=running(2900), started=True)],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=2990, scheduled=2990),
    )


def _inits() -> list[Case]:
    body = _waiting_for()
    logs = {(body["metadata"]["name"], "wait-for-db", False): ["waiting for orders-db"] * 30}
    down = crashing(1, name="orders-db-0", labels={"app": "orders-db"}, part=container("db", image="postgres:16"))
    front = service("orders-db", port=5432)
    failed = pod(
        "web-5f7c9d-abcde",
        phase="Pending",
        inits=[container("migrate", image="shop/migrate:4")],
        init_statuses=[
            status("migrate", state=waiting("CrashLoopBackOff", "back-off 5m0s"), last=terminated(1), restarts=9)
        ],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=1700, scheduled=1790),
    )
    return [
        Case(
            id="an init step waits for a Service that does not exist",
            objects=web(body),
            logs=logs,
            code="InitContainerHanging",
            on="",
            part="wait-for-db",
            says=("orders-db",),
        ),
        Case(
            id="an init step waits for a database that crashes",
            objects=[
                *web(body),
                *stateful("orders-db", down),
                front,
                slice_of(front, down, ready=False),
            ],
            logs={
                **logs,
                ("orders-db-0", "db", True): [
                    "Error: Database is uninitialized and superuser password is not specified.",
                    "       You must specify POSTGRES_PASSWORD to a non-empty value for the",
                    "       superuser.",
                ],
            },
            code="EnvVarMissing",
            on="StatefulSet/orders-db",
            says=("POSTGRES_PASSWORD",),
        ),
        Case(
            id="an init step that crashes on a duplicate column",
            objects=web(failed),
            logs={
                ("web-5f7c9d-abcde", "migrate", True): [
                    "INFO  [alembic.runtime.migration] Running upgrade 3f -> 4a",
                    "Traceback (most recent call last):",
                    '  File "/app/migrate.py", line 10, in <module>',
                    "    run()",
                    (
                        'sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateColumn) column "state" of relation '
                        '"orders" already exists'
                    ),
                ]
            },
            code="AppCrashed",
            part="migrate",
            never=("InitContainerHanging", "ProbeFailing"),
        ),
    ]


def _sandboxes() -> list[Case]:
    calico = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
        'sandbox "0a1b": plugin type="calico" failed (add): error getting ClusterInformation: connection '
        "is unauthorized: Unauthorized"
    )
    flannel = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox "
        'container "0a1b" network for pod "web": networkPlugin cni failed to set up pod "web_shop" '
        "network: open /run/flannel/subnet.env: no such file or directory]"
    )
    multus = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network "
        'sandbox k8s_web_shop_6f(0a1b): error adding pod shop_web to CNI network "multus-cni-network": '
        'plugin type="multus" name="multus-cni-network" failed (add): [shop/web:ovn-kubernetes]: '
        'error adding container to network "ovn-kubernetes": CNI request failed with status 400: '
        "'[shop/web] failed to configure pod interface: timed out waiting for OVS port binding'"
    )
    pause = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "
        '"registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": dial tcp '
        "34.96.108.209:443: i/o timeout"
    )
    aws = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
        'sandbox "0a1b": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign '
        "an IP address to container"
    )
    local = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
        'sandbox "0a1b": plugin type="bridge" failed (add): failed to allocate for range 0: no IP '
        "addresses available in range set: 10.42.3.1-10.42.3.254"
    )
    out: list[Case] = []
    for title, text, code, words in (
        ("calico refuses", calico, "SandboxCreationFailed", ("calico",)),
        ("docker: flannel has no subnet", flannel, "SandboxCreationFailed", ("subnet.env",)),
        ("CRI-O: OVN does not bind", multus, "SandboxCreationFailed", ("OVS",)),
        ("the pause image cannot be pulled", pause, "SandboxCreationFailed", ("pause",)),
        ("no addresses of the VPC", aws, "PodAddressesExhausted", ("node-1",)),
        ("the range of the node is full", local, "PodAddressesExhausted", ("10.42.3",)),
    ):
        body = starting(created=900)
        out.append(
            Case(
                id=f"no sandbox: {title}",
                objects=[*web(body), event(body, "FailedCreatePodSandBox", text, first=890, last=5, count=60)],
                code=code,
                on="",
                says=words,
                fix="larger address range" if code == "PodAddressesExhausted" else "",
                never=("ImageRegistryUnreachable",),
            )
        )
    fine = up(since=1000)
    out.append(
        Case(
            id="no sandbox once, then started",
            objects=[*deploy("web", fine), event(fine, "FailedCreatePodSandBox", calico, first=1010, last=1010)],
            verdicts=FINE,
        )
    )
    return out


CASES: tuple[Case, ...] = (
    *_references(),
    *_inits(),
    *_sandboxes(),
)
