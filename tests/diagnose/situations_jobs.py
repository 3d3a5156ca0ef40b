"""Jobs and CronJobs that did what they should."""

from tests.diagnose.build import ago, pod, status, terminated
from tests.diagnose.situations_build import DAY, FINE, HEALTHY, RECOVERED, Situation, starting, up
from tests.diagnose.situations_world import cron, done, ended, gave_up, job_of


def _jobs() -> list[Situation]:
    retried = job_of(
        "migrate",
        ended("migrate-a", 1, ago_=1900),
        ended("migrate-b", ago_=1800),
        succeeded=1,
        failed=2,
        completionTime=ago(1790),
        conditions=done(1790),
    )
    nightly = cron("backup", schedule="0 * * * *", last=60 * 60)
    runs = [
        job_of(
            "backup-1",
            ended("backup-1-a", 1, ago_=4 * 3600),
            owner=nightly,
            created=4 * 3600 + 60,
            failed=7,
            conditions=gave_up(4 * 3600),
        ),
        *(
            job_of(
                f"backup-{n}",
                ended(f"backup-{n}-a", ago_=hours * 3600),
                owner=nightly,
                created=hours * 3600 + 60,
                succeeded=1,
                completionTime=ago(hours * 3600),
                conditions=done(hours * 3600),
            )
            for n, hours in ((2, 3), (3, 2), (4, 1))
        ),
    ]
    suspended = cron("backup", schedule="0 2 * * *", last=30 * DAY, created=90 * DAY, suspend=True)
    going = cron(
        "sync", schedule="0 12 * * *", last=0, concurrencyPolicy="Forbid", status={"active": [{"name": "sync-1"}]}
    )
    active = cron(
        "sync", schedule="*/30 * * * *", last=1500, concurrencyPolicy="Forbid", status={"active": [{"name": "sync-1"}]}
    )
    minutely = cron("tick", schedule="* * * * *", last=6, status={"active": [{"name": "tick-1"}]})
    first = starting("tick-1-a", created=5)
    at_work = up("sync-1-a", since=1490, created=1500)
    fresh = cron("report", schedule="0 3 * * *", last=None, created=180)
    indexed = job_of(
        "render",
        ended("render-0", ago_=400),
        up("render-1", since=390),
        active=1,
        succeeded=1,
        ready=1,
        completedIndexes="0",
        spec={"completions": 4, "parallelism": 1, "completionMode": "Indexed"},
        created=500,
    )
    queued = job_of(
        "train",
        created=7200,
        spec={"suspend": True},
        conditions=[{"type": "Suspended", "status": "True", "reason": "JobSuspended"}],
    )
    disturbed = pod(
        "batch-a",
        phase="Failed",
        created=900,
        statuses=[status(state=terminated(137, ended=400))],
        conditions=[{"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}],
    )
    again = job_of(
        "batch",
        disturbed,
        up("batch-b", since=380),
        active=1,
        failed=0,
        ready=1,
        created=950,
        spec={"podFailurePolicy": {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}},
    )
    return [
        Situation(
            id="a Job that failed twice and completed",
            objects=retried,
            target="job/migrate",
            verdicts=FINE,
            ruled_out="JobBackoffLimitExceeded",
            over=False,
        ),
        Situation(
            id="a Job that completed and whose pod stays",
            objects=job_of("once", ended("once-a", ago_=900), succeeded=1, conditions=done(900)),
            verdicts=HEALTHY,
        ),
        Situation(
            id="one failed run of a CronJob followed by three that completed",
            objects=[nightly, *(entry for run in runs for entry in run)],
            target="cronjob/backup",
            verdicts=RECOVERED,
            ruled_out="JobBackoffLimitExceeded",
        ),
        Situation(
            id="one failed run of a CronJob and three good ones when the namespace was asked about",
            objects=[nightly, *(entry for run in runs for entry in run)],
            verdicts=RECOVERED,
        ),
        Situation(
            id="one failed run followed by good ones while CronJobs may not be read",
            objects=[entry for run in runs for entry in run],
            unread=("CronJob",),
            verdicts=RECOVERED,
        ),
        Situation(
            id="a failed run was asked about after which others completed",
            objects=[nightly, *(entry for run in runs for entry in run)],
            target="job/backup-1",
            verdicts=RECOVERED,
            ruled_out="JobBackoffLimitExceeded",
        ),
        Situation(
            id="a CronJob suspended for weeks",
            objects=[suspended],
            verdicts=HEALTHY,
            root="WorkloadSuspended",
            severity="low",
            optional=True,
        ),
        Situation(
            id="a run that is younger than the period of its CronJob",
            objects=[active, *job_of("sync-1", at_work, owner=active, created=1500, active=1, ready=1)],
            target="cronjob/sync",
            verdicts=HEALTHY,
        ),
        Situation(
            id="a run of a CronJob that was started five seconds ago",
            objects=[minutely, *job_of("tick-1", first, owner=minutely, created=6, active=1, ready=0)],
            target="cronjob/tick",
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(id="a CronJob due this very second", objects=[going], verdicts=HEALTHY),
        Situation(id="a CronJob made three minutes ago that has not been due", objects=[fresh], verdicts=HEALTHY),
        Situation(
            id="a CronJob in another time zone that runs on weekdays",
            objects=[cron("letters", schedule="0 9 * * 1-5", last=11 * 3600, timeZone="Asia/Shanghai")],
            verdicts=HEALTHY,
        ),
        Situation(
            id="an indexed Job that works through its indexes", objects=indexed, target="job/render", verdicts=HEALTHY
        ),
        Situation(
            id="a Job that waits in a queue",
            objects=queued,
            verdicts=HEALTHY,
            root="WorkloadSuspended",
            severity="low",
            optional=True,
        ),
        Situation(id="a Job whose pod was drained away and which goes on", objects=again, verdicts=HEALTHY),
        Situation(
            id="a monthly CronJob whose last run was three weeks ago",
            objects=[cron("bill", schedule="0 0 17 * *", last=21.5 * DAY, created=90 * DAY)],
            verdicts=HEALTHY,
        ),
    ]


SITUATIONS = (*_jobs(),)
