"""Ports that another process of the pod or the node already holds."""

import re
from dataclasses import dataclass

from cluster.fields import Obj, name, numbered, strings, text, truth, whole
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case
from diagnose.containers import Container, containers
from diagnose.findings import Finding, Remedy, matched, proved
from diagnose.remedies import container_change, in_application, template_patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who else uses the port, in words, and where the spec says so."""

    said: Phrase
    evidence: Evidence


def port_conflict(case: Case) -> Finding:
    """Name the port and, where specs show it, who holds it."""
    port = int(case.captured("port")) if case.captured("port") else 0
    holder = _holder(case, port) if port else None
    what = f"port {port}" if port else "its port"
    what_zh = f"端口 {port}" if port else "所需端口"
    if holder:
        summary = case.ends(f"{what} is already used by {holder.said.en}", f"{what_zh} 已被{holder.said.zh}占用")
        confidence = proved("log and spec name the same port", "日志与配置指向同一端口", twice=True)
    else:
        summary = case.ends(f"{what} is already in use inside the pod", f"{what_zh} 在 Pod 内已被占用")
        confidence = matched("the log names the port as taken", "日志显示端口已被占用")
    return case.finding(
        "PortConflict",
        summary,
        expected=f"port {port or '?'} is free",
        actual="address already in use",
        evidence=[holder.evidence] if holder else [],
        confidence=confidence,
        remedies=(
            _move(case, port),
            in_application(
                Phrase(
                    en=f"Let one of the two listen on another port than {port or 'this one'}, and change ports, probes "
                    "and Service to match",
                    zh=f"让其中一方改用{f' {port} 以外的' if port else '其他'}端口，并同步修改端口声明、探针和 Service",
                )
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _holder(case: Case, port: int) -> Holder | None:
    for other in containers(case.pod):
        if other.name == case.container.name or other.role not in {"main", "sidecar"}:
            continue
        if (path := mentions(other, port)) is not None:
            return Holder(
                said=Phrase(en=f"container {other.name} of the same pod", zh=f"同一 Pod 的容器 {other.name} "),
                evidence=case.scene.field(case.pod, *other.spec_path, *path),
            )
    return _on_host(case, port) if truth(case.pod, "spec", "hostNetwork") else None


def _on_host(case: Case, port: int) -> Holder | None:
    """Find another pod in the node's own network on the same node that declares the port."""
    node = text(case.pod, "spec", "nodeName")
    for pod in case.scene.live_pods:
        if (
            not node
            or text(pod, "spec", "nodeName") != node
            or _same(pod, case.pod)
            or not truth(pod, "spec", "hostNetwork")
        ):
            continue
        for other in containers(pod):
            if (path := mentions(other, port)) is not None:
                owner = case.scene.holder_ref(pod)
                return Holder(
                    said=Phrase(en=f"{owner.slug} on the same node", zh=f"同一节点上的 {owner.slug} "),
                    evidence=case.scene.field(pod, *other.spec_path, *path),
                )
    return None


def _same(pod: Obj, other: Obj) -> bool:
    return name(pod) == name(other) and text(pod, "metadata", "namespace") == text(other, "metadata", "namespace")


def mentions(container: Container, port: int) -> tuple[str | int, ...] | None:
    """Return where a spec names the port: declared, in arguments or in a variable; None where it does not."""
    for index, entry in numbered(container.spec, "ports"):
        if whole(entry, "containerPort") == port:
            return ("ports", index, "containerPort")
    word = re.compile(rf"(?<![\d.]){port}(?![\d.])")
    for key in ("args", "command"):
        for index, argument in enumerate(strings(container.spec, key)):
            if word.search(argument):
                return (key, index)
    for index, entry in numbered(container.spec, "env"):
        if "PORT" in text(entry, "name").upper() and word.search(text(entry, "value")):
            return ("env", index, "value")
    return None


def _move(case: Case, port: int) -> Remedy | None:
    """Move the program to the next free port where its port is set by a variable of its own."""
    used = {
        whole(entry, "containerPort") for other in containers(case.pod) for _, entry in numbered(other.spec, "ports")
    }
    for _, entry in numbered(case.container.spec, "env"):
        if port and text(entry, "value") == str(port) and "PORT" in text(entry, "name").upper():
            free = next(number for number in range(port + 1, port + 100) if number not in used)
            change = container_change(case.container, {"env": [{"name": text(entry, "name"), "value": str(free)}]})
            return template_patch(
                case.scene,
                case.pod,
                change,
                summary=Phrase(
                    en=f"Let the program listen on {free} instead, by {text(entry, 'name')}",
                    zh=f"通过 {text(entry, 'name')} 让程序改为监听 {free}",
                ),
                estimate=Phrase(
                    en="the next port that no container of the pod declares", zh="取 Pod 中无容器声明的下一个端口"
                ),
            )
    return None
