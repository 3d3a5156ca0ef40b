"""What runs for ever and keeps files: one pod with its volumes, and all that needs those files in it."""

from typing import Any

from builder.manifests import probes
from builder.manifests.claim import claim_spec
from builder.manifests.container import container
from builder.manifests.deployment import HISTORY
from builder.manifests.exempting import annotations, exemptions_of
from builder.manifests.manifest import Manifest
from builder.manifests.pod import template
from builder.manifests.resources import reasons
from builder.manifests.subject import Subject, words_of
from builder.plan import Task

_ABOUT = (
    "One pod: a second would have volumes of its own, and so other files. Migrations run in it before the program,",
    "workers beside it, since a volume is on one node. Deleting the StatefulSet keeps the volumes.",
)


def statefulset(subject: Subject) -> Manifest:
    """Return the StatefulSet of a component with volumes, with its migrations and workers."""
    workers = beside(subject)
    silent = subject.port is None or bool(workers)
    exemptions = exemptions_of(subject, silent=silent)
    main = container(subject, subject.name, kept=subject.kept, listens=True)
    spec: dict[str, Any] = {
        "replicas": 1,
        "revisionHistoryLimit": HISTORY,
        "serviceName": subject.name,
        "selector": {"matchLabels": subject.selector(subject.main)},
        "updateStrategy": {"type": "RollingUpdate"},
        "template": template(
            subject,
            subject.main,
            [main, *(_of_task(subject, one) for one in workers)],
            before=[_of_task(subject, one) for one in subject.tasks("migrate")],
        ),
        "volumeClaimTemplates": [{"metadata": {"name": one.name}, "spec": claim_spec(subject)} for one in subject.kept],
    }
    metadata = {**subject.metadata(subject.name, subject.main), **annotations(exemptions)}
    body = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}
    return Manifest(body=body, about=(*_ABOUT, *reasons(subject), *probes.about(subject)), exemptions=exemptions)


def beside(subject: Subject) -> tuple[Task, ...]:
    """Return the tasks that run for ever: workers, and clocks without a cron line."""
    return tuple(one for one in subject.tasks("worker", "schedule") if one.purpose == "worker" or not one.schedule)


def _of_task(subject: Subject, task: Task) -> dict[str, Any]:
    return container(subject, subject.part(task), words=words_of(task.command), kept=subject.kept)
