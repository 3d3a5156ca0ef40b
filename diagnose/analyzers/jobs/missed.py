"""CronJobs whose due times pass without a run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, assert_never

from cluster.fields import Obj, dig, labels, mapping, moment, name, namespace, objects, text, truth, whole
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import run_now, runs_of
from diagnose.analyzers.jobs.unscheduled import never_due
from diagnose.cron import Schedule, ScheduleUnreadable, schedule_of
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Confidence, Edge, Finding, NextCheck, Observation, Reach, Remedy, Who, inferred, proved
from diagnose.remedies import command, object_patch, outside
from diagnose.scene import Scene

MISSED_SECONDS = 120
"""How late a run may be before it counts as missed."""

CHECK_SECONDS = 10
"""How often the controller looks at CronJobs: a shorter starting deadline can fall between two looks."""

SAFE_DEADLINE_SECONDS = 200
"""A starting deadline that survives some missed looks and keeps the controller from counting far back."""

FAR_SECONDS = 366 * 86400
"""The longest starting deadline that is taken at its word."""

_SKIPPED = ("MissSchedule",)
_UNCOUNTABLE = ("TooManyMissedTimes", "FailedNeedsStart")

Variant = Literal["controller", "deadline", "schedule", "history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """The newest due time that passed without a run.

    ``sure`` says whether the schedule's zone is known; ``unexplained`` whether the CronJob itself gives no reason.
    """

    due: datetime
    last: datetime | None
    following: datetime | None
    sure: bool
    unexplained: bool = False


Late = Mapping[tuple[str, str], Missed]
"""What each late CronJob missed, by namespace and name."""


def missed_runs(scene: Scene, cron: Obj, late: Late) -> Iterator[Observation]:
    """Yield a finding when a due time passed without a run, or when the schedule can never be due."""
    if truth(cron, "spec", "suspend"):
        return
    try:
        schedule = schedule_of(cron)
    except ScheduleUnreadable as unreadable:
        if unreadable.about != "machine":
            yield never_due(scene, cron, unreadable.reason, about=unreadable.about)
        return
    if schedule.every is None and schedule.following(scene.now) is None:
        yield never_due(scene, cron, "it names a date that never comes", about="schedule")
    elif missed := late.get((namespace(cron), name(cron))):
        yield _missed(scene, cron, missed, late)


def late_runs(scene: Scene) -> Late:
    """Return what each CronJob missed. Suspended ones miss nothing."""
    late: dict[tuple[str, str], Missed] = {}
    for cron in scene.snapshot.all("CronJob"):
        if truth(cron, "spec", "suspend"):
            continue
        try:
            missed = missed_run(scene, cron, schedule_of(cron))
        except ScheduleUnreadable:
            continue
        if missed is not None:
            unexplained = _variant(scene, cron, missed)[0] == "controller" and not objects(cron, "status", "active")
            late[namespace(cron), name(cron)] = replace(missed, unexplained=unexplained)
    return late


def missed_run(scene: Scene, cron: Obj, schedule: Schedule) -> Missed | None:
    """Return the newest due time that is overdue and has no run, or None."""
    last = moment(cron, "status", "lastScheduleTime")
    grace = min(max(MISSED_SECONDS, whole(cron, "spec", "startingDeadlineSeconds")), FAR_SECONDS)
    schedule, sure = _in_zone(cron, schedule, last)
    by = scene.now - timedelta(seconds=grace)
    due = _due_by(cron, schedule, last, by)
    born = moment(cron, "metadata", "creationTimestamp")
    if due is None or born is None or born >= due or (last is not None and last >= due):
        return None
    if (changed := _changed(cron)) is not None and changed >= due:
        return None
    if any(begun >= due for begun in _begun(scene, cron)):
        return None  # the run is there, though the status does not say so
    if any(
        event.reason == "FailedCreate" and event.last and event.last >= due for event in scene.snapshot.events(cron)
    ):
        return None
    return Missed(due=due, last=last, following=schedule.following(scene.now), sure=sure)


def _begun(scene: Scene, cron: Obj) -> Iterator[datetime]:
    """Yield when the runs were made that the schedule started, not somebody by hand."""
    for run in runs_of(scene, cron):
        manual = labels(run, "metadata", "annotations").get("cronjob.kubernetes.io/instantiate") == "manual"
        if not manual and (begun := moment(run, "metadata", "creationTimestamp")) is not None:
            yield begun


def _due_by(cron: Obj, schedule: Schedule, last: datetime | None, by: datetime) -> datetime | None:
    if schedule.every is None:
        return schedule.latest(by)
    start = last or moment(cron, "metadata", "creationTimestamp")
    due = start + schedule.every if start else None
    return due if due is not None and due <= by else None


def _in_zone(cron: Obj, schedule: Schedule, last: datetime | None) -> tuple[Schedule, bool]:
    """Guess the controller's zone where the CronJob names none: that in which its last run was due."""
    if schedule.every is not None or text(cron, "spec", "timeZone") or "TZ=" in text(cron, "spec", "schedule"):
        return schedule, True
    if last is None:
        return schedule, False
    if schedule.at(last):
        return schedule, True
    for half_hours in sorted(range(-24, 29), key=abs):
        zone = timezone(timedelta(minutes=30 * half_hours))
        moved = _with_zone(schedule, zone)
        if moved.at(last):
            return moved, False
    return schedule, False


def _with_zone(schedule: Schedule, zone: timezone) -> Schedule:
    return Schedule(
        minutes=schedule.minutes,
        hours=schedule.hours,
        days=schedule.days,
        months=schedule.months,
        weekdays=schedule.weekdays,
        zone=zone,
    )


def _changed(cron: Obj) -> datetime | None:
    """Return when the schedule or the suspension was last written, as the managed fields tell, or None."""
    times = [
        time
        for entry in objects(cron, "metadata", "managedFields")
        if {"f:schedule", "f:suspend"} & set(mapping(entry, "fieldsV1", "f:spec")) and (time := moment(entry, "time"))
    ]
    return max(times, default=None)


def _missed(scene: Scene, cron: Obj, missed: Missed, late: Late) -> Finding:
    variant, event = _variant(scene, cron, missed)
    age = scene.age(missed.due)
    peers, peer = _peer(scene, cron, late) if variant == "controller" else (0, None)
    lease = _stale_lease(scene) if variant == "controller" else None
    evidence: list[Evidence] = [
        scene.field(cron, "spec", "schedule"),
        scene.field(cron, "status", "lastScheduleTime"),
    ]
    if event is not None:
        evidence.append(scene.event(event))
    elif variant == "deadline":
        evidence.append(scene.field(cron, "spec", "startingDeadlineSeconds"))
    if lease is not None:
        evidence.append(scene.field(lease, "spec", "renewTime"))
    elif peer is not None:
        evidence.append(scene.field(peer, "status", "lastScheduleTime"))
    last = f"its last run was started {spoken_time(scene.age(missed.last))} ago" if missed.last else "it has never run"
    last_zh = f"上一次运行在 {spoken_time_zh(scene.age(missed.last))}前" if missed.last else "从未运行过"
    why, why_zh = _why(cron, variant, peers=peers, stale=lease is not None)
    return Finding(
        code="CronJobMissedRuns",
        variant=variant,
        confidence=_confidence(missed, sure=event is not None or lease is not None or bool(peers)),
        object=ref_of(cron),
        affected=(Reach(ref=ref_of(cron), edge=Edge.OWNER),),
        summary=Phrase(
            en=f"CronJob {name(cron)} was due {spoken_time(age)} ago and started nothing ({last}): {why}",
            zh=f"CronJob {name(cron)} 在 {spoken_time_zh(age)}前就应运行，却没有启动（{last_zh}）：{why_zh}",
        ),
        expected=f"a run at {missed.due:%Y-%m-%dT%H:%M:%SZ}",
        actual=f"lastScheduleTime {text(cron, 'status', 'lastScheduleTime') or '<unset>'}",
        evidence=tuple(evidence[:4]),
        remedies=tuple(_remedies(cron, variant)),
        next_checks=_look(variant),
        since=missed.due,
    )


def _variant(scene: Scene, cron: Obj, missed: Missed) -> tuple[Variant, Event | None]:
    since = missed.last or datetime.min.replace(tzinfo=UTC)

    def newer(*reasons: str) -> Event | None:
        event = scene.latest(cron, *reasons)
        return event if event is not None and event.last is not None and event.last > since else None

    if event := newer(*_UNCOUNTABLE):
        return "history", event
    if event := newer(*_SKIPPED):
        return "deadline", event
    deadline = dig(cron, "spec", "startingDeadlineSeconds")
    if isinstance(deadline, int) and not isinstance(deadline, bool) and deadline < CHECK_SECONDS:
        return "deadline", None
    return "controller", None


def _peer(scene: Scene, cron: Obj, late: Late) -> tuple[int, Obj | None]:
    """Return how many other CronJobs miss their runs without a reason of their own, and one of them."""
    own = (namespace(cron), name(cron))
    keys = [key for key, missed in late.items() if missed.unexplained and key != own]
    return len(keys), scene.snapshot.get("CronJob", *keys[0]) if keys else None


def _others(count: int) -> str:
    return "1 other CronJob misses its runs" if count == 1 else f"{count} other CronJobs miss their runs"


def _stale_lease(scene: Scene) -> Obj | None:
    """Return the lease of the controllers when nobody renews it any more."""
    lease = scene.snapshot.get("Lease", "kube-system", "kube-controller-manager")
    renewed = moment(lease, "spec", "renewTime")
    return (
        lease
        if lease is not None and renewed is not None and scene.age(renewed) > scene.numbers.lease_stale_seconds
        else None
    )


def _why(cron: Obj, variant: Variant, *, peers: int, stale: bool) -> tuple[str, str]:
    match variant:
        case "history":
            return (
                "too many due times have passed for the controller to count",
                "错过的时间太多，控制器无法计数",
            )
        case "deadline":
            seconds = whole(cron, "spec", "startingDeadlineSeconds")
            return (
                f"it may start at most {seconds} s late and the controller came later",
                f"最多允许晚 {seconds} 秒启动，而控制器来晚了",
            )
        case "controller":
            if stale:
                return (
                    "the controllers of the cluster do not run (their lease is not renewed)",
                    "集群的控制器没有运行（租约未续）",
                )
            if peers:
                return (
                    f"{_others(peers)} too, so the cluster's controller seems not to work",
                    f"另有 {peers} 个 CronJob 也错过运行，看来集群的控制器没有工作",
                )
            return "nothing that was read says why", "已读取的内容没有说明原因"
        case "schedule":
            return "its schedule cannot be read", "调度表达式无法解析"
        case _:
            assert_never(variant)


def _confidence(missed: Missed, *, sure: bool) -> Confidence:
    if not missed.sure:
        return inferred(
            "the CronJob names no time zone, and that of the controller is guessed",
            "CronJob 没有写明时区，控制器的时区是推测的",
        )
    if sure:
        return proved("the due time passed and the reason was read", "时间已过，且读取到了原因", twice=True)
    return inferred(
        "the due time passed; what holds the run back was not recorded", "时间已过，但没有记录原因", value=0.6
    )


def _remedies(cron: Obj, variant: Variant) -> Iterator[Remedy]:
    space, slug = namespace(cron), ref_of(cron).slug
    if variant in {"deadline", "history"}:
        former = dig(cron, "spec", "startingDeadlineSeconds")
        old = former if isinstance(former, int) and not isinstance(former, bool) else "null"
        yield object_patch(
            cron,
            {"spec": {"startingDeadlineSeconds": SAFE_DEADLINE_SECONDS}},
            summary=Phrase(
                en=f"Let runs start up to {SAFE_DEADLINE_SECONDS} s late",
                zh=f"允许运行最多晚 {SAFE_DEADLINE_SECONDS} 秒启动",
            ),
            verify=f"kubectl -n {space} get {slug}",
            expect=Phrase(en="LAST SCHEDULE moves at the next due time", zh="下次到点时 LAST SCHEDULE 会更新"),
            undo=f'kubectl -n {space} patch {slug} --type=merge -p \'{{"spec":{{"startingDeadlineSeconds":{old}}}}}\'',
            estimate=Phrase(
                en=f"twenty looks of the controller, which comes every {CHECK_SECONDS} s",
                zh=f"控制器每 {CHECK_SECONDS} 秒检查一次，取其二十次",
            ),
        )
    if variant == "controller":
        yield outside(
            Phrase(
                en="Have whoever runs the cluster start kube-controller-manager again",
                zh="请集群管理员恢复 kube-controller-manager",
            )
        )
    yield command(
        run_now(cron),
        summary=Phrase(en="Make up for the missed run by hand", zh="手动补一次运行"),
        verify=f"kubectl -n {space} get jobs",
        expect=Phrase(en="the new Job reaches Complete", zh="新的 Job 状态变为 Complete"),
        undo=f"kubectl -n {space} delete job {name(cron)[:45]}-by-hand",
        who=Who.OWNER,
    )


def _look(variant: Variant) -> tuple[NextCheck, ...]:
    if variant != "controller":
        return ()
    return (
        NextCheck(
            command="kubectl -n kube-system get lease kube-controller-manager -o jsonpath='{.spec.renewTime}'",
            why=Phrase(
                en="a time in the past means that the cluster's controllers do not run",
                zh="若时间停在过去，说明集群的控制器没有运行",
            ),
        ),
    )
