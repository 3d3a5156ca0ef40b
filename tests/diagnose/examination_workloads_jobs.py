"""Jobs that do not end well and CronJobs that do not run, in shapes of real clusters."""

from tests.diagnose.build import container, event, running, status, terminated
from tests.diagnose.examination_workloads_build import ANY, BROKEN, FINE, Case, machine
from tests.diagnose.situations_build import up
from tests.diagnose.situations_world import cron, done, ended, gave_up, job_of

POLICY = "Container app for pod shop/import-x exited with exit code 42 matching FailJob rule at index 0"
NODES = [machine("worker-1"), machine("worker-2")]
_gone = job_of("alembic", failed=7, conditions=gave_up(900))
_policy = job_of(
    "import",
    failed=1,
    conditions=[
        {
            "type": "FailureTarget",
            "status": "True",
            "reason": "PodFailurePolicy",
            "message": POLICY,
            "lastTransitionTime": up("q", since=890)["metadata"]["creationTimestamp"],
        },
        {**gave_up(900, "PodFailurePolicy")[0], "message": POLICY},
    ],
)
_crash = job_of(
    "migrate",
    ended("migrate-a", 1, ago_=1200),
    ended("migrate-b", 1, ago_=900),
    failed=2,
    conditions=gave_up(900),
    spec={"backoffLimit": 1},
)
_slow = job_of(
    "export", failed=1, conditions=gave_up(300, "DeadlineExceeded"), spec={"activeDeadlineSeconds": 600}, created=900
)
_mesh = job_of(
    "seed",
    up(
        "seed-a",
        containers=[container("seed"), container("istio-proxy", "docker.io/istio/proxyv2:1.20")],
        statuses=[
            status("seed", state=terminated(0, ended=1800, ran=30)),
            status("istio-proxy", state=running(1900), ready=True, started=True),
        ],
    ),
    active=1,
)
_native = job_of(
    "seed",
    up(
        "seed-a",
        containers=[container("seed")],
        inits=[container("istio-proxy", "docker.io/istio/proxyv2:1.24", restartPolicy="Always")],
        statuses=[status("seed", state=running(100), ready=True)],
        init_statuses=[status("istio-proxy", state=running(110), ready=True, started=True)],
    ),
    active=1,
    ready=1,
)
_blind = [cron("mail", schedule="*/10 * * * *", last=4 * 3600), cron("tidy", schedule="*/5 * * * *", last=4 * 3600)]
_tight = cron("poll", schedule="*/10 * * * *", last=7200, startingDeadlineSeconds=5)
_feb = cron("yearly", schedule="0 0 31 2 *", last=None)
_zone = cron("paris", schedule="0 3 * * *", last=None, timeZone="Europe/Pariss")
_many = cron("beat", schedule="* * * * *", last=9000)
_forbid = cron(
    "sync",
    schedule="*/10 * * * *",
    last=7000,
    concurrencyPolicy="Forbid",
    status={"active": [{"kind": "Job", "name": "sync-1", "namespace": "shop", "uid": "job-shop-sync-1"}]},
)
_stuck = job_of(
    "sync-1", up("sync-1-a", since=6900, containers=[container("sync")]), owner=_forbid, created=7000, active=1, ready=1
)
_short = cron(
    "quick",
    schedule="0 * * * *",
    last=900,
    concurrencyPolicy="Forbid",
    status={"active": [{"kind": "Job", "name": "quick-1", "namespace": "shop", "uid": "job-shop-quick-1"}]},
)
_brief = job_of("quick-1", up("quick-1-a", since=880), owner=_short, created=900, active=1, ready=1)
_night = cron("night", schedule="0 2 * * *", last=10 * 3600, status={})
_bad = job_of("night-1", owner=_night, created=34 * 3600, failed=7, conditions=gave_up(33 * 3600))
_good = job_of(
    "night-2",
    owner=_night,
    created=10 * 3600,
    succeeded=1,
    conditions=done(9.9 * 3600),
    completionTime=up("q", since=35_640)["metadata"]["creationTimestamp"],
)
_half = job_of(
    "retry", ended("retry-a", 1, ago_=1200), ended("retry-b", 0, ago_=600), failed=1, succeeded=1, conditions=done(600)
)

CASES: tuple[Case, ...] = (
    Case(
        id="the Job gave up and its pods are gone",
        objects=[*NODES, *_gone],
        target="job/alembic",
        code="JobBackoffLimitExceeded",
        on="Job alembic",
        says=("7",),
    ),
    Case(
        id="a policy on exit codes ended the Job",
        objects=[*NODES, *_policy],
        target="job/import",
        code="JobBackoffLimitExceeded",
        on="Job import",
        says=("42",),
    ),
    Case(
        id="a Django migration fails twice and the log says why",
        objects=[*NODES, *_crash],
        logs={
            ("migrate-b", "app", False): [
                "Operations to perform:",
                "  Apply all migrations: orders",
                "Traceback (most recent call last):",
                '  File "/app/manage.py", line 22, in <module>',
                "    main()",
                'django.db.utils.ProgrammingError: column "sku" of relation "orders" already exists',
            ]
        },
        target="job/migrate",
        code="AppCrashed",
        never=("JobBackoffLimitExceeded",),
        says=("already exists",),
    ),
    Case(
        id="a Job was stopped at its deadline",
        objects=[*NODES, *_slow],
        target="job/export",
        code="JobDeadlineExceeded",
        on="Job export",
        says=("10 min",),
    ),
    Case(
        id="the mesh proxy keeps a finished Job alive",
        objects=[*NODES, *_mesh],
        target="job/seed",
        code="JobSidecarBlocksCompletion",
        on="Job seed",
        says=("istio-proxy",),
        verdicts=BROKEN,
    ),
    Case(
        id="a native sidecar beside a Job that still works", objects=[*NODES, *_native], target="job/seed", verdicts=ANY
    ),
    Case(
        id="two CronJobs miss and nothing is said",
        objects=[*NODES, *_blind],
        target="cj/mail",
        code="CronJobMissedRuns",
        variant="controller",
        on="CronJob mail",
    ),
    Case(
        id="a start deadline below the controller's rhythm",
        objects=[
            *NODES,
            _tight,
            event(_tight, "MissSchedule", "Missed scheduled time to start a job: Tue, 10 Mar 2026 11:50:00 UTC"),
        ],
        target="cj/poll",
        code="CronJobMissedRuns",
        variant="deadline",
        says=("5",),
    ),
    Case(
        id="a date that never comes",
        objects=[*NODES, _feb],
        target="cj/yearly",
        code="CronJobMissedRuns",
        variant="schedule",
        says=("0 0 31 2 *",),
    ),
    Case(
        id="a time zone with a letter too many",
        objects=[
            *NODES,
            _zone,
            event(_zone, "UnknownTimeZone", 'invalid timeZone: "Europe/Pariss": unknown time zone Europe/Pariss'),
        ],
        target="cronjob/paris",
        code="CronJobMissedRuns",
        variant="schedule",
        says=("Europe/Pariss",),
    ),
    Case(
        id="too many starts were missed",
        objects=[
            *NODES,
            _many,
            event(
                _many,
                "TooManyMissedTimes",
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
            ),
        ],
        target="cj/beat",
        code="CronJobMissedRuns",
        variant="history",
    ),
    Case(
        id="a run that never ends holds the next ones back",
        objects=[
            *NODES,
            _forbid,
            *_stuck,
            event(
                _forbid,
                "JobAlreadyActive",
                "Not starting job because prior execution is running and concurrency policy is Forbid",
                kind="Normal",
            ),
        ],
        target="cj/sync",
        code="CronJobConcurrencyBlocked",
        fix=("sync-1",),
        never=("CronJobMissedRuns",),
    ),
    Case(id="a run younger than its period", objects=[*NODES, _short, *_brief], target="cj/quick", verdicts=FINE),
    Case(
        id="last night's run failed and tonight's passed",
        objects=[*NODES, _night, *_bad, *_good],
        target="cj/night",
        verdicts=FINE,
    ),
    Case(id="the second try passed", objects=[*NODES, *_half], verdicts=FINE),
)
