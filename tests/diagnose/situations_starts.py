"""Containers that started late or are starting: probes, references, volumes, networks."""

from tests.diagnose.build import configmap, container, event, obj, pod, running, secret, status
from tests.diagnose.situations_build import (
    DAY,
    DEGRADED,
    FINE,
    HEALTHY,
    PROBE,
    PROBED,
    RECOVERED,
    REFUSED,
    UNKNOWN,
    Situation,
    conditions,
    starting,
    up,
)
from tests.diagnose.situations_world import MOVING, daemons, deploy, stateful


def _probes() -> list[Situation]:
    slow = up(since=600, created=650, containers=[PROBED])
    flaky = up(created=20 * DAY, since=20 * DAY - 60, containers=[PROBED])
    warming = pod(
        "web-0",
        containers=[
            container(
                startupProbe={**PROBE, "failureThreshold": 30}, readinessProbe=PROBE, ports=[{"containerPort": 8080}]
            )
        ],
        statuses=[status(state=running(50), ready=False, started=False)],
        created=60,
        conditions=conditions(ready=False, since=60, scheduled=60),
    )
    plain = up(containers=[container(readinessProbe=PROBE)])
    return [
        Situation(
            id="readiness checks that failed in the first forty seconds",
            objects=[
                *deploy("web", slow),
                event(slow, "Unhealthy", REFUSED, container="app", first=640, last=605, count=4),
            ],
            target="deploy/web",
            verdicts=HEALTHY,
            ruled_out="ProbeFailing",
            over=False,
        ),
        Situation(
            id="forty failed liveness checks in twenty days and never a kill",
            objects=[
                *daemons("agent", flaky),
                event(
                    flaky,
                    "Unhealthy",
                    "Liveness probe failed: HTTP probe failed with statuscode: 503",
                    container="app",
                    first=20 * DAY,
                    last=3000,
                    count=40,
                ),
            ],
            verdicts=FINE,
        ),
        Situation(
            id="a startup check fails within its budget on a new replica",
            objects=[
                *stateful("web", up("web-1", containers=[PROBED]), warming, podManagementPolicy="Parallel"),
                event(
                    warming,
                    "Unhealthy",
                    REFUSED.replace("Readiness", "Startup"),
                    container="app",
                    first=40,
                    last=5,
                    count=4,
                ),
            ],
            target="sts/web",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a container without declared ports whose check and Service work",
            objects=[
                *deploy("web", plain),
                obj(
                    "Service",
                    "web",
                    spec={
                        "clusterIP": "10.96.0.9",
                        "selector": {"app": "web"},
                        "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
                    },
                ),
            ],
            target="svc/web",
            verdicts=HEALTHY,
        ),
    ]


def _starts() -> list[Situation]:
    mounted = up(since=600, created=640, spec={"volumes": [{"name": "c", "configMap": {"name": "settings"}}]})
    secretive = up(since=900, created=2400, spec={"volumes": [{"name": "s", "secret": {"secretName": "tls"}}]})
    configured = up(
        since=900,
        created=2400,
        containers=[container(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}])],
    )
    optional = up(
        containers=[
            container(envFrom=[{"configMapRef": {"name": "overrides", "optional": True}}]),
        ],
        spec={"volumes": [{"name": "s", "secret": {"secretName": "extra", "optional": True}}]},
    )
    networked = up(since=600, created=700)
    creating = starting(created=60)
    unread = up(containers=[container(envFrom=[{"secretRef": {"name": "credentials"}}])])
    hung = starting(created=45)
    return [
        Situation(
            id="the configuration was not yet known to the node and the container started",
            objects=[
                *deploy("web", mounted),
                configmap("settings", {"a": "1"}),
                event(
                    mounted,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "c" : failed to sync configmap cache: '
                    "timed out waiting for the condition",
                    first=638,
                    last=620,
                ),
                event(
                    mounted,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "kube-api-access" : '
                    'object "shop"/"kube-root-ca.crt" not registered',
                    first=637,
                    last=621,
                ),
            ],
            verdicts=FINE,
        ),
        Situation(
            id="the token of a running pod could not be refreshed once, half an hour ago",
            objects=[
                *deploy("web", lasting := up(since=80000)),
                event(
                    lasting,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "kube-api-access" : failed to fetch token: '
                    "etcdserver: request timed out",
                    first=1800,
                    last=1800,
                ),
            ],
            verdicts=HEALTHY,
            ruled_out="ContainerStartFailed",
            over=False,
        ),
        Situation(
            id="a Secret that was missing has been created since",
            objects=[
                *deploy("web", secretive),
                secret("tls", ["tls.crt", "tls.key"], kind="kubernetes.io/tls", created=920),
                event(
                    secretive,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "s" : secret "tls" not found',
                    first=2390,
                    last=950,
                    count=12,
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="SecretMissing",
        ),
        Situation(
            id="a ConfigMap that was missing has been created since",
            objects=[
                *stateful("web", configured),
                configmap("settings", {"a": "1"}),
                event(
                    configured, "Failed", 'Error: configmap "settings" not found', container="app", first=2390, last=950
                ),
            ],
            target="sts/web",
            verdicts=RECOVERED,
            ruled_out="ConfigMapMissing",
        ),
        Situation(
            id="optional references that do not exist",
            objects=deploy("web", optional),
            verdicts=HEALTHY,
        ),
        Situation(
            id="the pod network was set up at the second attempt",
            objects=[
                *deploy("web", networked),
                event(
                    networked,
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network "
                    'for sandbox "ab12": '
                    'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
                    first=690,
                    last=660,
                    count=3,
                ),
            ],
            verdicts=FINE,
            ruled_out="SandboxCreationFailed",
            over=False,
        ),
        Situation(
            id="a second replica is being created for a minute",
            objects=deploy("web", up(), creating, progressing=MOVING, moved=60),
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a bare pod is being created for 45 seconds",
            objects=[hung],
            target="pod/web-n",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="Secrets may not be read while the pod that uses one is ready",
            objects=deploy("web", unread),
            unread=("Secret",),
            verdicts=HEALTHY,
        ),
        Situation(
            id="the mounted ConfigMap was deleted after the pod had started",
            objects=deploy("web", mounted),
            verdicts=HEALTHY,
            root="ConfigMapMissing",
            severity="low",
            optional=True,
        ),
    ]


SITUATIONS = (
    *_probes(),
    *_starts(),
)
