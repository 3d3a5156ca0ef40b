"""Jobs that ran out of time."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from cluster.fields import Obj, condition, moment, name, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import (
    ENDS,
    affected,
    cron_of,
    first_upper,
    label_of,
    label_zh,
    runs_of,
    start_anew,
)
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Finding, NextCheck, Observation, Remedy, Risk, Role, RuledOut, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene

_CREATED = re.compile(r"^Created pod: ([a-z0-9.-]{1,253})$")
Lived = Literal["ran", "pulling", "waiting", "unknown"]


def out_of_time(scene: Scene, job: Obj, at: int) -> Iterator[Observation]:
    """Yield how far a Job came that ran out of time; ``at`` is the index of its final condition."""
    deadline = whole(job, "spec", "activeDeadlineSeconds")
    ended = min((time for kind in ENDS if (time := moment(condition(job, kind), "lastTransitionTime"))), default=None)
    if whole(job, "status", "succeeded") > 0:
        yield RuledOut(
            code="JobDeadlineExceeded",
            object=ref_of(job),
            reason=Phrase(
                en=f"{first_upper(label_of(scene, job))} was stopped at its deadline of {deadline} s after "
                f"{whole(job, 'status', 'succeeded')} successes: the planned end of a worker",
                zh=f"{label_zh(scene, job)}在成功 {whole(job, 'status', 'succeeded')} 次后到达 {deadline} 秒的时限："
                "计划内的结束",
            ),
            evidence=(scene.field(job, "status", "succeeded"),),
        )
        return
    lived, trace = what_it_did(scene, job)
    elapsed = _elapsed(job, ended)
    spent = f" (it took {spoken_time(elapsed)})" if elapsed is not None else ""
    did, did_zh = _DID[lived]
    evidence = [
        scene.field(job, "status", "conditions", at, "reason"),
        scene.field(job, "spec", "activeDeadlineSeconds"),
        *trace,
    ]
    yield Finding(
        code="JobDeadlineExceeded",
        role=Role.SYMPTOM if lived in {"pulling", "waiting"} else Role.ROOT,
        confidence=proved("the Job's condition and its deadline say so", "Job 的状况与时限写明", twice=True),
        object=ref_of(job),
        affected=affected(scene, job),
        summary=Phrase(
            en=f"{first_upper(label_of(scene, job))} was stopped because it was not done within its deadline of "
            f"{spoken_time(deadline)}; {did}",
            zh=f"{label_zh(scene, job)}在 {spoken_time_zh(deadline)}的时限内没有完成，已被终止；{did_zh}",
        ),
        expected=f"Complete within activeDeadlineSeconds {deadline}",
        actual=f"Failed=True DeadlineExceeded{spent}",
        evidence=tuple(evidence[:4]),
        remedies=tuple(_more_time(scene, job, deadline)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref_of(job).namespace} describe {ref_of(job).slug}",
                why=Phrase(
                    en="its pods were deleted at the deadline; the events say how far they came",
                    zh="到期时 Pod 已被删除；事件中能看到它们进行到哪一步",
                ),
            ),
        ),
        since=ended,
    )


_DID: dict[Lived, tuple[str, str]] = {
    "ran": ("its program ran and was still at work", "其程序已运行，但尚未结束"),
    "pulling": ("its image was still being pulled", "镜像仍在拉取"),
    "waiting": ("its pod never started", "其 Pod 一直没有启动"),
    "unknown": (
        "how far it came is not known, because its pods were deleted",
        "由于 Pod 已被删除，无法得知进行到哪一步",
    ),
}


def _elapsed(job: Obj, ended: datetime | None) -> float | None:
    start = moment(job, "status", "startTime")
    return (ended - start).total_seconds() if start and ended else None


def what_it_did(scene: Scene, job: Obj) -> tuple[Lived, tuple[Evidence, ...]]:
    """Say how far the pods of a Job came, from those that exist and from the events of those that do not."""
    names = {name(pod) for pod in scene.graph.pods_of(job)}
    for event in scene.snapshot.events(job):
        if made := _CREATED.match(event.message):
            names.add(made[1])
    found: dict[str, Evidence] = {}
    for pod in sorted(names):
        ref = ObjectRef(kind="Pod", namespace=ref_of(job).namespace, name=pod)
        for event in scene.snapshot.events_about(ref):
            found[event.reason] = scene.event(event, current=False)
    if "Started" in found:
        return "ran", (found["Started"],)
    for reason in ("Failed", "FailedMount", "FailedScheduling"):
        if reason in found:
            return "waiting", (found[reason],)
    if "Pulling" in found and "Pulled" not in found:
        return "pulling", (found["Pulling"],)
    return "unknown", ()


def _more_time(scene: Scene, job: Obj, deadline: int) -> Iterator[Remedy]:
    cron = cron_of(scene, job)
    longest = _longest_success(scene, cron)
    seconds, rule = _deadline(deadline, longest)
    if cron is not None:
        ref = ref_of(cron)
        yield object_patch(
            cron,
            {"spec": {"jobTemplate": {"spec": {"activeDeadlineSeconds": seconds}}}},
            summary=Phrase(
                en=f"Give later runs {spoken_time(seconds)}", zh=f"把之后运行的时限改为 {spoken_time_zh(seconds)}"
            ),
            undo=f"kubectl -n {ref.namespace} patch {ref.slug} --type=merge -p "
            f'\'{{"spec":{{"jobTemplate":{{"spec":{{"activeDeadlineSeconds":{deadline}}}}}}}}}\'',
            estimate=rule,
        )
    else:
        yield command(
            start_anew(job).replace(
                " | kubectl", f" | sed 's/\\(activeDeadlineSeconds\"*: *\\){deadline}/\\1{seconds}/' | kubectl", 1
            ),
            summary=Phrase(
                en=f"Run it again with a deadline of {spoken_time(seconds)}",
                zh=f"把时限改为 {spoken_time_zh(seconds)}后重新运行",
            ),
            verify=f"kubectl -n {ref_of(job).namespace} get {ref_of(job).slug}",
            expect=Phrase(en="the new Job reaches Complete", zh="新的 Job 状态变为 Complete"),
            risk=Risk.RESTART,
            reversible=False,
            estimate=rule,
        )


def _longest_success(scene: Scene, cron: Obj | None) -> float:
    """Return how long the longest completed run of a CronJob took, 0 where none is known."""
    lengths = [0.0]
    for run in runs_of(scene, cron) if cron is not None else ():
        start, end = moment(run, "status", "startTime"), moment(run, "status", "completionTime")
        if start and end:
            lengths.append((end - start).total_seconds())
    return max(lengths)


def _deadline(now: int, longest: float) -> tuple[int, Phrase]:
    if longest * 2 > now:
        return int(longest * 2), Phrase(
            en="twice as long as the longest run that completed", zh="取已完成运行中最长耗时的两倍"
        )
    return max(now * 2, 60), Phrase(
        en="twice the present deadline, at least 60 s; a run that never ends needs another cure",
        zh="取现有时限的两倍，至少 60 秒；若程序永远不结束，则需另找原因",
    )
