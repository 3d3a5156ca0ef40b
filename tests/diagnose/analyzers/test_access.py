"""Refusals of the Kubernetes API: the rule that is missing, bindings that lead nowhere, missing tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.access import access
from diagnose.analyzers.access.refusals import parse
from diagnose.findings import Finding, Role, Severity, Who
from diagnose.scene import Scene
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
Obj = dict[str, Any]
USER = "system:serviceaccount:shop:web"


def refused(
    verb: str = "list", resource: str = "pods", group: str = "", *, at: str = "shop", name: str = "", user: str = USER
) -> str:
    """Write the API server's refusal as a program logs it."""
    head = f"{resource.partition('/')[0]}{'.' + group if group else ''}"
    who = f'"{name}" ' if name else ""
    where = f'in the namespace "{at}"' if at else "at the cluster scope"
    text = f'User "{user}" cannot {verb} resource "{resource}" in API group "{group}" {where}'
    return f"error: {head} {who}is forbidden: {text}"


def account(name: str = "web", namespace: str = "shop", **fields: Any) -> Obj:
    """Make a ServiceAccount."""
    return build.obj("ServiceAccount", name, namespace=namespace, **fields)


def rule(resource: str = "pods", verbs: Sequence[str] = ("get",), group: str = "", **more: Any) -> Obj:
    """Write a rule of a role."""
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs), **more}


def role(*rules: Obj, name: str = "reader", namespace: str = "shop", wide: bool = False) -> Obj:
    """Make a Role or a ClusterRole."""
    if wide:
        return build.obj("ClusterRole", name, namespace="", rules=list(rules))
    return build.obj("Role", name, namespace=namespace, rules=list(rules))


def binding(
    to: str = "Role/reader", *, title: str = "readers", namespace: str = "shop", wide: bool = False, **subject: str
) -> Obj:
    """Bind a role to the ServiceAccount ``web`` of namespace ``shop`` unless ``subject`` says otherwise."""
    kind, _, wanted = to.partition("/")
    who = {"kind": "ServiceAccount", "name": "web", "namespace": "shop", **subject}
    body: Obj = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": wanted}, "subjects": [who]}
    if wide:
        return build.obj("ClusterRoleBinding", title, namespace="", **body)
    return build.obj("RoleBinding", title, namespace=namespace, **body)


def stage(
    line: str, *objects: Obj, ready: bool = False, unread: Sequence[str] = (), spec: Mapping[str, Any] | None = None
) -> Scene:
    """Prepare a Deployment that runs as ServiceAccount ``web`` and ended, or runs on, with this line."""
    status = build.status(state=build.running(400), ready=True) if ready else build.crash_loop()
    body = build.pod(POD, statuses=[status], ready=ready, spec={"serviceAccountName": "web", **(spec or {})})
    given = [*build.deployed(body), *objects]
    if not any(entry["kind"] == "ServiceAccount" for entry in objects):
        given.append(account())
    return build.scene(*given, logs={(POD, "app", not ready): [line]}, unread=unread)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A refusal, the roles around it, and what must be said and proposed."""

    id: str
    line: str = field(default_factory=refused)
    objects: Sequence[Obj] = ()
    object: str
    words: Sequence[str]
    command: Sequence[str]
    value: float = 0.95
    unread: Sequence[str] = ()


CASES = (
    Case(
        id="nothing-is-bound",
        object="ServiceAccount web",
        words=["ServiceAccount shop/web may not list pods in namespace shop", "no role bound to it has list"],
        command=[
            "kubectl -n shop create role web-pods-list --verb=list --resource=pods",
            "create rolebinding web-pods-list --role=web-pods-list --serviceaccount=shop:web",
        ],
    ),
    Case(
        id="verb",
        objects=[role(rule(verbs=["get", "watch"])), binding()],
        object="Role reader",
        words=["rule 1 of Role reader lacks the verb list (it has get, watch)"],
        command=["patch role/reader --type=json", '"path":"/rules/0/verbs/-","value":"list"'],
    ),
    Case(
        id="group",
        line=refused("get", "deployments", "apps", name="web"),
        objects=[role(rule("deployments", ["get"])), binding()],
        object="Role reader",
        words=['names the API group "" instead of "apps"', "deployments.apps"],
        command=['"value":{"apiGroups":["apps"],"resourceNames":["web"],"resources":["deployments"],"verbs":["get"]}'],
    ),
    Case(
        id="subresource",
        line=refused("get", "pods/log", name="web-1"),
        objects=[role(rule("pods", ["get", "list"])), binding()],
        object="Role reader",
        words=["names pods and not pods/log"],
        command=['"resources":["pods/log"]'],
    ),
    Case(
        id="resource-name",
        line=refused("get", "configmaps", name="settings"),
        objects=[role(rule("configmaps", ["get"], resourceNames=["setting"])), binding()],
        object="Role reader",
        words=["is for the names setting only (asked for: settings)"],
        command=['"resourceNames":["settings"]'],
    ),
    Case(
        id="list-knows-no-names",
        line=refused("list", "configmaps"),
        objects=[role(rule("configmaps", ["list"], resourceNames=["settings"])), binding()],
        object="Role reader",
        words=["is for the names settings only"],
        command=["/rules/-"],
    ),
    Case(
        id="subject-in-another-namespace",
        objects=[role(rule(verbs=["list"])), binding(), account()],
        line=refused(user="system:serviceaccount:ops:web"),
        object="RoleBinding readers",
        words=[
            "ServiceAccount ops/web",
            "RoleBinding readers would allow it and names ServiceAccount shop/web instead",
        ],
        command=['"op":"add","path":"/subjects/-"', '"namespace":"ops"'],
    ),
    Case(
        id="subject-misspelt",
        objects=[role(rule(verbs=["list"])), binding(name="wbe")],
        object="RoleBinding readers",
        words=["would allow it and names ServiceAccount shop/wbe instead"],
        command=['"op":"replace","path":"/subjects/0"', '"name":"web"'],
    ),
    Case(
        id="cluster-scope-by-a-role-binding",
        line=refused("list", "nodes", at=""),
        objects=[role(rule("nodes", ["list"]), name="nodes", wide=True), binding("ClusterRole/nodes")],
        object="RoleBinding readers",
        words=["list nodes at cluster scope", "in namespace shop only", "takes a ClusterRoleBinding"],
        command=["kubectl create clusterrolebinding web-nodes-list --clusterrole=nodes --serviceaccount=shop:web"],
    ),
    Case(
        id="bound-in-another-namespace",
        line=refused("list", "pods", at="data"),
        objects=[role(rule(verbs=["list"])), binding()],
        object="ServiceAccount web",
        words=["in namespace data", "RoleBinding readers allows it in namespace shop only"],
        command=["kubectl -n data create role", "--serviceaccount=shop:web"],
    ),
    Case(
        id="role-that-nobody-binds",
        objects=[role(rule(verbs=["list"]), name="web")],
        object="ServiceAccount web",
        words=["Role web allows it and is not bound to it"],
        command=["kubectl -n shop create rolebinding web-pods-list --role=web --serviceaccount=shop:web"],
    ),
    Case(
        id="role-of-kubernetes-is-left-alone",
        objects=[role(rule(verbs=["get"]), name="view", wide=True), binding("ClusterRole/view")],
        object="ServiceAccount web",
        words=["rule 1 of ClusterRole view lacks the verb list"],
        command=["create role web-pods-list"],
    ),
    Case(
        id="roles-were-not-read",
        unread=["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
        object="ServiceAccount web",
        words=["not all roles could be read"],
        command=["create role web-pods-list"],
        value=0.75,
    ),
    Case(
        id="plain-url",
        line=f'forbidden: User "{USER}" cannot get path "/metrics"',
        object="ServiceAccount web",
        words=["may not get /metrics at cluster scope"],
        command=["create clusterrole web-metrics-get --verb=get --non-resource-url=/metrics"],
    ),
)


def of_code(stage_: Scene, code: str = "AccessForbidden") -> list[Finding]:
    return [entry for entry in build.findings(access, stage_) if entry.code == code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_refusal_names_the_missing_rule_and_how_to_grant_it(case: Case) -> None:
    (found,) = of_code(stage(case.line, *case.objects, unread=case.unread))

    assert f"{found.object.kind} {found.object.name}" == case.object
    assert found.role is Role.ROOT
    assert found.confidence.value == case.value
    for word in case.words:
        assert word in found.summary.en
    for part in case.command:
        assert part in found.remedies[0].command
    assert found.remedies[0].verify.startswith("kubectl auth can-i ")
    assert "create" in found.remedies[-1].command


def test_the_words_of_an_informer_ask_for_watch_as_well() -> None:
    line = f"E0301 12:00:00.000000 1 reflector.go:147] failed to list *v1.Pod: {refused()[7:]}"

    (found,) = of_code(stage(line))

    assert "--verb=list,watch" in found.remedies[0].command


def test_an_escaped_refusal_inside_json_is_read() -> None:
    inner = refused().replace('"', '\\"')
    line = f'{{"level":"error","msg":"sync failed","error":"{inner}"}}'

    assert [entry.object.name for entry in of_code(stage(line))] == ["web"]


ALLOWED = (
    [role(rule(verbs=["list"])), binding()],
    [role(rule("*", ["*"]), name="all", wide=True), binding("ClusterRole/all", wide=True)],
    [role(rule(verbs=["list"])), binding(kind="User", name=USER)],
    [role(rule(verbs=["list"])), binding(kind="Group", name="system:serviceaccounts:shop")],
    [role({"apiGroups": ["*"], "resources": ["*"], "verbs": ["list"]}), binding()],
)


@pytest.mark.parametrize("objects", ALLOWED, ids=["role", "cluster-wide", "user", "group", "stars"])
def test_what_the_rules_allow_by_now_is_over(objects: Sequence[Obj]) -> None:
    given = stage(refused(), *objects)

    assert of_code(given) == []
    assert [(entry.code, entry.healed) for entry in build.ruled_out(access, given)] == [("AccessForbidden", True)]


def test_a_ready_program_that_is_refused_something_is_told_beside_its_state() -> None:
    (found,) = of_code(stage(refused(), ready=True))

    assert found.role is Role.CONTRIBUTING


def test_a_ready_program_that_is_refused_again_and_again_does_not_do_its_work() -> None:
    status = build.status(state=build.running(400), ready=True)
    body = build.pod(POD, statuses=[status], ready=True, spec={"serviceAccountName": "web"})
    given = build.scene(*build.deployed(body), account(), logs={(POD, "app", False): [refused()] * 4})

    (found,) = of_code(given)

    assert (found.role, found.severity) == (Role.ROOT, Severity.MEDIUM)


def test_the_servers_own_word_of_a_missing_role_is_taken_where_roles_were_not_read() -> None:
    line = f'{refused()}: RBAC: role.rbac.authorization.k8s.io "readr" not found'

    (found,) = of_code(stage(line, unread=["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]))

    assert "refers to Role readr, which does not exist" in found.summary.en


@pytest.mark.parametrize(
    "line",
    [
        'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
        "AccessDenied: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: s3:ListBucket",
        "user bob cannot delete resource 7",
        'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
    ],
)
def test_other_refusals_are_not_for_this_family(line: str) -> None:
    assert build.findings(access, stage(line)) == []


def test_a_program_that_narrows_its_scope_is_well() -> None:
    body = build.pod(POD, statuses=[build.status(state=build.running(400))], spec={"serviceAccountName": "web"})
    lines = [refused(at=""), "cannot list at cluster scope, falling back to namespace scope"]
    given = build.scene(*build.deployed(body), account(), logs={(POD, "app", False): lines})

    assert build.findings(access, given) == []


def test_a_condition_tells_what_its_controller_was_refused() -> None:
    user = "system:serviceaccount:kube-system:horizontal-pod-autoscaler"
    text = refused("list", "pods", "metrics.k8s.io", user=user)
    scaler = build.obj(
        "HorizontalPodAutoscaler",
        "app",
        status={"conditions": [{"type": "ScalingActive", "status": "False", "message": text}]},
    )

    (found,) = of_code(build.scene(scaler))

    assert found.object.name == "horizontal-pod-autoscaler"
    assert [reach.ref.kind for reach in found.affected] == ["HorizontalPodAutoscaler"]


def test_a_binding_without_its_role_is_a_cause_where_somebody_is_refused() -> None:
    given = stage(refused(), role(rule(verbs=["list"]), name="reader"), binding("Role/readr"))

    (found,) = of_code(given, "RoleBindingDangling")
    (refusal,) = of_code(given)

    assert (found.role, found.near) == (Role.ROOT, ("Role/reader",))
    assert "kubectl -n shop delete rolebinding/readers" in found.remedies[0].command
    assert '"name": "reader"' in found.remedies[0].command
    assert "refers to Role readr, which does not exist" in refusal.summary.en


def test_a_role_of_the_other_kind_is_offered() -> None:
    given = stage("ok", role(rule(), name="reader", wide=True), binding("Role/reader"))

    (found,) = of_code(given, "RoleBindingDangling")

    assert (found.role, found.near) == (Role.HYGIENE, ("ClusterRole/reader",))


def test_a_subject_that_does_not_exist_is_untidy() -> None:
    (found,) = of_code(stage("ok", role(rule()), binding(name="wep")), "RoleBindingDangling")

    assert (found.role, found.near) == (Role.HYGIENE, ("web",))


def test_a_subject_that_does_not_exist_is_a_cause_where_somebody_like_it_is_refused() -> None:
    (found,) = of_code(stage(refused(), role(rule(verbs=["list"])), binding(name="webs")), "RoleBindingDangling")

    assert (found.role, found.near) == (Role.ROOT, ("web",))
    assert '"value":{"kind":"ServiceAccount","name":"web"' in found.remedies[0].command
    assert found.affected


def test_a_cluster_role_is_widened_only_after_a_role_of_the_namespace() -> None:
    shared = role(rule(verbs=["get"]), wide=True)
    (found,) = of_code(stage(refused(), shared, binding("ClusterRole/reader")), "AccessForbidden")

    assert "create role web-pods-list" in found.remedies[0].command
    assert "patch clusterrole/reader" in found.remedies[1].command
    assert found.remedies[1].who is Who.CLUSTER_ADMIN


def test_a_rule_for_pods_names_no_single_pod() -> None:
    (found,) = of_code(stage(refused("get", "pods", name="web-1")), "AccessForbidden")

    assert "resource-name" not in found.remedies[0].command


@pytest.mark.parametrize(
    ("objects", "unread"),
    [
        ([role(rule()), binding()], ()),
        ([role(rule()), binding(kind="User", name="jane")], ()),
        ([role(rule()), binding(kind="Group", name="ops")], ()),
        ([binding("Role/gone")], ("Role",)),
        ([role(rule()), binding(name="gone")], ("ServiceAccount",)),
    ],
    ids=["whole", "user", "group", "roles-unread", "accounts-unread"],
)
def test_a_binding_that_leads_somewhere_or_cannot_be_judged_is_not_told(
    objects: Sequence[Obj], unread: Sequence[str]
) -> None:
    assert of_code(stage("ok", *objects, unread=unread), "RoleBindingDangling") == []


NO_TOKEN = "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory"
MOUNT = {"name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}


@pytest.mark.parametrize(
    ("line", "spec", "fields", "words"),
    [
        (NO_TOKEN, {"automountServiceAccountToken": False}, {}, "is false in the pod"),
        (NO_TOKEN, {}, {"automountServiceAccountToken": False}, "is false in ServiceAccount web"),
        ("panic: unable to load in-cluster configuration", {"automountServiceAccountToken": False}, {}, "in the pod"),
        (refused(user="system:anonymous"), {"automountServiceAccountToken": False}, {}, "in the pod"),
    ],
    ids=["pod", "account", "client-go", "anonymous"],
)
def test_a_program_without_its_token_is_told_which_switch_is_off(line: str, spec: Obj, fields: Obj, words: str) -> None:
    (found,) = build.findings(access, stage(line, account(**fields), spec=spec))

    assert (found.code, found.object.kind) == ("ServiceAccountTokenMissing", "Deployment")
    assert words in found.summary.en
    assert '"automountServiceAccountToken":true' in found.remedies[0].command


@pytest.mark.parametrize(
    ("line", "spec", "fields"),
    [
        ("something else", {"automountServiceAccountToken": False}, {}),
        (NO_TOKEN, {"automountServiceAccountToken": True}, {"automountServiceAccountToken": False}),
        (NO_TOKEN, {"containers": [build.container(volumeMounts=[MOUNT])]}, {}),
    ],
    ids=["not-said", "pod-wins", "mounted"],
)
def test_a_token_that_is_mounted_or_not_missed_is_not_told(line: str, spec: Obj, fields: Obj) -> None:
    assert build.findings(access, stage(line, account(**fields), spec=spec)) == []


def test_a_program_that_works_without_the_api_needs_no_token() -> None:
    given = stage(NO_TOKEN, account(), ready=True, spec={"automountServiceAccountToken": False})

    assert build.findings(access, given) == []


def test_a_refusal_is_taken_apart() -> None:
    request = parse(refused("patch", "deployments/scale", "apps", name="web"))

    assert request is not None
    assert request.account == ("shop", "web")
    assert (request.resource, request.subresource, request.group) == ("deployments", "scale", "apps")
    assert (request.namespace, request.name, request.spoken) == ("shop", "web", "deployments.apps/scale")


@pytest.mark.parametrize("damage", [None, 3, "x", [None], [{"verbs": 1, "resources": {}}], {"a": 1}])
def test_damaged_roles_and_bindings_break_nothing(damage: Any) -> None:
    broken = [
        build.obj("Role", "reader", rules=damage),
        build.obj("RoleBinding", "readers", roleRef=damage, subjects=damage),
        build.obj("ClusterRoleBinding", "all", namespace="", roleRef={"kind": "ClusterRole"}, subjects=damage),
    ]

    assert [entry.object.name for entry in of_code(stage(refused(), *broken))] == ["web"]
