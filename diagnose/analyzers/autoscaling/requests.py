"""Autoscalers that aim at a share of a request which a container does not make."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, mapping, name, numbered, text, whole
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import Scaler, State
from diagnose.containers import Container, containers
from diagnose.findings import Edge, Finding, Observation, Reach, RuledOut, proved
from diagnose.remedies import container_change, in_application, template_patch
from diagnose.requests import amounts, container_requests
from diagnose.state import pod_ready

_MISSING = re.compile(r"missing request for (\S{1,60}) in container (\S{1,253}) of Pod (\S{1,253})")
_START = {"cpu": "100m", "memory": "128Mi"}


def judge_requests(scaler: Scaler) -> Iterator[Observation]:
    """Report containers without the request that the autoscaler measures against."""
    state = scaler.state("ScalingActive")
    if state.reason == "ScalingDisabled":
        return
    said = _MISSING.search(state.message) if state.status == "False" else None
    if state.status == "True" or not scaler.pods:
        return
    seen = False
    for index, resource in _shares(scaler):
        lacking = _lacking(scaler, resource)
        for container in lacking.values():
            seen = True
            yield _finding(scaler, container, resource, index, _quoted(state, said, resource, container))
    if said and not seen:
        yield RuledOut(
            code="AutoscalerRequestsMissing",
            object=scaler.ref,
            reason=Phrase(
                en=f"the autoscaler {scaler.ref.name} missed a request for {said[1]}, which the present pods make",
                zh=f"自动伸缩器 {scaler.ref.name} 曾缺少 {said[1]} 的请求值，现有的 Pod 已经设置",
            ),
            evidence=(state.evidence(said.group()),),
        )


def _shares(scaler: Scaler) -> Iterator[tuple[int, str]]:
    """Yield the metrics that are a share of the pods' requests, of all containers together."""
    for index, metric in numbered(scaler.obj, "spec", "metrics"):
        if text(metric, "type") == "Resource" and text(metric, "resource", "target", "type") == "Utilization":
            yield index, text(metric, "resource", "name")


def _lacking(scaler: Scaler, resource: str) -> dict[str, Container]:
    """Return one container of each name that makes no such request in a ready pod."""
    found: dict[str, Container] = {}
    for pod in scaler.pods:
        if not pod_ready(pod) or resource in amounts(mapping(pod, "spec"), "resources", "requests"):
            continue
        for container in containers(pod):
            if container.role == "main" and resource not in container_requests(container.spec):
                found.setdefault(container.name, container)
    return found


def _quoted(state: State, said: re.Match[str] | None, resource: str, container: Container) -> Evidence | None:
    if said is None or said[1] != resource or said[2] != container.name:
        return None
    return state.evidence(said[0].partition(" of Pod ")[0])


def _finding(scaler: Scaler, container: Container, resource: str, index: int, said: Evidence | None) -> Finding:
    scene, pod = scaler.scene, container.pod
    share = whole(scaler.obj, "spec", "metrics", index, "resource", "target", "averageUtilization")
    holder = scene.holder_ref(pod)
    aim = ("spec", "metrics", index, "resource", "target", "averageUtilization")
    own = f"spec.containers[{container.name}].resources.requests.{resource}"
    proofs = [scene.field(pod, *container.spec_path, "resources", "requests"), scene.field(scaler.obj, *aim)]
    value = _START.get(resource, "")
    remedy = (
        template_patch(
            scene,
            pod,
            container_change(container, {"resources": {"requests": {resource: value}}}),
            summary=Phrase(
                en=f"Give container {container.name} a request for {resource}",
                zh=f"为容器 {container.name} 设置 {resource} 请求值",
            ),
            estimate=Phrase(
                en=f"{value} is a usual start; set what `kubectl top pod --containers` shows under normal load",
                zh=f"{value} 是常用的起始值，请按正常负载下 `kubectl top pod --containers` 的结果设置",
            ),
        )
        if value
        else in_application(
            Phrase(
                en=f"Give container {container.name} a request for {resource}",
                zh=f"为容器 {container.name} 设置 {resource} 请求值",
            )
        )
    )
    return Finding(
        code="AutoscalerRequestsMissing",
        confidence=proved(
            "the running container makes no request" + (" and the autoscaler says so" if said else ""),
            "运行中的容器没有设置请求值" + ("，自动伸缩器也如此说明" if said else ""),
            twice=said is not None,
        ),
        object=holder,
        part=container.name,
        affected=(
            *scene.reach_pods(_of_same_container(scaler.pods, container)),
            Reach(ref=scaler.ref, edge=Edge.TARGET),
        ),
        summary=Phrase(
            en=f"The autoscaler {scaler.ref.name} aims at {share} % of the requested {resource}, but container "
            f"{container.name} of {holder.kind} {holder.name} requests none, so nothing is scaled",
            zh=f"自动伸缩器 {scaler.ref.name} 以 {resource} 请求值的 {share} % 为目标，但 {holder.kind} {holder.name} "
            f"的容器 {container.name} 没有设置该请求值，因此不会伸缩",
        ),
        expected=f"{own}: set",
        actual=f"{own}: <unset>",
        evidence=(*((said,) if said else ()), *proofs),
        remedies=(remedy,),
        next_checks=(scaler.look(),),
        since=scaler.state("ScalingActive").since,
    )


def _of_same_container(pods: tuple[Obj, ...], container: Container) -> tuple[Obj, ...]:
    first = [container.pod]
    own = name(container.pod)
    others = (
        pod
        for pod in pods
        if name(pod) != own
        and any(text(entry, "name") == container.name for _, entry in numbered(pod, "spec", "containers"))
    )
    return (*first, *others)
