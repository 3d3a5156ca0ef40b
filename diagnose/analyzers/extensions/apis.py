"""APIs that another program serves and that do not answer."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, mapping, moment, name, numbered, objects, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Remedy, Role, Who, proved
from diagnose.remedies import command, object_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready

ANSWER_SECONDS = 60
"""The API server asks again every few seconds; a backend that restarts is back within this."""
MAX_BROKEN = 10
"""Objects that a finding names as hit."""

_METRICS = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
_ERRORS: tuple[tuple[re.Pattern[str], Phrase], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Phrase(en=en, zh=zh))
    for pattern, en, zh in (
        (r"x509|certificate|tls:", "its certificate is not accepted", "其证书不被接受"),
        (
            r"timeout|timed out|deadline exceeded|no route",
            "it does not answer in time (a policy, a firewall or a hanging program)",
            "它没有及时响应（网络策略、防火墙或程序挂起）",
        ),
        (r"connection refused", "nothing listens there", "没有程序在监听"),
        (r"bad status|: 50\d|: 404|: 403|: 401", "it answers with an error", "它返回了错误"),
    )
)


def judge_apis(scene: Scene) -> Iterator[Observation]:
    """Report each API that a Service in the cluster should serve and that is not available."""
    for api in scene.snapshot.all("APIService"):
        if not text(api, "spec", "service", "name") or text(api, "metadata", "deletionTimestamp"):
            continue
        for index, entry in numbered(api, "status", "conditions"):
            if (text(entry, "type"), text(entry, "status")) != ("Available", "False"):
                continue
            since = moment(entry, "lastTransitionTime") or moment(api, "metadata", "creationTimestamp")
            if since is not None and scene.age(since) < ANSWER_SECONDS:
                yield InProgress(
                    object=ref_of(api),
                    reason=Phrase(en="the API has just gone and may come back", zh="该 API 刚刚不可用，可能很快恢复"),
                    until=since + timedelta(seconds=ANSWER_SECONDS),
                )
            else:
                yield _finding(scene, api, index, entry)
            break


def broken_apis(scene: Scene) -> frozenset[str]:
    """Return the groups of the APIs that are not available: what they serve cannot even be asked for."""
    return frozenset(
        text(api, "spec", "group")
        for api in scene.snapshot.all("APIService")
        if text(api, "spec", "service", "name")
        for entry in objects(api, "status", "conditions")
        if (text(entry, "type"), text(entry, "status")) == ("Available", "False")
    )


def _finding(scene: Scene, api: Obj, index: int, entry: Obj) -> Finding:
    ref, reason, message = ref_of(api), text(entry, "reason"), text(entry, "message")
    backend = mapping(api, "spec", "service")
    space, label = text(backend, "namespace"), text(backend, "name")
    service = scene.snapshot.get("Service", space, label)
    gone = scene.snapshot.absent("Service", space, label)
    pods = scene.graph.pods_of_service(service) if service is not None else ()
    ready = sum(pod_ready(pod) for pod in pods)
    why, why_zh, near = _why(scene, space, label, reason, message, gone=gone, pods=len(pods), ready=ready)
    hit = _hit(scene, api)
    harm, harm_zh = _harm(api, hit)
    said = "message" if message else "reason" if reason else "status"
    evidence: list[Evidence] = [scene.field(api, "status", "conditions", index, said)]
    if gone:
        evidence.append(scene.absence("Service", space, label))
    elif pods and not ready:
        evidence.append(scene.field(pods[0], "status", "phase"))
    backing = (Reach(ref=ref_of(service), edge=Edge.ROUTE),) if service is not None else ()
    return Finding(
        code="APIServiceUnavailable",
        role=Role.SYMPTOM if service is not None and not ready else Role.ROOT,
        confidence=proved(
            "the API server says so" + (" and the Service is absent" if gone else ""),
            "API 服务器如此说明" + ("，且 Service 不存在" if gone else ""),
            twice=gone or bool(pods and not ready),
        ),
        object=ref,
        affected=(*backing, *(Reach(ref=entry, edge=Edge.POLICY) for entry in hit)),
        summary=Phrase(
            en=f"The API {ref.name} does not work: {why}{harm}",
            zh=f"API {ref.name} 不可用：{why_zh}{harm_zh}",
        ),
        expected="status.conditions[Available]: True",
        actual=f"status.conditions[Available]: False ({reason})",
        near=near,
        evidence=tuple(evidence),
        remedies=_remedies(ref, space, label, near, gone=gone),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {space} get endpointslices,pods -o wide",
                why=Phrase(en="it shows whether the program behind the API runs", zh="显示该 API 背后的程序是否运行"),
            ),
        ),
        since=moment(entry, "lastTransitionTime"),
    )


def _why(
    scene: Scene, space: str, label: str, reason: str, message: str, *, gone: bool, pods: int, ready: int
) -> tuple[str, str, tuple[str, ...]]:
    where = f"{space}/{label}"
    if gone or reason == "ServiceNotFound":
        known = [name(entry) for entry in scene.snapshot.all("Service", space)]
        near = tuple(closest(label, known))
        hint, hint_zh = (f"; there is {near[0]}", f"；存在的是 {near[0]}") if near else ("", "")
        return (
            f"the Service {where} that should serve it does not exist{hint}",
            f"应提供它的 Service {where} 不存在{hint_zh}",
            near,
        )
    if reason == "ServicePortError":
        return f"the Service {where} lacks the port that it asks for", f"Service {where} 缺少它所需的端口", ()
    if pods and not ready:
        return (
            f"none of the {pods} pods behind the Service {where} is ready",
            f"Service {where} 背后的 {pods} 个 Pod 均未就绪",
            (),
        )
    if reason in {"EndpointsNotFound", "MissingEndpoints"}:
        return f"the Service {where} has no ready pod", f"Service {where} 没有就绪的 Pod", ()
    words = next((phrase for pattern, phrase in _ERRORS if pattern.search(message)), None)
    said = message[-160:].strip().rstrip(".")
    if words is not None:
        return f"the Service {where} was asked, and {words.en}", f"已请求 Service {where}，但{words.zh}", ()
    return f"the Service {where} gave no proper answer: {said}", f"Service {where} 没有正确响应：{said}", ()


def _hit(scene: Scene, api: Obj) -> tuple[ObjectRef, ...]:
    """Return what cannot work without the API: autoscalers that measure with it, namespaces that cannot end."""
    group, found = text(api, "spec", "group"), list[ObjectRef]()
    if group in _METRICS:
        for scaler in scene.snapshot.all("HorizontalPodAutoscaler"):
            for entry in objects(scaler, "status", "conditions"):
                bad = (text(entry, "type"), text(entry, "status")) == ("ScalingActive", "False")
                if bad and (group in text(entry, "message") or group == "metrics.k8s.io"):
                    found.append(ref_of(scaler))
    for space in scene.snapshot.all("Namespace"):
        for entry in objects(space, "status", "conditions"):
            stuck = text(entry, "type") == "NamespaceDeletionDiscoveryFailure" and text(entry, "status") == "True"
            if stuck and group and group in text(entry, "message"):
                found.append(ref_of(space))
    return tuple(found[:MAX_BROKEN])


def _harm(api: Obj, hit: tuple[ObjectRef, ...]) -> tuple[str, str]:
    scalers = sum(ref.kind == "HorizontalPodAutoscaler" for ref in hit)
    spaces = [ref.name for ref in hit if ref.kind == "Namespace"]
    harm, harm_zh = "", ""
    if scalers:
        harm += f"; {scalers} autoscaler{'' if scalers == 1 else 's'} cannot measure"
        harm_zh += f"；{scalers} 个自动伸缩器无法测量"
    if spaces:
        harm += f"; namespace {', '.join(spaces[:3])} cannot be deleted"
        harm_zh += f"；命名空间 {'、'.join(spaces[:3])} 无法删除"
    if not harm and text(api, "spec", "group") in _METRICS:
        return ", so autoscalers and `kubectl top` have no measurements", "，自动伸缩器和 `kubectl top` 没有数据"
    return harm, harm_zh


def _remedies(ref: ObjectRef, space: str, label: str, near: tuple[str, ...], *, gone: bool) -> tuple[Remedy, ...]:
    check = f"kubectl get apiservice {ref.name}"
    expect = Phrase(en="AVAILABLE is True", zh="AVAILABLE 为 True")
    leftover = command(
        f"kubectl delete apiservice {ref.name}",
        summary=Phrase(
            en="Delete the entry, if the program that served this API was removed on purpose",
            zh="如果提供该 API 的程序是有意卸载的，则删除此登记",
        ),
        verify=check,
        expect=Phrase(en="NotFound", zh="返回 NotFound"),
        reversible=False,
        who=Who.CLUSTER_ADMIN,
    )
    if gone and near:
        pointed = object_patch(
            ref,
            {"spec": {"service": {"name": near[0]}}},
            summary=Phrase(en=f"Point it at the Service {near[0]}", zh=f"让它指向 Service {near[0]}"),
            verify=check,
            expect=expect,
            undo=object_patch(ref, {"spec": {"service": {"name": label}}}, summary=Phrase(en="", zh="")).command,
            who=Who.CLUSTER_ADMIN,
        )
        return (pointed, leftover)
    if gone:
        return (leftover,)
    return (
        command(
            f"kubectl -n {space} describe service {label}",
            summary=Phrase(
                en=f"Get the program behind the Service {label} to answer: see its pods and their log",
                zh=f"让 Service {label} 背后的程序恢复响应：查看其 Pod 和日志",
            ),
            verify=check,
            expect=expect,
            who=Who.CLUSTER_ADMIN,
        ),
        leftover,
    )
