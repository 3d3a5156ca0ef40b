"""CronJobs whose schedule or time zone can never be due."""

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

from cluster.fields import Obj, moment, name, namespace, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.cron import ScheduleUnreadable, parse_schedule
from diagnose.findings import Edge, Finding, Reach, Remedy, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene

_UNREADABLE = ("UnparseableSchedule", "InvalidSchedule", "UnparsableSchedule", "UnknownTimeZone")


_CHINESE = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"it names a date that never comes", "该日期永远不会到来"),
        (r"it has more than (\d+) characters", "超过 {} 个字符"),
        (r"(.{1,100}) is not a known short form", "{} 不是已知的简写"),
        (r"it has (\d+) fields instead of 5", "有 {} 个字段，而不是 5 个"),
        (r"there is no time zone (.{1,100})", "没有时区 {}"),
        (r"the step of (.{1,100}) in the (?:.{1,40}) must be at least 1", "{} 的步长必须至少为 1"),
        (r"the range (.{1,100}) in the (?:.{1,40}) runs backwards", "范围 {} 前后颠倒"),
        (r"(.{1,100}) is outside (\S{1,20}), the range of the (?:.{1,40})", "{} 超出范围 {}"),
        (r"(.{1,100}) in the (?:.{1,40}) is no number", "{} 不是数字"),
        (r"(.{1,100}) is no duration", "{} 不是时长"),
        (r"(.{1,100}) is longer than (\d+) years", "{} 超过 {} 年"),
    )
)


def never_due(scene: Scene, cron: Obj, reason: str, *, about: str) -> Finding:
    """Say why a schedule (or, ``about`` zone, its time zone) cannot be used, and what was probably meant."""
    zone, expression = text(cron, "spec", "timeZone"), text(cron, "spec", "schedule")
    in_zone = about == "zone" and bool(zone)
    near = closest(zone, available_timezones()) if in_zone else _readable(expression)
    event = scene.latest(cron, *_UNREADABLE)
    evidence: list[Evidence] = [scene.field(cron, "spec", "timeZone" if in_zone else "schedule")]
    if event is not None:
        evidence.append(scene.event(event))
    what = f"time zone {zone}" if in_zone else f"schedule {expression!r}"
    what_zh = f"时区 {zone}" if in_zone else f"调度表达式 {expression!r}"
    return Finding(
        code="CronJobMissedRuns",
        variant="schedule",
        confidence=proved(
            "the schedule was read by the controller's grammar", "按控制器的语法解析了该表达式", twice=event is not None
        ),
        object=ref_of(cron),
        affected=(Reach(ref=ref_of(cron), edge=Edge.OWNER),),
        summary=Phrase(
            en=f"CronJob {name(cron)} never runs: its {what} cannot be used: {reason}",
            zh=f"CronJob {name(cron)} 永远不会运行：{what_zh} 无法使用（{_in_chinese(reason)}）",
        ),
        expected="a known time zone" if in_zone else "minute hour day-of-month month day-of-week",
        actual=zone if in_zone else expression,
        near=tuple(near),
        evidence=tuple(evidence),
        remedies=tuple(_correct(cron, near, in_zone=in_zone)),
        since=event.first if event else moment(cron, "metadata", "creationTimestamp"),
    )


def _in_chinese(reason: str) -> str:
    """Say a reason of the grammar in Chinese."""
    for pattern, words in _CHINESE:
        if found := pattern.fullmatch(reason):
            return words.format(*found.groups())
    return "不符合语法"


def _readable(expression: str) -> list[str]:
    """Return what an expression probably means: six fields without the seconds, Sunday as 7."""
    fields = expression.split()
    guesses = []
    if len(fields) == 6:
        guesses.append(" ".join(fields[1:]))
    if len(fields) == 5 and "7" in fields[4]:
        guesses.append(" ".join([*fields[:4], fields[4].replace("7", "0")]))
    return [guess for guess in guesses if _parses(guess)]


def _parses(expression: str) -> bool:
    try:
        parse_schedule(expression)
    except ScheduleUnreadable:
        return False
    return True


def _correct(cron: Obj, near: list[str], *, in_zone: bool) -> Iterator[Remedy]:
    key = "timeZone" if in_zone else "schedule"
    if near:
        yield object_patch(
            cron,
            {"spec": {key: near[0]}},
            summary=Phrase(en=f"Set {key} to {near[0]}", zh=f"把 {key} 改为 {near[0]}"),
            verify=f"kubectl -n {namespace(cron)} get cronjob/{name(cron)}",
            expect=Phrase(en="LAST SCHEDULE shows a time after the next due time", zh="到点后 LAST SCHEDULE 显示时间"),
            estimate=None
            if in_zone
            else Phrase(en="the seconds field left out, or Sunday written as 0", zh="去掉秒字段，或把星期日写成 0"),
        )
    else:
        yield command(
            f"kubectl -n {namespace(cron)} edit cronjob/{name(cron)}",
            summary=Phrase(en=f"Correct spec.{key}", zh=f"修正 spec.{key}"),
            verify=f"kubectl -n {namespace(cron)} get cronjob/{name(cron)}",
            expect=Phrase(en="LAST SCHEDULE shows a time after the next due time", zh="到点后 LAST SCHEDULE 显示时间"),
        )
