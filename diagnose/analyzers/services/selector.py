"""Services whose selector matches no pod: the nearest workload, and the pair that keeps them apart."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cluster.fields import labels, moment, namespace, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.services.near import Near, nearest, pairs
from diagnose.analyzers.services.view import Labelled, View
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Role,
    RuledOut,
    Severity,
    inferred,
    proved,
)
from diagnose.graph import selects
from diagnose.remedies import create_object, in_application, object_patch

NEW_SERVICE_SECONDS = 30
"""Pods and their Service are often applied together; the pods may come a little later."""

ROLE_KEYS = frozenset(
    {"role", "spilo-role", "cnpg.io/instanceRole", "kubeblocks.io/role", "statefulset.kubernetes.io/role"}
)
"""Labels that software sets on its own pods while it runs: without them no pod holds that role now."""


def judge_selector(view: View) -> Iterator[Observation]:
    """Judge a Service whose selector matches no pod."""
    if view.around.has_endpoints(view.service):
        return  # hand-made or foreign endpoints, or pods that were not read
    scene, space = view.scene, view.ref.namespace
    if not scene.snapshot.coverage.complete("Pod", space):
        return
    templates = view.around.labelled(space)
    if fitting := [entry for entry in templates if selects(view.selector, entry.labels)]:
        yield _without_pods(view, fitting[0])
        return
    if (role := _role_missing(view)) is not None:
        yield role
        return
    near = nearest(view)
    users = view.around.users(view.service)
    born = moment(view.service, "metadata", "creationTimestamp")
    surely = bool(near) and near[0].rank[0] <= 1
    if born and not surely and scene.age(born) < NEW_SERVICE_SECONDS:
        yield InProgress(
            object=view.ref,
            reason=Phrase(en="the Service is new; its pods may still come", zh="Service 刚创建，其 Pod 可能稍后出现"),
            until=born + timedelta(seconds=NEW_SERVICE_SECONDS),
        )
        return
    yield _mismatch(view, near, users)


def _without_pods(view: View, entry: Labelled) -> RuledOut:
    """Say that the selector is right and the workload it means has no pods."""
    replicas = whole(entry.holder, "spec", "replicas", default=1)
    stopped = replicas == 0 and text(entry.holder, "kind") != "Pod"
    return RuledOut(
        code="ServiceSelectorMismatch",
        object=view.ref,
        reason=Phrase(
            en=f"the selector fits {entry.who}, which is scaled to 0",
            zh=f"选择器与 {entry.who} 匹配，而它的副本数为 0",
        )
        if stopped
        else Phrase(
            en=f"the selector fits {entry.who}, which has no pods now",
            zh=f"选择器与 {entry.who} 匹配，而它当前没有 Pod",
        ),
        evidence=(
            view.scene.field(entry.source, "spec", "replicas")
            if stopped
            else view.scene.field(view.service, "spec", "selector"),
        ),
    )


def _role_missing(view: View) -> Finding | None:
    """Report a Service for a role that no pod holds now: its datastore is at fault, not the selector."""
    roles = {key: value for key, value in view.selector.items() if key in ROLE_KEYS or key.endswith("/role")}
    rest = {key: value for key, value in view.selector.items() if key not in roles}
    pods = view.scene.graph.selected(view.ref.namespace, rest) if roles and rest else ()
    if not pods:
        return None
    pair = pairs(roles)
    scene = view.scene
    holder = scene.holder_ref(pods[0])
    return Finding(
        code="ServiceHasNoReadyEndpoints",
        role=Role.SYMPTOM,
        confidence=inferred(
            f"the pods carry all other labels; the software itself sets {pair}",
            f"Pod 具备其余所有标签；{pair} 由软件自身设置",
        ),
        object=view.ref,
        affected=(*scene.reach_pods(pods, Edge.SELECTOR), *view.around.hit(view.service)),
        summary=Phrase(
            en=f"Service {view.ref.name} leads to no pod because none of the {len(pods)} pods of {holder.name} "
            f"holds the role {pair} now",
            zh=f"Service {view.ref.name} 没有可用的 Pod：{holder.name} 的 {len(pods)} 个 Pod 当前都不具备 {pair}",
        ),
        expected=f"a pod carries {pair}",
        actual="no pod carries it",
        evidence=(
            scene.field(view.service, "spec", "selector"),
            scene.field(pods[0], "metadata", "labels"),
        ),
        remedies=(
            in_application(
                Phrase(
                    en=f"Find out why {holder.name} has elected no pod for {pair}",
                    zh=f"查明 {holder.name} 为何没有选出具备 {pair} 的 Pod",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {view.ref.namespace} get pods -l {pairs(rest, ',')} --show-labels",
                why=Phrase(en="shows which role each pod holds", zh="查看每个 Pod 当前的角色"),
            ),
        ),
    )


def _mismatch(view: View, near: list[Near], users: tuple[Reach, ...]) -> Finding:
    scene = view.scene
    best = near[0] if near else None
    wanted = pairs(best.wanted) if best and best.wanted else pairs(view.selector)
    used_by = ", ".join(str(user.ref) for user in users[:3])
    summary, expected = _sentence(view, best, wanted, used_by)
    evidence = [_selector_field(view, best)]
    if best:
        evidence.append(_label_field(view, best))
    slices = view.around.slices(view.service)
    if slices:
        evidence.append(scene.field(slices[0], "endpoints"))
    wherever = f" in namespace {namespace(best.entry.holder)}" if best and best.elsewhere else ""
    return Finding(
        code="ServiceSelectorMismatch",
        role=Role.ROOT if near or users else Role.HYGIENE,
        severity=Severity.HIGH if near or users else Severity.LOW,
        confidence=proved(
            "the selector and the labels of all pods and templates of the namespace were compared",
            "已将选择器与命名空间内所有 Pod 和模板的标签逐一比较",
            twice=bool(slices) or bool(best),
        ),
        object=view.ref,
        affected=(
            *((Reach(ref=ref_of(best.entry.holder), edge=Edge.SELECTOR),) if best and not best.elsewhere else ()),
            *view.around.hit(view.service),
        ),
        summary=summary,
        expected=expected,
        actual=f"selector {wanted} matches no pod",
        near=tuple(f"{entry.entry.who}: {pairs(entry.carried) or pairs(view.selector)}{wherever}" for entry in near),
        evidence=tuple(evidence[:4]),
        remedies=_remedies(view, best),
        since=moment(view.service, "metadata", "creationTimestamp"),
    )


def _sentence(view: View, best: Near | None, wanted: str, used_by: str) -> tuple[Phrase, str]:
    service, space = view.ref.name, view.ref.namespace
    users_en, users_zh = (f"; it is used by {used_by}", f"；使用者：{used_by}") if used_by else ("", "")
    if best is None:
        return (
            Phrase(
                en=f"Service {service} leads to no pod: nothing in namespace {space} carries {wanted}{users_en}",
                zh=f"Service {service} 没有可用的 Pod：命名空间 {space} 中没有对象带有 {wanted}{users_zh}",
            ),
            f"a pod carries {wanted}",
        )
    if best.elsewhere:
        other = namespace(best.entry.holder)
        return (
            Phrase(
                en=f"Service {service} leads to no pod: {best.entry.who} carries {pairs(view.selector)}, but in "
                f"namespace {other}, and a Service only reaches pods of its own namespace {space}{users_en}",
                zh=f"Service {service} 没有可用的 Pod：{best.entry.who} 带有 {pairs(view.selector)}，但位于命名空间 "
                f"{other}，而 Service 只能选择自己命名空间 {space} 中的 Pod{users_zh}",
            ),
            f"pods in namespace {other} carry {pairs(view.selector)}",
        )
    carried = pairs(best.carried) or "no such label"
    return (
        Phrase(
            en=f"Service {service} leads to no pod: it looks for pods with {wanted}, but the pods of {best.entry.who} "
            f"carry {carried}{users_en}",
            zh=f"Service {service} 没有可用的 Pod：它选择带有 {wanted} 的 Pod，而 {best.entry.who} 的 Pod 带有 "
            f"{pairs(best.carried) or '其他标签'}{users_zh}",
        ),
        f"pods here carry {carried}",
    )


def _selector_field(view: View, best: Near | None) -> Evidence:
    keys = list(best.wanted) if best else []
    if len(keys) == 1:
        return view.scene.field(view.service, "spec", "selector", keys[0])
    return view.scene.field(view.service, "spec", "selector")


def _label_field(view: View, best: Near) -> Evidence:
    """Quote the label where a person sees it: on a pod of the workload when there is one, else in its template."""
    keys = list(best.carried) or list(best.wanted)
    pods = view.scene.graph.pods_of(best.entry.holder)
    source, path = (pods[0], ("metadata", "labels")) if pods else (best.entry.source, best.entry.path)
    if len(keys) == 1 and labels(source, *path).get(keys[0]) == best.carried.get(keys[0]):
        return view.scene.field(source, *path, keys[0])
    return view.scene.field(source, *path)


def _remedies(view: View, best: Near | None) -> tuple[Remedy, ...]:
    if best is None:
        return (
            in_application(
                Phrase(
                    en=f"Deploy the pods that Service {view.ref.name} is meant for, or remove the Service",
                    zh=f"部署 Service {view.ref.name} 对应的 Pod，或者删除该 Service",
                )
            ),
        )
    if best.elsewhere:
        return (_move(view, best),)
    change: dict[str, Any] = {key: None for key in best.wanted if key not in best.carried}
    change.update(best.carried)
    back: dict[str, Any] = {key: None for key in best.carried if key not in view.selector}
    back.update(best.wanted)
    if not best.carried and len(change) == len(view.selector):
        return (
            in_application(
                Phrase(
                    en=f"Give the pods of {best.entry.who} the labels {pairs(best.wanted)}, or change the selector to "
                    "labels that they carry",
                    zh=f"给 {best.entry.who} 的 Pod 加上标签 {pairs(best.wanted)}，或者把选择器改为它们已有的标签",
                )
            ),
        )
    undo = object_patch(view.ref, {"spec": {"selector": back}}, summary=Phrase(en="", zh="")).command
    return (
        object_patch(
            view.service,
            {"spec": {"selector": change}},
            summary=Phrase(
                en=f"Let the Service select the pods of {best.entry.who} "
                f"({pairs(best.carried) or 'without that pair'})",
                zh=f"让 Service 选择 {best.entry.who} 的 Pod（{pairs(best.carried) or '去掉该标签'}）",
            ),
            verify=view.endpoints_command,
            expect=Phrase(en="ENDPOINTS lists the pods' addresses", zh="ENDPOINTS 列出 Pod 的地址"),
            undo=undo,
        ),
    )


def _move(view: View, best: Near) -> Remedy:
    """Make the Service where its pods are."""
    other = namespace(best.entry.holder)
    ports = [
        {key: port[key] for key in ("name", "port", "targetPort", "protocol") if port.get(key) is not None}
        for _, port in view.ports()
    ]
    return create_object(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": view.ref.name, "namespace": other},
            "spec": {"selector": dict(view.selector), "ports": ports},
        },
        summary=Phrase(
            en=f"Create the Service in namespace {other}; clients then use {view.ref.name}.{other}",
            zh=f"在命名空间 {other} 中创建该 Service；客户端改用 {view.ref.name}.{other}",
        ),
        verify=f"kubectl -n {other} get endpointslices -l kubernetes.io/service-name={view.ref.name}",
        expect=Phrase(en="ENDPOINTS lists the pods' addresses", zh="ENDPOINTS 列出 Pod 的地址"),
    )
