"""Services that lead to pods which are not ready, to foreign pods, or not to where their clients are."""

import re
from collections.abc import Iterator, Mapping

from cluster.fields import Obj, dig, labels, mapping, name, objects, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.services.near import pairs
from diagnose.analyzers.services.view import View
from diagnose.findings import (
    Finding,
    NextCheck,
    Remedy,
    Role,
    Severity,
    inferred,
    proved,
)
from diagnose.graph import template_of
from diagnose.ports import long_running, pod_ports
from diagnose.probing import probes_of
from diagnose.remedies import in_application, object_patch
from diagnose.scene import Scene

START_MARGIN_SECONDS = 30
_TRACK_KEYS = frozenset({"track", "version", "release", "color", "slot", "stage", "rollouts-pod-template-hash"})


# -- no ready pod


def judge_readiness(view: View) -> Iterator[Finding]:
    """Report a Service none of whose pods is ready."""
    scene = view.scene
    if view.ready or view.around.ready_elsewhere(view.service) or all(_young(scene, pod) for pod in view.pods):
        return
    count = len(view.pods)
    first = view.pods[0]
    slices = view.around.slices(view.service)
    evidence = [_unready(scene, first), scene.field(view.service, "spec", "selector")]
    if slices:
        evidence.insert(0, scene.field(slices[0], "endpoints"))
    names = sorted({name(scene.graph.holder(pod)) for pod in view.pods})
    whose = ", ".join(names[:3])
    yield Finding(
        code="ServiceHasNoReadyEndpoints",
        role=Role.SYMPTOM,
        confidence=proved(
            "every pod that the Service selects is unready", "Service 选中的每个 Pod 都未就绪", twice=bool(slices)
        ),
        object=view.ref,
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {view.ref.name} has no ready pod: 0 of {count} pods of {whose} are ready",
            zh=f"Service {view.ref.name} 没有就绪的 Pod：{whose} 的 {count} 个 Pod 中有 0 个就绪",
        ),
        expected="at least 1 ready endpoint",
        actual=f"0 of {count} ready",
        evidence=tuple(evidence[:4]),
        remedies=(
            in_application(
                Phrase(
                    en=f"Get the pods of {whose} ready: the Service follows",
                    zh=f"让 {whose} 的 Pod 就绪，Service 随之恢复",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {view.ref.namespace} describe pods -l {pairs(view.selector, ',')}",
                why=Phrase(en="the pods' events say why they are not ready", zh="Pod 的事件会说明未就绪的原因"),
            ),
        ),
    )


def _none(count: int) -> str:
    only = "the only address behind it is not ready"
    return only if count == 1 else f"none of the {count} addresses behind it is ready"


def _young(scene: Scene, pod: Obj) -> bool:
    """Say whether a pod is still within the time that its probes allow for a start."""
    budget = max((probe.budget_seconds for entry in long_running(pod) for probe in probes_of(entry)), default=0)
    return scene.created_age(pod) < budget + START_MARGIN_SECONDS


def _unready(scene: Scene, pod: Obj) -> Evidence:
    entries = dig(pod, "status", "conditions")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if text(entry, "type") == "Ready":
            return scene.field(pod, "status", "conditions", index, "status")
    return scene.field(pod, "status", "phase")


def judge_slices(view: View) -> Iterator[Finding]:
    """Report a Service whose EndpointSlices hold no ready address, where its pods could not be read."""
    scene = view.scene
    slices = view.around.slices(view.service)
    listed = [entry for found in slices for entry in objects(found, "endpoints")]
    if scene.snapshot.coverage.complete("Pod", view.ref.namespace) or not listed:
        return
    if any(dig(entry, "conditions", "ready") is not False for entry in listed):
        return
    yield Finding(
        code="ServiceHasNoReadyEndpoints",
        role=Role.SYMPTOM,
        confidence=inferred(
            "its EndpointSlices say so; the pods could not be read",
            "其 EndpointSlice 如此显示；未能读取 Pod",
            value=0.6,
        ),
        object=view.ref,
        affected=view.around.hit(view.service),
        summary=Phrase(
            en=f"Service {view.ref.name} has no ready pod: {_none(len(listed))}",
            zh=f"Service {view.ref.name} 没有就绪的 Pod：其后的 {len(listed)} 个地址均未就绪",
        ),
        expected="at least 1 ready endpoint",
        actual=f"0 of {len(listed)} ready",
        evidence=(scene.field(slices[0], "endpoints"), scene.field(view.service, "spec", "selector")),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {view.ref.namespace} describe pods -l {pairs(view.selector, ',')}",
                why=Phrase(
                    en="the pods, which could not be read here, say why they are not ready",
                    zh="此处未能读取 Pod；其状态会说明未就绪的原因",
                ),
            ),
        ),
    )


# -- foreign pods


def judge_strangers(view: View) -> Iterator[Finding]:
    """Report a Service that takes in pods of a workload which cannot serve its port."""
    groups: dict[str, list[Obj]] = {}
    for pod in view.pods:
        groups.setdefault(str(ref_of(view.scene.graph.top(pod))), []).append(pod)
    if len(groups) < 2 or view.headless:
        return
    able = {who: _able(view, pods) for who, pods in groups.items()}
    mine = [who for who, fits in able.items() if fits]
    strangers = [who for who, fits in able.items() if not fits]
    if not mine or not strangers or _tracks(view, groups):
        return
    own, foreign = groups[mine[0]], groups[strangers[0]]
    pair = _separating(own, foreign)
    scene = view.scene
    lost = sum(len(groups[who]) for who in strangers)
    first = foreign[0]
    refused = view.around.refused_call(view.service)
    yield Finding(
        code="ServiceSelectsWrongPods",
        role=Role.ROOT if refused else Role.CONTRIBUTING,
        severity=Severity.HIGH if refused else Severity.MEDIUM,
        confidence=proved(
            "the selector fits pods of several workloads and not all of them declare the target port",
            "选择器匹配多个工作负载的 Pod，而其中有的未声明目标端口",
        ),
        object=view.ref,
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {view.ref.name} also sends traffic to {', '.join(strangers)} "
            f"({lost} {'pod' if lost == 1 else 'pods'}), which does not serve its port; "
            f"it is meant for {', '.join(mine)}" + ("; callers are refused now and then" if refused else ""),
            zh=f"Service {view.ref.name} 还把流量发给 {', '.join(strangers)} 的 {lost} 个 Pod，它们不提供该端口；"
            f"它本应只对应 {', '.join(mine)}" + ("；调用方的连接因此时常被拒绝" if refused else ""),
        ),
        expected=f"only pods of {', '.join(mine)}",
        actual="; ".join(
            f"{who}: {len(pods)} pod{'s' if len(pods) != 1 else ''}" for who, pods in sorted(groups.items())
        ),
        evidence=(
            scene.field(view.service, "spec", "selector"),
            scene.field(first, "metadata", "labels"),
            scene.field(own[0], "metadata", "labels"),
            *([refused] if refused else []),
        ),
        remedies=(_narrow(view, pair),) if pair else (_relabel(strangers[0]),),
    )


def _able(view: View, pods: list[Obj]) -> bool:
    """Say whether the pods of one workload can serve the Service: no Job, and the target ports are theirs."""
    top = view.scene.graph.top(pods[0])
    if text(top, "kind") in {"Job", "CronJob"}:
        return False
    declared = {(entry.name, entry.number) for pod in pods for entry in pod_ports(pod)}
    if not declared:
        return True
    for _, port in view.ports():
        target = dig(port, "targetPort") or dig(port, "port")
        if not any(target in pair or str(pair[1]) == str(target) for pair in declared):
            return False
    return True


def _tracks(view: View, groups: Mapping[str, list[Obj]]) -> bool:
    """Say whether the workloads are tracks of one application: same image, related names or a track label."""
    repositories: list[frozenset[str]] = []
    marks: list[tuple[str, ...]] = []
    for pods in groups.values():
        template = template_of(view.scene.graph.holder(pods[0]))
        spec = template.spec if template else mapping(pods[0], "spec")
        images = (text(entry, "image") for entry in objects(spec, "containers"))
        repositories.append(frozenset(re.split(r"[:@]", image.rpartition("/")[2])[0] for image in images if image))
        carried = labels(pods[0], "metadata", "labels")
        marks.append(tuple(carried.get(key, "") for key in sorted(_TRACK_KEYS)))
    if any(text(view.scene.graph.top(pods[0]), "kind") in {"Job", "CronJob"} for pods in groups.values()):
        return False
    return bool(frozenset.intersection(*repositories)) or (len(set(marks)) > 1 and all(any(mark) for mark in marks))


def _separating(own: list[Obj], foreign: list[Obj]) -> dict[str, str]:
    """Return a pair that all own pods carry and no foreign one does; generated hashes do not count."""
    shared = set.intersection(*(set(labels(pod, "metadata", "labels").items()) for pod in own))
    others = set().union(*(labels(pod, "metadata", "labels").items() for pod in foreign))
    usable = sorted(pair for pair in shared - others if "hash" not in pair[0] and "controller-uid" not in pair[0])
    return dict(usable[:1])


def _narrow(view: View, pair: Mapping[str, str]) -> Remedy:
    back = {"spec": {"selector": dict.fromkeys(pair)}}
    return object_patch(
        view.service,
        {"spec": {"selector": dict(pair)}},
        summary=Phrase(en=f"Add {pairs(pair)} to the selector", zh=f"在选择器中加入 {pairs(pair)}"),
        verify=view.endpoints_command,
        expect=Phrase(en="only the meant pods are listed", zh="只列出预期的 Pod"),
        undo=object_patch(view.ref, back, summary=Phrase(en="", zh="")).command,
    )


def _relabel(stranger: str) -> Remedy:
    return in_application(
        Phrase(
            en=f"Give the pods of {stranger} labels that the Service does not select",
            zh=f"为 {stranger} 的 Pod 使用不会被该 Service 选中的标签",
        )
    )
