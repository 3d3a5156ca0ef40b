"""Autoscalers that get no measurements."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, condition, name, numbered, text
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import Scaler, State
from diagnose.findings import Finding, InProgress, NextCheck, Observation, Remedy, RuledOut, Who, matched, proved
from diagnose.remedies import command, outside
from diagnose.state import pod_ready

_REASONS = frozenset(
    {
        "FailedGetContainerResourceMetric",
        "FailedGetExternalMetric",
        "FailedGetObjectMetric",
        "FailedGetPodsMetric",
        "FailedGetResourceMetric",
    }
)
_GROUPS = {
    "FailedGetResourceMetric": "metrics.k8s.io",
    "FailedGetContainerResourceMetric": "metrics.k8s.io",
    "FailedGetPodsMetric": "custom.metrics.k8s.io",
    "FailedGetObjectMetric": "custom.metrics.k8s.io",
    "FailedGetExternalMetric": "external.metrics.k8s.io",
}
_VERSIONS = {"metrics.k8s.io": "v1beta1", "custom.metrics.k8s.io": "v1beta1", "external.metrics.k8s.io": "v1beta1"}
_NOT_SERVED = re.compile(r"could not find the requested resource|no custom metrics API|no external metrics API")
_DOWN = re.compile(r"currently unable to handle the request|service unavailable|connection refused|i/o timeout")
_REFUSED = re.compile(r"is forbidden|Unauthorized")
_YOUNG = re.compile(r"did not receive metrics for|no metrics returned from resource metrics API|pods might be unready")
_REQUEST = re.compile(r"missing (?:pod-level )?request for")


def judge_measuring(scaler: Scaler) -> Iterator[Observation]:
    """Report an autoscaler whose measurements cannot be read."""
    state = scaler.state("ScalingActive")
    if state.status != "False" or state.reason not in _REASONS or _REQUEST.search(state.message):
        return
    grace = scaler.scene.numbers.hpa_warmup_seconds
    waiting = [pod for pod in scaler.pods if scaler.scene.created_age(pod) < grace]
    if state.age < grace or (scaler.pods and len(waiting) == len(scaler.pods)):
        yield InProgress(
            object=scaler.ref,
            reason=Phrase(
                en="the autoscaler waits for the first measurements of new pods",
                zh="自动伸缩器正在等待新 Pod 的首次测量",
            ),
            until=scaler.scene.now + timedelta(seconds=grace),
            serving=True,
        )
        return
    if _YOUNG.search(state.message) and not any(pod_ready(pod) for pod in scaler.pods):
        yield RuledOut(
            code="AutoscalerMetricsUnavailable",
            object=scaler.ref,
            reason=Phrase(
                en=f"the autoscaler {scaler.ref.name} has no measurements because no pod of {scaler.what} is ready",
                zh=f"自动伸缩器 {scaler.ref.name} 没有测量值，因为 {scaler.what} 没有就绪的 Pod",
            ),
            evidence=(state.evidence(),),
        )
        return
    yield _finding(scaler, state)


def _finding(scaler: Scaler, state: State) -> Finding:
    scene, group = scaler.scene, _GROUPS[state.reason]
    served = scene.snapshot.get("APIService", "", f"{_VERSIONS[group]}.{group}")
    available = condition(served, "Available") if served is not None else {}
    why = _why(state, group, available)
    evidence: list[Evidence] = [state.evidence()]
    if served is not None and available.get("status") == "False":
        evidence.append(_refusal(scaler, served))
    metric = _metric(scaler, state)
    if metric is not None:
        evidence.append(metric)
    return Finding(
        code="AutoscalerMetricsUnavailable",
        confidence=proved(
            "the autoscaler quotes the error"
            + (" and the API is registered as unavailable" if len(evidence) > 2 else ""),
            "自动伸缩器引用了错误" + ("，且该 API 被登记为不可用" if len(evidence) > 2 else ""),
            twice=available.get("status") == "False",
        )
        if why.en
        else matched("the autoscaler quotes an error of the metrics API", "自动伸缩器引用了指标 API 的错误"),
        object=scaler.ref,
        affected=scaler.reach(),
        summary=Phrase(
            en=f"The autoscaler {scaler.ref.name} gets no measurements of {scaler.what} and leaves its size as it is"
            f"{why.en and ': '}{why.en}",
            zh=f"自动伸缩器 {scaler.ref.name} 得不到 {scaler.what} 的测量值，因此保持其副本数不变"
            f"{why.zh and '：'}{why.zh}",
        ),
        expected="status.conditions[ScalingActive]: True",
        actual=f"status.conditions[ScalingActive]: False ({state.reason})",
        evidence=tuple(evidence),
        remedies=_remedies(scaler, state, group),
        next_checks=(
            NextCheck(
                command=f"kubectl get apiservice {_VERSIONS[group]}.{group}",
                why=Phrase(
                    en="It says which Service answers for the metrics and whether it is available",
                    zh="它说明由哪个 Service 提供指标，以及是否可用",
                ),
            ),
            scaler.look(),
        ),
        since=state.since,
    )


def _refusal(scaler: Scaler, served: Obj) -> Evidence:
    for index, entry in numbered(served, "status", "conditions"):
        if text(entry, "type") == "Available":
            which = "message" if text(entry, "message") else "status"
            return scaler.scene.field(served, "status", "conditions", index, which)
    return scaler.scene.field(served, "status", "conditions")


def _why(state: State, group: str, available: Obj) -> Phrase:
    """Say in one clause why, or nothing when the message is of an unknown kind."""
    if _REFUSED.search(state.message):
        return Phrase(en=f"it may not read the API {group}", zh=f"它无权读取 API {group}")
    if _NOT_SERVED.search(state.message):
        return Phrase(en=f"the cluster does not serve the API {group}", zh=f"集群没有提供 API {group}")
    if _DOWN.search(state.message) or available.get("status") == "False":
        return Phrase(
            en=f"the API {group} is registered, but what stands behind it does not answer",
            zh=f"API {group} 已注册，但其后端没有响应",
        )
    if state.reason == "FailedGetExternalMetric" or "no metrics returned from external" in state.message:
        return Phrase(en="the external metric that it names has no value", zh="它指定的外部指标没有值")
    if state.reason in {"FailedGetPodsMetric", "FailedGetObjectMetric"}:
        return Phrase(en="the custom metric that it names has no value", zh="它指定的自定义指标没有值")
    if _YOUNG.search(state.message):
        return Phrase(
            en="the metrics API answers, but knows nothing of these pods although they are ready",
            zh="指标 API 有响应，但没有这些 Pod 的数据，尽管它们已就绪",
        )
    return Phrase(en="", zh="")


def _metric(scaler: Scaler, state: State) -> Evidence | None:
    """Quote the metric that an external or custom source should give."""
    kinds = {"FailedGetExternalMetric": "external", "FailedGetPodsMetric": "pods", "FailedGetObjectMetric": "object"}
    key = kinds.get(state.reason)
    for index, entry in numbered(scaler.obj, "spec", "metrics"):
        if key and text(entry, key, "metric", "name"):
            return scaler.scene.field(scaler.obj, "spec", "metrics", index, key, "metric", "name")
    return None


def _remedies(scaler: Scaler, state: State, group: str) -> tuple[Remedy, ...]:
    if group == "metrics.k8s.io":
        found = [
            pod
            for pod in scaler.scene.snapshot.all("Deployment")
            if name(pod) == "metrics-server" and _NOT_SERVED.search(state.message) is None
        ]
        if found:
            space = text(found[0], "metadata", "namespace")
            return (
                command(
                    f"kubectl -n {space} logs deployment/metrics-server --tail=50",
                    summary=Phrase(
                        en="Read why the metrics server does not answer; often it does not trust the kubelets' "
                        "certificates",
                        zh="查看 metrics-server 不响应的原因：常见的是它不信任 kubelet 的证书",
                    ),
                    verify=f"kubectl get apiservice {_VERSIONS[group]}.{group}",
                    expect=Phrase(en="AVAILABLE is True", zh="AVAILABLE 列为 True"),
                    who=Who.CLUSTER_ADMIN,
                ),
            )
        summary = Phrase(
            en="Install or repair the metrics server of the cluster; without it no autoscaler knows the load",
            zh="安装或修复集群的 metrics-server；没有它，任何自动伸缩器都不知道负载",
        )
    else:
        summary = Phrase(
            en=f"Install or repair the adapter that serves {group}, or correct the metric's name in the autoscaler",
            zh=f"安装或修复提供 {group} 的适配器，或修正自动伸缩器中的指标名称",
        )
    remedy = outside(summary)
    return (Remedy(summary=remedy.summary, risk=remedy.risk, who=Who.CLUSTER_ADMIN),)
