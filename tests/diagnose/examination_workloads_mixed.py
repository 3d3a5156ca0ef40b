"""Several faults at once, innocent neighbours, and what a narrow account may not read."""

from tests.diagnose.build import Obj, container, crash_loop, event, obj, pod
from tests.diagnose.examination_workloads_admission import exceeded, forbidden, held, quota
from tests.diagnose.examination_workloads_build import (
    ANY,
    BROKEN,
    DEGRADED,
    FAILING,
    Case,
    asks,
    control_plane,
    machine,
    pods_of,
    refused,
    unplaced,
)
from tests.diagnose.examination_workloads_claims import IMMEDIATE, mounting, plain, waiting
from tests.diagnose.examination_workloads_services import front
from tests.diagnose.situations_build import unscheduled, up
from tests.diagnose.situations_world import cron, deploy, ended, job_of, slice_of, stateful

NODES = [machine("worker-1"), machine("worker-2")]
SHORT = "0/2 nodes are available: 2 Insufficient memory."
_api = deploy("api", unscheduled("api-1", created=600, message=SHORT, containers=[container(**asks(memory="64Gi"))]))
_web = deploy("web", up("web-1", containers=[container(ports=[{"containerPort": 8080}])]))
_websvc = front("web", {"app": "wep"}, [{"port": 80, "targetPort": 8080, "protocol": "TCP"}])
_split = deploy(
    "split",
    pod(
        "split-1",
        node="worker-1",
        statuses=[crash_loop(restarts=9)],
        containers=[container(**asks(memory="5Gi"))],
    ),
    unscheduled(
        "split-2",
        created=600,
        message="0/1 nodes are available: 1 Insufficient memory.",
        containers=[container(**asks(memory="5Gi"))],
    ),
)
_old = [up("shop-old-1"), up("shop-old-2")]
_three = deploy(
    "shop",
    unscheduled(
        "shop-new-1",
        created=900,
        message="0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
        spec={"nodeSelector": {"pool": "fast"}},
    ),
    old=_old,
    wanted=2,
    progressing={"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
    moved=800,
)
_data = waiting("data-mq-0", storageClassName="rook")
_mq = stateful("mq", unscheduled("mq-0", created=1200, message=IMMEDIATE, spec=mounting("data-mq-0")), wanted=3)
_mqsvc = front("mq-client", {"app": "mq"}, [{"port": 5672, "protocol": "TCP"}])
_caller = deploy("billing", up("billing-1", containers=[container(env=[{"name": "MQ_HOST", "value": "mq-client"}])]))
_ticks = cron("rollup", schedule="*/10 * * * *", last=300)
_tick = job_of(
    "rollup-1",
    ended("rollup-1-a", 2, ago_=200),
    owner=_ticks,
    created=300,
    failed=1,
    conditions=[{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}],
    spec={"backoffLimit": 0},
)
_full = held("shop-a", forbidden("shop-a-0002abcdef-", exceeded("team", "pods", "1", "5", "5")))
_account = held(
    "shop-b",
    forbidden(
        "shop-b-0002abcdef-", 'error looking up service account shop/deployer: serviceaccount "deployer" not found'
    ),
    serviceAccountName="deployer",
)
_claim_gone: list[Obj] = deploy(
    "cms",
    unscheduled(
        "cms-1",
        created=600,
        message='0/2 nodes are available: persistentvolumeclaim "media" not found.',
        spec=mounting("media"),
    ),
)
_tainted = machine("worker-9", taints=[{"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}])

CASES: tuple[Case, ...] = (
    Case(
        id="a pod without room beside a Service whose selector has a typing error",
        objects=[*NODES, *_api, *_web, _websvc, slice_of(_websvc)],
        code="InsufficientResources",
        variant="memory",
        also=("ServiceSelectorMismatch",),
        verdicts=FAILING,
    ),
    Case(
        id="one replica crashes and the other finds no room",
        objects=[machine("worker-1"), *_split],
        logs={("split-1", "app", True): ["panic: runtime error: index out of range [3] with length 3", "main.main()"]},
        target="deploy/split",
        code="InsufficientResources",
        also=("AppCrashed",),
        verdicts=FAILING,
    ),
    Case(
        id="the new pods ask for a pool that no node is in while the old ones serve",
        objects=[*NODES, *_three, unplaced(pods_of(_three)[0], "0/2 nodes are available: 2 node(s) didn't match")],
        target="deploy/shop",
        code="NodeSelectorMismatch",
        says=("pool",),
        verdicts=DEGRADED,
        never=("RolloutStuck",),
    ),
    Case(
        id="a missing class stops the broker, its Service and the order of its members",
        objects=[*NODES, plain("standard"), *_mq, _data, _mqsvc, slice_of(_mqsvc), *_caller],
        target="svc/mq-client",
        code="StorageClassMissing",
        on="PersistentVolumeClaim data-mq-0",
        never=("Unschedulable", "StatefulSetOrdinalBlocked", "ServiceHasNoReadyEndpoints", "ServiceSelectorMismatch"),
    ),
    Case(
        id="a CronJob whose last run ended with 2",
        objects=[*NODES, _ticks, *_tick],
        logs={("rollup-1-a", "app", False): ['{"level":"fatal","msg":"cannot open /data/in.csv: no such file"}']},
        target="cj/rollup",
        code="AppCrashed",
        says=("in.csv",),
        verdicts=BROKEN,
        never=("JobBackoffLimitExceeded", "CronJobMissedRuns"),
    ),
    Case(
        id="two Deployments are refused for different reasons",
        objects=[*NODES, *_full, *_account, quota("team", {"pods": "5"}, {"pods": "5"})],
        code="ServiceAccountMissing",
        also=("QuotaExceeded",),
        verdicts=FAILING,
    ),
    Case(
        id="claims may not be listed and the scheduler names the missing one",
        objects=[*NODES, *_claim_gone],
        unread=("PersistentVolumeClaim",),
        target="deploy/cms",
        code="ClaimMissing",
        says=("media",),
        verdicts=FAILING,
    ),
    Case(
        id="accounts may not be listed and the refusal names the missing one",
        objects=[*NODES, *_account],
        unread=("ServiceAccount", "Event"),
        target="deploy/shop-b",
        code="ServiceAccountMissing",
        says=("deployer",),
        verdicts=FAILING,
    ),
    Case(
        id="full workers beside a control plane and a sick node",
        objects=[
            control_plane(),
            _tainted,
            machine("worker-1", memory="1Gi"),
            *deploy(
                "rails",
                unscheduled(
                    "rails-1",
                    created=600,
                    message="0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint "
                    "{node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint "
                    "{node.kubernetes.io/disk-pressure: }.",
                    containers=[container(**asks(memory="2Gi"))],
                ),
            ),
        ],
        target="deploy/rails",
        code="InsufficientResources",
        variant="memory",
        verdicts=ANY,
        never=("TaintNotTolerated",),
    ),
    Case(
        id="a webhook that may be skipped beside a quota that refuses",
        objects=[
            *NODES,
            *_full,
            quota("team", {"pods": "5"}, {"pods": "5"}),
            event(_full[1], "Normal", "ok", kind="Normal"),
            refused(_full[1], 'Error creating: failed calling webhook "x.example.com": connection refused', last=800),
            obj("MutatingWebhookConfiguration", "x", namespace="", webhooks=[{"name": "x.example.com"}]),
        ],
        target="deploy/shop-a",
        code="QuotaExceeded",
        variant="pods",
        on="ResourceQuota team",
        verdicts=FAILING,
        never=("AdmissionWebhookUnavailable",),
    ),
)
