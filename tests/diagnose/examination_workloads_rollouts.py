"""Workloads whose new version does not arrive, or that were stopped, in shapes of real clusters."""

from tests.diagnose.build import ago, container, crash_loop, event, obj, pod, running, status
from tests.diagnose.examination_workloads_build import ANY, BROKEN, DEGRADED, FINE, Case, machine, pods_of
from tests.diagnose.situations_build import starting, up
from tests.diagnose.situations_world import cron, daemons, deploy, replica_set, stateful

NODES = [machine("worker-1"), machine("worker-2")]
LATE = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "message": 'ReplicaSet "rails-0002abcdef" has timed out progressing.',
}


def unready(name: str, *, node: str = "worker-1", created: float = 2000) -> dict[str, object]:
    """Make a pod that runs, is not ready, and does not tell why."""
    return pod(
        name,
        node=node,
        created=created,
        containers=[container()],
        statuses=[status(state=running(created - 10), ready=False, started=False)],
        conditions=[
            {"type": "PodScheduled", "status": "True"},
            {"type": "Ready", "status": "False", "lastTransitionTime": ago(created)},
        ],
    )


_rails = deploy("rails", old=[up("rails-old-1"), up("rails-old-2")], wanted=2, progressing=LATE, moved=1200)
_rails = [entry for entry in _rails if entry["kind"] != "Pod"]
_zero = deploy("billing", wanted=0)
_paused = deploy(
    "portal",
    up("portal-1", containers=[container(image="registry.example.com/portal:1.0")]),
    progressing={"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused"},
    paused=True,
)
_paused[0]["spec"]["template"]["spec"] = {
    **_paused[0]["spec"]["template"]["spec"],
    "containers": [container(image="registry.example.com/portal:2.0")],
}
_paused[0]["status"]["updatedReplicas"] = 0
_on_delete = daemons(
    "fluentd",
    up("fluentd-1", node="worker-1"),
    up("fluentd-2", node="worker-2"),
    updated=0,
    updateStrategy={"type": "OnDelete"},
)
_partition = stateful(
    "nats",
    up("nats-0"),
    up("nats-1"),
    up("nats-2"),
    updated=1,
    updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
)
_kafka = stateful("kafka", up("kafka-0"), unready("kafka-1"), wanted=3)
_gov = stateful(
    "redis",
    up(
        "redis-0",
        containers=[
            container("redis", "redis:7", command=["redis-server", "--replicaof", "redis-0.redis-headless", "6379"])
        ],
    ),
    pod(
        "redis-1",
        containers=[
            container("redis", "redis:7", command=["redis-server", "--replicaof", "redis-0.redis-headless", "6379"])
        ],
        statuses=[crash_loop("redis", restarts=6)],
    ),
    serviceName="redis-headless",
)
_gov = [entry for entry in _gov if entry["kind"] != "Service"]
_govsvc = obj(
    "Service",
    "redis",
    spec={"clusterIP": "10.96.1.1", "selector": {"app": "redis"}, "ports": [{"port": 6379, "protocol": "TCP"}]},
)
GPU = machine("gpu-1", taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}])
_csi = daemons(
    "csi-node",
    up(
        "csi-node-1",
        node="worker-1",
        containers=[
            container("driver", "registry.example.com/csi/ebs-driver:2.1"),
            container("node-driver-registrar", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.9.0"),
        ],
        spec={"volumes": [{"name": "reg", "hostPath": {"path": "/var/lib/kubelet/plugins_registry/"}}]},
    ),
)
_calico = daemons(
    "calico-node",
    up(
        "calico-node-1",
        node="worker-1",
        containers=[container("calico-node", "docker.io/calico/node:v3.27.0")],
        spec={"hostNetwork": True, "volumes": [{"name": "cni", "hostPath": {"path": "/etc/cni/net.d"}}]},
    ),
)
_nonet = deploy(
    "vision",
    starting(
        "vision-1", node="gpu-1", created=900, spec={"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}
    ),
)
_image = deploy(
    "cart",
    starting(
        "cart-new",
        node="worker-1",
        created=1500,
        statuses=[
            status(
                state={
                    "waiting": {
                        "reason": "ImagePullBackOff",
                        "message": 'Back-off pulling image "registry.example.com/shop/app:1.0"',
                    }
                }
            )
        ],
    ),
    old=[up("cart-a"), up("cart-b")],
    wanted=2,
    progressing={**LATE},
    moved=1200,
)
_back = deploy("blog", up("blog-1", since=900), moved=880)
_agents = daemons("logger", up("logger-1", node="worker-1"), desired=2)
_surge = deploy("multi", up("multi-1"), up("multi-2"))

CASES: tuple[Case, ...] = (
    Case(
        id="the deadline passed, the old version serves and the new pods may not be read",
        objects=[*NODES, *_rails],
        unread=("Pod", "Event"),
        target="deploy/rails",
        code="RolloutStuck",
        on="Deployment rails",
        verdicts=ANY,
    ),
    Case(
        id="a new image that cannot be pulled is the cause, not the deadline",
        objects=[
            *NODES,
            *_image,
            event(
                pods_of(_image)[0],
                "Failed",
                (
                    'Failed to pull image "registry.example.com/shop/app:1.0": rpc error: code = NotFound '
                    'desc = failed to pull and unpack image "registry.example.com/shop/app:1.0": failed to '
                    'resolve reference "registry.example.com/shop/app:1.0": '
                    "registry.example.com/shop/app:1.0: not found"
                ),
                container="app",
            ),
        ],
        target="deploy/cart",
        code="ImageTagNotFound",
        verdicts=DEGRADED,
        never=("RolloutStuck",),
    ),
    Case(
        id="a Deployment that nobody needs was stopped on purpose",
        objects=[*NODES, *_zero],
        target="deploy/billing",
        verdicts=FINE,
    ),
    Case(
        id="a new image waits behind a pause",
        objects=[*NODES, *_paused],
        target="deploy/portal",
        code="WorkloadSuspended",
        variant="paused",
        verdicts=ANY,
        fix=("rollout resume",),
    ),
    Case(
        id="a CronJob that was asked about is suspended",
        objects=[*NODES, cron("report", schedule="0 3 * * *", last=9 * 86_400, suspend=True)],
        target="cronjob/report",
        code="WorkloadSuspended",
        variant="suspended",
        verdicts=ANY,
    ),
    Case(
        id="a node agent is only replaced by hand",
        objects=[*NODES, *_on_delete],
        target="ds/fluentd",
        code="WorkloadSuspended",
        variant="on_delete",
        verdicts=ANY,
    ),
    Case(
        id="a partition keeps two of three members on the old version",
        objects=[*NODES, *_partition],
        target="sts/nats",
        code="WorkloadSuspended",
        variant="partition",
        verdicts=ANY,
    ),
    Case(
        id="the second broker is not ready, says nothing, and blocks the third",
        objects=[*NODES, *_kafka],
        target="sts/kafka",
        code="StatefulSetOrdinalBlocked",
        on="StatefulSet kafka",
        verdicts=DEGRADED,
        says=("kafka-1",),
    ),
    Case(
        id="members call each other through a Service that nobody made",
        objects=[*NODES, *_gov, _govsvc],
        logs={
            ("redis-1", "redis", True): [
                "1:S 10 Mar 2026 11:58:00.000 # Unable to connect to MASTER: Invalid argument",
                "Could not resolve host redis-0.redis-headless: Name or service not known",
            ]
        },
        target="sts/redis",
        code="StatefulSetServiceMissing",
        on="Service redis-headless",
        says=("redis-headless",),
        never=("AppCrashed",),
        verdicts=BROKEN,
    ),
    Case(
        id="the network agent does not tolerate the taint of the new node",
        objects=[
            machine("worker-1"),
            GPU,
            *_calico,
            *_nonet,
            event(
                pods_of(_nonet)[0],
                "FailedCreatePodSandBox",
                (
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network "
                    'for sandbox "7f3a": plugin type="calico" failed (add): stat /var/lib/calico/nodename: '
                    "no such file or directory: check that the calico/node container is running and has "
                    "mounted /var/lib/calico/"
                ),
            ),
        ],
        target="deploy/vision",
        code="DaemonSetNodesUncovered",
        on="DaemonSet calico-node",
        never=("SandboxCreationFailed",),
        says=("gpu-1",),
        verdicts=BROKEN,
    ),
    Case(
        id="a storage agent left off a tainted node on purpose",
        objects=[machine("worker-1"), GPU, *_csi],
        verdicts=FINE,
    ),
    Case(
        id="a node agent has no pod on the second node and nothing tells why",
        objects=[*NODES, *_agents],
        target="ds/logger",
        code="DaemonSetNodesUncovered",
        on="DaemonSet logger",
        verdicts=DEGRADED,
    ),
    Case(
        id="a bad version was rolled back a quarter of an hour ago",
        objects=[*NODES, *_back, event(_back[0], "ProgressDeadlineExceeded", "late", first=1500, last=1500)],
        target="deploy/blog",
        verdicts=FINE,
    ),
    Case(
        id="two revisions at zero beside the one that serves",
        objects=[*NODES, *_surge, *replica_set(_surge[0], revision=7, wanted=0, created=999_999)[:1]],
        verdicts=FINE,
    ),
)
