"""Probes that give up before a program which starts normally has come up, or before a slow answer arrives."""

import math
import re
from collections.abc import Iterator

from cluster.fields import condition, moment, whole
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence, earlier_probe, probe_patch
from diagnose.analyzers.probes.wrong_port import refused
from diagnose.containers import container_named
from diagnose.findings import Confidence, NextCheck, Remedy, inferred, matched
from diagnose.logs.reading import read_log
from diagnose.state import pod_ready

_SLOW = re.compile(
    r"Client\.Timeout exceeded|context deadline exceeded|timed out after \d|command (?:\".{0,400}\" )?timed out|"
    r"health rpc did not complete within|i/o timeout",
    re.IGNORECASE,
)
_SHORT_SECONDS = 2
"""Timeouts up to this are close to the default of 1 s, which slow answers often miss."""
_TIGHTER = 3
"""A setting this many times tighter than that of a revision which serves is taken as the difference that counts."""


def allows_too_little_time(failure: ProbeFailure) -> Told | None:
    """Report a kill while the program still started, or answers that take longer than the probe waits."""
    slow = bool(_SLOW.search(failure.output))
    if not slow and not refused(failure):
        return None
    if failure.kills and (proof := _kill_while_starting(failure)):
        return _starting(failure, *proof)
    if slow and not failure.ready_once and failure.probe.timeout_seconds <= _SHORT_SECONDS:
        return _slow_answer(failure)
    return None


def _kill_while_starting(failure: ProbeFailure) -> tuple[float, Confidence, tuple[Evidence, ...]] | None:
    """Return how long a start needs at least, with how sure that is and the proofs; None when it is no such kill."""
    run, probe = failure.container.run_seconds, failure.probe
    if run is None or (probe.kind == "liveness" and "startupProbe" in failure.container.spec):
        return None
    grace = whole(failure.container.pod, "spec", "terminationGracePeriodSeconds", default=30)
    allowed = probe.budget_seconds + probe.period_seconds + min(grace, 60) + probe.timeout_seconds
    if not probe.delay_seconds + probe.period_seconds * (probe.threshold - 1) - 1 <= run <= allowed:
        return None
    needed = _peer_start(failure)
    if needed is not None and needed[0] > probe.budget_seconds:
        confidence = matched(
            "the run ended when the time was up and another pod of this workload needs longer",
            "运行恰好在时限用尽时结束，而同一工作负载的另一个 Pod 启动所需时间更长",
            value=0.8,
        )
        return needed[0], confidence, (needed[1],)
    before = earlier_probe(failure)
    if before and before.budget_seconds >= _TIGHTER * probe.budget_seconds:
        proof = failure.scene.field(before.container.pod, *before.path, "failureThreshold")
        confidence = matched(
            f"an older revision that still serves allows {before.budget_seconds} s",
            f"仍在服务的旧版本允许 {before.budget_seconds} 秒",
            value=0.75,
        )
        return max(run, before.budget_seconds / 2), confidence, (proof,)
    if line := _starts_normally(failure):
        confidence = matched(
            "the run ended exactly when the time was up and its log shows a start without an error",
            "运行恰好在时限用尽时结束，且日志显示正常启动、没有错误",
            value=0.7,
        )
        return run, confidence, (line,)
    return None


def _peer_start(failure: ProbeFailure) -> tuple[float, Evidence] | None:
    """Return how long a ready pod of the same workload took from its container's start to being ready."""
    scene, mine = failure.scene, failure.container
    found: list[tuple[float, Evidence]] = []
    for pod in scene.graph.pods_of(scene.graph.holder(mine.pod)):
        peer = container_named(pod, mine.name)
        ready = moment(condition(pod, "ContainersReady"), "lastTransitionTime")
        if peer is None or not pod_ready(pod) or peer.restarts or not peer.started_at or not ready:
            continue
        seconds = (ready - peer.started_at).total_seconds()
        if 0 < seconds < 3600:
            found.append((seconds, scene.field(pod, *peer.status_path, "state", "running", "startedAt")))
    return max(found, key=lambda entry: entry[0], default=None)


def _starts_normally(failure: ProbeFailure) -> Evidence | None:
    """Return the last line of the run that was killed when nothing in its log is an error; None otherwise."""
    pod, name = failure.container.pod, failure.container.name
    for previous in _runs(failure):
        reading = read_log(failure.scene, pod, name, previous=previous)
        if reading is None or not reading.items:
            continue
        if any(item.level in {"error", "fatal"} or item.causes for item in reading.items):
            return None
        return failure.scene.line(pod, name, reading.items[-1].number, previous=previous, current=not previous)
    return None


def _runs(failure: ProbeFailure) -> Iterator[bool]:
    """Yield which logs hold the run that was killed: the previous one, or the only one while it waits."""
    yield True
    if not failure.container.running:
        yield False


def _starting(failure: ProbeFailure, needed: float, confidence: Confidence, proofs: tuple[Evidence, ...]) -> Told:
    probe = failure.probe
    budget = probe.budget_seconds
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    return Told(
        code="ProbeTimingTooTight",
        confidence=confidence,
        summary=Phrase(
            en=f"{who} gives up after {budget} s while the program is still starting{end}",
            zh=f"{who_zh}在 {budget} 秒后放弃，而程序仍在启动{end_zh}",
        ),
        expected=f"startup time ≥ {math.ceil(needed)} s",
        actual=f"{probe.key}: {probe.delay_seconds} s + {probe.period_seconds} s × {probe.threshold} = {budget} s",
        evidence=failure.proofs(*proofs, failure.field())[:4],
        remedies=(_more_time(failure, needed),),
    )


def _more_time(failure: ProbeFailure, needed: float) -> Remedy:
    probe = failure.probe
    period = probe.period_seconds
    attempts = max(math.ceil(2 * max(needed, probe.budget_seconds) / period), probe.threshold + 1)
    change = (
        {"failureThreshold": attempts}
        if probe.kind == "startup"
        else {probe.handler: dict(probe.handler_spec()), "periodSeconds": period, "failureThreshold": attempts}
    )
    return probe_patch(
        failure,
        {"startupProbe": change},
        summary=Phrase(
            en=f"Give the program up to {attempts * period} s to start (startupProbe)",
            zh=f"给程序最多 {attempts * period} 秒的启动时间（startupProbe）",
        ),
        estimate=Phrase(
            en=f"twice the longest start seen, at least {math.ceil(max(needed, probe.budget_seconds))} s; "
            "raise it when the program needs more",
            zh=f"取已知最长启动时间（至少 {math.ceil(max(needed, probe.budget_seconds))} 秒）的两倍；不够时再调大",
        ),
    )


def _slow_answer(failure: ProbeFailure) -> Told:
    probe = failure.probe
    wait = probe.timeout_seconds
    longer = max(5, 3 * wait)
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    return Told(
        code="ProbeTimingTooTight",
        confidence=inferred(
            "every answer comes later than the probe waits; how long it would take is not recorded",
            "每次响应都晚于探针的等待时间；实际需要多久没有记录",
            value=0.5,
        ),
        summary=Phrase(
            en=f"{who} waits only {wait} s for an answer and the program answers later{end}",
            zh=f"{who_zh}只等待 {wait} 秒，而程序的响应更慢{end_zh}",
        ),
        expected=f"answer within {wait} s",
        actual="no answer in time",
        evidence=failure.proofs(failure.field("timeoutSeconds")),
        remedies=(
            probe_patch(
                failure,
                {probe.key: {"timeoutSeconds": longer}},
                summary=Phrase(en=f"Let the check wait {longer} s", zh=f"让检查等待 {longer} 秒"),
                estimate=Phrase(
                    en="three times the present value, at least 5 s; measure an answer to choose better",
                    zh="现值的三倍且不少于 5 秒；实测一次响应时间后可再调整",
                ),
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {failure.holder.namespace} logs {failure.holder.slug} "
                f"-c {failure.container.name} --tail=50",
                why=Phrase(
                    en="tells a slow program from one that hangs or waits for something else",
                    zh="区分程序只是慢，还是卡住或在等待其他服务",
                ),
            ),
        ),
    )
