"""Jobs that failed for good: too many tries, or out of time."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, moment, numbered, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.jobs.deadline import out_of_time
from diagnose.analyzers.jobs.runs import (
    ENDS,
    affected,
    cron_of,
    first_upper,
    label_of,
    label_zh,
    later_success,
    run_now,
    start_anew,
)
from diagnose.containers import Container, containers
from diagnose.findings import Finding, NextCheck, Observation, Remedy, Risk, Role, RuledOut, proved
from diagnose.remedies import command
from diagnose.scene import Scene
from diagnose.state import job_done, job_failed

BACKOFF = frozenset({"BackoffLimitExceeded", "PodFailurePolicy", "MaxFailedIndexesExceeded", "FailedIndexes"})


_POLICY = re.compile(r"Container (\S{1,63}) for pod \S{1,320} exited with exit code (\d{1,3})\b")
"""What a Job's condition says when its failure policy ended it."""


def failed_job(scene: Scene, job: Obj) -> Iterator[Observation]:
    """Yield why a Job failed, or why its failures do not count."""
    tries = whole(job, "status", "failed")
    if job_done(job):
        if tries > 0:
            yield RuledOut(
                code="JobBackoffLimitExceeded",
                object=ref_of(job),
                reason=Phrase(
                    en=f"{first_upper(label_of(scene, job))} failed {_times(tries)}, was tried again and completed",
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
        yield from out_of_time(scene, job, at)
    else:
        yield _too_many_tries(scene, job, at, reason)


def _is_end(entry: Obj) -> bool:
    return text(entry, "type") in ENDS and text(entry, "status") == "True"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


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
    ruled = _POLICY.search(text(job, "status", "conditions", at, "message"))
    if ruled:
        evidence.append(scene.field(job, "status", "conditions", at, "message", quote=ruled.group(0)))
    told = (ruled[1], ruled[2]) if ruled else (last.name, str(last.exit_code)) if last else None
    code = f"; container {told[0]} ended with exit code {told[1]}" if told else ""
    code_zh = f"；容器 {told[0]} 的退出码为 {told[1]}" if told else ""
    gone = not scene.graph.pods_of(job)
    lost = "; its pods are gone and their logs with them" if gone else ""
    lost_zh = "；其 Pod 已不存在，日志也随之丢失" if gone else ""
    return Finding(
        code="JobBackoffLimitExceeded",
        role=Role.SYMPTOM,
        confidence=proved("the Job's condition says so", "Job 的状况中写明", twice=True),
        object=ref_of(job),
        affected=affected(scene, job),
        summary=Phrase(
            en=f"{first_upper(label_of(scene, job))} has failed for good: "
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
