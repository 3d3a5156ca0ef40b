"""What runs at times, one run after the other."""

from builder.manifests.exempting import annotations, exemptions_of
from builder.manifests.job import job_spec
from builder.manifests.manifest import Manifest
from builder.manifests.resources import reasons
from builder.manifests.schedules import cron_line
from builder.manifests.subject import MOST_CRONJOB, Subject, words_of
from builder.plan import Task

LATE_SECONDS = 600
"""How late a run may start, when the control plane was away; after that the next one is waited for."""

KEPT = 3
"""Runs whose logs are kept, of each outcome."""


def cronjob(subject: Subject, task: Task) -> Manifest:
    """Return the CronJob of a task. A task without a command is the image's own."""
    part = subject.part(task)
    exemptions = exemptions_of(subject)
    name = subject.named(part, most=MOST_CRONJOB)
    body = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {**subject.metadata(name, part), **annotations(exemptions)},
        "spec": {
            "schedule": cron_line(subject.name, task.schedule),
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": LATE_SECONDS,
            "successfulJobsHistoryLimit": KEPT,
            "failedJobsHistoryLimit": KEPT,
            "jobTemplate": {
                "metadata": {"labels": subject.labels(part)},
                "spec": job_spec(subject, part, words_of(task.command)),
            },
        },
    }
    about = ("Times are those of the cluster's controller, mostly UTC. A run that is late waits for the one before.",)
    return Manifest(body=body, about=(*about, *reasons(subject)), exemptions=exemptions)
