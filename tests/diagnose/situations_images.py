"""Images that came late, and log lines that sound worse than they are."""

from tests.diagnose.build import container, event, obj, status, waiting
from tests.diagnose.situations_build import (
    DAY,
    DEGRADED,
    HEALTHY,
    PROBED,
    RECOVERED,
    Situation,
    restarted,
    starting,
    up,
)
from tests.diagnose.situations_world import MOVING, daemons, deploy

IMAGE = "registry.example.com/shop/web"


def _images() -> list[Situation]:
    late = up(since=600, created=700)
    public = up(since=600, spec={"imagePullSecrets": [{"name": "old-token"}]})
    new = starting(
        containers=[container(image=f"{IMAGE}:2.1")],
        created=900,
        statuses=[status(state=waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}:2.1"'))],
    )
    pulling = starting(created=20, statuses=[status(state=waiting("ContainerCreating"))])
    preloaded = up(containers=[container(imagePullPolicy="Never", ports=[{"containerPort": 8080}])])
    not_found = (
        f'Failed to pull image "{IMAGE}:2.1": rpc error: code = NotFound desc = failed to pull and unpack image '
        f'"{IMAGE}:2.1": failed to resolve reference "{IMAGE}:2.1": {IMAGE}:2.1: not found'
    )
    return [
        Situation(
            id="the registry answered 503 once and the image came",
            objects=[
                *deploy("web", late),
                event(
                    late,
                    "Failed",
                    f'Failed to pull image "{IMAGE}:1.0": rpc error: code = Unknown desc = failed to pull and '
                    "unpack image: unexpected status from HEAD request: 503 Service Unavailable",
                    container="app",
                    first=690,
                    last=690,
                ),
                event(late, "Failed", "Error: ErrImagePull", container="app", first=690, last=690),
                event(
                    late, "Pulled", f'Successfully pulled image "{IMAGE}:1.0"', kind="Normal", container="app", last=640
                ),
            ],
            verdicts=RECOVERED,
        ),
        Situation(
            id="a pull secret that does not exist while the image is public",
            objects=[
                *daemons("agent", public),
                event(
                    public,
                    "FailedToRetrieveImagePullSecret",
                    "Unable to retrieve some image pull secrets (old-token); "
                    "attempting to pull the image may not succeed.",
                    first=610,
                    last=20,
                    count=9,
                ),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a new revision with a wrong tag while the former one serves everything",
            objects=[
                *deploy("web", new, old=[up("web-o"), up("web-p")], wanted=2, progressing=MOVING, moved=850),
                event(new, "Failed", not_found, container="app", first=890, last=40, count=5),
                event(new, "Failed", "Error: ErrImagePull", container="app", first=890, last=40, count=5),
            ],
            target="deploy/web",
            verdicts=DEGRADED,
            root="ImageTagNotFound",
            severity="medium",
        ),
        Situation(
            id="an image is being pulled for 18 seconds into a new replica",
            objects=[
                *deploy("web", up(), pulling, progressing=MOVING, moved=25),
                event(
                    pulling,
                    "Pulling",
                    f'Pulling image "{IMAGE}:1.0"',
                    kind="Normal",
                    container="app",
                    first=18,
                    last=18,
                ),
            ],
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="an image that was loaded on the node and is never pulled",
            objects=deploy("web", preloaded),
            verdicts=HEALTHY,
        ),
    ]


REDIS = [
    "1:C 10 Mar 2026 11:10:00.100 # WARNING Memory overcommit must be enabled! Without it, a background save may fail.",
    "1:M 10 Mar 2026 11:10:00.200 * Ready to accept connections tcp",
    "1:M 10 Mar 2026 11:55:00.200 * 100 changes in 300 seconds. Saving...",
]
MIGRATION = [
    "2026-03-10T11:10:01Z INFO applying migrations",
    '2026-03-10T11:10:02Z ERROR relation "orders" already exists, skipping',
    '2026-03-10T11:10:02Z ERROR relation "items" already exists, skipping',
    '2026-03-10T11:10:02Z ERROR relation "carts" already exists, skipping',
    "2026-03-10T11:10:03Z INFO listening on 0.0.0.0:8080",
]
NUMBERS = [
    f"2026-03-10T11:5{minute}:00Z INFO stats requests={minute}00 errors=0 error-rate=0.00" for minute in range(10)
]
CHINESE = [
    *(f"2026-03-10 11:5{minute}:00 INFO 处理完成，错误数：0，失败率：0.0%" for minute in range(10)),
    "2026-03-10 11:59:30 INFO 未发现错误，无异常",
]
RETRIED = [
    "2026-03-10T11:52:00Z WARN could not connect to 10.96.0.8:5432: connection refused, retrying in 1s",
    "2026-03-10T11:52:01Z WARN could not connect to 10.96.0.8:5432: connection refused, retrying in 2s",
    "2026-03-10T11:52:03Z INFO connected to database",
    "2026-03-10T11:52:03Z INFO listening on 0.0.0.0:8080",
]
OLD_ERRORS = [f"2026-03-07T03:0{minute}:00Z ERROR upstream timed out" for minute in range(6)]
ACCESS = [f'10.0.1.4 - - [10/Mar/2026:11:5{m}:00 +0000] "GET /missing HTTP/1.1" 404 12' for m in range(10)]


HARMLESS = (
    "INFO no errors found in 12 files",
    "INFO error handler registered",
    '{"level":"info","msg":"sync done","error":null,"failed":0}',
    "DEBUG exception translation enabled",
    "level=info msg=panic_recovery=true",
    "INFO 异常检测任务完成，发现异常 0 个",
    "INFO 错误处理模块已加载",
    "[信息] 失败重试策略：3 次",
    "WARN 连接超时，正在重试（第 1 次）",
    "INFO failover is disabled",
    "I0310 11:50:00.000000       1 leaderelection.go:250] attempting to acquire lease",
    "ERROR client disconnected: context canceled",
)


def _often(line: str) -> list[str]:
    return [f"2026-03-10T11:5{minute}:00Z {line}" for minute in range(10)]


def _logs() -> list[Situation]:
    tables = {
        "a datastore that warns of memory overcommit at its start": REDIS,
        "a migration that finds its tables already there": MIGRATION,
        "counters named errors that are zero": NUMBERS,
        "Chinese lines that count no errors": CHINESE,
        "a first connection that was tried again": RETRIED,
        "errors that were logged three days ago": OLD_ERRORS,
        "an access log with answers 404": ACCESS,
        **{f'lines like "{line}"': _often(line) for line in HARMLESS},
    }
    found = [
        Situation(
            id=f"{words} in a ready pod",
            objects=deploy("web", up(since=3000)),
            target="deploy/web",
            logs={("web-a", "app", False): lines},
            verdicts=HEALTHY,
        )
        for words, lines in tables.items()
    ]
    failing = [
        f"2026-03-10T11:5{minute}:00Z ERROR GET http://users/me answered 401 Unauthorized" for minute in range(10)
    ]
    outward = up(containers=[PROBED])
    front = obj(
        "Service", "web", spec={"clusterIP": "10.96.0.9", "selector": {"app": "web"}, "ports": [{"port": 8080}]}
    )
    return [
        *found,
        Situation(
            id="a program names its loopback address and the check from outside passes",
            objects=[*deploy("web", outward), front],
            logs={("web-a", "app", False): ["2026-03-10T11:10:00Z INFO Listening on http://127.0.0.1:8080"]},
            verdicts=HEALTHY,
        ),
        Situation(
            id="a living dependency answers 401 and that is no network fault",
            objects=deploy("web", up(since=3000)),
            target="deploy/web",
            logs={("web-a", "app", False): failing},
            verdicts=DEGRADED,
            root="AppErrorsInLog",
            severity="medium",
        ),
        Situation(
            id="repeated errors of a ready pod when the whole namespace was asked about",
            objects=deploy("web", up(since=3000)),
            logs={("web-a", "app", False): failing},
            verdicts=HEALTHY,
        ),
        Situation(
            id="former crashes with their log while the pod has been ready for a day",
            objects=deploy("web", up(created=3 * DAY, since=DAY, statuses=[restarted(1, ended=DAY, restarts=2)])),
            logs={
                ("web-a", "app", True): ["2026-03-09T11:59:59Z FATAL 数据库连接失败: connection refused 10.96.0.8:5432"]
            },
            target="deploy/web",
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
    ]


SITUATIONS = (
    *_images(),
    *_logs(),
)
