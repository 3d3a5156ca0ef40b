"""Refused creations: each code from the server's own words, near misses, and refusals that are over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.admission import admission
from diagnose.analyzers.admission.limits import breaches
from diagnose.analyzers.admission.quota import overruns, variant_of
from diagnose.analyzers.admission.requirements import demanded
from diagnose.analyzers.admission.security import controls, security_patch
from diagnose.analyzers.admission.webhooks import call_of
from diagnose.findings import Edge, Finding
from tests.diagnose.build import (
    SPACE,
    Obj,
    ago,
    container,
    deployment,
    event,
    findings,
    in_progress,
    obj,
    owned_by,
    pod,
    replicaset,
    ruled_out,
    scene,
    service,
)

QUOTA = "exceeded quota: team, requested: {0}, used: {1}, limited: {2}"


def refused(said: str, *, body: Obj | None = None, wanted: int = 2, have: int = 0, ready: int = 0) -> list[Obj]:
    """A Deployment whose ReplicaSet is refused pods, as the controller writes it."""
    top = deployment("web", body=body or pod(containers=[container("app")]), replicas=wanted, ready=ready)
    middle = replicaset("web-5d4f", top, replicas=wanted, ready=ready)
    middle["status"] = {
        "replicas": have,
        "readyReplicas": ready,
        "conditions": [
            {
                "type": "ReplicaFailure",
                "status": "True",
                "reason": "FailedCreate",
                "message": said,
                "lastTransitionTime": ago(2000),
            }
        ],
    }
    return [top, middle, event(middle, "FailedCreate", f"Error creating: {said}", last=30)]


def forbidden(reason: str) -> str:
    return f'pods "web-5d4f-abcde" is forbidden: {reason}'


def one(*objects: Obj, unread: tuple[str, ...] = ()) -> Finding:
    found = findings(admission, scene(*objects, unread=unread))
    assert len(found) == 1, [entry.code for entry in found]
    return found[0]


@dataclass(frozen=True, kw_only=True)
class Said:
    id: str
    text: str
    code: str
    variant: str = ""
    object: str = "Deployment/web"
    part: str = ""
    words: tuple[str, ...] = ()


SAID = (
    Said(
        id="pods of a quota",
        text=forbidden(QUOTA.format("pods=1", "pods=4", "pods=4")),
        code="QuotaExceeded",
        variant="pods",
        object="ResourceQuota/team",
        part="pods",
        words=("team", "pods 4", "4 is used", "1 more"),
    ),
    Said(
        id="two keys of a quota",
        text=forbidden(
            QUOTA.format(
                "limits.memory=1Gi,requests.cpu=2",
                "limits.memory=3Gi,requests.cpu=1",
                "limits.memory=3Gi,requests.cpu=2",
            )
        ),
        code="QuotaExceeded",
        variant="memory",
        object="ResourceQuota/team",
        part="limits.memory",
        words=("limits.memory 3Gi", "requests.cpu"),
    ),
    Said(
        id="quota that demands requests",
        text=forbidden("failed quota: team: must specify limits.cpu for: app; requests.memory for: app"),
        code="QuotaRequiresResources",
        words=("limits.cpu, requests.memory", "container app"),
    ),
    Said(
        id="quota that demands requests, older server",
        text=forbidden("failed quota: team: must specify limits.cpu,limits.memory"),
        code="QuotaRequiresResources",
        words=("limits.cpu, limits.memory",),
    ),
    Said(
        id="limit above the maximum",
        text=forbidden("maximum memory usage per Container is 64Mi, but limit is 128Mi"),
        code="LimitRangeViolated",
        words=("limits.memory = 128Mi", "limits.memory <= 64Mi"),
    ),
    Said(
        id="several bounds",
        text=forbidden(
            "[maximum cpu usage per Pod is 1, but limit is 2, minimum memory usage per Pod is 64Mi.  No request is "
            "specified]"
        ),
        code="LimitRangeViolated",
        words=("limits.cpu = 2", "per Pod"),
    ),
    Said(
        id="ratio",
        text=forbidden("cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000"),
        code="LimitRangeViolated",
        part="app",
        words=("ratio = 4",),
    ),
    Said(
        id="pod security",
        text=forbidden(
            'violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "app" must set '
            'securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must set '
            'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
        ),
        code="PodSecurityViolated",
        words=("restricted", "2 rules", "runAsNonRoot"),
    ),
    Said(
        id="service account",
        text='pods "web-5d4f-" is forbidden: error looking up service account shop/robot: serviceaccount "robot" '
        "not found",
        code="ServiceAccountMissing",
        part="robot",
        words=("ServiceAccount robot",),
    ),
    Said(
        id="admission policy",
        text=forbidden(
            "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: failed expression: image has a "
            "tag"
        ),
        code="AdmissionPolicyDenied",
        object="ValidatingAdmissionPolicy/no-latest",
        part="all",
        words=("no-latest", "binding all", "image has a tag"),
    ),
    Said(
        id="webhook says no",
        text='admission webhook "validate.example.com" denied the request: [need-team] you must provide '
        'labels: {"team"}',
        code="AdmissionWebhookDenied",
        part="validate.example.com",
        words=("validate.example.com", "you must provide labels"),
    ),
    Said(
        id="webhook without Service",
        text='Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post '
        '"https://injector.mesh.svc:443/inject?timeout=10s": service "injector" not found',
        code="AdmissionWebhookUnavailable",
        variant="no_service",
        object="ValidatingWebhookConfiguration/inject.example.com",
        part="inject.example.com",
        words=("Service injector", "namespace mesh", "does not exist"),
    ),
    Said(
        id="webhook refuses connections",
        text='Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post '
        '"https://injector.mesh.svc:443/inject?timeout=10s": dial tcp 10.96.1.1:443: connect: connection refused',
        code="AdmissionWebhookUnavailable",
        variant="no_endpoints",
        object="ValidatingWebhookConfiguration/inject.example.com",
        part="inject.example.com",
        words=("refuses the connection",),
    ),
    Said(
        id="webhook too slow, older server",
        text='Internal error occurred: failed calling webhook "inject.example.com": Post '
        '"https://injector.mesh.svc:443/inject?timeout=5s": context deadline exceeded',
        code="AdmissionWebhookUnavailable",
        variant="timeout",
        object="ValidatingWebhookConfiguration/inject.example.com",
        part="inject.example.com",
        words=("within 5s",),
    ),
    Said(
        id="webhook with an expired certificate",
        text='Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post '
        '"https://injector.mesh.svc:443/inject?timeout=10s": tls: failed to verify certificate: x509: certificate has '
        "expired or is not yet valid: current time 2026-03-10T12:00:00Z is after 2026-03-01T00:00:00Z",
        code="AdmissionWebhookCertificateInvalid",
        object="ValidatingWebhookConfiguration/inject.example.com",
        part="inject.example.com",
        words=("expired", "2026-03-01"),
    ),
    Said(
        id="webhook with a certificate for another name",
        text='Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post '
        '"https://injector.mesh.svc:443/inject?timeout=10s": x509: certificate is valid for other.mesh.svc, not '
        "injector.mesh.svc",
        code="AdmissionWebhookCertificateInvalid",
        object="ValidatingWebhookConfiguration/inject.example.com",
        part="inject.example.com",
        words=("other.mesh.svc", "injector.mesh.svc"),
    ),
    Said(
        id="priority class",
        text=forbidden("no PriorityClass with name gold was found"),
        code="PodSpecRejected",
        part="spec.priorityClassName",
        words=("gold",),
    ),
    Said(
        id="invalid field",
        text='Pod "web-5d4f-abcde" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "data"',
        code="PodSpecRejected",
        part="spec.containers[0].volumeMounts[0].name",
        words=("Not found", "data"),
    ),
    Said(
        id="any other text",
        text="etcdserver: request timed out",
        code="PodSpecRejected",
        words=("request timed out",),
    ),
)


@pytest.mark.parametrize("case", SAID, ids=lambda case: case.id)
def test_each_refusal_gets_the_code_of_what_refused_it(case: Said) -> None:
    finding = one(*refused(case.text), unread=("Service",))
    assert (finding.code, finding.variant, finding.part) == (case.code, case.variant, case.part)
    assert f"{finding.object.kind}/{finding.object.name}" == case.object
    for word in case.words:
        assert word in finding.summary.en
    assert "abcde" not in finding.summary.en
    assert "Deployment web" in finding.summary.en
    assert finding.remedies
    assert all(remedy.verify for remedy in finding.remedies if remedy.command)
    reached = {(reach.ref.kind, reach.ref.name): reach.edge for reach in finding.affected}
    assert reached["ReplicaSet", "web-5d4f"] is Edge.POLICY
    assert reached["Deployment", "web"] is Edge.OWNER


@pytest.mark.parametrize("case", SAID, ids=lambda case: case.id)
def test_a_refusal_that_is_over_is_ruled_out_with_its_code(case: Said) -> None:
    top, middle, told = refused(case.text, have=2, ready=2)
    middle["status"].pop("conditions")
    given = scene(
        top, middle, told, event(middle, "SuccessfulCreate", "Created pod: web-5d4f-x", kind="Normal", last=10)
    )
    assert findings(admission, given) == []
    (healed,) = ruled_out(admission, given)
    assert (healed.code, healed.healed) == (case.code, True)
    assert healed.ended is not None


def test_without_events_and_conditions_nothing_is_said() -> None:
    top, middle, _ = refused("x")
    middle["status"].pop("conditions")
    assert list(admission(scene(top, middle))) == []


def test_an_old_replica_set_that_wants_no_pods_is_not_short() -> None:
    top, middle, told = refused(forbidden(QUOTA.format("pods=1", "pods=4", "pods=4")))
    middle["spec"]["replicas"] = 0
    assert findings(admission, scene(top, middle, told)) == []


def test_a_would_violate_warning_is_no_refusal_of_pod_security() -> None:
    finding = one(*refused('would violate PodSecurity "restricted:latest": privileged (container "app")'))
    assert finding.code == "PodSpecRejected"


# -- who was refused


def test_other_controllers_are_read_as_well() -> None:
    text = QUOTA.format("pods=1", "pods=4", "pods=4")
    body = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container()]}}
    stateful = obj("StatefulSet", "db", spec={"replicas": 2, "template": body}, status={"replicas": 1})
    daemon = obj(
        "DaemonSet",
        "agent",
        spec={"template": body},
        status={"currentNumberScheduled": 1, "desiredNumberScheduled": 3},
    )
    batch = obj("Job", "report", spec={"template": body, "parallelism": 1, "completions": 1}, status={})
    cron = obj(
        "CronJob",
        "nightly",
        spec={"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": body}}},
        status={"lastScheduleTime": ago(3600)},
    )
    told = [
        event(
            stateful,
            "FailedCreate",
            f'create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: {text}',
        ),
        event(daemon, "FailedCreate", f'Error creating: pods "agent-" is forbidden: {text}'),
        event(batch, "FailedCreate", f'Error creating: pods "report-" is forbidden: {text}'),
        event(cron, "FailedCreate", f'Error creating job: jobs.batch "nightly-1" is forbidden: {text}'),
    ]
    found = findings(admission, scene(stateful, daemon, batch, cron, *told))
    assert {finding.affected[0].ref.kind for finding in found} == {"StatefulSet", "DaemonSet", "Job", "CronJob"}
    assert {finding.object.name for finding in found} == {"team"}


def test_a_replica_set_that_may_not_be_made_is_read_from_its_deployment() -> None:
    top = deployment("web")
    top["status"]["conditions"] = [
        {
            "type": "Progressing",
            "status": "False",
            "reason": "ReplicaSetCreateError",
            "message": 'Failed to create new replica set "web-1": replicasets.apps "web-1" is forbidden: '
            + QUOTA.format("count/replicasets.apps=1", "count/replicasets.apps=2", "count/replicasets.apps=2"),
        }
    ]
    finding = one(top)
    assert (finding.code, finding.variant) == ("QuotaExceeded", "objects")


def test_a_namespace_that_ends_is_no_fault() -> None:
    given = scene(*refused(forbidden("unable to create new content in namespace shop because it is being terminated")))
    assert findings(admission, given) == []
    assert len(in_progress(admission, given)) == 1


# -- quotas


def quota(hard: Mapping[str, str], used: Mapping[str, str]) -> Obj:
    return obj("ResourceQuota", "team", spec={"hard": dict(hard)}, status={"hard": dict(hard), "used": dict(used)})


def test_the_quota_itself_proves_the_refusal_and_names_the_biggest_users() -> None:
    big = obj("Deployment", "big", spec={"replicas": 1, "template": {"spec": {"containers": [container()]}}})
    middle = replicaset("big-1", big)
    hungry = pod("big-1-a", containers=[container(resources={"requests": {"cpu": "1500m"}})], owner=middle, ready=True)
    text = forbidden(QUOTA.format("requests.cpu=1", "requests.cpu=1500m", "requests.cpu=2"))
    finding = one(*refused(text), quota({"requests.cpu": "2"}, {"requests.cpu": "1500m"}), big, middle, hungry)
    assert finding.confidence.value == 0.95
    assert finding.variant == "cpu"
    assert "Deployment big 1.5" in finding.summary.en
    assert finding.actual == "requests.cpu = 2.5 (used 1500m + asked 1)"
    raised = finding.remedies[0]
    assert '"requests.cpu":"3.5"' in raised.command
    assert raised.estimate is not None
    assert '"requests.cpu":"2"' in raised.undo


def test_a_quota_with_room_is_tried_again_and_no_fault() -> None:
    text = forbidden(QUOTA.format("pods=1", "pods=4", "pods=4"))
    given = scene(*refused(text), quota({"pods": "10"}, {"pods": "4"}))
    assert findings(admission, given) == []
    assert "room" in in_progress(admission, given)[0].reason.en


def test_a_rollout_that_only_lacks_room_for_its_extra_pod_is_told_to_replace_one_by_one() -> None:
    objects = refused(forbidden(QUOTA.format("pods=1", "pods=2", "pods=2")), wanted=2, ready=2)
    objects[0]["spec"]["strategy"] = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
    }
    finding = one(*objects)
    assert '"maxSurge":0' in finding.remedies[0].command
    assert '"maxSurge":"25%"' in finding.remedies[0].undo


def test_a_claim_that_is_absent_while_its_quota_is_full_is_a_quota_matter() -> None:
    full = quota({"persistentvolumeclaims": "3"}, {"persistentvolumeclaims": "3"})
    mounted = pod(spec={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}, phase="Pending")
    finding = one(full, mounted)
    assert (finding.code, finding.variant, finding.confidence.value) == ("QuotaExceeded", "storage", 0.6)
    assert (
        findings(admission, scene(quota({"persistentvolumeclaims": "4"}, {"persistentvolumeclaims": "3"}), mounted))
        == []
    )
    assert findings(admission, scene(full, mounted, unread=("PersistentVolumeClaim",))) == []
    assert findings(admission, scene(full)) == []


@pytest.mark.parametrize(
    ("key", "variant"),
    [
        ("cpu", "cpu"),
        ("requests.cpu", "cpu"),
        ("limits.memory", "memory"),
        ("pods", "pods"),
        ("services.loadbalancers", "services"),
        ("requests.storage", "storage"),
        ("fast.storageclass.storage.k8s.io/requests.storage", "storage"),
        ("limits.ephemeral-storage", "ephemeral-storage"),
        ("count/deployments.apps", "objects"),
        ("requests.nvidia.com/gpu", "objects"),
    ],
)
def test_a_quota_key_has_the_variant_of_its_resource(key: str, variant: str) -> None:
    assert variant_of(key) == variant


# -- resources that are demanded or out of range


def test_missing_requests_take_what_most_containers_of_the_namespace_state() -> None:
    peers = [pod(f"p-{i}", containers=[container(resources={"requests": {"cpu": "250m"}})]) for i in range(2)]
    finding = one(*refused(forbidden("failed quota: team: must specify requests.cpu for: app")), *peers)
    assert '"requests":{"cpu":"250m"}' in finding.remedies[0].command
    assert finding.remedies[0].estimate is not None


def test_missing_limits_are_never_below_requests() -> None:
    body = pod(containers=[container("app", resources={"requests": {"memory": "1Gi"}})])
    finding = one(*refused(forbidden("failed quota: team: must specify limits.memory for: app"), body=body))
    assert '"limits":{"memory":"1Gi"}' in finding.remedies[0].command


def bounds(**entry: Any) -> Obj:
    return obj("LimitRange", "bounds", spec={"limits": [{"type": "Container", **entry}]})


def test_the_limit_range_that_holds_the_bound_is_named_and_the_value_moved_to_it() -> None:
    body = pod(
        containers=[container("app", resources={"limits": {"memory": "128Mi"}, "requests": {"memory": "100Mi"}})]
    )
    finding = one(
        *refused(forbidden("maximum memory usage per Container is 64Mi, but limit is 128Mi"), body=body),
        bounds(max={"memory": "64Mi"}),
    )
    assert finding.part == "app"
    assert "LimitRange bounds" in finding.summary.en
    assert finding.confidence.value == 0.95
    assert finding.remedies[0].patch is not None
    assert '"limits":{"memory":"64Mi"}' in finding.remedies[0].command
    assert '"requests":{"memory":"64Mi"}' in finding.remedies[0].command


def test_the_corrected_values_keep_the_ratio_too() -> None:
    body = pod(containers=[container("app", resources={"limits": {"cpu": "4"}, "requests": {"cpu": "50m"}})])
    text = forbidden(
        "[minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 1, but limit "
        "is 4, cpu max limit to request ratio per Container is 2, but provided ratio is 80.000000]"
    )
    command = one(*refused(text, body=body)).remedies[0].command
    assert '"limits":{"cpu":"1"},"requests":{"cpu":"500m"}' in command


def test_a_request_above_a_limit_that_a_limit_range_fills_in_is_its_violation() -> None:
    body = pod(containers=[container("app", resources={"requests": {"cpu": "2"}})])
    text = (
        'Pod "web-5d4f-abcde" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than '
        "or equal to cpu limit of 500m"
    )
    finding = one(*refused(text, body=body), bounds(default={"cpu": "500m"}))
    assert finding.code == "LimitRangeViolated"
    assert "fills in" in finding.summary.en
    assert '"limits":{"cpu":"2"}' in finding.remedies[0].command
    assert (
        '"requests":{"cpu":"500m"}'
        in one(*refused(text, body=body), bounds(default={"cpu": "500m"}, max={"cpu": "1"})).remedies[0].command
    )
    own = pod(containers=[container("app", resources={"requests": {"cpu": "2"}, "limits": {"cpu": "500m"}})])
    assert one(*refused(text, body=own)).code == "PodSpecRejected"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("minimum cpu usage per Container is 100m, but request is 50m", [("minimum", "cpu", "100m", "request", "50m")]),
        ("maximum cpu usage per Container is 1.  No limit is specified", [("maximum", "cpu", "1", "limit", "")]),
        (
            "[maximum cpu usage per Pod is 2, but limit is 3, maximum memory usage per Pod is 1Gi, but limit is 2Gi]",
            [("maximum", "cpu", "2", "limit", "3"), ("maximum", "memory", "1Gi", "limit", "2Gi")],
        ),
        (
            "memory max limit to request ratio per Pod is 2, but no request is specified or request is 0.",
            [("ratio", "memory", "2", "limit", "")],
        ),
        ("something else", []),
    ],
)
def test_bounds_are_read_from_the_servers_words(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [(b.bound, b.resource, b.allowed, b.side, b.actual) for b in breaches(text)] == expected


def test_keys_and_containers_of_a_demand_are_read() -> None:
    assert demanded("failed quota: q: must specify limits.cpu for: a,b; requests.memory for: a") == (
        "q",
        {"limits.cpu": ["a", "b"], "requests.memory": ["a"]},
    )
    assert overruns("nothing of the kind") == ("", ())


# -- pod security


@dataclass(frozen=True, kw_only=True)
class Setting:
    id: str
    said: str
    spec: Obj = field(default_factory=lambda: {"containers": [{"name": "app"}, {"name": "log"}]})
    patch: Obj


SETTINGS = (
    Setting(
        id="each container alone",
        said='allowPrivilegeEscalation != false (containers "app", "log" must set '
        "securityContext.allowPrivilegeEscalation=false)",
        patch={
            "containers": [
                {"name": "app", "securityContext": {"allowPrivilegeEscalation": False}},
                {"name": "log", "securityContext": {"allowPrivilegeEscalation": False}},
            ]
        },
    ),
    Setting(
        id="capabilities that may stay",
        said='unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]; container '
        '"app" must not include "NET_RAW" in securityContext.capabilities.add)',
        spec={
            "containers": [
                {"name": "app", "securityContext": {"capabilities": {"add": ["NET_RAW", "NET_BIND_SERVICE"]}}}
            ]
        },
        patch={
            "containers": [
                {
                    "name": "app",
                    "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
                }
            ]
        },
    ),
    Setting(
        id="the pod once",
        said='runAsNonRoot != true (pod or containers "app", "log" must set securityContext.runAsNonRoot=true), '
        'seccompProfile (pod or containers "app", "log" must set securityContext.seccompProfile.type to '
        '"RuntimeDefault" or "Localhost")',
        patch={"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}},
    ),
    Setting(
        id="a container that says otherwise",
        said='runAsNonRoot != true (container "log" must not set securityContext.runAsNonRoot=false)',
        spec={"containers": [{"name": "app"}, {"name": "log", "securityContext": {"runAsNonRoot": False}}]},
        patch={
            "securityContext": {"runAsNonRoot": True},
            "containers": [{"name": "log", "securityContext": {"runAsNonRoot": True}}],
        },
    ),
    Setting(
        id="start-up containers and the host",
        said='privileged (container "prep" must not set securityContext.privileged=true), host namespaces '
        "(hostNetwork=true, hostPID=true)",
        spec={
            "initContainers": [{"name": "prep"}],
            "containers": [{"name": "app"}],
            "hostNetwork": True,
            "hostPID": True,
        },
        patch={
            "initContainers": [{"name": "prep", "securityContext": {"privileged": False}}],
            "hostNetwork": False,
            "hostPID": False,
        },
    ),
)


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case.id)
def test_the_patch_sets_exactly_what_each_control_asks_for(case: Setting) -> None:
    level, version, failed = controls(f'violates PodSecurity "restricted:v1.30": {case.said}')
    assert (level, version) == ("restricted", "v1.30")
    assert security_patch(case.spec, failed) == case.patch


def test_what_no_field_can_allow_is_said_and_the_level_is_the_last_choice() -> None:
    finding = one(*refused(forbidden('violates PodSecurity "baseline:latest": hostPath volumes (volume "logs")')))
    first, last = finding.remedies
    assert first.command == ""
    assert "hostPath volumes" in first.summary.en
    assert "enforce=privileged" in last.command
    assert "enforce=baseline" in last.undo


# -- service accounts


def test_an_account_with_a_near_name_is_offered_first() -> None:
    body = pod(spec={"serviceAccountName": "robt"})
    text = forbidden('error looking up service account shop/robt: serviceaccount "robt" not found')
    accounts = [obj("ServiceAccount", name) for name in ("robot", "default")]
    finding = one(*refused(text, body=body), *accounts)
    assert finding.near == ("robot",)
    assert finding.confidence.value == 0.95
    assert '"serviceAccountName":"robot"' in finding.remedies[0].command
    assert one(*refused(text, body=body), unread=("ServiceAccount",)).confidence.value == 0.85


def test_an_account_that_exists_by_now_is_tried_again() -> None:
    text = forbidden('error looking up service account shop/robot: serviceaccount "robot" not found')
    given = scene(*refused(text), obj("ServiceAccount", "robot"))
    assert findings(admission, given) == []
    assert len(in_progress(admission, given)) == 1


# -- webhooks

DOWN = (
    'Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post '
    f'"https://injector.{SPACE}.svc:443/inject?timeout=10s": no endpoints available for service "injector"'
)


def configuration(**client: Any) -> Obj:
    return obj(
        "MutatingWebhookConfiguration",
        "injector",
        namespace="",
        webhooks=[{"name": "inject.example.com", "failurePolicy": "Fail", "clientConfig": client}],
    )


def test_the_configuration_and_what_stands_behind_it_are_named() -> None:
    backend = deployment("injector", body=pod(labels={"app": "injector"}), replicas=0)
    finding = one(*refused(DOWN), configuration(), service("injector"), backend)
    assert finding.object.kind == "MutatingWebhookConfiguration"
    assert finding.variant == "no_endpoints"
    assert "has no pods" in finding.summary.en
    assert "scale deployment/injector --replicas=1" in finding.remedies[0].command
    assert "Ignore" in finding.remedies[-1].command
    assert "Fail" in finding.remedies[-1].undo


def test_a_webhook_that_waits_for_its_own_pods_is_told() -> None:
    objects = refused(DOWN, body=pod(labels={"app": "injector"}))
    finding = one(*objects, configuration(), service("injector"))
    assert "its own pods wait for it" in finding.summary.en


def test_an_empty_bundle_is_told_apart_from_another_authority() -> None:
    text = DOWN.replace(
        'no endpoints available for service "injector"',
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    )
    assert "no caBundle" in one(*refused(text), configuration()).summary.en
    assert "authority in the configuration" in one(*refused(text), configuration(caBundle="Q0E=")).summary.en


def test_an_address_outside_the_cluster_is_read_too() -> None:
    call = call_of(
        'failed calling webhook "a.b.c": failed to call webhook: Post "https://hooks.example.com/x?timeout=3s": EOF'
    )
    assert call is not None
    assert (call.service, call.address, call.timeout, call.variant) == (
        "",
        "https://hooks.example.com/x",
        "3s",
        "no_endpoints",
    )


# -- fields


def test_a_priority_class_with_a_near_name_is_offered() -> None:
    classes = [obj("PriorityClass", name, namespace="") for name in ("golden", "gold-high")]
    finding = one(*refused(forbidden("no PriorityClass with name goldn was found")), *classes)
    assert finding.near[0] == "golden"
    assert '"priorityClassName":"golden"' in finding.remedies[0].command


def test_the_rejected_field_of_the_template_is_quoted() -> None:
    body = pod(containers=[container("app", volumeMounts=[{"name": "data", "mountPath": "/data"}])])
    finding = one(
        *refused(
            'Pod "web-5d4f-abcde" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "data"', body=body
        )
    )
    assert any(entry.quote == "data" for entry in finding.evidence)


def test_owned_by_links_are_followed_upward() -> None:
    top, middle, told = refused(forbidden(QUOTA.format("pods=1", "pods=4", "pods=4")))
    assert middle["metadata"]["ownerReferences"] == owned_by(top)
    assert [reach.ref.kind for reach in one(top, middle, told).affected] == ["ReplicaSet", "Deployment"]
