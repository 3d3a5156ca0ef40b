"""Which objects a component becomes, in the order in which they are wanted."""

from collections.abc import Iterator

from builder.errors import PlanIncomplete
from builder.manifests import cronjob, deployment, job, statefulset
from builder.manifests.account import account
from builder.manifests.autoscaler import autoscaler
from builder.manifests.claim import claims
from builder.manifests.configmap import configmap
from builder.manifests.disruption import disruption
from builder.manifests.httproute import httproute
from builder.manifests.ingress import ingress
from builder.manifests.manifest import Manifest
from builder.manifests.policy import policy
from builder.manifests.service import service
from builder.manifests.subject import Subject
from builder.plan import Kind


def objects(subject: Subject) -> tuple[Manifest, ...]:
    """Return all objects: what pods need, what runs first, what runs for ever, the way to it."""
    made = [account(subject), policy(subject)]
    if settings := configmap(subject):
        made.append(settings)
    if subject.kind in {Kind.JOB, Kind.SCHEDULED}:
        made += claims(subject)
    if not subject.stateful:
        made += [job.of_task(subject, one) for one in subject.tasks("migrate")]
    made += _running(subject)
    made += [job.of_task(subject, one) for one in subject.tasks("seed")]
    if subject.port is not None:
        made += _reached(subject)
    return tuple(made)


def _running(subject: Subject) -> Iterator[Manifest]:
    timed = [one for one in subject.tasks("schedule") if one.schedule]
    match subject.kind:
        case Kind.JOB:
            yield job.job(subject)
        case Kind.SCHEDULED if not timed:
            raise PlanIncomplete(
                f"{subject.name}: it runs at times, but nothing says when.",
                next_step="Give a task with a schedule of five fields, such as 0 3 * * *.",
            )
        case Kind.SCHEDULED:
            pass
        case _ if subject.stateful:
            yield statefulset.statefulset(subject)
        case _:
            yield deployment.deployment(subject)
    if not subject.stateful:
        for task in statefulset.beside(subject):
            yield deployment.of_task(subject, task)
    for task in timed:
        yield cronjob.cronjob(subject, task)


def _reached(subject: Subject) -> Iterator[Manifest]:
    options = subject.options
    yield service(subject)
    if options.host:
        yield httproute(subject) if options.route == "httproute" else ingress(subject)
    if deployment.scaled(subject) and options.autoscaling:
        yield autoscaler(subject, options.autoscaling)
    if deployment.replicas(subject) > 1:
        yield disruption(subject)
