"""Jobs that failed for good: too many tries, or out of time."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from cluster.fields import Obj, condition, moment, name, numbered, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import (
    cron_of,
    label_of,
    label_zh,
    later_success,
    run_now,
    runs_of,
    start_anew,
)
from diagnose.containers import Container, containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Risk, Role, RuledOut, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene
from diagnose.state import job_done, job_failed

BACKOFF = frozenset({"BackoffLimitExceeded", "PodFailurePolicy", "MaxFailedIndexesExceeded", "FailedIndexes"})
_CREATED = re.compile(r"^Created pod: ([a-z0-9.-]{1,253})$")
_ENDS = ("Failed", "FailureTarget")
Lived = Literal["ran", "pulling", "waiting", "unknown"]


def failed_job(scene: Scene, job: Obj) -> Iterator[Observation]:
    """Yield why a Job failed, or why its failures do not count."""
    tries = whole(job, "status", "failed")
    if job_done(job):
        if tries > 0:
            yield RuledOut(
                code="JobBackoffLimitExceeded",
                object=ref_of(job),
                reason=Phrase(
                    en=f"{_first_upper(label_of(scene, job))} failed {_times(tries)}, was tried again and completed",
                    zh=f"{label_zh(scene, job)}失败过 {tries} 次，重试后已完成",
                ),
                evidence=(scene.field(job, "status", "succeeded"),),
            )
        return
    at = next((i for i, entry in numbered(job, "status", "conditions") if _is_end(entry)), None)
    if not job_failed(job) or at is None:
        return
    reason = text(job, "status", "conditions", at, "reason")
    code = "JobDeadlineExceeded" if reason == "DeadlineExceeded" else "JobBackoffLimitExceeded"
    if code == "JobBackoffLimitExceeded" and reason not in BACKOFF:
        return
    if success := later_success(scene, job):
        run, ended = success
        yield RuledOut(
            code=code,
            object=ref_of(job),
            reason=Phrase(
                en=f"An earlier {label_of(scene, job)} failed; a newer one completed",
                zh=f"{label_zh(scene, job)}之前失败过，之后的一次已完成",
            ),
            evidence=(scene.field(run, "status", "succeeded"),),
            healed=True,
            ended=ended,
        )
    elif code == "JobDeadlineExceeded":
        yield from _out_of_time(scene, job, at)
    else:
        yield _too_many_tries(scene, job, at, reason)


def _is_end(entry: Obj) -> bool:
    return text(entry, "type") in _ENDS and text(entry, "status") == "True"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _affected(scene: Scene, job: Obj) -> tuple[Reach, ...]:
    pods = scene.reach_pods(scene.graph.pods_of(job))
    owners = tuple(Reach(ref=ref_of(owner), edge=Edge.OWNER) for owner in scene.graph.owners(job))
    return (*pods, Reach(ref=ref_of(job), edge=Edge.OWNER), *owners)


# -- too many tries


def _too_many_tries(scene: Scene, job: Obj, at: int, reason: str) -> Finding:
    tries, limit = whole(job, "status", "failed"), whole(job, "spec", "backoffLimit", default=6)
    last = last_end(scene, job)
    evidence: list[Evidence] = [
        scene.field(job, "status", "conditions", at, "reason"),
        scene.field(job, "status", "failed"),
    ]
    if last is not None:
        evidence.append(scene.field(last.pod, *last.ended_path, "exitCode"))
    code = f"; container {last.name} ended with exit code {last.exit_code}" if last else ""
    code_zh = f"；容器 {last.name} 的退出码为 {last.exit_code}" if last else ""
    gone = not scene.graph.pods_of(job)
    lost = "; its pods are gone and their logs with them" if gone else ""
    lost_zh = "；其 Pod 已不存在，日志也随之丢失" if gone else ""
    return Finding(
        code="JobBackoffLimitExceeded",
        role=Role.SYMPTOM,
        confidence=proved("the Job's condition says so", "Job 的状况中写明", twice=True),
        object=ref_of(job),
        affected=_affected(scene, job),
        summary=Phrase(
            en=f"{_first_upper(label_of(scene, job))} has failed for good: "
            f"{_how(job, reason, tries, limit)}{code}{lost}",
            zh=f"{label_zh(scene, job)}已最终失败：{_how_zh(job, reason, tries, limit)}{code_zh}{lost_zh}",
        ),
        expected="status.conditions Complete=True",
        actual=f"Failed=True {reason}; failed {tries}, backoffLimit {limit}"
        + (f"; exitCode {last.exit_code}" if last else ""),
        evidence=tuple(evidence),
        remedies=tuple(_again(scene, job)),
        next_checks=_read_logs(job, gone=gone),
        since=moment(job, "status", "conditions", at, "lastTransitionTime"),
    )


def _how(job: Obj, reason: str, tries: int, limit: int) -> str:
    if reason == "PodFailurePolicy":
        return f"its failure policy ends it at such an exit ({tries} failed)"
    if reason in {"FailedIndexes", "MaxFailedIndexesExceeded"}:
        return f"indexes {text(job, 'status', 'failedIndexes') or '?'} failed"
    return f"{tries} of its pods failed and only {limit} {'retry is' if limit == 1 else 'retries are'} allowed"


def _how_zh(job: Obj, reason: str, tries: int, limit: int) -> str:
    if reason == "PodFailurePolicy":
        return f"其失败策略规定遇到此类退出即终止（失败 {tries} 次）"
    if reason in {"FailedIndexes", "MaxFailedIndexesExceeded"}:
        return f"索引 {text(job, 'status', 'failedIndexes') or '?'} 失败"
    return f"{tries} 个 Pod 失败，最多允许重试 {limit} 次"


def last_end(scene: Scene, job: Obj) -> Container | None:
    """Return the container of a Job's pods that ended badly last, or None."""
    ends = [
        container
        for pod in scene.graph.pods_of(job)
        for container in containers(pod)
        if container.exit_code not in {None, 0}
    ]
    oldest = scene.now - timedelta(days=36500)
    return max(ends, key=lambda container: (container.ended_at or oldest, container.name), default=None)


def _read_logs(job: Obj, *, gone: bool) -> tuple[NextCheck, ...]:
    ref = ref_of(job)
    if gone:
        return (
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.slug}",
                why=Phrase(en="its events may still name what its pods met", zh="其事件中可能仍有 Pod 失败的线索"),
            ),
        )
    return (
        NextCheck(
            command=f"kubectl -n {ref.namespace} logs {ref.slug} --all-containers --tail=50",
            why=Phrase(en="the last lines before the end usually name the cause", zh="结束前的最后几行通常写明原因"),
        ),
    )


def _again(scene: Scene, job: Obj) -> Iterator[Remedy]:
    """Run it again once the cause is gone: the template of a Job cannot be changed."""
    ref, cron = ref_of(job), cron_of(scene, job)
    yield command(
        run_now(cron) if cron is not None else start_anew(job),
        summary=Phrase(
            en="When the cause is gone, run it again: a Job that has failed is not retried by itself",
            zh="消除原因后重新运行：已失败的 Job 不会自行重试",
        ),
        verify=f"kubectl -n {ref.namespace} get jobs",
        expect=Phrase(en="the new Job reaches Complete", zh="新的 Job 状态变为 Complete"),
        risk=Risk.RESTART,
        reversible=False,
    )


# -- out of time


def _out_of_time(scene: Scene, job: Obj, at: int) -> Iterator[Observation]:
    deadline = whole(job, "spec", "activeDeadlineSeconds")
    ended = min((time for kind in _ENDS if (time := moment(condition(job, kind), "lastTransitionTime"))), default=None)
    if whole(job, "status", "succeeded") > 0:
        yield RuledOut(
            code="JobDeadlineExceeded",
            object=ref_of(job),
            reason=Phrase(
                en=f"{_first_upper(label_of(scene, job))} was stopped at its deadline of {deadline} s after "
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
        affected=_affected(scene, job),
        summary=Phrase(
            en=f"{_first_upper(label_of(scene, job))} was stopped because it was not done within its deadline of "
            f"{spoken_time(deadline)}; {did}",
            zh=f"{label_zh(scene, job)}在 {spoken_time_zh(deadline)} 的时限内没有完成，已被终止；{did_zh}",
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
                zh=f"把时限改为 {spoken_time_zh(seconds)} 后重新运行",
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
