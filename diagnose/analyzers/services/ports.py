"""Services that send to a port which their pods do not serve, or over another protocol."""

import re
from collections.abc import Iterator
from typing import Any

from cluster.fields import Obj, moment, text, truth, whole
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.services.view import View
from diagnose.findings import Confidence, Finding, Remedy, inferred, matched, proved
from diagnose.ports import DeclaredPort, declared_ports, labels_of, long_running, pod_ports
from diagnose.remedies import in_application, object_patch
from diagnose.served import ServedPort, served_ports

_BOTH_ON_PURPOSE = frozenset({53, 443})
"""Ports that are served over TCP and UDP under one number: DNS and HTTP/3."""

_HELPER = re.compile(r"proxy|envoy|mesh|dapr|agent|exporter|sidecar|vault|fluent|otel|reloader|metrics")
"""Names of containers that stand beside the program itself."""


def judge_ports(view: View) -> Iterator[Finding]:
    """Yield a finding for each port of a Service that its pods do not serve."""
    if view.headless:
        return
    for index, port in view.ports():
        finding = _judge(view, index, port)
        if finding is not None:
            yield finding


def _judge(view: View, index: int, port: Obj) -> Finding | None:
    protocol = text(port, "protocol") or "TCP"
    named = text(port, "targetPort")
    if named and not named.isdigit():
        return _judge_name(view, index, port, named, protocol)
    number = whole(port, "targetPort") or (int(named) if named and len(named) < 6 else whole(port, "port"))
    if not number or any(truth(pod, "spec", "hostNetwork") for pod in view.pods):
        return None
    return _judge_number(view, index, port, number, protocol)


# -- names


def _judge_name(view: View, index: int, port: Obj, named: str, protocol: str) -> Finding | None:
    declared = [entry for pod in view.pods for entry in pod_ports(pod)]
    same_name = [entry for entry in declared if entry.name == named]
    if any(entry.protocol == protocol for entry in same_name):
        return None  # some pods bear it: the others are of another revision or workload
    if same_name:
        return _protocol(view, index, port, same_name[0], protocol)
    usable = [entry for entry in declared if entry.protocol == protocol]
    names = list(dict.fromkeys(entry.name for entry in usable if entry.name))
    near = tuple(closest(named, names))
    numbers = list(dict.fromkeys(entry.number for entry in usable))
    value: str | int | None = near[0] if near else None
    if value is None and len(numbers) == 1:
        value = usable[0].name or numbers[0]
    have = labels_of(declared) or "none"
    scene, service = view.scene, view.ref.name
    evidence = [scene.field(view.service, "spec", "ports", index, "targetPort"), _ports_field(view)]
    unrouted = _missing_in_slice(view, port)
    if unrouted:
        evidence.append(unrouted)
    return Finding(
        code="ServiceTargetPortMismatch",
        variant="name",
        confidence=proved(
            "no container of the selected pods declares a port of that name"
            + (", and the endpoints lack the port" if unrouted else ""),
            "所选 Pod 的容器都没有声明该名称的端口" + ("，端点列表中也缺少该端口" if unrouted else ""),
            twice=bool(unrouted),
        ),
        object=view.ref,
        part=_part(port, index),
        affected=view.reach(),
        summary=Phrase(
            en=f'Service {service} sends to the port named "{named}", but its pods have no port of that name '
            f"(theirs: {have})",
            zh=f"Service {service} 指向名为 “{named}” 的端口，但其 Pod 没有这个名称的端口（已有：{have}）",
        ),
        expected=f"spec.ports[{index}].targetPort: {value}" if value else f"a container port named {named}",
        actual=f"spec.ports[{index}].targetPort: {named}",
        near=near,
        evidence=tuple(evidence),
        remedies=(_retarget(view, index, port, value),) if value else (_declare(named, protocol),),
        since=moment(view.service, "metadata", "creationTimestamp"),
    )


def _missing_in_slice(view: View, port: Obj) -> Evidence | None:
    """Quote the ports of a slice that lacks this one, or None."""
    for entry in view.around.slices(view.service):
        listed = entry.get("ports")
        names = {text(item, "name") for item in listed} if isinstance(listed, list) else set()
        if text(port, "name") not in names and entry.get("endpoints"):
            return view.scene.field(entry, "ports")
    return None


def _declare(named: str, protocol: str) -> Remedy:
    return in_application(
        Phrase(
            en=f'Name the port that serves it "{named}" ({protocol}) in the container, or send to its number',
            zh=f"在容器中把对应端口命名为 “{named}”（{protocol}），或者让 Service 指向端口号",
        )
    )


# -- numbers


def _judge_number(view: View, index: int, port: Obj, number: int, protocol: str) -> Finding | None:
    declared = [entry for pod in view.pods for entry in pod_ports(pod)]
    if any(entry.number == number and entry.protocol == protocol for entry in declared):
        return None
    known = [entry for entry in declared if entry.number == number]
    if known:
        spared = number in _BOTH_ON_PURPOSE or whole(port, "port") in _BOTH_ON_PURPOSE
        return None if spared else _protocol(view, index, port, known[0], protocol)
    if protocol != "TCP":
        return None
    served = [
        entry
        for pod in view.pods[:10]
        for container in long_running(pod)
        for entry in served_ports(view.scene, container)
    ]
    if any(entry.number == number and entry.source != "declared" for entry in served):
        return None
    others = [entry for entry in served if not entry.loopback]
    logged = [entry for entry in others if entry.source == "log" and not entry.aside]
    proven = bool(logged) or any(entry.source == "probe" for entry in others)
    if not others or not (proven or all(_main_declares(pod) for pod in view.pods)):
        return None  # a container that declares nothing may well serve it
    best = _best(port, others)
    confidence = _number_confidence(declared, logged, best)
    if not proven and any(not declared_ports(container) for pod in view.pods for container in long_running(pod)):
        confidence = inferred(
            "the main container declares other ports; another container declares none",
            "主容器声明的是其他端口；另有容器未声明端口",
        )
    return _number(view, index, port, number, best, confidence)


def _main_declares(pod: Obj) -> bool:
    """Say whether the first container that is no helper declares a port."""
    mains = [container for container in long_running(pod) if not _HELPER.search(container.name)]
    return bool(mains) and bool(declared_ports(mains[0]))


def _best(port: Obj, others: list[ServedPort]) -> ServedPort:
    """Choose the port that is meant: the one of the same name, else the most credible one."""
    wanted = text(port, "name")
    same = [entry for entry in others if entry.name and entry.name == wanted]
    return min(same or others, key=lambda entry: (entry.aside, entry.source == "declared"))


def _number_confidence(declared: list[DeclaredPort], logged: list[ServedPort], best: ServedPort) -> Confidence:
    if declared and logged:
        return proved(
            "neither the declared ports nor the log know that number",
            "声明的端口和日志中都没有该端口号",
            twice=True,
        )
    if declared:
        return proved("the pods declare other ports only", "Pod 只声明了其他端口")
    if logged:
        return matched("the log names another port", "日志显示监听的是其他端口")
    return inferred(
        f"no port is declared; a check reaches the pods on {best.number}",
        f"没有声明端口；健康检查可在 {best.number} 端口连通 Pod",
    )


def _number(view: View, index: int, port: Obj, number: int, best: ServedPort, confidence: Confidence) -> Finding:
    scene, service = view.scene, view.ref.name
    explicit = port.get("targetPort") is not None
    field = scene.field(view.service, "spec", "ports", index, "targetPort" if explicit else "port")
    label = f"{best.number} ({best.name})" if best.name else str(best.number)
    how, how_zh = {
        "log": ("listen on", "监听的是"),
        "probe": ("answer checks on", "健康检查可连通的是"),
        "declared": ("declare", "声明的是"),
    }[best.source]
    return Finding(
        code="ServiceTargetPortMismatch",
        variant="number",
        confidence=confidence,
        object=view.ref,
        part=_part(port, index),
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {service} sends to port {number} of its pods, but they {how} {label}, so connections are "
            "refused",
            zh=f"Service {service} 把流量发往 Pod 的端口 {number}，而 Pod {how_zh} {label}，因此连接被拒绝",
        ),
        expected=f"spec.ports[{index}].targetPort: {best.number}",
        actual=f"spec.ports[{index}].targetPort: {number}" + ("" if explicit else " (from port)"),
        near=(label,),
        evidence=(field, best.evidence, *_second_proof(view, best)),
        remedies=(_retarget(view, index, port, best.number),),
        since=moment(view.service, "metadata", "creationTimestamp"),
    )


def _second_proof(view: View, best: ServedPort) -> tuple[Evidence, ...]:
    """Add the declaration beside a listen line."""
    if best.source == "declared":
        return ()
    for pod in view.pods[:1]:
        for entry in pod_ports(pod):
            if entry.number == best.number:
                return (view.scene.field(pod, *entry.path, "containerPort"),)
    return ()


def _ports_field(view: View) -> Evidence:
    pod = view.pods[0]
    container = next((entry for entry in long_running(pod) if declared_ports(entry)), None)
    container = container or next(long_running(pod), None)
    if container is None:
        return view.scene.field(pod, "spec", "containers")
    return view.scene.field(pod, *container.spec_path, "ports")


# -- protocols


def _protocol(view: View, index: int, port: Obj, known: DeclaredPort, protocol: str) -> Finding:
    scene, service = view.scene, view.ref.name
    pod = next(pod for pod in view.pods if known in pod_ports(pod))
    return Finding(
        code="ServiceProtocolMismatch",
        confidence=proved(
            "the protocols of the Service port and of the container port differ",
            "Service 端口与容器端口的协议不同",
            twice=True,
        ),
        object=view.ref,
        part=_part(port, index),
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {service} forwards {protocol} on port {whole(port, 'port')}, but its pods serve port "
            f"{known.label} over {known.protocol} only",
            zh=f"Service {service} 在端口 {whole(port, 'port')} 转发 {protocol}，而其 Pod 的端口 {known.label} 只支持 "
            f"{known.protocol}",
        ),
        expected=f"spec.ports[{index}].protocol: {known.protocol}",
        actual=f"spec.ports[{index}].protocol: {protocol}",
        evidence=(
            scene.field(view.service, "spec", "ports", index),
            scene.field(pod, *known.path, "protocol"),
        ),
        remedies=(
            _patch(
                view,
                [{"op": "add", "path": f"/spec/ports/{index}/protocol", "value": known.protocol}],
                [{"op": "add", "path": f"/spec/ports/{index}/protocol", "value": protocol}],
                Phrase(en=f"Let the Service forward {known.protocol}", zh=f"让 Service 转发 {known.protocol}"),
            ),
        ),
        since=moment(view.service, "metadata", "creationTimestamp"),
    )


# -- shared


def _part(port: Obj, index: int) -> str:
    return text(port, "name") or str(whole(port, "port") or index)


def _retarget(view: View, index: int, port: Obj, value: int | str) -> Remedy:
    path = f"/spec/ports/{index}/targetPort"
    former = port.get("targetPort")
    back: list[dict[str, Any]] = (
        [{"op": "remove", "path": path}] if former is None else [{"op": "replace", "path": path, "value": former}]
    )
    return _patch(
        view,
        [{"op": "add" if former is None else "replace", "path": path, "value": value}],
        back,
        Phrase(en=f"Let the Service send to port {value}", zh=f"让 Service 指向端口 {value}"),
    )


def _patch(view: View, change: list[dict[str, Any]], back: list[dict[str, Any]], summary: Phrase) -> Remedy:
    return object_patch(
        view.service,
        change,
        summary=summary,
        verify=view.endpoints_command,
        expect=Phrase(en="PORTS shows the new port and ENDPOINTS the pods", zh="PORTS 显示新端口，ENDPOINTS 列出 Pod"),
        undo=object_patch(view.ref, back, summary=summary, patch_type="json").command,
        patch_type="json",
    )
