"""Requests that the API server refuses, with the rule or binding that is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluster.fields import Obj, dig, name, namespace, strings, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.access.fixes import check, fixes, subject_name
from diagnose.analyzers.access.nearest import Miss, kept_by_others, nearest
from diagnose.analyzers.access.refusals import Refusal
from diagnose.complaints import MIN_LINES
from diagnose.findings import Edge, Finding, NextCheck, Reach, Role, RuledOut, Severity, matched, proved
from diagnose.rbac import Rights
from diagnose.scene import Scene
from diagnose.state import pod_satisfied

ANONYMOUS = "system:anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A refusal with the nearest thing to a grant; ``read`` says that all Roles and bindings were read."""

    refusal: Refusal
    miss: Miss
    read: bool


def judged(rights: Rights, entries: Sequence[Refusal]) -> Iterator[Judged | RuledOut]:
    """Yield the refusals that still hold, and those that the rules no longer bear out."""
    for entry in entries:
        if entry.request.user == ANONYMOUS:
            continue
        answer = rights.answer(entry.request)
        if answer == "allowed":
            yield _granted_since(entry)
        else:
            yield Judged(refusal=entry, miss=nearest(rights, entry.request), read=answer == "denied")


def _granted_since(entry: Refusal) -> RuledOut:
    request = entry.request
    verbs = ", ".join(request.verbs)
    return RuledOut(
        code="AccessForbidden",
        object=_account(entry) or _holder(entry),
        reason=Phrase(
            en=f"{subject_name(request).en} was refused {verbs} on {request.spoken}, which the rules allow by now",
            zh=f"{subject_name(request).zh.strip()} 曾被拒绝对 {request.spoken} 执行 {verbs}，现有规则已允许",
        ),
        evidence=(entry.evidence,),
        healed=True,
        ended=entry.time,
    )


def forbidden(scene: Scene, case: Judged) -> Finding:
    """Report one refusal."""
    entry, miss, request = case.refusal, case.miss, case.refusal.request
    verbs, who = ", ".join(request.verbs), subject_name(request)
    scope = f" in namespace {request.namespace}" if request.namespace else " at cluster scope"
    scope_zh = f"在命名空间 {request.namespace} 中" if request.namespace else "在集群范围"
    reason = why(case)
    serving = entry.pod is not None and pod_satisfied(scene, entry.pod)
    optional = serving and entry.count < MIN_LINES
    about = _at_fault(miss) or _account(entry)
    return Finding(
        code="AccessForbidden",
        role=Role.CONTRIBUTING if optional else Role.ROOT,
        severity=Severity.MEDIUM if serving else Severity.HIGH,
        confidence=proved(
            "the API server refused it, and no rule allows it", "API 服务器已拒绝，且没有规则允许", twice=True
        )
        if case.read
        else matched("the API server refused it; not all roles were read", "API 服务器已拒绝；未读取全部角色"),
        object=about or (scene.holder_ref(entry.pod) if entry.pod is not None else _holder(entry)),
        part=f"{request.account[1] or request.user} {verbs} {request.spoken} {request.namespace}".strip(),
        affected=_affected(scene, entry),
        summary=Phrase(
            en=f"{who.en[0].upper()}{who.en[1:]} may not {verbs} {request.spoken}{scope}: {reason.en}",
            zh=f"{who.zh.strip()} 无权{scope_zh}对 {request.spoken} 执行 {verbs}：{reason.zh}",
        ),
        expected=f"{verbs} {request.spoken}",
        actual=_has(case),
        near=(name(miss.role),) if miss.role is not None and miss.kind == "unbound" else (),
        evidence=(entry.evidence, *_evidence(scene, miss)),
        remedies=fixes(request, miss),
        next_checks=(
            NextCheck(
                command=check(request),
                why=Phrase(en="what the API server itself says", zh="API 服务器自身的答复"),
            ),
        ),
        chain=tuple(Reach(ref=ref, edge=Edge.POLICY) for ref in [_account(entry)] if ref is not None),
        since=entry.time,
    )


def why(case: Judged) -> Phrase:
    """Say what the nearest thing to a grant lacks."""
    miss, request = case.miss, case.refusal.request
    binding, role = _kind_name(miss.binding), _kind_name(miss.role)
    match miss.kind:
        case "rule":
            return _lacking(case)
        case "role":
            ref = f"{text(miss.binding, 'roleRef', 'kind')} {text(miss.binding, 'roleRef', 'name')}"
            return Phrase(en=f"{binding} refers to {ref}, which does not exist", zh=f"{binding} 引用的 {ref} 并不存在")
        case "subject":
            subject = dig(miss.binding, "subjects", miss.index)
            space = text(subject, "namespace") or namespace(miss.binding)
            has = f"{text(subject, 'kind')} {space}/{text(subject, 'name')}"
            return Phrase(
                en=f"{binding} would allow it and names {has} instead", zh=f"{binding} 本可允许，但写的是 {has}"
            )
        case "scope":
            space = namespace(miss.binding)
            return Phrase(
                en=f"{binding} allows it in namespace {space} only, and the whole cluster is asked for, which takes a "
                "ClusterRoleBinding",
                zh=f"{binding} 只在命名空间 {space} 中允许，而请求的是整个集群，需要 ClusterRoleBinding",
            )
        case "elsewhere":
            space = namespace(miss.binding)
            return Phrase(
                en=f"{binding} allows it in namespace {space} only", zh=f"{binding} 只在命名空间 {space} 中允许"
            )
        case "unbound":
            return Phrase(en=f"{role} allows it and is not bound to it", zh=f"{role} 允许该操作，但没有绑定给它")
        case "nothing":
            if missing := case.refusal.missing_role:
                return Phrase(
                    en=f"a binding refers to {missing}, which does not exist", zh=f"有绑定引用了不存在的 {missing}"
                )
            if not case.read:
                return Phrase(
                    en="the API server refuses it (not all roles could be read)",
                    zh="API 服务器拒绝（未能读取全部角色）",
                )
            verbs = ", ".join(request.verbs)
            return Phrase(en=f"no role bound to it has {verbs} on this", zh=f"绑定给它的角色都不含对此的 {verbs}")


def _lacking(case: Judged) -> Phrase:
    miss, request = case.miss, case.refusal.request
    rule = dig(miss.role, "rules", miss.index)
    number, role = miss.index + 1, _kind_name(miss.role)
    parts: list[str] = []
    parts_zh: list[str] = []
    if "verb" in miss.lacks:
        missing = ", ".join(verb for verb in request.verbs if verb not in strings(rule, "verbs"))
        has = ", ".join(strings(rule, "verbs")[:8])
        parts.append(f"lacks the verb {missing} (it has {has})")
        parts_zh.append(f"缺少动词 {missing}（已有 {has}）")
    if "group" in miss.lacks:
        has = ", ".join(f'"{group}"' for group in strings(rule, "apiGroups")) or "none"
        parts.append(f'names the API group {has} instead of "{request.group}"')
        parts_zh.append(f'写的 API 组是 {has}，而不是 "{request.group}"')
    if "resource" in miss.lacks:
        has = ", ".join(strings(rule, "resources")[:6])
        parts.append(f"names {has} and not {request.full_resource}")
        parts_zh.append(f"写的是 {has}，而不是 {request.full_resource}")
    if "name" in miss.lacks:
        names = ", ".join(strings(rule, "resourceNames")[:6])
        asked = request.name or "none"
        parts.append(f"is for the names {names} only (asked for: {asked})")
        parts_zh.append(f"只针对名称 {names}（请求{f'的是 {request.name}' if request.name else '未指明名称'}）")
    return Phrase(
        en=f"rule {number} of {role} {' and '.join(parts)}", zh=f"{role} 的第 {number} 条规则{'，且'.join(parts_zh)}"
    )


def _has(case: Judged) -> str:
    miss = case.miss
    if miss.kind == "rule":
        rule = dig(miss.role, "rules", miss.index)
        groups = [group for group in strings(rule, "apiGroups") if group]
        tail = f".{groups[0]}" if len(groups) == 1 else ""
        return f"{', '.join(strings(rule, 'verbs'))} {', '.join(strings(rule, 'resources'))}{tail}"
    if miss.kind == "subject":
        subject = dig(miss.binding, "subjects", miss.index)
        return (
            f"{text(subject, 'kind')} {text(subject, 'namespace') or namespace(miss.binding)}/{text(subject, 'name')}"
        )
    words = {
        "role": f"{text(miss.binding, 'roleRef', 'kind')} {text(miss.binding, 'roleRef', 'name')} does not exist",
        "scope": f"allowed in namespace {namespace(miss.binding)}",
        "elsewhere": f"allowed in namespace {namespace(miss.binding)}",
        "unbound": f"{_kind_name(miss.role)} not bound",
    }
    return words.get(miss.kind, "no rule")


def _evidence(scene: Scene, miss: Miss) -> tuple[Evidence, ...]:
    match miss.kind:
        case "rule" if miss.role is not None:
            found = [scene.field(miss.role, "rules", miss.index)]
            return (*found, *((scene.field(miss.binding, "roleRef"),) if miss.binding is not None else ()))
        case "subject" if miss.binding is not None:
            return (scene.field(miss.binding, "subjects", miss.index), scene.field(miss.binding, "roleRef"))
        case "role" if miss.binding is not None:
            kind, wanted = text(miss.binding, "roleRef", "kind"), text(miss.binding, "roleRef", "name")
            space = namespace(miss.binding) if kind == "Role" else ""
            return (scene.field(miss.binding, "roleRef"), scene.absence(kind, space, wanted))
        case "scope" | "elsewhere" if miss.binding is not None:
            return (scene.field(miss.binding, "metadata", "namespace"), scene.field(miss.binding, "roleRef"))
        case "unbound" if miss.role is not None:
            return (scene.field(miss.role, "rules"),)
        case _:
            return ()


def _at_fault(miss: Miss) -> ObjectRef | None:
    """Point at the role or binding whose field must change."""
    match miss.kind:
        case "rule":
            return ref_of(miss.role) if miss.role is not None and not kept_by_others(miss.role) else None
        case "subject" | "role" | "scope":
            return ref_of(miss.binding) if miss.binding is not None else None
        case _:
            return None


def _account(entry: Refusal) -> ObjectRef | None:
    space, account = entry.request.account
    return ObjectRef(kind="ServiceAccount", namespace=space, name=account) if account else None


def _holder(entry: Refusal) -> ObjectRef:
    return (
        ref_of(entry.pod) if entry.pod is not None else entry.about or ObjectRef(kind="User", name=entry.request.user)
    )


def _affected(scene: Scene, entry: Refusal) -> tuple[Reach, ...]:
    if entry.pod is not None:
        return scene.reach_pods([entry.pod])
    about = (Reach(ref=entry.about, edge=Edge.POLICY),) if entry.about is not None else ()
    return (*about, *scene.reach_pods(users(scene, *entry.request.account)[:10]))


def users(scene: Scene, space: str, account: str) -> list[Obj]:
    """Return the live pods that run as a ServiceAccount."""
    if not account:
        return []
    return [
        pod for pod in scene.live_pods_in(space) if (text(pod, "spec", "serviceAccountName") or "default") == account
    ]


def _kind_name(obj: Obj | None) -> str:
    return f"{text(obj, 'kind')} {name(obj)}"
