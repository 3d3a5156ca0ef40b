"""Autoscalers that scale nothing, measure nothing, stand at their limit or fight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.autoscaling import autoscaling
from diagnose.codes.autoscaling import CODES
from diagnose.findings import Role
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import (
    Obj,
    container,
    deployed,
    event,
    findings,
    in_progress,
    obj,
    owned_by,
    pod,
    ruled_out,
    running,
    status,
)

NO_API = (
    "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for "
    "resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested "
    "resource (get pods.metrics.k8s.io)"
)
NOT_READY = (
    "the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for "
    "targeted pods (pods might be unready)"
)
NO_REQUEST = (
    "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in "
    "container proxy of Pod app-7d9c-x2x4z"
)


def cpu(share: int = 60, **target: Any) -> Obj:
    aim = target or {"type": "Utilization", "averageUtilization": share}
    return {"type": "Resource", "resource": {"name": "cpu", "target": aim}}


def at_cpu(share: int) -> Obj:
    return {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": share}}}


def scaler(
    name: str = "app",
    *,
    target: str = "app",
    kind: str = "Deployment",
    api: str = "apps/v1",
    conditions: Sequence[Obj] = (),
    metrics: Sequence[Obj] = (),
    current: Sequence[Obj] | None = None,
    least: int = 1,
    most: int = 5,
    replicas: int = 1,
    **fields: Any,
) -> Obj:
    return obj(
        "HorizontalPodAutoscaler",
        name,
        spec={
            "scaleTargetRef": {"apiVersion": api, "kind": kind, "name": target},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": list(metrics) or [cpu()],
        },
        status={"conditions": list(conditions), "currentMetrics": current, "currentReplicas": replicas},
        **fields,
    )


def workload(*, requests: bool = True, sidecar: bool = False, ready: bool = True, created: float = 1800) -> list[Obj]:
    asked: dict[str, Any] = {"resources": {"requests": {"cpu": "100m"}}} if requests else {}
    parts = [container(**asked)] + ([container("proxy")] if sidecar else [])
    statuses = [status(part["name"], state=running(), ready=ready) for part in parts]
    return deployed(pod(containers=parts, statuses=statuses, ready=ready, created=created))


def no_target(message: str) -> Obj:
    return state(
        "AbleToScale", "False", "FailedGetScale", f"the HPA controller was unable to get the target's {message}"
    )


def inactive(reason: str, message: str, age: float = 600) -> Obj:
    return state("ScalingActive", "False", reason, message, age=age)


ABLE = state("AbleToScale", "True", "ReadyForNewScale")
ACTIVE = state("ScalingActive", "True", "ValidMetricFound")
CAPPED = state("ScalingLimited", "True", "TooManyReplicas", "the desired replica count is more than the maximum")


def scaled_object(name: str = "app", *, conditions: Sequence[Obj] = (), target: str = "app", **fields: Any) -> Obj:
    triggers = fields.pop("triggers", [{"type": "kafka", "metadata": {}}])
    return custom(
        "keda.sh/v1alpha1",
        "ScaledObject",
        name,
        spec={"scaleTargetRef": {"name": target}, "triggers": triggers},
        status={"conditions": list(conditions)},
        **fields,
    )


def vertical(mode: str = "Auto", resources: Sequence[str] = ()) -> Obj:
    policies = [{"containerName": "*", "controlledResources": list(resources)}] if resources else []
    return custom(
        "autoscaling.k8s.io/v1",
        "VerticalPodAutoscaler",
        "app-vpa",
        spec={
            "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"},
            "updatePolicy": {"updateMode": mode},
            **({"resourcePolicy": {"containerPolicies": policies}} if policies else {}),
        },
    )


def fought() -> list[Obj]:
    top, middle, body = workload()
    fields: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
    top = {
        **top,
        "metadata": {**top["metadata"], "managedFields": [{"manager": "sync-agent", "fieldsV1": fields}]},
    }
    own = scaler(conditions=[ABLE, ACTIVE], current=[at_cpu(55)])
    return [
        top,
        middle,
        body,
        own,
        event(own, "SuccessfulRescale", "New size: 5; reason: cpu resource utilization above target", kind="Normal"),
        event(top, "ScalingReplicaSet", "Scaled up replica set app-7d9c from 2 to 5", kind="Normal", count=4),
        event(top, "ScalingReplicaSet", "Scaled down replica set app-7d9c from 5 to 2", kind="Normal", count=4),
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Objects and what must be said of them."""

    id: str
    objects: list[Obj]
    code: str
    on: str = "HorizontalPodAutoscaler app"
    part: str = ""
    says: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    command: str = ""
    role: Role = Role.ROOT
    listed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


CASES = (
    Case(
        id="target with a typing error",
        objects=[
            *workload(),
            scaler(target="ap", conditions=[no_target('current scale: deployments.apps "ap" not found')]),
        ],
        code="AutoscalerTargetMissing",
        says=("Deployment ap", "does not exist in namespace shop", "Deployment app"),
        near=("Deployment app",),
        command='"name":"app"',
    ),
    Case(
        id="target is of another kind",
        objects=[*workload(), scaler(kind="StatefulSet")],
        code="AutoscalerTargetMissing",
        near=("Deployment app",),
    ),
    Case(
        id="kind in a version that is gone",
        objects=[
            *workload(),
            scaler(
                api="extensions/v1beta1",
                conditions=[
                    no_target('current scale: no matches for kind "Deployment" in version "extensions/v1beta1"')
                ],
            ),
        ],
        code="AutoscalerTargetMissing",
        says=("no kind Deployment", "extensions/v1beta1"),
        command='"apiVersion":"apps/v1"',
    ),
    Case(
        id="unread target that the autoscaler says is missing",
        objects=[scaler(target="gone", conditions=[no_target('current scale: deployments.apps "gone" not found')])],
        code="AutoscalerTargetMissing",
        unread=("Deployment",),
    ),
    Case(
        id="no metrics API",
        objects=[*workload(), scaler(conditions=[ABLE, inactive("FailedGetResourceMetric", NO_API)])],
        code="AutoscalerMetricsUnavailable",
        says=("gets no measurements", "does not serve the API metrics.k8s.io"),
    ),
    Case(
        id="metrics API registered but down",
        objects=[
            *workload(),
            scaler(
                conditions=[inactive("FailedGetResourceMetric", "the server is currently unable to handle the request")]
            ),
            obj(
                "APIService",
                "v1beta1.metrics.k8s.io",
                namespace="",
                status={"conditions": [state("Available", "False", "MissingEndpoints", "no endpoints")]},
            ),
        ],
        code="AutoscalerMetricsUnavailable",
        says=("does not answer",),
    ),
    Case(
        id="external metric without a value",
        objects=[
            *workload(),
            scaler(
                metrics=[{"type": "External", "external": {"metric": {"name": "queue_depth"}}}],
                conditions=[inactive("FailedGetExternalMetric", "no metrics returned from external metrics API")],
            ),
        ],
        code="AutoscalerMetricsUnavailable",
        says=("external metric",),
    ),
    Case(
        id="sidecar without a request",
        objects=[
            *workload(sidecar=True),
            scaler(conditions=[ABLE, inactive("FailedGetResourceMetric", NO_REQUEST)]),
        ],
        code="AutoscalerRequestsMissing",
        on="Deployment app",
        part="proxy",
        says=("60 % of the requested cpu", "container proxy"),
        command='"cpu":"100m"',
    ),
    Case(
        id="container without a request, seen in the pod alone",
        objects=[*workload(requests=False), scaler()],
        code="AutoscalerRequestsMissing",
        on="Deployment app",
        part="app",
    ),
    Case(
        id="at the maximum under load",
        objects=[*workload(), scaler(conditions=[ABLE, ACTIVE, CAPPED], current=[at_cpu(95)], replicas=5)],
        code="AutoscalerAtMaximum",
        role=Role.CONTRIBUTING,
        says=("5 copies of Deployment app", "cpu is at 95 % instead of 60 %"),
        command='"maxReplicas":8',
    ),
    Case(
        id="at the maximum and too slow",
        objects=[
            *(made := workload()),
            event(made[2], "Unhealthy", "Readiness probe failed: context deadline exceeded"),
            scaler(conditions=[ABLE, ACTIVE, CAPPED], current=[at_cpu(95)], replicas=5),
        ],
        code="AutoscalerAtMaximum",
        says=("too slowly",),
    ),
    Case(
        id="two autoscalers of one workload",
        objects=[*workload(), scaler(conditions=[ABLE, ACTIVE]), scaler("app-memory", conditions=[ABLE, ACTIVE])],
        code="AutoscalerConflict",
        says=("app-memory",),
        command="delete hpa app-memory",
    ),
    Case(
        id="selectors that overlap",
        objects=[
            *workload(),
            scaler(
                conditions=[
                    inactive(
                        "AmbiguousSelector",
                        "pods by selector app=app are controlled by multiple HPAs: [shop/app shop/b]",
                    )
                ]
            ),
        ],
        code="AutoscalerConflict",
        says=("labels",),
    ),
    Case(
        id="a ScaledObject beside it",
        objects=[*workload(), scaler(conditions=[ABLE, ACTIVE]), scaled_object("queue")],
        code="AutoscalerConflict",
        says=("ScaledObject queue",),
    ),
    Case(
        id="a vertical autoscaler of the same resource",
        objects=[*workload(), scaler(conditions=[ABLE, ACTIVE]), vertical()],
        code="AutoscalerConflict",
        says=("app-vpa", "cpu"),
        command='"updateMode":"Off"',
    ),
    Case(
        id="a manager that sets the size back",
        objects=fought(),
        code="AutoscalerConflict",
        says=("sync-agent", "2 copies"),
    ),
    Case(
        id="a ScaledObject whose scaler fails",
        objects=[
            *workload(),
            (
                queue := scaled_object(
                    conditions=[state("Ready", "False", "TriggerError", "error creating kafka client")]
                )
            ),
            event({**queue}, "KEDAScalerFailed", "kafka: client has run out of available brokers"),
        ],
        code="ScaledObjectNotReady",
        on="ScaledObject app",
        says=("kafka", "run out of available brokers"),
    ),
    Case(
        id="a ScaledObject without target",
        objects=[
            *workload(),
            scaled_object(target="apps", conditions=[state("Ready", "False", "ScaledObjectCheckFailed")]),
        ],
        code="ScaledObjectNotReady",
        on="ScaledObject app",
        says=("Deployment apps does not exist",),
        near=("app",),
    ),
    Case(
        id="a ScaledObject without login, its inner autoscaler folded into it",
        objects=[
            *workload(),
            scaled_object(
                conditions=[state("Ready", "True"), state("Fallback", "True", "FallbackExists", "fallback")],
                triggers=[{"type": "kafka", "authenticationRef": {"name": "login"}}],
            ),
            scaler(
                "keda-hpa-app",
                conditions=[inactive("FailedGetExternalMetric", "unable to get external metric")],
                metadata={"ownerReferences": owned_by(scaled_object())},
            ),
        ],
        listed=("TriggerAuthentication.keda.sh",),
        code="ScaledObjectNotReady",
        on="ScaledObject app",
        says=("login", "fallback"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_autoscaler_that_does_not_work_is_named_with_its_cause(case: Case) -> None:
    given = routed(*case.objects, listed=case.listed, unread=case.unread)

    (found,) = findings(autoscaling, given)

    assert found.code == case.code
    assert f"{found.object.kind} {found.object.name}" == case.on
    assert found.part == case.part
    assert found.role is case.role
    for word in case.says:
        assert word in found.summary.en
    assert found.near[: len(case.near)] == case.near
    assert case.command in "".join(remedy.command for remedy in found.remedies)
    assert found.remedies


@dataclass(frozen=True, kw_only=True)
class Fine:
    """Objects of which nothing may be found."""

    id: str
    objects: list[Obj]
    unread: tuple[str, ...] = ()


FINE = (
    Fine(id="target unread", objects=[scaler(target="web")], unread=("Deployment",)),
    Fine(
        id="reading the target is forbidden",
        objects=[scaler(target="app", conditions=[no_target("current scale: deployments.apps is forbidden")])],
        unread=("Deployment",),
    ),
    Fine(
        id="target that came after the condition",
        objects=[*workload(), scaler(conditions=[no_target('scale: deployments.apps "app" not found'), ACTIVE])],
    ),
    Fine(
        id="asleep at zero",
        objects=[
            *workload(),
            scaler(conditions=[inactive("ScalingDisabled", "scaling is disabled since replicas is 0")]),
        ],
    ),
    Fine(
        id="at its minimum",
        objects=[
            *workload(),
            scaler(conditions=[ABLE, ACTIVE, state("ScalingLimited", "True", "TooFewReplicas")], current=[at_cpu(3)]),
        ],
    ),
    Fine(
        id="at the maximum without load",
        objects=[*workload(), scaler(conditions=[ABLE, ACTIVE, CAPPED], current=[at_cpu(60)], replicas=5)],
    ),
    Fine(
        id="minimum equals maximum",
        objects=[*workload(), scaler(conditions=[ACTIVE, CAPPED], current=[at_cpu(95)], replicas=5, least=5)],
    ),
    Fine(
        id="absolute aim without request",
        objects=[
            *workload(requests=False),
            scaler(metrics=[cpu(type="AverageValue", averageValue="500m")], conditions=[ABLE]),
        ],
    ),
    Fine(
        id="works although a container asks nothing", objects=[*workload(requests=False), scaler(conditions=[ACTIVE])]
    ),
    Fine(
        id="vertical autoscaler that recommends only",
        objects=[*workload(), scaler(conditions=[ACTIVE]), vertical("Off")],
    ),
    Fine(
        id="vertical autoscaler of another resource",
        objects=[*workload(), scaler(conditions=[ACTIVE]), vertical(resources=["memory"])],
    ),
    Fine(
        id="the autoscaler that the ScaledObject made",
        objects=[
            *workload(),
            scaled_object(conditions=[state("Ready", "True"), state("Active", "False")]),
            scaler("keda-hpa-app", conditions=[ABLE, ACTIVE], metadata={"ownerReferences": owned_by(scaled_object())}),
        ],
    ),
    Fine(
        id="paused ScaledObject",
        objects=[
            *workload(),
            scaled_object(
                conditions=[state("Ready", "False", "Paused")],
                metadata={"annotations": {"autoscaling.keda.sh/paused": "true"}},
            ),
        ],
    ),
    Fine(
        id="another owner of the size that changes nothing",
        objects=[entry for entry in fought() if "Scaled down" not in str(entry.get("message"))],
    ),
)


@pytest.mark.parametrize("case", FINE, ids=lambda case: case.id)
def test_what_only_looks_like_it_stays_silent(case: Fine) -> None:
    assert findings(autoscaling, routed(*case.objects, unread=case.unread)) == []


def test_a_new_autoscaler_may_wait_for_its_target() -> None:
    given = routed(scaler(target="later", created=20))

    assert findings(autoscaling, given) == []
    assert len(in_progress(autoscaling, given)) == 1


def test_new_pods_have_no_measurements_yet() -> None:
    given = routed(*workload(created=40), scaler(conditions=[inactive("FailedGetResourceMetric", NOT_READY)]))

    assert findings(autoscaling, given) == []
    assert len(in_progress(autoscaling, given)) == 1


def test_pods_that_are_not_ready_are_the_cause_and_not_the_metrics() -> None:
    given = routed(*workload(ready=False), scaler(conditions=[inactive("FailedGetResourceMetric", NOT_READY)]))

    assert findings(autoscaling, given) == []
    assert [entry.code for entry in ruled_out(autoscaling, given)] == ["AutoscalerMetricsUnavailable"]


def test_a_request_that_was_added_since_rules_the_fault_out() -> None:
    given = routed(*workload(), scaler(conditions=[inactive("FailedGetResourceMetric", NO_REQUEST)]))

    assert findings(autoscaling, given) == []
    assert [entry.code for entry in ruled_out(autoscaling, given)] == ["AutoscalerRequestsMissing"]


def test_a_new_scaled_object_is_starting() -> None:
    given = routed(*workload(), scaled_object(conditions=[state("Ready", "False", "x", "starting", age=30)]))

    assert findings(autoscaling, given) == []
    assert len(in_progress(autoscaling, given)) == 1


@pytest.mark.parametrize("damage", [None, 7, "x", [], {}, [None], {"metrics": 3, "scaleTargetRef": []}])
def test_damaged_objects_raise_nothing(damage: Any) -> None:
    broken = [
        {**entry, "spec": damage, "status": damage}
        for entry in (scaler(), scaled_object(), vertical(), scaler("b", target="b"))
    ]

    list(autoscaling(routed(*workload(), *broken)))


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES} == {entry.code for entry in CODES}
