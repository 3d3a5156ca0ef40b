"""Bindings that lead nowhere: their role or their ServiceAccount does not exist."""

from collections.abc import Iterator, Sequence
from typing import Any

from cluster.fields import Obj, labels, name, namespace, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.access.fixes import fixes
from diagnose.analyzers.access.forbidden import Judged
from diagnose.findings import Finding, Remedy, Risk, Role, Severity, Who, proved
from diagnose.rbac import Rights
from diagnose.remedies import applying, command
from diagnose.scene import Scene
from diagnose.state import pod_satisfied


def dangling(scene: Scene, rights: Rights, cases: Sequence[Judged]) -> Iterator[Finding]:
    """Yield each binding without its role or ServiceAccount; it counts where a refusal follows from it."""
    hurt: dict[int, list[Judged]] = {}
    for case in cases:
        if case.miss.kind in {"role", "subject"} and case.miss.binding is not None:
            hurt.setdefault(id(case.miss.binding), []).append(case)
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in scene.snapshot.all(kind):
            if labels(binding, "metadata", "labels").get("kubernetes.io/bootstrapping") == "rbac-defaults":
                continue
            found = hurt.get(id(binding), [])
            if rights.dangling_role(binding):
                yield _without_role(scene, rights, binding, found)
            else:
                yield from _without_subject(scene, rights, binding, found)


def _without_role(scene: Scene, rights: Rights, binding: Obj, hurt: Sequence[Judged]) -> Finding:
    kind, wanted = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
    home = namespace(binding)
    other = "ClusterRole" if kind == "Role" else "Role"
    near = [f"{kind}/{entry}" for entry in closest(wanted, rights.named(kind, home))]
    if home and scene.snapshot.get(other, home if other == "Role" else "", wanted) is not None:
        near.insert(0, f"{other}/{wanted}")
    hint, hint_zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
    space = home if kind == "Role" else ""
    pods = [case.refusal.pod for case in hurt if case.refusal.pod is not None]
    own = f"{text(binding, 'kind')} {name(binding)}"
    return Finding(
        code="RoleBindingDangling",
        role=Role.ROOT if hurt else Role.HYGIENE,
        severity=_weight(scene, hurt),
        confidence=proved("binding and roles were listed", "已列出绑定与角色", twice=bool(hurt)),
        object=ref_of(binding),
        part="roleRef",
        affected=scene.reach_pods(list({id(pod): pod for pod in pods}.values())),
        summary=Phrase(
            en=f"{own} grants nothing: it refers to {kind} {wanted}, which does not exist{hint}",
            zh=f"{own} 没有授予任何权限：它引用的 {kind} {wanted} 并不存在{hint_zh}",
        ),
        expected=f"{kind} {wanted}",
        actual="no such role",
        near=tuple(near[:3]),
        evidence=(
            scene.field(binding, "roleRef"),
            scene.absence(kind, space, wanted),
            *(case.refusal.evidence for case in hurt[:1]),
        ),
        remedies=(_bound_anew(binding, near[0] if near else ""),),
    )


def _bound_anew(binding: Obj, right: str) -> Remedy:
    """Make the binding anew: the role that it refers to cannot be changed in place."""
    kind, _, wanted = right.partition("/") if right else ("", "", "")
    fresh = f"{kind} {wanted}" if right else ""
    where = f"-n {namespace(binding)} " if namespace(binding) else ""
    ref = ref_of(binding)
    manifest: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": text(binding, "kind"),
        "metadata": {"name": name(binding), **({"namespace": namespace(binding)} if namespace(binding) else {})},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": kind or text(binding, "roleRef", "kind"),
            "name": wanted or "<role>",
        },
        "subjects": binding.get("subjects") if isinstance(binding.get("subjects"), list) else [],
    }
    return command(
        f"kubectl {where}delete {ref.slug}\n{applying(manifest)}",
        summary=Phrase(
            en=f"Delete the binding and create it anew with {fresh or 'a role that exists'}: the role of a binding "
            "cannot be changed",
            zh=f"删除该绑定并改用{f' {fresh} ' if fresh else '存在的角色'}重新创建：绑定所引用的角色不能修改",
        ),
        verify=f"kubectl {where}describe {ref.slug}",
        expect=Phrase(en="the role is named and exists", zh="列出的角色存在"),
        risk=Risk.ACCESS,
        who=_who(binding),
    )


def _who(binding: Obj) -> Who:
    return Who.NAMESPACE_ADMIN if namespace(binding) else Who.CLUSTER_ADMIN


def _weight(scene: Scene, hurt: Sequence[Judged]) -> Severity:
    """Weigh it by whom it harms: programs that serve all the same are harmed in part."""
    if not hurt:
        return Severity.LOW
    serving = all(case.refusal.pod is not None and pod_satisfied(scene, case.refusal.pod) for case in hurt)
    return Severity.MEDIUM if serving else Severity.HIGH


def _without_subject(scene: Scene, rights: Rights, binding: Obj, refused: Sequence[Judged]) -> Iterator[Finding]:
    own = f"{text(binding, 'kind')} {name(binding)}"
    for index, space, account in rights.dangling_subjects(binding):
        here = [name(entry) for entry in scene.snapshot.all("ServiceAccount", space)]
        near = closest(account, here)
        hint, hint_zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
        ref = ref_of(binding)
        where = f"-n {ref.namespace} " if ref.namespace else ""
        hurt = [case for case in refused if case.miss.kind == "subject" and case.miss.index == index]
        pods = [case.refusal.pod for case in hurt if case.refusal.pod is not None]
        edit = command(
            f"kubectl {where}edit {ref.slug}",
            summary=Phrase(en="Name an account that exists, or remove the subject", zh="改为存在的账号，或删除该主体"),
            verify=f"kubectl {where}describe {ref.slug}",
            expect=Phrase(en="every subject exists", zh="每个主体都存在"),
            risk=Risk.ACCESS,
            who=_who(binding),
        )
        yield Finding(
            code="RoleBindingDangling",
            role=Role.ROOT if hurt else Role.HYGIENE,
            severity=_weight(scene, hurt),
            confidence=proved("binding and accounts were listed", "已列出绑定与账号", twice=bool(hurt)),
            object=ref,
            part=f"subject {index}",
            affected=scene.reach_pods(list({id(pod): pod for pod in pods}.values())),
            summary=Phrase(
                en=f"{own} is for ServiceAccount {space}/{account}, which does not exist{hint}",
                zh=f"{own} 授予的 ServiceAccount {space}/{account} 并不存在{hint_zh}",
            ),
            expected=f"ServiceAccount {space}/{account}",
            actual="no such account",
            near=tuple(near),
            evidence=(
                scene.field(binding, "subjects", index),
                scene.absence("ServiceAccount", space, account),
                *(case.refusal.evidence for case in hurt[:1]),
            ),
            remedies=fixes(hurt[0].refusal.request, hurt[0].miss) if hurt else (edit,),
        )
