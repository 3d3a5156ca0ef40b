"""Probes that fail without a sharper reason, and readiness gates that another controller has not opened."""

import re
import shlex
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, condition, moment, numbered, objects, text
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence
from diagnose.findings import Finding, InProgress, NextCheck, Role, Severity, inferred, matched, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene

GATE_GRACE_SECONDS = 120
"""How long a load balancer may take to register a pod."""

_DIAL = re.compile(r"^(?:Get \"[^\"]{1,300}\": )?(?:dial tcp \S{1,80}: )?(?:connect: )?")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?=:\d)")


def fails(failure: ProbeFailure) -> Told:
    """Report a probe that fails now, with what it said, as a symptom."""
    probe, name = failure.probe, failure.container.name
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    said, said_zh = _said(failure)
    logs = f"kubectl -n {failure.holder.namespace} logs {failure.holder.slug} -c {name} --tail=100"
    return Told(
        code="ProbeFailing",
        role=Role.SYMPTOM,
        confidence=matched(
            "the kubelet reports the failure and the container's state agrees",
            "kubelet 报告检查失败，容器状态与之一致",
        )
        if failure.event
        else inferred(
            "the container runs and is not ready; the kubelet's message about its check is gone",
            "容器在运行但未就绪；kubelet 关于该检查的消息已不存在",
        ),
        summary=Phrase(
            en=f"{who} ({probe.written()}) fails{said}{end}",
            zh=f"{who_zh}（{probe.written()}）失败{said_zh}{end_zh}",
        ),
        expected=f"{probe.key} succeeds",
        actual=_ADDRESS.sub("", failure.output)[:200] or "no output",
        evidence=failure.proofs(*([failure.field()] if failure.shown else [])),
        remedies=(
            in_application(
                Phrase(
                    en=f"Find in the log of {name} why its check fails; the probe itself looks right",
                    zh=f"在 {name} 的日志中查找检查失败的原因；探针设置本身看不出问题",
                )
                if failure.shown
                else Phrase(
                    en=f"Compare what the check asks with what container {name} serves, and read its log",
                    zh=f"对照探针设置与容器 {name} 实际提供的服务，并查看其日志",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=logs,
                why=Phrase(en="the program's own lines at the time of the check", zh="查看检查发生时程序自身的日志"),
            ),
            *_by_hand(failure),
        ),
    )


def _said(failure: ProbeFailure) -> tuple[str, str]:
    """Say in words what the probe got."""
    output = _ADDRESS.sub("", _DIAL.sub("", failure.output.replace("\n", " ")))[:160].rstrip(" .")
    if failure.probe.handler == "exec" and not output:
        return " and prints nothing", "，且没有任何输出"
    if match := re.search(r"statuscode: (\d{3})", output):
        return f" with status {match[1]}", f"，返回状态 {match[1]}"
    return (f': "{output}"', f"：“{output}”") if output else ("", "")


def _by_hand(failure: ProbeFailure) -> Iterator[NextCheck]:
    probe, holder = failure.probe, failure.holder
    if probe.handler == "exec" and probe.command:
        yield NextCheck(
            command=f"kubectl -n {holder.namespace} exec {holder.slug} -c {failure.container.name} -- "
            f"{shlex.join(probe.command)}; echo $?",
            why=Phrase(en="runs the same check by hand and shows its exit code", zh="手工执行同一检查并查看退出码"),
        )


def unmet_gates(scene: Scene, pod: Obj) -> Iterator[Finding | InProgress]:
    """Report a pod whose containers are all ready while an extra condition for readiness is missing."""
    if condition(pod, "ContainersReady").get("status") != "True" or condition(pod, "Ready").get("status") == "True":
        return
    ready_since = moment(condition(pod, "ContainersReady"), "lastTransitionTime")
    for index, gate in numbered(pod, "spec", "readinessGates"):
        kind = text(gate, "conditionType")
        current = condition(pod, kind)
        if not kind or current.get("status") == "True":
            continue
        if ready_since and scene.age(ready_since) < GATE_GRACE_SECONDS:
            yield InProgress(
                object=scene.holder_ref(pod),
                reason=Phrase(
                    en=f"the pod waits for the condition {kind}, which another controller sets",
                    zh=f"Pod 正在等待由其他控制器设置的状况 {kind}",
                ),
                until=ready_since + timedelta(seconds=GATE_GRACE_SECONDS),
            )
            continue
        yield _gate(scene, pod, index, kind, current)


def _gate(scene: Scene, pod: Obj, index: int, kind: str, current: Obj) -> Finding:
    conditions = objects(pod, "status", "conditions")
    evidence = [scene.field(pod, "spec", "readinessGates", index, "conditionType")]
    for number, entry in numbered(pod, "status", "conditions"):
        if entry.get("type") == "Ready" and text(entry, "message"):
            evidence.append(scene.field(pod, "status", "conditions", number, "message"))
        elif current and entry is current:
            evidence.append(scene.field(pod, "status", "conditions", number))
    owner = kind.partition("/")[0]
    state = f"is {text(current, 'status') or 'unset'}" if current else "was never set"
    state_zh = f"为 {text(current, 'status') or '空'}" if current else "从未被设置"
    holder = scene.holder_ref(pod)
    return Finding(
        code="ReadinessGateUnsatisfied",
        severity=Severity.HIGH,
        confidence=proved(
            "the pod's gate and its conditions contradict each other",
            "Pod 的就绪门控与其状况不符",
            twice=bool(conditions),
        ),
        object=holder,
        part=kind,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"All containers of {holder.name} are ready, but the extra condition {kind} that another controller "
            f"must set {state}, so the pod gets no traffic",
            zh=f"{holder.name} 的容器均已就绪，但须由其他控制器设置的附加状况 {kind} {state_zh}，因此 Pod 收不到流量",
        ),
        expected=f"conditions[{kind}].status: True",
        actual=f"conditions[{kind}].status: {text(current, 'status') or '<unset>'}",
        evidence=tuple(evidence[:4]),
        remedies=(
            in_application(
                Phrase(
                    en=f"Repair the controller that owns {owner}: it must set this condition on the pod",
                    zh=f"修复负责 {owner} 的控制器：它应当在 Pod 上设置该状况",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl get pods -A | grep -i {owner.split('.')[0]}",
                why=Phrase(en="shows whether that controller runs", zh="查看该控制器是否在运行"),
            ),
        ),
        since=moment(condition(pod, "ContainersReady"), "lastTransitionTime"),
    )
