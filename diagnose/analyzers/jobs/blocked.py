"""A run that does not end keeps a CronJob from starting the next ones."""

from collections.abc import Iterator
from datetime import datetime

from cluster.fields import Obj, moment, name, namespace, objects, text, truth, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import runs_of
from diagnose.cron import Schedule, ScheduleUnreadable, schedule_of
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Risk, Role, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene
from diagnose.state import job_failed

START_SECONDS = 60
"""How late a run may start: the controller looks every ten seconds, and the Job must be written and read."""


def concurrency_blocked(scene: Scene, cron: Obj) -> Iterator[Observation]:
    """Yield a finding when a due time passed under ``Forbid`` while a run is active, or ``Replace`` kills each run."""
    active = [text(entry, "name") for entry in objects(cron, "status", "active")]
    policy = text(cron, "spec", "concurrencyPolicy")
    if not active or truth(cron, "spec", "suspend") or policy not in {"Forbid", "Replace"}:
        return
    try:
        schedule = schedule_of(cron)
    except ScheduleUnreadable:
        return
    running = scene.snapshot.get("Job", namespace(cron), active[0])
    started = _started(cron, running)
    if started is None:
        return
    if policy == "Replace":
        if _never_done(scene, cron, schedule):
            yield _replaced(scene, cron, active[0], running)
        return
    due = schedule.following(started)
    if due is not None and (scene.now - due).total_seconds() > START_SECONDS:
        yield _blocked(scene, cron, schedule, active[0], running, started, due)


def _started(cron: Obj, running: Obj | None) -> datetime | None:
    return (
        moment(running, "status", "startTime")
        or moment(running, "metadata", "creationTimestamp")
        or moment(cron, "status", "lastScheduleTime")
    )


def _affected(scene: Scene, cron: Obj, active: str, running: Obj | None) -> tuple[Reach, ...]:
    pods = scene.reach_pods(scene.graph.pods_of(running)) if running is not None else ()
    ref = ObjectRef(kind="Job", group="batch", namespace=namespace(cron), name=active)
    return (*pods, Reach(ref=ref_of(running) if running is not None else ref, edge=Edge.OWNER))


def _blocked(
    scene: Scene, cron: Obj, schedule: Schedule, active: str, running: Obj | None, started: datetime, due: datetime
) -> Finding:
    age = scene.age(started)
    after = schedule.following(due)
    period = (after - due).total_seconds() if after else 0.0
    evidence: list[Evidence] = [scene.field(cron, "spec", "concurrencyPolicy"), scene.field(cron, "status", "active")]
    if running is not None:
        evidence.append(scene.field(running, "status", "startTime"))
    if event := scene.latest(cron, "JobAlreadyActive"):
        evidence.append(scene.event(event))
    return Finding(
        code="CronJobConcurrencyBlocked",
        role=Role.SYMPTOM,
        confidence=proved(
            "the active run and the due time that passed were read", "已读取到仍在运行的任务和已错过的时间", twice=True
        ),
        object=ref_of(cron),
        affected=_affected(scene, cron, active, running),
        summary=Phrase(
            en=f"CronJob {name(cron)} starts no new run because one of {spoken_time(age)} ago has not ended and only "
            f"one may run at a time (it is due every {spoken_time(period)})",
            zh=f"CronJob {name(cron)} 不再启动新的运行：{spoken_time_zh(age)}前的一次仍未结束，而策略只允许同时运行一个"
            f"（每 {spoken_time_zh(period)} 一次）",
        ),
        expected=f"a run at {due:%Y-%m-%dT%H:%M:%SZ}",
        actual=f"concurrencyPolicy Forbid; active: {active}, {spoken_time(age)} old",
        evidence=tuple(evidence),
        remedies=tuple(_end_it(cron, active, period)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {namespace(cron)} logs job/{active} --all-containers --tail=50",
                why=Phrase(en="shows what the run is waiting for", zh="查看该运行在等什么"),
            ),
        ),
        since=due,
    )


def _end_it(cron: Obj, active: str, period: float) -> Iterator[Remedy]:
    space = namespace(cron)
    yield command(
        f"kubectl -n {space} delete job/{active}",
        summary=Phrase(
            en="End the run that hangs; the next one starts when it is due", zh="结束卡住的运行；下一次会按时启动"
        ),
        verify=f"kubectl -n {space} get cronjob/{name(cron)}",
        expect=Phrase(en="ACTIVE is 0, then a new run", zh="ACTIVE 为 0，随后出现新的运行"),
        risk=Risk.DATA,
        reversible=False,
    )
    if not whole(cron, "spec", "jobTemplate", "spec", "activeDeadlineSeconds") and period >= 60:
        seconds = int(period)
        yield object_patch(
            cron,
            {"spec": {"jobTemplate": {"spec": {"activeDeadlineSeconds": seconds}}}},
            summary=Phrase(
                en="Give each run a deadline, so that one that hangs cannot block the next",
                zh="给每次运行设置时限，避免卡住的运行阻塞下一次",
            ),
            undo=f"kubectl -n {space} patch cronjob/{name(cron)} --type=merge -p "
            '\'{"spec":{"jobTemplate":{"spec":{"activeDeadlineSeconds":null}}}}\'',
            estimate=Phrase(en="one period of the schedule", zh="取调度的一个周期"),
        )


def _never_done(scene: Scene, cron: Obj, schedule: Schedule) -> bool:
    """Say whether runs were replaced and none completed since the second last of them was due."""
    replaced = [event for event in scene.snapshot.events(cron) if event.reason == "SuccessfulDelete"]
    latest = schedule.latest(scene.now)
    if not replaced or latest is None or any(job_failed(run) for run in runs_of(scene, cron)):
        return False
    done = moment(cron, "status", "lastSuccessfulTime")
    first = min((event.first for event in replaced if event.first), default=None)
    several = len(replaced) > 1 or replaced[-1].count > 1
    return several and first is not None and (done is None or done < first)


def _replaced(scene: Scene, cron: Obj, active: str, running: Obj | None) -> Finding:
    event = scene.latest(cron, "SuccessfulDelete")
    evidence: list[Evidence] = [scene.field(cron, "spec", "concurrencyPolicy")]
    if event is not None:
        evidence.append(scene.event(event))
    evidence.append(scene.field(cron, "status", "lastSuccessfulTime"))
    space = namespace(cron)
    return Finding(
        code="CronJobConcurrencyBlocked",
        role=Role.SYMPTOM,
        confidence=proved(
            "the replaced runs and the missing success were read", "已读取到被替换的运行，且没有成功记录"
        ),
        object=ref_of(cron),
        part="replace",
        affected=_affected(scene, cron, active, running),
        summary=Phrase(
            en=f"No run of CronJob {name(cron)} completes: each is replaced by the next one before it is done",
            zh=f"CronJob {name(cron)} 的运行都无法完成：每次都在结束前被下一次替换",
        ),
        expected="a run completes before the next is due",
        actual="concurrencyPolicy Replace; lastSuccessfulTime older than the replaced runs",
        evidence=tuple(evidence),
        remedies=(
            object_patch(
                cron,
                {"spec": {"concurrencyPolicy": "Forbid"}},
                summary=Phrase(en="Let a run end before the next starts", zh="让一次运行结束后再启动下一次"),
                undo=f"kubectl -n {space} patch cronjob/{name(cron)} --type=merge -p "
                '\'{"spec":{"concurrencyPolicy":"Replace"}}\'',
            ),
        ),
        since=event.first if event else None,
    )
