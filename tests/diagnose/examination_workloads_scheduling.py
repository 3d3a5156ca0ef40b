"""Pods that no node takes, in shapes of real clusters."""

from tests.diagnose.build import ago, container, crash_loop, event, obj, pod
from tests.diagnose.examination_workloads_build import (
    ANY,
    BROKEN,
    DEGRADED,
    FAILING,
    FINE,
    Case,
    asks,
    control_plane,
    machine,
    of_kind,
    pods_of,
    unplaced,
)
from tests.diagnose.situations_build import unscheduled, up
from tests.diagnose.situations_world import claim, daemons, deploy, job_of, stateful

NOT_HELPFUL = " preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
WORKERS = [machine(f"worker-{number}") for number in (1, 2, 3)]

CPU = (
    "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
    "3 Insufficient cpu. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, "
    "3 No preemption victims found for incoming pod."
)
_spring = deploy(
    "spring-orders",
    unscheduled(
        "spring-orders-x1",
        created=600,
        message=CPU,
        containers=[
            container("orders", **asks(cpu="3500m", memory="1Gi")),
            container("istio-proxy", **asks(cpu="1", memory="128Mi")),
        ],
    ),
)
_fill = deploy(
    "batch", *(up(f"batch-{n}", node=f"worker-{n}", containers=[container(**asks(memory="6Gi"))]) for n in (1, 2, 3))
)
_pg = stateful(
    "pg",
    up("pg-0", node="worker-1", containers=[container(**asks(memory="1Gi"))]),
    unscheduled(
        "pg-1",
        created=900,
        message="0/3 nodes are available: 3 Insufficient memory." + NOT_HELPFUL.replace("4", "3"),
        containers=[container("postgres", **asks(memory="3Gi"))],
    ),
    wanted=3,
)
_etl = job_of(
    "etl-nightly",
    unscheduled(
        "etl-nightly-q8",
        created=700,
        message="0/3 nodes are available: 3 Insufficient ephemeral-storage. no new claims to deallocate, "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        containers=[container("etl", **asks(ephemeral_storage="200Gi"))],
    ),
    active=1,
)
_gpu = deploy(
    "trainer",
    unscheduled(
        "trainer-1",
        created=400,
        message="0/3 nodes are available: 3 Insufficient nvidia.com/gpu." + NOT_HELPFUL.replace("4", "3"),
        containers=[
            container("torch", resources={"limits": {"nvidia.com/gpu": "1"}, "requests": {"nvidia.com/gpu": "1"}})
        ],
    ),
)
_volumes = stateful(
    "mongo",
    unscheduled("mongo-0", created=500, message="0/1 nodes are available: 1 node(s) exceed max volume count."),
)
_crowd = deploy("crowd", *(up(f"crowd-{n}", node="small-1") for n in range(4)))
_late = deploy("late", unscheduled("late-1", created=300, message="0/1 nodes are available: 1 Too many pods."))
_ssd = deploy(
    "search",
    unscheduled(
        "search-1",
        created=300,
        message="0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "3 node(s) didn't match Pod's node affinity/selector." + NOT_HELPFUL,
        spec={"nodeSelector": {"disktype": "SSD"}},
    ),
)
_zone = deploy(
    "geo",
    unscheduled(
        "geo-1",
        created=300,
        message="0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
        spec={
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [
                                    {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-1c"]}
                                ]
                            }
                        ]
                    }
                }
            }
        },
    ),
)
ZONED = [
    machine(f"worker-{number}", labels={"topology.kubernetes.io/zone": zone, "disktype": "ssd"})
    for number, zone in ((1, "eu-west-1a"), (2, "eu-west-1a"), (3, "eu-west-1b"))
]
TAINTED = [machine(f"gpu-{n}", taints=[{"key": "dedicated", "value": "ml", "effect": "NoSchedule"}]) for n in (1, 2)]
_old_taint = deploy(
    "api",
    unscheduled(
        "api-1",
        created=300,
        message="0/2 nodes are available: 2 node(s) had taint {dedicated: ml}, that the pod didn't tolerate.",
        spec={"tolerations": [{"key": "dedicated", "operator": "Equal", "value": "ML", "effect": "NoSchedule"}]},
    ),
)
_new_taint = deploy(
    "api",
    unscheduled("api-1", created=300, message="0/2 nodes are available: 2 node(s) had untolerated taint(s)."),
)
_pinned = deploy(
    "legacy",
    unscheduled(
        "legacy-1",
        created=3000,
        message=(
            "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node "
            "affinity/selector."
        ),
        spec={"nodeSelector": {"kubernetes.io/hostname": "worker-2"}},
    ),
)
_beside = deploy(
    "cache-client",
    unscheduled(
        "cache-client-1",
        created=300,
        message="0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
        spec={
            "affinity": {
                "podAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "labelSelector": {"matchLabels": {"app": "redis-cache"}},
                            "topologyKey": "kubernetes.io/hostname",
                        }
                    ]
                }
            }
        },
    ),
)
APART = {
    "affinity": {
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {"matchLabels": {"app": "zk"}}, "topologyKey": "kubernetes.io/hostname"}
            ]
        }
    }
}
_zk = stateful(
    "zk",
    up("zk-0", node="worker-1", spec=APART),
    up("zk-1", node="worker-2", spec=APART),
    unscheduled(
        "zk-2",
        created=900,
        message="0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "2 node(s) didn't match pod anti-affinity rules.",
        spec=APART,
    ),
)
SPREAD = {
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "front"}},
        }
    ]
}
_spread = deploy(
    "front",
    unscheduled(
        "front-1",
        created=300,
        message=(
            "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label)."
        ),
        spec=SPREAD,
    ),
)
EDGE = container("nginx", ports=[{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}])
_edge = deploy(
    "edge",
    up("edge-1", node="worker-1", containers=[EDGE]),
    unscheduled(
        "edge-2",
        created=300,
        message="0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
        containers=[EDGE],
    ),
)
_pv = obj(
    "PersistentVolume",
    "pvc-6f1",
    namespace="",
    spec={
        "capacity": {"storage": "5Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "standard",
        "claimRef": {"kind": "PersistentVolumeClaim", "name": "data-ledger-0", "namespace": "shop"},
        "nodeAffinity": {
            "required": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [
                            {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-1c"]}
                        ]
                    }
                ]
            }
        },
    },
    status={"phase": "Bound"},
)
_ledger = stateful(
    "ledger",
    unscheduled(
        "ledger-0",
        created=300,
        message="0/3 nodes are available: 3 node(s) didn't match PersistentVolume's node affinity.",
        spec={"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data-ledger-0"}}]},
    ),
)
_silent = pod("cron-1", phase="Pending", node="", created=600, conditions=[])
_quiet = deploy("web", {**_silent, "status": {"phase": "Pending"}})
_scheduler = pod(
    "kube-scheduler-cp-1",
    namespace="kube-system",
    node="cp-1",
    labels={"component": "kube-scheduler", "tier": "control-plane"},
    containers=[container("kube-scheduler", "registry.k8s.io/kube-scheduler:v1.31.4")],
    statuses=[crash_loop("kube-scheduler")],
)
_stale = obj(
    "Lease",
    "kube-scheduler",
    namespace="kube-system",
    spec={"holderIdentity": "cp-1_4d", "renewTime": ago(900), "leaseDurationSeconds": 15},
)
_fresh = obj(
    "Lease",
    "kube-scheduler",
    namespace="kube-system",
    spec={"holderIdentity": "cp-1_4d", "renewTime": ago(2), "leaseDurationSeconds": 15},
)
_volcano = job_of(
    "mpi",
    {
        **pod("mpi-0", phase="Pending", node="", created=900, spec={"schedulerName": "volcan"}),
        "status": {"phase": "Pending"},
    },
    active=1,
)
_gated = job_of(
    "kueue-job",
    {
        **pod(
            "kueue-job-0",
            phase="Pending",
            node="",
            created=3000,
            spec={"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]},
        ),
        "status": {
            "phase": "Pending",
            "conditions": [
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                }
            ],
        },
    },
    active=1,
)
_lost = {**pod("debug", node="worker-12", phase="Pending", created=900), "status": {"phase": "Pending"}}
_odd = deploy(
    "cad",
    unscheduled(
        "cad-1", created=300, message="0/3 nodes are available: 3 node(s) have no free seat of license pool cad."
    ),
)
_placed = deploy("ok", up("ok-1", node="worker-1", since=120, created=400))
_agent = daemons(
    "node-agent",
    up("node-agent-1", node="worker-1", containers=[container(**asks(cpu="100m"))]),
    unscheduled(
        "node-agent-2",
        created=900,
        message="0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
        containers=[container(**asks(cpu="500m"))],
        spec={
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["worker-2"]}]}
                        ]
                    }
                }
            }
        },
    ),
)
_hog = pod(
    "hog",
    node="worker-2",
    containers=[container(**asks(cpu="3900m"))],
    ready=True,
    statuses=up("x")["status"]["containerStatuses"],
)
CASES: tuple[Case, ...] = (
    Case(
        id="a Spring pod and its mesh proxy ask together for more than any node has",
        objects=[control_plane(), *WORKERS, *_spring, unplaced(pods_of(_spring)[0], CPU)],
        target="deploy/spring-orders",
        code="InsufficientResources",
        variant="cpu",
        on="Deployment spring-orders",
        verdicts=FAILING,
        says=("4.5 cpu",),
        never=("TaintNotTolerated", "Unschedulable"),
    ),
    Case(
        id="the second member of a database finds no free memory now",
        objects=[*WORKERS, *_fill, *_pg],
        target="sts/pg",
        code="InsufficientResources",
        variant="memory",
        on="StatefulSet pg",
        verdicts=DEGRADED,
        never=("StatefulSetOrdinalBlocked",),
    ),
    Case(
        id="a Job wants more scratch space than the nodes have",
        objects=[*WORKERS, *_etl],
        target="job/etl-nightly",
        code="InsufficientResources",
        variant="ephemeral-storage",
        on="Job etl-nightly",
        verdicts=BROKEN,
    ),
    Case(
        id="no node has a GPU",
        objects=[*WORKERS, *_gpu],
        code="InsufficientResources",
        variant="nvidia.com/gpu",
        on="Deployment trainer",
        verdicts=FAILING,
        says=("nvidia.com/gpu",),
    ),
    Case(
        id="the node holds as many volumes as it can",
        objects=[
            machine("worker-1"),
            *_volumes,
            obj(
                "CSINode",
                "worker-1",
                namespace="",
                spec={"drivers": [{"name": "ebs.csi.aws.com", "nodeID": "i-1", "allocatable": {"count": 2}}]},
            ),
        ],
        target="sts/mongo",
        code="InsufficientResources",
        variant="volumes",
        on="StatefulSet mongo",
    ),
    Case(
        id="a small node is full of pods",
        objects=[machine("small-1", pods="4"), *_crowd, *_late],
        target="deploy/late",
        code="NodePodLimitReached",
        verdicts=FAILING,
        says=("4",),
    ),
    Case(
        id="the label's value differs only in case",
        objects=[control_plane(), *ZONED, *_ssd],
        code="NodeSelectorMismatch",
        on="Deployment search",
        verdicts=FAILING,
        says=("disktype", "SSD", "ssd"),
        never=("TaintNotTolerated",),
    ),
    Case(
        id="the wanted zone has no node",
        objects=[*ZONED, *_zone],
        code="NodeAffinityMismatch",
        on="Deployment geo",
        verdicts=FAILING,
        says=("eu-west-1c",),
    ),
    Case(
        id="a toleration with the wrong case of the value, in the words of Kubernetes 1.24",
        objects=[*TAINTED, *_old_taint],
        code="TaintNotTolerated",
        verdicts=FAILING,
        says=("dedicated",),
    ),
    Case(
        id="the taint must be read from the nodes, in the words of Kubernetes 1.35",
        objects=[*TAINTED, *_new_taint],
        code="TaintNotTolerated",
        verdicts=FAILING,
        says=("dedicated=ml",),
    ),
    Case(
        id="a pod pinned to one cordoned node",
        objects=[machine("worker-1"), machine("worker-2", closed=True), machine("worker-3"), *_pinned],
        code="NodesCordoned",
        verdicts=FAILING,
        says=("worker-2",),
        fix=("uncordon worker-2",),
        never=("NodeSelectorMismatch",),
    ),
    Case(
        id="the cache that the client must stand beside does not run",
        objects=[*WORKERS, *_beside],
        code="PodAffinityUnsatisfied",
        on="Deployment cache-client",
        verdicts=FAILING,
        says=("redis-cache",),
    ),
    Case(
        id="three members that must stand apart on two nodes",
        objects=[control_plane(), *WORKERS[:2], *_zk],
        target="statefulset/zk",
        code="PodAntiAffinityConflict",
        on="StatefulSet zk",
        verdicts=DEGRADED,
        never=("TaintNotTolerated", "StatefulSetOrdinalBlocked"),
    ),
    Case(
        id="the nodes lack the label that the spread counts by",
        objects=[*WORKERS, *_spread],
        code="TopologySpreadUnsatisfied",
        verdicts=FAILING,
        says=("topology.kubernetes.io/zone",),
    ),
    Case(
        id="the second web server wants port 80 of the only node",
        objects=[machine("worker-1"), *_edge],
        target="deployment/edge",
        code="HostPortConflict",
        verdicts=DEGRADED,
        says=("80",),
    ),
    Case(
        id="the disk lies in a zone without nodes",
        objects=[
            *ZONED,
            *_ledger,
            {**claim("data-ledger-0"), "spec": {**claim("data-ledger-0")["spec"], "volumeName": "pvc-6f1"}},
            _pv,
        ],
        code="VolumeZoneConflict",
        verdicts=FAILING,
        says=("eu-west-1c",),
    ),
    Case(
        id="the scheduler crashes and lost its lease",
        objects=[control_plane(), *WORKERS, *_quiet, _scheduler, _stale],
        target="deploy/web",
        code="SchedulerUnavailable",
        verdicts=FAILING,
    ),
    Case(
        id="a scheduler's name with a letter missing",
        objects=[*WORKERS, *_volcano, _fresh],
        target="job/mpi",
        code="SchedulerNameUnknown",
        verdicts=BROKEN,
        says=("volcan",),
    ),
    Case(
        id="a queue holds a Job back",
        objects=[*WORKERS, *_gated, _fresh],
        target="job/kueue-job",
        code="SchedulingGated",
        verdicts=ANY,
        says=("kueue.x-k8s.io/admission",),
    ),
    Case(
        id="a bare pod assigned to a node that does not exist",
        objects=[*WORKERS, _lost],
        target="pod/debug",
        code="AssignedNodeMissing",
        never=("ContainerStartFailed",),
        verdicts=FAILING,
        says=("worker-12",),
    ),
    Case(
        id="a plug-in of the scheduler that nobody knows",
        objects=[*WORKERS, *_odd],
        code="Unschedulable",
        verdicts=FAILING,
        says=("license pool cad",),
    ),
    Case(
        id="a node agent does not fit on the one node it is for",
        objects=[machine("worker-1"), machine("worker-2"), machine("worker-3"), *_agent, _hog],
        target="ds/node-agent",
        code="InsufficientResources",
        variant="cpu",
        on="DaemonSet node-agent",
        verdicts=DEGRADED,
        never=("NodeAffinityMismatch", "DaemonSetNodesUncovered"),
    ),
    Case(
        id="nodes may not be read, so the scheduler's word must do",
        objects=[*_pg],
        unread=("Node",),
        target="sts/pg",
        code="InsufficientResources",
        variant="memory",
    ),
    Case(
        id="it waited for a node and got one",
        objects=[
            *WORKERS,
            *_placed,
            unplaced(pods_of(_placed)[0], CPU),
            event(of_kind(_placed, "Pod"), "Scheduled", "ok", kind="Normal"),
        ],
        target="deploy/ok",
        verdicts=FINE,
    ),
)
