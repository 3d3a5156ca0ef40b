"""Kinds that the cluster lacks, custom resources that nobody brings about, and APIs that do not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.extensions import extensions
from diagnose.analyzers.extensions.refused import parsed
from diagnose.analyzers.extensions.removed import removed_version
from diagnose.codes.extensions import CODES
from diagnose.findings import Finding, Role
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import (
    SPACE,
    Obj,
    ago,
    container,
    crash_loop,
    deployed,
    deployment,
    event,
    findings,
    in_progress,
    obj,
    owned_by,
    pod,
    ruled_out,
    running,
    service,
    status,
)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    objects: Sequence[Obj]
    words: str = ""
    unread: tuple[str, ...] = ()


def one(*objects: Obj, **more: Any) -> Finding:
    found = findings(extensions, routed(*objects, **more))
    assert len(found) == 1, [entry.id for entry in found]
    return found[0]


# -- APIs


def api(reason: str = "ServiceNotFound", message: str = "", *, group: str = "metrics.k8s.io", **more: Any) -> Obj:
    conditions = [state("Available", more.pop("status", "False"), reason, message, age=more.pop("age", 600))]
    backend = more.pop("backend", {"name": "metrics", "namespace": "ops"})
    return obj(
        "APIService",
        f"v1.{group}",
        namespace="",
        metadata={"labels": {}},
        spec={"group": group, "version": "v1", "service": backend},
        status={"conditions": conditions},
    )


def backend(*, ready: bool) -> list[Obj]:
    body = pod("metrics-1", namespace="ops", ready=ready, labels={"app": "metrics"})
    return [service("metrics", namespace="ops"), body]


BROKEN = (
    Case(id="no service", objects=[api()], words="the Service ops/metrics that should serve it does not exist"),
    Case(
        id="no service but a like one",
        objects=[api(), service("metrics-server", namespace="ops")],
        words="there is metrics-server",
    ),
    Case(
        id="pods are not ready",
        objects=[api("MissingEndpoints"), *backend(ready=False)],
        words="none of the 1 pods behind the Service ops/metrics is ready",
    ),
    Case(
        id="certificate",
        objects=[
            api("FailedDiscoveryCheck", "failing or missing response from https://10.0.0.1/apis: x509: expired"),
            *backend(ready=True),
        ],
        words="its certificate is not accepted",
    ),
    Case(
        id="no answer",
        objects=[
            api("FailedDiscoveryCheck", "failing or missing response from https://10.0.0.1: context deadline exceeded"),
            *backend(ready=True),
        ],
        words="does not answer in time",
    ),
    Case(
        id="wrong port",
        objects=[api("ServicePortError"), *backend(ready=True)],
        words="lacks the port",
    ),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
def test_an_api_that_does_not_answer_says_what_is_behind_it(case: Case) -> None:
    found = one(*case.objects)

    assert (found.code, str(found.object)) == ("APIServiceUnavailable", "APIService v1.metrics.k8s.io")
    assert case.words in found.summary.en
    assert "no measurements" in found.summary.en


def test_an_api_whose_pods_are_down_is_their_symptom() -> None:
    found = one(api("MissingEndpoints"), *backend(ready=False))

    assert found.role is Role.SYMPTOM
    assert [str(reach.ref) for reach in found.affected] == ["Service ops/metrics"]


def test_what_cannot_work_without_the_api_is_named() -> None:
    scaler = obj(
        "HorizontalPodAutoscaler",
        "app",
        status={"conditions": [state("ScalingActive", "False", "FailedGetResourceMetric", "metrics.k8s.io is down")]},
    )
    ending = obj(
        "Namespace",
        "old",
        namespace="",
        status={"conditions": [state("NamespaceDeletionDiscoveryFailure", "True", "x", "metrics.k8s.io/v1: stale")]},
    )
    found = one(api(), scaler, ending)

    assert "1 autoscaler cannot measure; namespace old cannot be deleted" in found.summary.en
    assert {str(reach.ref) for reach in found.affected} == {f"HorizontalPodAutoscaler {SPACE}/app", "Namespace old"}


ANSWERING = (
    Case(id="built in", objects=[api(backend=None)]),
    Case(id="available", objects=[api("Passed", status="True")]),
    Case(id="unknown", objects=[api("x", status="Unknown")]),
    Case(id="just gone", objects=[api(age=20)]),
)


@pytest.mark.parametrize("case", ANSWERING, ids=lambda case: case.id)
def test_an_api_that_answers_or_may_is_no_fault(case: Case) -> None:
    assert findings(extensions, routed(*case.objects)) == []


# -- kinds


NO_KIND = 'resource mapping not found: no matches for kind "Widget" in version "acme.dev/v1"'


def definition(*versions: str, group: str = "acme.dev", kind: str = "Widget", sub: bool = False) -> Obj:
    entries = [
        {"name": entry, "served": True, **({"subresources": {"status": {}}} if sub else {})} for entry in versions
    ]
    return obj(
        "CustomResourceDefinition",
        f"{kind.lower()}s.{group}",
        namespace="",
        spec={"group": group, "names": {"kind": kind}, "versions": entries},
    )


def application(message: str = NO_KIND, *, phase: str = "Failed") -> Obj:
    body = {"operationState": {"phase": phase, "message": message}}
    return custom("argoproj.io/v1alpha1", "Application", "shop", status=body)


def crashing() -> list[Obj]:
    return deployed(pod(statuses=[crash_loop(ended=60)]))


def test_a_kind_that_the_cluster_lacks_names_who_needs_it() -> None:
    found = one(application())

    assert (found.code, str(found.object), found.part) == (
        "CustomResourceKindMissing",
        f"Application {SPACE}/shop",
        "Widget.acme.dev",
    )
    assert "needs the kind Widget (acme.dev/v1), but the cluster does not know the kind" in found.summary.en
    assert found.confidence.value == 0.95


def test_a_version_that_is_not_served_names_those_that_are() -> None:
    found = one(application(), definition("v1beta1"))

    assert "serves it only as v1beta1, not as v1" in found.summary.en
    assert found.near == ("acme.dev/v1beta1",)


def test_the_same_kind_in_another_group_is_offered() -> None:
    assert one(application(), definition("v1", group="acme.io")).near == ("Widget.acme.io",)


def test_a_controller_that_ends_with_it_is_the_one_who_needs_it() -> None:
    line = f"E0310 11:58:59.000000 1 main.go:10] unable to start: {NO_KIND}"
    found = one(*crashing(), logs={("app-7d9c-x2x4z", "app", True): [line]})

    assert str(found.object) == f"Deployment {SPACE}/app"
    assert [reach.ref.kind for reach in found.affected] == ["Pod"]


def test_a_controller_that_cannot_list_a_kind_names_it() -> None:
    said = "failed to list *v1.Widget: the server could not find the requested resource (get widgets.acme.dev)"
    body = pod(statuses=[status(state=running(), ready=False)])
    found = one(*deployed(body), logs={("app-7d9c-x2x4z", "app", False): [f"{ago(20)} ERROR {said}"]})

    assert found.part == "Widget.acme.dev"


def test_an_event_about_an_object_counts_while_it_is_fresh() -> None:
    target = custom("ops.dev/v1", "Bundle", "web")
    fresh, old = event(target | {"spec": {}}, "Failed", NO_KIND), event(target, "Failed", NO_KIND, last=4000)
    fresh["involvedObject"]["apiVersion"] = old["involvedObject"]["apiVersion"] = "ops.dev/v1"

    assert one(target, fresh).object.name == "web"
    assert findings(extensions, routed(target, old)) == []


def test_a_kind_that_was_added_since_is_ruled_out() -> None:
    given = routed(application(), definition("v1"))

    assert findings(extensions, given) == []
    assert [entry.code for entry in ruled_out(extensions, given)] == ["CustomResourceKindMissing"]


def test_a_kind_of_which_objects_were_read_is_served() -> None:
    given = routed(application(), custom("acme.dev/v1", "Widget", "w"))

    assert findings(extensions, given) == []


SAID_BUT_FINE = (
    Case(id="discovery failed", objects=[application(), api(group="acme.dev", age=30)]),
    Case(id="sync succeeded since", objects=[application(phase="Succeeded")]),
    Case(id="built-in kind", objects=[application('no matches for kind "Deployment" in version "apps/v1"')]),
    Case(
        id="autoscaler's own rule",
        objects=[
            scaler := obj("HorizontalPodAutoscaler", "app"),
            event(scaler, "FailedGetScale", NO_KIND),
        ],
    ),
)


@pytest.mark.parametrize("case", SAID_BUT_FINE, ids=lambda case: case.id)
def test_a_kind_that_is_not_missing_is_no_fault(case: Case) -> None:
    assert findings(extensions, routed(*case.objects)) == []


def test_a_removed_version_says_what_to_write_instead() -> None:
    found = one(application('no matches for kind "Ingress" in version "extensions/v1beta1"'))

    assert found.code == "APIVersionRemoved"
    assert "Kubernetes removed in 1.22; it must be written as networking.k8s.io/v1" in found.summary.en
    assert "pathType" in found.remedies[0].summary.en


def test_a_program_that_asks_for_a_removed_version_is_to_be_renewed() -> None:
    said = "failed to list *v1beta1.CronJob: the server could not find the requested resource"
    body = pod(statuses=[status(state=running(), ready=False)])
    found = one(*deployed(body), logs={("app-7d9c-x2x4z", "app", False): [f"{ago(20)} ERROR {said}"]})

    assert found.code == "APIVersionRemoved"
    assert "release of the program" in found.remedies[0].summary.en


def test_a_service_without_pods_makes_the_api_its_symptom() -> None:
    found = one(api("MissingEndpoints"), service("metrics", namespace="ops"))

    assert found.role is Role.SYMPTOM


def test_a_kind_without_successor_is_left_out() -> None:
    found = one(application('no matches for kind "PodSecurityPolicy" in version "policy/v1beta1"'))

    assert "leave it out" in found.summary.en


def test_an_old_version_in_the_applied_copy_alone_is_no_fault() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"apiVersion":"extensions/v1beta1"}'}

    assert findings(extensions, routed(obj("Ingress", "web", metadata={"annotations": applied}))) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('no matches for kind "Widget" in version "acme.dev/v1"', ("Widget", "acme.dev", "v1")),
        ('no matches for kind \\"Widget\\" in version \\"acme.dev/v1\\"', ("Widget", "acme.dev", "v1")),
        ('no matches for kind "Widget" in group "acme.dev"', ("Widget", "acme.dev", "")),
        ('no matches for kind "Pod" in version "v1"', ("Pod", "", "v1")),
        ("the server could not find the requested resource", None),
        (
            "failed to list *v1beta1.Job: the server could not find the requested resource (get jobs.extensions)",
            ("Job", "extensions", "v1beta1"),
        ),
        (
            "failed to list *client.Widget: the server could not find the requested resource (get widgets.acme.dev)",
            ("Widget", "acme.dev", ""),
        ),
        (
            "failed to list *unstructured.Unstructured: the server could not find the requested resource",
            None,
        ),
        (
            'The Kubernetes API could not find version "v1beta1" of batch/CronJob for requested resource shop/a.',
            ("CronJob", "batch", "v1beta1"),
        ),
        (
            "The Kubernetes API could not find acme.dev/Widget for requested resource shop/a. Make sure it is there.",
            ("Widget", "acme.dev", ""),
        ),
    ],
)
def test_texts_are_read(words: str, expected: tuple[str, str, str] | None) -> None:
    assert parsed(words) == expected


@pytest.mark.parametrize(
    ("kind", "group", "version", "gone"),
    [
        ("CronJob", "batch", "v1beta1", "1.25"),
        ("HorizontalPodAutoscaler", "autoscaling", "v2beta2", "1.26"),
        ("FlowSchema", "flowcontrol.apiserver.k8s.io", "v1beta3", "1.32"),
        ("PodDisruptionBudget", "", "v1beta1", "1.25"),
    ],
)
def test_removed_versions_are_known(kind: str, group: str, version: str, gone: str) -> None:
    found = removed_version(kind, group, version)

    assert found is not None
    assert found.gone == gone
    assert removed_version(kind, group, "v1") is None


# -- custom resources


def widget(*conditions: Obj, name: str = "main", created: float = 9000, **rest: Any) -> Obj:
    body: Obj = {"status": {"conditions": list(conditions), **rest.pop("status", {})}}
    return custom("widgets.acme.dev/v1", "Widget", name, created=created, **body, **rest)


def bare(name: str = "main", *, created: float = 9000) -> Obj:
    return custom("widgets.acme.dev/v1", "Widget", name, created=created, spec={})


def operator(*, ready: int) -> Obj:
    return deployment("widgets", body=pod(containers=[container("manager")]), namespace="ops", ready=ready)


FAILING = state("Ready", "False", "BackupFailed", "no space left in bucket acme-backup")

UNMET = (
    Case(
        id="not ready", objects=[widget(FAILING)], words="reports Ready False (BackupFailed): no space left in bucket"
    ),
    Case(id="degraded", objects=[widget(state("Degraded", "True", "Split"))], words="reports Degraded True (Split)"),
    Case(id="not synced", objects=[widget(state("Synced", "False", "ReconcileError", "403"))], words="Synced False"),
    Case(id="unknown for long", objects=[widget(state("Ready", "Unknown", "", age=3000))], words="Ready Unknown"),
    Case(
        id="at work for too long",
        objects=[widget(state("Ready", "False", "Provisioning", age=4000))],
        words="Ready False (Provisioning)",
    ),
    Case(
        id="change not taken up",
        objects=[widget(state("Ready", "True"), metadata={"generation": 3}, status={"observedGeneration": 2})],
        words="has seen generation 2 of 3",
    ),
    Case(
        id="no status where others have one",
        objects=[bare(), widget(state("Ready", "True"), name="other")],
        words="no controller has reported anything about it in 2 h",
    ),
)


@pytest.mark.parametrize("case", UNMET, ids=lambda case: case.id)
def test_a_custom_resource_that_is_not_as_asked_says_what_its_controller_says(case: Case) -> None:
    found = one(*case.objects)

    assert (found.code, str(found.object)) == ("CustomResourceNotReconciled", f"Widget {SPACE}/main")
    assert case.words in found.summary.en
    assert found.role is Role.ROOT


def test_a_controller_that_is_down_explains_it() -> None:
    found = one(widget(FAILING), operator(ready=0))

    assert found.role is Role.SYMPTOM
    assert "seems to be its controller" in found.summary.en
    assert [str(reach.ref) for reach in found.affected] == ["Deployment ops/widgets"]


def test_without_any_status_a_dead_controller_counts_where_the_kind_has_one() -> None:
    kind = definition("v1", group="widgets.acme.dev", sub=True)

    assert one(bare(), operator(ready=0), kind).role is Role.SYMPTOM
    assert findings(extensions, routed(bare(), operator(ready=0))) == []


def test_children_that_are_not_well_explain_it() -> None:
    parent = widget(FAILING)
    child = pod("main-0", owner=parent)
    found = one(parent, child)

    assert found.role is Role.SYMPTOM
    assert [str(reach.ref) for reach in found.affected] == [f"Pod {SPACE}/main-0"]


def test_the_managed_fields_tell_when_the_change_was_made() -> None:
    changed = [{"manager": "kubectl", "time": ago(100), "fieldsV1": {"f:spec": {}}}]
    lag = widget(metadata={"generation": 3, "managedFields": changed}, status={"observedGeneration": 2})

    assert findings(extensions, routed(lag)) == []


MET = (
    Case(id="ready", objects=[widget(state("Ready", "True"))]),
    Case(id="pure settings", objects=[bare(), bare("other")]),
    Case(id="paused", objects=[widget(FAILING, spec={"paused": True})]),
    Case(id="suspended", objects=[widget(FAILING, spec={"suspend": True})]),
    Case(id="paused by a mark", objects=[widget(FAILING, metadata={"annotations": {"acme.dev/paused": "true"}})]),
    Case(id="scaled to zero", objects=[widget(FAILING, spec={"replicas": 0})]),
    Case(id="done", objects=[widget(FAILING, status={"phase": "Succeeded"})]),
    Case(id="just failed", objects=[widget(state("Ready", "False", "x", age=20))]),
    Case(id="at work", objects=[widget(state("Ready", "False", "Creating", age=300))]),
    Case(id="unknown while fresh", objects=[widget(state("Ready", "Unknown", age=200))]),
    Case(id="a condition whose False is good", objects=[widget(state("Failed", "False"), state("Paused", "False"))]),
    Case(id="going", objects=[widget(FAILING, metadata={"deletionTimestamp": ago(900)})]),
    Case(id="young without status", objects=[bare(created=60), widget(state("Ready", "True"), name="other")]),
    Case(
        id="certificate", objects=[custom("cert-manager.io/v1", "Certificate", "c", status={"conditions": [FAILING]})]
    ),
    Case(
        id="scaled object", objects=[custom("keda.sh/v1alpha1", "ScaledObject", "s", status={"conditions": [FAILING]})]
    ),
    Case(
        id="gateway",
        objects=[custom("gateway.networking.k8s.io/v1", "Gateway", "g", status={"conditions": [FAILING]})],
    ),
    Case(
        id="flux",
        objects=[custom("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "k", status={"conditions": [FAILING]})],
    ),
    Case(id="rollout", objects=[custom("argoproj.io/v1alpha1", "Rollout", "r", status={"conditions": [FAILING]})]),
)


@pytest.mark.parametrize("case", MET, ids=lambda case: case.id)
def test_a_custom_resource_as_asked_or_of_other_rules_is_no_fault(case: Case) -> None:
    assert findings(extensions, routed(*case.objects)) == []


def test_the_secret_that_it_should_write_is_named_where_it_is_missing() -> None:
    unsynced = custom(
        "external-secrets.io/v1",
        "ExternalSecret",
        "keys",
        spec={"target": {"name": "app-keys"}},
        status={"conditions": [state("Ready", "False", "SecretSyncedError", "permission denied")]},
    )
    found = one(unsynced)

    assert found.role is Role.ROOT
    assert [str(reach.ref) for reach in found.affected] == [f"Secret {SPACE}/app-keys"]


def test_what_is_at_work_is_in_progress() -> None:
    given = routed(widget(state("Ready", "False", "Creating", age=300)))

    assert [entry.object.name for entry in in_progress(extensions, given)] == ["main"]


def test_every_code_of_the_family_is_tested_here() -> None:
    assert [entry.code for entry in CODES] == [
        "CustomResourceKindMissing",
        "CustomResourceNotReconciled",
        "APIServiceUnavailable",
        "APIVersionRemoved",
    ]


@pytest.mark.parametrize("broken", [None, 5, "x", [], [None], [{}], {}, {"a": None}], ids=repr)
def test_damaged_objects_raise_nothing(broken: Any) -> None:
    objects = [
        {**api(), "spec": broken},
        {**api(group="other.dev"), "status": broken},
        {**definition("v1"), "spec": broken},
        {**application(), "status": {"operationState": broken, "conditions": broken}},
        {**widget(FAILING), "status": {"conditions": broken, "observedGeneration": broken}, "spec": broken},
        {**widget(FAILING, name="b"), "status": broken},
        {**pod(), "metadata": {**pod()["metadata"], "ownerReferences": owned_by(widget())}},
    ]
    list(extensions(routed(*objects)))
