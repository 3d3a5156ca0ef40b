"""The exact rule and binding that grant a request, as commands and patches."""

from typing import Any

from cluster.fields import Obj, dig, name, namespace, strings, text
from core.phrase import Phrase
from diagnose.analyzers.access.nearest import Miss, kept_by_others
from diagnose.findings import Remedy, Risk, Who
from diagnose.rbac import Request
from diagnose.remedies import command, object_patch


def fixes(request: Request, miss: Miss) -> tuple[Remedy, ...]:
    """Return the smallest change first: the near-miss put right, else a role with just this rule and its binding."""
    whole = granted_anew(request)
    match miss.kind:
        case "rule" if miss.role is not None and not kept_by_others(miss.role):
            widened = _rule_added(request, miss, miss.role)
            # A ClusterRole that is bound in one namespace may be so in others: a Role gives nobody else the right.
            here = text(miss.binding, "kind") == "RoleBinding"
            local = here and bool(request.namespace) and text(miss.role, "kind") == "ClusterRole"
            return (whole, widened) if local else (widened, whole)
        case "subject" if miss.binding is not None:
            return (_subject_added(request, miss, miss.binding), whole)
        case "scope" | "elsewhere" | "unbound" if miss.role is not None and _reusable(request, miss.role):
            return (_bound(request, miss.role), whole)
        case _:
            return (whole,)


def who_may(request: Request) -> Who:
    """Say who can grant a request."""
    return Who.NAMESPACE_ADMIN if request.namespace else Who.CLUSTER_ADMIN


def check(request: Request) -> str:
    """Write the command that asks the API server whether a request is allowed."""
    where = f" -n {request.namespace}" if request.namespace else ""
    what = request.path or (f"{request.resource}.{request.group}" if request.group else request.resource)
    what += f"/{request.name}" if request.name else ""
    part = f" --subresource={request.subresource}" if request.subresource else ""
    return f"kubectl auth can-i {request.verbs[0]} {what}{part}{where} --as={request.user}"


def rule_for(request: Request) -> dict[str, Any]:
    """Write the one rule that grants a request."""
    verbs = list(request.verbs)
    if request.path:
        return {"nonResourceURLs": [request.path], "verbs": verbs}
    names = {"resourceNames": [request.name]} if lasting_name(request) else {}
    return {"apiGroups": [request.group], "resources": [request.full_resource], "verbs": verbs, **names}


def lasting_name(request: Request) -> str:
    """Return the name that is asked for, unless the next one will be another.

    Those of pods and Jobs are made up anew, and who writes a status writes that of every object of the kind.
    """
    many = request.resource in {"pods", "jobs", "events"} or request.subresource in {"finalizers", "status"}
    return "" if many else request.name


def granted_anew(request: Request) -> Remedy:
    """Create a role with just this rule and bind it."""
    kind, flags = ("role", f"-n {request.namespace} ") if request.namespace else ("clusterrole", "")
    own = fresh_name(request)
    target = f"--non-resource-url={request.path}" if request.path else f"--resource={request.spoken}"
    named = f" --resource-name={request.name}" if lasting_name(request) else ""
    verbs = ",".join(request.verbs)
    lines = (
        f"kubectl {flags}create {kind} {own} --verb={verbs} {target}{named}",
        f"kubectl {flags}create {kind}binding {own} --{kind}={own} {_subject_flag(request)}",
    )
    title = "Role" if request.namespace else "ClusterRole"
    return command(
        "\n".join(lines),
        summary=Phrase(
            en=f"Create a {title} that allows {verbs} on {request.spoken} and nothing else, and bind it to "
            f"{subject_name(request).en}",
            zh=f"创建只允许对 {request.spoken} 执行 {verbs} 的 {title}，并绑定到{subject_name(request).zh}",
        ),
        verify=check(request),
        expect=Phrase(en="yes", zh="输出 yes"),
        undo=f"kubectl {flags}delete {kind}binding/{own} {kind}/{own}",
        risk=Risk.ACCESS,
        who=who_may(request),
    )


def fresh_name(request: Request) -> str:
    """Name a role after who gets it and for what."""
    _, account = request.account
    who = account or request.user.rpartition(":")[2]
    what = request.path.strip("/") or request.full_resource
    words = f"{who}-{what}-{request.verbs[0]}".lower()
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-.") else "-" for char in words)
    return kept[:63].strip("-.")


def subject_name(request: Request) -> Phrase:
    """Name who asks."""
    space, account = request.account
    if account:
        return Phrase(en=f"ServiceAccount {space}/{account}", zh=f" ServiceAccount {space}/{account}")
    return Phrase(en=f"user {request.user}", zh=f"用户 {request.user}")


def _subject_flag(request: Request) -> str:
    space, account = request.account
    return f"--serviceaccount={space}:{account}" if account else f"--user={request.user}"


def _rule_added(request: Request, miss: Miss, role: Obj) -> Remedy:
    """Add the missing verb to a rule that is about this resource alone, else a rule of its own."""
    rule = dig(role, "rules", miss.index)
    lone = len(strings(rule, "resources")) == 1 and len(strings(rule, "apiGroups")) == 1
    missing = [verb for verb in request.verbs if verb not in strings(rule, "verbs")]
    kind = text(role, "kind")
    if miss.lacks == {"verb"} and lone and missing:
        count = len(strings(rule, "verbs"))
        at = f"/rules/{miss.index}/verbs"
        change: list[dict[str, Any]] = [{"op": "add", "path": f"{at}/-", "value": verb} for verb in missing]
        back = [{"op": "remove", "path": f"{at}/{count}"} for _ in missing]
        summary = Phrase(
            en=f"Add {', '.join(missing)} to rule {miss.index + 1} of {kind} {name(role)}",
            zh=f"在 {kind} {name(role)} 的第 {miss.index + 1} 条规则中加入 {'、'.join(missing)}",
        )
    else:
        listed = dig(role, "rules")
        change = [{"op": "add", "path": "/rules/-", "value": rule_for(request)}]
        back = [{"op": "remove", "path": f"/rules/{len(listed) if isinstance(listed, list) else 0}"}]
        summary = Phrase(
            en=f"Add a rule for {', '.join(request.verbs)} on {request.spoken} to {kind} {name(role)}",
            zh=f"在 {kind} {name(role)} 中加入对 {request.spoken} 执行 {'、'.join(request.verbs)} 的规则",
        )
    undo = object_patch(role, back, summary=summary, patch_type="json").command
    return object_patch(
        role,
        change,
        summary=summary,
        verify=check(request),
        expect=Phrase(en="yes", zh="输出 yes"),
        undo=undo,
        patch_type="json",
        risk=Risk.ACCESS,
        who=Who.CLUSTER_ADMIN if kind == "ClusterRole" else who_may(request),
    )


def _subject_added(request: Request, miss: Miss, binding: Obj) -> Remedy:
    space, account = request.account
    subject = {"kind": "ServiceAccount", "name": account, "namespace": space}
    at, count = f"/subjects/{miss.index}", len(dig(binding, "subjects") or ())
    change: dict[str, Any] = {"op": "replace", "path": at, "value": subject}
    before: dict[str, Any] = {**change, "value": dig(binding, "subjects", miss.index)}
    if not miss.gone:  # the other one exists and keeps what it has
        change, before = {**change, "op": "add", "path": "/subjects/-"}, {"op": "remove", "path": f"/subjects/{count}"}
    kind = text(binding, "kind")
    summary = Phrase(
        en=f"Name ServiceAccount {space}/{account} in {kind} {name(binding)}",
        zh=f"在 {kind} {name(binding)} 中写上 ServiceAccount {space}/{account}",
    )
    return object_patch(
        binding,
        [change],
        summary=summary,
        verify=check(request),
        expect=Phrase(en="yes", zh="输出 yes"),
        undo=object_patch(binding, [before], summary=summary, patch_type="json").command,
        patch_type="json",
        risk=Risk.ACCESS,
        who=Who.CLUSTER_ADMIN if kind == "ClusterRoleBinding" else who_may(request),
    )


def _bound(request: Request, role: Obj) -> Remedy:
    """Bind a role that grants the request, where it is asked for."""
    kind, flags = ("rolebinding", f"-n {request.namespace} ") if request.namespace else ("clusterrolebinding", "")
    flag = "role" if text(role, "kind") == "Role" else "clusterrole"
    own = fresh_name(request)
    where = f" in namespace {request.namespace}" if request.namespace else " for the whole cluster"
    where_zh = f"在命名空间 {request.namespace} 中" if request.namespace else "在整个集群范围"
    return command(
        f"kubectl {flags}create {kind} {own} --{flag}={name(role)} {_subject_flag(request)}",
        summary=Phrase(
            en=f"Bind {text(role, 'kind')} {name(role)} to {subject_name(request).en}{where}",
            zh=f"{where_zh}把 {text(role, 'kind')} {name(role)} 绑定到{subject_name(request).zh}",
        ),
        verify=check(request),
        expect=Phrase(en="yes", zh="输出 yes"),
        undo=f"kubectl {flags}delete {kind}/{own}",
        risk=Risk.ACCESS,
        who=who_may(request),
    )


def _reusable(request: Request, role: Obj) -> bool:
    return text(role, "kind") == "ClusterRole" or namespace(role) == request.namespace
