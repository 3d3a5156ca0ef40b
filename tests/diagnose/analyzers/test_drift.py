"""Settings that changed after they were read, deliveries that failed, and edits by hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.drift import drift
from diagnose.codes.drift import CODES
from diagnose.findings import Finding, Role
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import (
    SPACE,
    Obj,
    ago,
    configmap,
    container,
    deployed,
    findings,
    job,
    obj,
    pod,
    running,
    secret,
    status,
)


def managed(*keys: str, age: float = 600, manager: str = "kubectl-edit", **more: Any) -> list[Obj]:
    fields = {"f:data": {".": {}, **{f"f:{key}": {} for key in keys}}, **more}
    return [{"manager": manager, "operation": "Update", "time": ago(age), "fieldsV1": fields}]


def settings(*, age: float = 600, kind: str = "ConfigMap", **more: Any) -> Obj:
    made = configmap("settings", {"HOST": "db"}) if kind == "ConfigMap" else secret("settings", ["HOST"])
    made["metadata"] |= {"creationTimestamp": ago(90_000), "managedFields": managed("HOST", age=age, **more)}
    return made


def by_variable(kind: str = "ConfigMap", key: str = "HOST") -> Obj:
    source = "configMapKeyRef" if kind == "ConfigMap" else "secretKeyRef"
    return container(env=[{"name": "DB_HOST", "valueFrom": {source: {"name": "settings", "key": key}}}])


def by_all() -> Obj:
    return container(envFrom=[{"configMapRef": {"name": "settings"}}])


def mounted(**mount: Any) -> Obj:
    return container(volumeMounts=[{"name": "v", "mountPath": "/etc/app.conf", **mount}])


VOLUME: Obj = {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}


def serving(part: Obj, *, started: float = 3000, updated: bool = True, **spec: Any) -> list[Obj]:
    body = pod(containers=[part], statuses=[status(state=running(started), ready=True)], ready=True, spec=spec)
    top, middle, body = deployed(body)
    top["status"] |= {"readyReplicas": 1, "updatedReplicas": 1 if updated else 0}
    return [top, middle, body]


def one(*objects: Obj, **more: Any) -> Finding:
    found = findings(drift, routed(*objects, **more))
    assert len(found) == 1, [entry.id for entry in found]
    return found[0]


# -- settings


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    objects: Sequence[Obj]
    variant: str = ""
    words: str = ""


STALE = (
    Case(id="variable", objects=[settings(), *serving(by_variable())], variant="configmap", words="(DB_HOST)"),
    Case(
        id="secret",
        objects=[settings(kind="Secret"), *serving(by_variable("Secret"))],
        variant="secret",
        words="Secret settings",
    ),
    Case(id="all of it", objects=[settings(), *serving(by_all())], variant="configmap", words="(envFrom)"),
    Case(
        id="single file",
        objects=[settings(), *serving(mounted(subPath="app.conf"), **VOLUME)],
        variant="configmap",
        words="/etc/app.conf (subPath)",
    ),
)


@pytest.mark.parametrize("case", STALE, ids=lambda case: case.id)
def test_settings_that_changed_after_the_start_are_named_with_both_times(case: Case) -> None:
    found = one(*case.objects)

    assert (found.code, found.variant, found.part) == ("ConfigNewerThanPods", case.variant, "settings")
    assert str(found.object) == f"Deployment {SPACE}/app"
    assert found.role is Role.CONTRIBUTING
    assert case.words in found.summary.en
    assert "10 min ago, 40 min after container app had read it" in found.summary.en
    assert found.confidence.value == 0.95
    assert found.remedies[0].command == f"kubectl -n {SPACE} rollout restart deployment/app"


def test_a_refused_login_beside_it_makes_it_the_cause() -> None:
    objects = [settings(kind="Secret"), *serving(by_variable("Secret"))]
    line = 'FATAL: password authentication failed for user "shop"'
    logs = {("app-7d9c-x2x4z", "app", False): [f"{ago(50 - index)} {line}" for index in range(4)]}
    found = one(*objects, logs=logs)

    assert found.role is Role.ROOT
    assert "password authentication failed" in found.summary.en


@pytest.mark.parametrize(
    ("host", "role"), [("db-before", Role.ROOT), ("db", Role.CONTRIBUTING)], ids=["former address", "present address"]
)
def test_an_address_that_the_settings_still_name_is_not_explained_by_a_restart(host: str, role: Role) -> None:
    objects = [settings(), *serving(by_variable())]
    line = f"dial tcp: lookup {host} on 10.96.0.10:53: no such host"
    logs = {("app-7d9c-x2x4z", "app", False): [f"{ago(50 - index)} ERROR {line}" for index in range(4)]}

    assert one(*objects, logs=logs).role is role


LABELS_TOO: Obj = {"f:metadata": {"f:labels": {}}}


def test_a_write_that_may_have_touched_labels_only_is_less_sure() -> None:
    found = one(settings(**LABELS_TOO), *serving(by_variable()))

    assert found.confidence.word == "matched"


COPY_TOO: Obj = {"f:metadata": {"f:annotations": {".": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {}}}}


def test_the_copy_of_the_manifest_changes_with_the_data() -> None:
    assert one(settings(**COPY_TOO), *serving(by_variable())).confidence.word == "proved"


def test_an_object_made_anew_is_only_inferred() -> None:
    anew = configmap("settings", {"HOST": "db"})
    anew["metadata"]["creationTimestamp"] = ago(600)
    found = one(anew, *serving(by_variable()))

    assert found.confidence.word == "inferred"
    assert "was made anew" in found.summary.en


WITHOUT_TIME = settings()
WITHOUT_TIME["metadata"]["managedFields"] = [{"manager": "x", "fieldsV1": {"f:data": {"f:HOST": {}}}}]
JOB_POD = pod(containers=[by_variable()], statuses=[status(state=running(3000))])

FRESH = (
    Case(id="changed before the start", objects=[settings(age=4000), *serving(by_variable())]),
    Case(id="whole volume", objects=[settings(), *serving(mounted(), **VOLUME)]),
    Case(id="another key", objects=[settings(), *serving(by_variable(key="PORT"))]),
    Case(id="just changed", objects=[settings(age=20), *serving(by_variable())]),
    Case(id="pods are being replaced", objects=[settings(), *serving(by_variable(), updated=False)]),
    Case(id="no time", objects=[WITHOUT_TIME, *serving(by_variable())]),
    Case(id="job", objects=[settings(), *job(JOB_POD)]),
    Case(id="not read", objects=serving(by_variable())),
    Case(id="restarted since", objects=[settings(), *serving(by_variable(), started=300)]),
)


@pytest.mark.parametrize("case", FRESH, ids=lambda case: case.id)
def test_settings_in_force_are_no_fault(case: Case) -> None:
    assert findings(drift, routed(*case.objects)) == []


# -- Argo CD and Flux


def application(*, phase: str = "", message: str = "", conditions: Sequence[Obj] = (), **rest: Any) -> Obj:
    operation: Obj = {"phase": phase, "message": message, "finishedAt": ago(300), **rest.pop("operation", {})}
    body = {"operationState": operation, "conditions": list(conditions), "sync": {"status": "OutOfSync"}, **rest}
    return custom("argoproj.io/v1alpha1", "Application", "shop", namespace="argocd", status=body)


def flux(kind: str, *conditions: Obj, api: str = "", name: str = "shop", **spec: Any) -> Obj:
    apis = {
        "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
        "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    }
    version = api or apis.get(kind, "source.toolkit.fluxcd.io/v1")
    return custom(version, kind, name, namespace="flux", spec=spec, status={"conditions": list(conditions)})


BUILD = state("Ready", "False", "BuildFailed", "kustomize build failed: accumulating resources: app.yaml: not found")
GIT = state("Ready", "False", "GitOperationFailed", "failed to checkout: authentication required")
REFUSED = {
    "syncResult": {
        "revision": "8f3c2d1",
        "resources": [
            {
                "kind": "Deployment",
                "name": "web",
                "namespace": SPACE,
                "status": "SyncFailed",
                "message": 'deployments.apps "web" is forbidden: exceeded quota: small',
            }
        ],
    }
}

FAILED = (
    Case(
        id="argo operation",
        objects=[application(phase="Failed", message="one or more objects failed to apply", operation=REFUSED)],
        variant="argo",
        words="cannot bring Deployment web into the cluster (revision 8f3c2d1)",
    ),
    Case(
        id="argo comparison",
        objects=[application(conditions=[{"type": "ComparisonError", "message": "app path does not exist"}])],
        variant="argo",
        words="app path does not exist",
    ),
    Case(id="flux build", objects=[flux("Kustomization", BUILD)], variant="flux", words="kustomize build failed"),
    Case(id="flux source", objects=[flux("GitRepository", GIT)], variant="flux", words="cannot fetch its source"),
    Case(
        id="flux stalled",
        objects=[flux("OCIRepository", state("Stalled", "True", "URLInvalid", "invalid URL"))],
        variant="flux",
        words="invalid URL",
    ),
)


@pytest.mark.parametrize("case", FAILED, ids=lambda case: case.id)
def test_a_failed_delivery_says_what_failed_and_why(case: Case) -> None:
    found = one(*case.objects)

    assert (found.code, found.variant, found.role) == ("GitOpsSyncFailed", case.variant, Role.ROOT)
    assert case.words in found.summary.en
    assert found.remedies[0].summary.en


def test_a_delivery_that_waits_for_a_broken_source_points_at_it() -> None:
    waiting = state("Ready", "False", "ArtifactFailed", "Source artifact not found, retrying")
    source = {"kind": "GitRepository", "name": "repo"}
    found = findings(
        drift, routed(flux("Kustomization", waiting, sourceRef=source), flux("GitRepository", GIT, name="repo"))
    )
    by_kind = {entry.object.kind: entry for entry in found}

    assert by_kind["Kustomization"].role is Role.SYMPTOM
    assert [str(reach.ref) for reach in by_kind["Kustomization"].affected] == ["GitRepository flux/repo"]
    assert by_kind["GitRepository"].role is Role.ROOT


def test_a_failed_health_check_points_at_the_workload() -> None:
    said = f"health check failed after 5m: timeout waiting for: [Deployment/{SPACE}/app status: 'InProgress']"
    found = one(flux("Kustomization", state("Ready", "False", "HealthCheckFailed", said)), *deployed(pod()))

    assert found.role is Role.SYMPTOM
    assert [str(reach.ref) for reach in found.affected] == [f"Deployment {SPACE}/app"]


AT_REST = (
    Case(id="out of sync alone", objects=[application(phase="Succeeded")]),
    Case(id="still running", objects=[application(phase="Running")]),
    Case(
        id="failed once, in sync and healthy now",
        objects=[application(phase="Failed", sync={"status": "Synced"}, health={"status": "Healthy"})],
    ),
    Case(id="degraded health only", objects=[application(phase="Succeeded", health={"status": "Degraded"})]),
    Case(id="suspended", objects=[flux("Kustomization", BUILD, suspend=True)]),
    Case(id="reconciling", objects=[flux("Kustomization", state("Ready", "Unknown", "Progressing"))]),
    Case(id="progressing", objects=[flux("Kustomization", state("Ready", "False", "Progressing"))]),
    Case(id="ready", objects=[flux("Kustomization", state("Ready", "True", "ReconciliationSucceeded"))]),
)


@pytest.mark.parametrize("case", AT_REST, ids=lambda case: case.id)
def test_a_delivery_at_rest_or_at_work_is_no_fault(case: Case) -> None:
    assert findings(drift, routed(*case.objects)) == []


# -- Helm


def record(revision: int, mark: str, *, age: float = 3600, kind: str = "Secret") -> Obj:
    labels = {"owner": "helm", "name": "shop", "status": mark, "version": str(revision)}
    fields: Obj = {"metadata": {"labels": labels}, "created": age}
    label = f"sh.helm.release.v1.shop.v{revision}"
    if kind == "Secret":
        return secret(label, ["release"], kind="helm.sh/release.v1", **fields)
    return obj(kind, label, **fields)


def release(*conditions: Obj, **spec: Any) -> Obj:
    chart = {"spec": {"chart": "shop", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}}
    return flux("HelmRelease", *conditions, chart=chart, **spec)


def test_a_failed_newest_revision_is_reported_with_its_number() -> None:
    found = one(record(3, "deployed"), record(4, "failed"))

    assert (found.code, found.object.name) == ("HelmReleaseFailed", "sh.helm.release.v1.shop.v4")
    assert "Helm release shop (revision 4) failed 60 min ago" in found.summary.en
    assert found.remedies[-1].command == f"helm -n {SPACE} rollback shop"


def test_an_upgrade_that_was_cut_off_is_rolled_back() -> None:
    found = one(record(3, "deployed"), record(4, "pending-upgrade", kind="ConfigMap"))

    assert "has hung in its upgrade" in found.summary.en
    assert found.remedies[0].command == f"helm -n {SPACE} rollback shop"


def test_a_first_install_that_was_cut_off_is_removed() -> None:
    assert "uninstall shop" in one(record(1, "pending-install")).remedies[0].command


def test_a_failed_release_with_an_unwell_workload_is_its_symptom() -> None:
    top, *rest = deployed(pod())
    top["metadata"]["annotations"]["meta.helm.sh/release-name"] = "shop"
    found = one(record(2, "failed"), top, *rest)

    assert found.role is Role.SYMPTOM
    assert [str(reach.ref) for reach in found.affected] == [f"Deployment {SPACE}/app"]
    assert "Deployment app of it is not ready" in found.summary.en


def test_flux_tells_the_first_error_of_a_release() -> None:
    found = one(
        release(
            state("Ready", "False", "RetriesExceeded", "retries exhausted"),
            state("Released", "False", "UpgradeFailed", "Helm upgrade failed: template: shop/templates/a.yaml:3: nil"),
        )
    )

    assert "template: shop/templates/a.yaml:3" in found.summary.en
    assert "(chart shop)" in found.summary.en


def test_a_release_whose_repository_fails_points_at_it() -> None:
    repository = flux("HelmRepository", GIT, name="charts")
    ready = state("Ready", "False", "SourceNotReady", "HelmChart is not ready")
    found = findings(drift, routed(release(ready), repository))

    assert {entry.code: entry.role for entry in found} == {
        "HelmReleaseFailed": Role.SYMPTOM,
        "GitOpsSyncFailed": Role.ROOT,
    }


RELEASED = (
    Case(id="deployed after a failure", objects=[record(3, "failed"), record(4, "deployed")]),
    Case(id="superseded", objects=[record(3, "superseded"), record(4, "deployed")]),
    Case(id="upgrade under way", objects=[record(4, "pending-upgrade", age=120)]),
    Case(id="ready", objects=[release(state("Ready", "True", "UpgradeSucceeded"))]),
    Case(id="remediated", objects=[release(state("Ready", "True", "x"), state("Released", "False", "UpgradeFailed"))]),
    Case(id="suspended", objects=[release(state("Ready", "False", "UpgradeFailed", "no"), suspend=True)]),
    Case(id="progressing", objects=[release(state("Ready", "Unknown", "Progressing"))]),
    Case(id="not a record", objects=[secret("shop", ["release"])]),
)


@pytest.mark.parametrize("case", RELEASED, ids=lambda case: case.id)
def test_a_release_in_force_is_no_fault(case: Case) -> None:
    assert findings(drift, routed(*case.objects)) == []


# -- edits by hand


def edited(
    *, image: str = "app:2", manager: str = "kubectl-edit", ready: int = 0, age: float = 600, last: bool = True
) -> list[Obj]:
    top, middle, body = deployed(pod(containers=[container(image=image)]))
    manifest = {"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "image": "app:1"}]}}}}
    by_hand: Obj = {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': {".": {}, "f:image": {}}}}}}
    if last:
        top["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(manifest)
    top["metadata"]["managedFields"] = [
        {"manager": "kubectl-client-side-apply", "operation": "Update", "time": ago(7200), "fieldsV1": {"f:spec": {}}},
        {"manager": manager, "operation": "Update", "time": ago(age), "fieldsV1": {"f:spec": by_hand}},
    ]
    top["status"] |= {"readyReplicas": ready}
    return [top, middle, body]


def test_a_field_edited_by_hand_shows_both_values_and_the_hand() -> None:
    found = one(*edited())

    assert (found.code, found.role) == ("LiveStateDrifted", Role.CONTRIBUTING)
    assert "(kubectl-edit) 10 min ago" in found.summary.en
    assert "app:1 -> app:2" in found.summary.en
    assert found.confidence.value == 0.95
    assert "kubectl apply -f -" in found.remedies[0].command


def test_on_a_well_workload_it_is_hygiene() -> None:
    assert one(*edited(ready=1)).role is Role.HYGIENE


def test_without_the_applied_manifest_a_managed_object_is_only_inferred() -> None:
    objects = edited(last=False)
    objects[0]["metadata"]["managedFields"][0]["manager"] = "helm"
    objects[0]["metadata"]["annotations"]["meta.helm.sh/release-name"] = "shop"
    found = one(*objects)

    assert found.confidence.word == "inferred"
    assert "by the Helm release shop" in found.summary.en


SCALER = obj(
    "HorizontalPodAutoscaler",
    "app",
    spec={"scaleTargetRef": {"kind": "Deployment", "name": "app", "apiVersion": "apps/v1"}},
)


def resized() -> list[Obj]:
    top, *rest = edited(image="app:1")
    top["metadata"]["managedFields"][1] |= {"manager": "kubectl-edit", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    top["spec"]["replicas"] = 4
    return [top, *rest]


AS_APPLIED = (
    Case(id="same value", objects=edited(image="app:1")),
    Case(id="applied later", objects=edited(age=9000)),
    Case(id="no hand", objects=edited(manager="kube-controller-manager")),
    Case(id="size set by an autoscaler", objects=[SCALER, *resized()]),
    Case(id="no manifest and no keeper", objects=edited(last=False)),
)


@pytest.mark.parametrize("case", AS_APPLIED, ids=lambda case: case.id)
def test_an_object_as_applied_is_no_drift(case: Case) -> None:
    assert findings(drift, routed(*case.objects)) == []


def test_a_size_set_by_hand_is_drift() -> None:
    assert "spec.replicas: 1 -> 4" in one(*resized()).summary.en


# -- all


def test_every_code_of_the_family_is_tested_here() -> None:
    assert [entry.code for entry in CODES] == [
        "ConfigNewerThanPods",
        "GitOpsSyncFailed",
        "HelmReleaseFailed",
        "LiveStateDrifted",
    ]


@pytest.mark.parametrize("broken", [None, 5, "x", [], [None], [{}], {}, {"a": None}], ids=repr)
def test_damaged_objects_raise_nothing(broken: Any) -> None:
    app, shop = application(phase="Failed"), release()
    top, middle, body = edited()
    top["metadata"]["managedFields"] = broken
    map_ = settings()
    map_["metadata"]["managedFields"] = broken
    kept = edited()[0]
    kept["metadata"] |= {
        "name": "kept",
        "managedFields": [{"manager": "kubectl-edit", "time": ago(5), "fieldsV1": broken}],
    }
    objects = [
        {**app, "status": {"operationState": broken, "conditions": broken}},
        {**shop, "status": broken, "spec": broken},
        {**record(2, "failed"), "metadata": {**record(2, "failed")["metadata"], "labels": broken}},
        *(top, middle, body, map_, kept),
        *serving(by_variable()),
    ]
    list(drift(routed(*objects)))
