"""What runs for ever and keeps no files: web servers and workers."""

from typing import Any

from builder.manifests import probes
from builder.manifests.container import container
from builder.manifests.exempting import annotations, exemptions_of
from builder.manifests.manifest import Manifest
from builder.manifests.pod import template
from builder.manifests.resources import reasons
from builder.manifests.subject import MOST_JOB, Subject, words_of
from builder.plan import Kind, Task

HISTORY = 3
"""Old ReplicaSets that are kept to go back to."""


def deployment(subject: Subject) -> Manifest:
    """Return the Deployment of the component itself."""
    listens = subject.port is not None
    exemptions = exemptions_of(subject, silent=not listens)
    spec: dict[str, Any] = {}
    if not scaled(subject):
        spec["replicas"] = replicas(subject)
    spec |= _spec(subject, subject.main)
    spec["template"] = template(
        subject, subject.main, [container(subject, subject.name, listens=listens)], spread=replicas(subject) > 1
    )
    return Manifest(
        body=_body(subject, subject.name, subject.main, spec, annotations(exemptions)),
        about=(*reasons(subject), *probes.about(subject)),
        exemptions=exemptions,
    )


def of_task(subject: Subject, task: Task) -> Manifest:
    """Return the Deployment of a worker, or of a clock, of which there may never be two."""
    part = subject.part(task)
    exemptions = exemptions_of(subject, silent=True)
    single = task.purpose == "schedule"
    spec: dict[str, Any] = {"replicas": 1, **_spec(subject, part, single=single)}
    spec["template"] = template(subject, part, [container(subject, part, words=words_of(task.command))])
    name = subject.named(part, most=MOST_JOB)
    about = ("Never two at a time: each would start every task.",) if single else ()
    return Manifest(
        body=_body(subject, name, part, spec, annotations(exemptions)),
        about=(*about, *reasons(subject)),
        exemptions=exemptions,
    )


def replicas(subject: Subject) -> int:
    """Return how many pods there are at least. A worker is one until somebody knows that two share their work."""
    return subject.options.replicas if subject.kind in {Kind.WEB, Kind.STATIC} and not subject.stateful else 1


def scaled(subject: Subject) -> bool:
    """Say whether the number of pods follows the load; then the Deployment does not say it."""
    return subject.options.autoscaling is not None and subject.port is not None and not subject.stateful


def _spec(subject: Subject, part: str, *, single: bool = False) -> dict[str, Any]:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    return {
        "revisionHistoryLimit": HISTORY,
        "selector": {"matchLabels": subject.selector(part)},
        "strategy": {"type": "Recreate"} if single else rolling,
    }


def _body(subject: Subject, name: str, part: str, spec: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    metadata = {**subject.metadata(name, part), **more}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
