"""Jobs that do not end well, and CronJobs that do not start their runs.

A failed Job counts until a newer run of the same CronJob succeeds; a Job that was retried and completed is none.
"""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.jobs.blocked import concurrency_blocked
from diagnose.analyzers.jobs.failed import failed_job
from diagnose.analyzers.jobs.missed import late_runs, missed_runs
from diagnose.analyzers.jobs.sidecar import sidecar_blocks
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Job", "CronJob"))
def jobs(scene: Scene) -> Iterator[Observation]:
    """Yield what is wrong with each Job and each CronJob; a run that blocks the next explains missed ones."""
    for job in scene.snapshot.all("Job"):
        if not text(job, "metadata", "deletionTimestamp"):
            yield from failed_job(scene, job)
            yield from sidecar_blocks(scene, job)
    late = late_runs(scene)
    for cron in scene.snapshot.all("CronJob"):
        if text(cron, "metadata", "deletionTimestamp"):
            continue
        blocked = list(concurrency_blocked(scene, cron))
        yield from blocked
        if not blocked:
            yield from missed_runs(scene, cron, late)
