"""What runs once: a batch program, migrations, seeds."""

from collections.abc import Sequence
from typing import Any

from builder.manifests.claim import claimed
from builder.manifests.container import container
from builder.manifests.exempting import annotations, exemptions_of
from builder.manifests.manifest import Manifest
from builder.manifests.pod import template
from builder.manifests.resources import reasons
from builder.manifests.subject import Subject, words_of
from builder.plan import Task

TRIES = 3
"""After the first: enough for a database that is not up yet."""

KEPT_SECONDS = 86_400
"""A day, in which its logs can be read."""

_ONCE = "Named after image and command: a Job cannot be changed, so each version has its own."


def job(subject: Subject) -> Manifest:
    """Return the Job of a component that runs once."""
    return _job(subject, subject.once(subject.main, ()), subject.main, (), about=(_ONCE,))


def of_task(subject: Subject, task: Task) -> Manifest:
    """Return the Job of a task. A seed is suspended: it is for an empty database, which only a person can know."""
    part, words = subject.part(task), words_of(task.command)
    name = subject.once(part, words)
    if task.purpose == "seed":
        start = f'kubectl -n {subject.options.namespace} patch job {name} -p \'{{"spec":{{"suspend":false}}}}\''
        return _job(
            subject,
            name,
            part,
            words,
            suspended=True,
            about=("Suspended: it fills an empty database. Start it with:", start),
        )
    wait = f"kubectl -n {subject.options.namespace} wait --for=condition=Complete --timeout=10m job/{name}"
    about = (_ONCE, "Old and new pods run while it does: a migration must suit both. To wait for it:", wait)
    return _job(subject, name, part, words, about=about)


def job_spec(subject: Subject, part: str, words: Sequence[str]) -> dict[str, Any]:
    """Return the part of a Job's specification that a CronJob's has too."""
    held = container(subject, part, words=words, kept=subject.kept)
    made = template(subject, part, [held], claims=claimed(subject), restart="Never", beside=subject.stateful)
    return {"backoffLimit": TRIES, "ttlSecondsAfterFinished": KEPT_SECONDS, "template": made}


def _job(
    subject: Subject, name: str, part: str, words: Sequence[str], *, about: tuple[str, ...], suspended: bool = False
) -> Manifest:
    exemptions = exemptions_of(subject)
    spec: dict[str, Any] = {"suspend": True} if suspended else {}
    body = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {**subject.metadata(name, part), **annotations(exemptions)},
        "spec": {**spec, **job_spec(subject, part, words)},
    }
    return Manifest(body=body, about=(*about, *reasons(subject)), exemptions=exemptions)
