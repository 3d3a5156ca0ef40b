"""The runs of a CronJob, and how to start a Job anew."""

from collections.abc import Iterable
from datetime import datetime

from cluster.fields import Obj, condition, labels, moment, name, namespace, text
from cluster.snapshot import controller_of, ref_of
from diagnose.findings import Edge, Reach
from diagnose.remedies import fresh_copy
from diagnose.scene import Scene
from diagnose.state import job_done

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ENDS = ("Failed", "FailureTarget")
"""Conditions of a Job that has failed for good; the second comes first."""


def cron_of(scene: Scene, job: Obj) -> Obj | None:
    """Return the CronJob that made a Job, or None."""
    owner = scene.graph.owner(job)
    return owner if owner is not None and text(owner, "kind") == "CronJob" else None


def runs_of(scene: Scene, cron: Obj) -> list[Obj]:
    """Return the Jobs of a CronJob that still exist, oldest first."""
    return _in_order(scene.graph.children(cron))


def _in_order(objs: Iterable[Obj]) -> list[Obj]:
    found = [entry for entry in objs if text(entry, "kind") == "Job"]
    return sorted(found, key=lambda job: (text(job, "metadata", "creationTimestamp"), name(job)))


def later_success(scene: Scene, job: Obj) -> tuple[Obj, datetime] | None:
    """Return a newer run of the same CronJob that completed, and when."""
    if text(controller_of(job), "kind") != "CronJob":
        return None
    born = text(job, "metadata", "creationTimestamp")
    for run in reversed(_in_order(scene.graph.siblings(job))):
        if text(run, "metadata", "creationTimestamp") > born and job_done(run):
            ended = moment(run, "status", "completionTime") or moment(condition(run, "Complete"), "lastTransitionTime")
            return run, ended or scene.now
    return None


def start_anew(job: Obj) -> str:
    """Write the command that replaces a Job by a fresh copy: without the selector and labels that it was given."""
    ref = ref_of(job)
    head = f"kubectl -n {ref.namespace}"
    if labels(job, "metadata", "annotations").get(_LAST_APPLIED):
        return f"{head} apply view-last-applied {ref.slug} -o yaml | {head} replace --force -f -"
    return f"{fresh_copy(ref)} | {head} replace --force -f -"


def run_now(cron: Obj) -> str:
    """Write the command that starts a run of a CronJob by hand."""
    run = f"{name(cron)[:45]}-by-hand"
    return f"kubectl -n {namespace(cron)} create job {run} --from=cronjob/{name(cron)}"


def label_of(scene: Scene, job: Obj) -> str:
    """Name a Job in a sentence: by its CronJob, when it has one, because its own name is generated."""
    cron = cron_of(scene, job)
    return f"run of CronJob {name(cron)}" if cron is not None else f"Job {name(job)}"


def label_zh(scene: Scene, job: Obj) -> str:
    """Name a Job at the beginning of a Chinese sentence."""
    cron = cron_of(scene, job)
    return f"CronJob {name(cron)} 的运行" if cron is not None else f"Job {name(job)} "


def first_upper(words: str) -> str:
    """Begin a sentence with a capital letter."""
    return words[:1].upper() + words[1:]


def affected(scene: Scene, job: Obj) -> tuple[Reach, ...]:
    """Point at the pods of a Job, the Job and its CronJob."""
    pods = scene.reach_pods(scene.graph.pods_of(job))
    owners = tuple(Reach(ref=ref_of(owner), edge=Edge.OWNER) for owner in scene.graph.owners(job))
    return (*pods, Reach(ref=ref_of(job), edge=Edge.OWNER), *owners)
