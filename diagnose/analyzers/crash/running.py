"""Containers that run now and yet are not well: restarts that keep coming, errors that keep being logged."""

import re
from collections import Counter
from collections.abc import Iterator

from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case, cut
from diagnose.containers import Container
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.exit_codes import explain_exit
from diagnose.findings import Finding, Observation, Role, Severity, matched, proved
from diagnose.logs.clock import line_time
from diagnose.logs.ending import LOST, Ending, killed_by_probe
from diagnose.logs.matching import never, overcome
from diagnose.logs.reading import LogItem, read_log
from diagnose.remedies import in_application
from diagnose.scene import Scene
from diagnose.state import pod_ready

MIN_RESTARTS = 3
MIN_ERRORS = 3
"""So many lines of one shape are a pattern; fewer may be chance."""

ERROR_WINDOW_SECONDS = 600
"""Errors older than this before now say nothing of the present."""


def restarts_increasing(scene: Scene, container: Container) -> Iterator[Observation]:
    """Yield a finding when the pod is ready now and the container has restarted again and again of late."""
    if not container.running or not pod_ready(container.pod) or container.role not in {"main", "sidecar"}:
        return
    reason = container.ended.get("reason")
    if (not container.exit_code and killed_by_probe(scene, container) is None) or reason in LOST:
        return
    age = scene.age(container.ended_at)
    often = container.restarts >= MIN_RESTARTS and age <= scene.numbers.restart_recent_seconds
    burst = container.restarts >= 2 and scene.created_age(container.pod) <= scene.numbers.restart_window_seconds
    if not often and not burst:
        return
    case = Case(scene=scene, container=container, ending=Ending(scene=scene, container=container))
    meaning = explain_exit(container.exit_code or 0)
    yield Finding(
        code="RestartsIncreasing",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=proved("restart count and last end were read", "读取了重启次数与最后一次结束", twice=True),
        object=case.object,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{case.who.en} is up now and has restarted {container.restarts} times, last {spoken_time(age)} ago "
            f"({meaning.en})",
            zh=f"{case.who.zh} 当前在运行，但已重启 {container.restarts} 次，最近一次在 {spoken_time_zh(age)}前（"
            f"{meaning.zh}）",
        ),
        expected="no restarts",
        actual=f"restartCount {container.restarts}",
        evidence=(scene.field(container.pod, *container.status_path, "restartCount"), case.exit_evidence),
        next_checks=(case.log_check(),),
        since=container.ended_at,
    )


_SHAPE = re.compile(
    r"0x[0-9a-f]+|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}\b|\"[^\"]{0,200}\"|'[^']{0,200}'|\d+", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"shut(?:ting)? ?down|graceful|context canceled|broken pipe|client (?:closed|disconnected)|SIGTERM|\" [234]\d\d |"
    r"request aborted|connection reset by peer|EOF$",
    re.IGNORECASE,
)


def shape(item: LogItem) -> str:
    """Reduce a line to its shape: numbers, ids and quoted text taken out."""
    return " ".join(_SHAPE.sub("#", item.text).split())[:160]


def errors_in_log(scene: Scene, container: Container) -> Iterator[Finding]:
    """Yield a finding when a running, ready container has logged one error several times in the last minutes.

    Lines without a time count only when the run itself is no older than the window: the tail of a quiet program may
    be of any age.
    """
    if not container.running or not container.ready or container.role not in {"main", "sidecar"}:
        return
    reading = read_log(scene, container.pod, container.name, previous=False)
    if reading is None:
        return
    young = scene.age(container.started_at) <= ERROR_WINDOW_SECONDS
    recent = [
        item
        for position, item in enumerate(reading.items)
        if _counts(scene, container, item, young=young) and not overcome(item, reading.items[position + 1 :])
    ]
    shapes = Counter(shape(item) for item in recent)
    if not shapes:
        return
    common, count = min(shapes.items(), key=lambda entry: (-entry[1], entry[0]))
    if count < MIN_ERRORS:
        return
    newest = next(item for item in reversed(recent) if shape(item) == common)
    case = Case(scene=scene, container=container, ending=Ending(scene=scene, container=container))
    since = next((line_time(scene, container, item) for item in recent if shape(item) == common), None)
    yield Finding(
        code="AppErrorsInLog",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=matched(f"{count} lines of one shape at level error", f"{count} 行同样的错误日志"),
        object=case.object,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f'{case.who.en} runs and has logged the same error {count} times of late: "{cut(newest.text)}"',
            zh=f"{case.who.zh} 在运行，但最近 {count} 次记录同一错误：“{cut(newest.text)}”",
        ),
        expected="no repeated errors",
        actual=f"{count} errors of one shape",
        evidence=(scene.line(container.pod, container.name, newest.number),),
        remedies=(in_application(Phrase(en="Correct what the repeated line names", zh="按重复出现的错误信息修正")),),
        next_checks=(case.log_check(previous=False),),
        since=since,
    )


def _counts(scene: Scene, container: Container, item: LogItem, *, young: bool) -> bool:
    if item.level not in {"error", "fatal"} or never(item) or _FAREWELL.search(item.text):
        return False
    written = line_time(scene, container, item)
    if written is None:
        return young
    return scene.age(written) <= ERROR_WINDOW_SECONDS
