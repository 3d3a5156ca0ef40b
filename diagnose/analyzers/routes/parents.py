"""Routes that no Gateway takes up."""

from collections.abc import Iterator, Set

from cluster.fields import Obj, dig, labels, mapping, moment, name, namespace, numbered, objects, strings, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.routes.view import GATEWAY, no_such, of_gateway, pointer, stale
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Risk, Role, Who, matched, proved
from diagnose.remedies import command, in_application, object_patch
from diagnose.scene import Scene


def judge_parents(scene: Scene, route: Obj, broken: Set[ObjectRef]) -> Iterator[Finding]:
    """Report each parent that refuses the route or does not exist."""
    if scene.created_age(route) < scene.numbers.observed_lag_seconds:
        return
    states = list(numbered(route, "status", "parents"))
    accepted = any(
        text(entry, "type") == "Accepted" and text(entry, "status") == "True"
        for _, state in states
        for entry in objects(state, "conditions")
    )
    seen = set()
    for index, state in states:
        parent = mapping(state, "parentRef")
        for number, entry in numbered(state, "conditions"):
            if text(entry, "type") != "Accepted" or text(entry, "status") != "False" or stale(scene, route, entry):
                continue
            key = (text(parent, "name"), text(parent, "sectionName"))
            if _gateway_ref(route, parent) in broken or key in seen or text(entry, "reason") == "Pending":
                continue
            seen.add(key)
            at = ("status", "parents", index, "conditions", number)
            which = "message" if text(entry, "message") else "reason"
            yield _refused(scene, route, parent, entry, scene.field(route, *at, which), accepted=accepted)
    for index, parent in numbered(route, "spec", "parentRefs"):
        ref = _gateway_ref(route, parent)
        known = any(text(state, "parentRef", "name") == ref.name for _, state in states)
        if text(parent, "kind") not in {"", "Gateway"} or not ref.name or known:
            continue
        if scene.snapshot.absent(f"Gateway.{GATEWAY}", ref.namespace, ref.name):
            yield _no_parent(scene, route, index, ref, accepted=accepted)


def _gateway_ref(route: Obj, parent: Obj) -> ObjectRef:
    return of_gateway("Gateway", text(parent, "namespace") or namespace(route), text(parent, "name"))


def _no_parent(scene: Scene, route: Obj, index: int, ref: ObjectRef, *, accepted: bool) -> Finding:
    near = tuple(closest(ref.name, (name(entry) for entry in scene.snapshot.all(f"Gateway.{GATEWAY}", ref.namespace))))
    hint, hint_zh = (f"; there is {near[0]}", f"；存在的是 {near[0]}") if near else ("", "")
    at = pointer(("spec", "parentRefs", index, "name"))
    blank = Phrase(en="", zh="")
    remedy = (
        object_patch(
            route,
            [{"op": "replace", "path": at, "value": near[0]}],
            patch_type="json",
            summary=Phrase(en=f"Attach it to the gateway {near[0]}, which exists", zh=f"关联到已存在的网关 {near[0]}"),
            undo=object_patch(
                ref_of(route), [{"op": "replace", "path": at, "value": ref.name}], patch_type="json", summary=blank
            ).command,
        )
        if near
        else in_application(
            Phrase(en="Create the gateway, or name one that exists", zh="创建该网关，或改用已存在的网关")
        )
    )
    return _finding(
        route,
        ref,
        Phrase(
            en=f"the gateway {ref.name} does not exist in namespace {ref.namespace}{hint}",
            zh=f"网关 {ref.name} 在命名空间 {ref.namespace} 中不存在{hint_zh}",
        ),
        (scene.field(route, "spec", "parentRefs", index, "name"), no_such(scene, ref)),
        remedy,
        near=near,
        accepted=accepted,
        actual="no such Gateway",
        twice=True,
    )


def _refused(scene: Scene, route: Obj, parent: Obj, entry: Obj, said: Evidence, *, accepted: bool) -> Finding:
    ref, reason = _gateway_ref(route, parent), text(entry, "reason")
    gateway = scene.snapshot.find(ref)
    why, why_zh, more, remedy = _explained(scene, route, parent, gateway, reason)
    return _finding(
        route,
        ref,
        Phrase(en=f"the gateway {ref.name} {why}", zh=f"网关 {ref.name} {why_zh}"),
        (said, *more),
        remedy,
        accepted=accepted,
        actual=f"Accepted: False ({reason})",
        twice=bool(more),
        since=entry,
    )


def _admitted(route: Obj, gateway: Obj, index: int, listener: Obj) -> Remedy | None:
    """Let the route's namespace attach to a listener, and nobody else; None where the listener's rule is of its own."""
    space, rule = namespace(route), mapping(listener, "allowedRoutes", "namespaces")
    if text(rule, "from") == "Selector":
        pairs = labels(rule, "selector", "matchLabels")
        if not pairs or objects(rule, "selector", "matchExpressions"):
            return None
        return command(
            f"kubectl label namespace {space} {' '.join(f'{key}={value}' for key, value in sorted(pairs.items()))}",
            summary=Phrase(
                en=f"Give namespace {space} the labels by which the listener chooses",
                zh=f"为命名空间 {space} 加上监听器所选择的标签",
            ),
            undo=f"kubectl label namespace {space} {' '.join(f'{key}-' for key in sorted(pairs))}",
            risk=Risk.ACCESS,
            who=Who.CLUSTER_ADMIN,
        )
    if text(rule, "from") not in {"", "Same"}:
        return None
    spaces = sorted({space, namespace(gateway)})
    chosen = {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": spaces}]}
    former = dig(listener, "allowedRoutes")
    at = pointer(("spec", "listeners", index, "allowedRoutes"))
    allowed = {**mapping(listener, "allowedRoutes"), "namespaces": {"from": "Selector", "selector": chosen}}
    back = {"op": "replace", "path": at, "value": former} if isinstance(former, dict) else {"op": "remove", "path": at}
    return object_patch(
        gateway,
        [{"op": "add", "path": at, "value": allowed}],
        patch_type="json",
        summary=Phrase(
            en=f"Let routes of namespace {space} attach to the listener", zh=f"允许命名空间 {space} 的路由关联该监听器"
        ),
        undo=object_patch(ref_of(gateway), [back], patch_type="json", summary=Phrase(en="", zh="")).command,
        risk=Risk.ACCESS,
        who=Who.CLUSTER_ADMIN,
    )


def _explained(
    scene: Scene, route: Obj, parent: Obj, gateway: Obj | None, reason: str
) -> tuple[str, str, tuple[Evidence, ...], Remedy]:
    section = text(parent, "sectionName")
    listeners = [
        (index, entry)
        for index, entry in numbered(gateway, "spec", "listeners")
        if not section or text(entry, "name") == section
    ]
    fallback = in_application(Phrase(en="Put right what the condition names", zh="按状况的说明修正"))
    if reason == "NotAllowedByListeners":
        more = tuple(
            scene.field(gateway, "spec", "listeners", index, "allowedRoutes") for index, _ in listeners[:1] if gateway
        )
        if gateway is not None and listeners:
            fallback = _admitted(route, gateway, *listeners[0]) or fallback
        return (
            f"does not allow routes of namespace {namespace(route)}",
            f"不允许命名空间 {namespace(route)} 的路由",
            more,
            fallback,
        )
    if reason == "NoMatchingListenerHostname":
        theirs = ", ".join(text(entry, "hostname") or "*" for _, entry in listeners[:3])
        more = tuple(
            scene.field(gateway, "spec", "listeners", index, "hostname") for index, _ in listeners[:1] if gateway
        )
        ours = ", ".join(strings(route, "spec", "hostnames")[:3])
        return (
            f"serves {theirs or 'other hosts'} and not {ours}",
            f"服务的主机名是 {theirs or '其他主机'}，而不是 {ours}",
            (scene.field(route, "spec", "hostnames"), *more),
            in_application(
                Phrase(
                    en="Give the route a host name that the listener serves, or widen the listener's",
                    zh="让路由使用监听器服务的主机名，或放宽监听器的主机名",
                )
            ),
        )
    if reason == "NoMatchingParent" and section and gateway is not None and not listeners:
        known = ", ".join(text(entry, "name") for entry in objects(gateway, "spec", "listeners")[:5])
        return (
            f"has no listener {section} (it has {known})",
            f"没有监听器 {section}（现有 {known}）",
            (scene.field(gateway, "spec", "listeners"),),
            in_application(Phrase(en=f"Set sectionName to one of {known}", zh=f"把 sectionName 设为 {known} 之一")),
        )
    return f"refuses it with {reason or 'no reason'}", f"拒绝了它，原因 {reason or '未说明'}", (), fallback


def _finding(
    route: Obj,
    gateway: ObjectRef,
    why: Phrase,
    evidence: tuple[Evidence, ...],
    remedy: Remedy,
    *,
    near: tuple[str, ...] = (),
    accepted: bool,
    actual: str,
    twice: bool,
    since: Obj | None = None,
) -> Finding:
    ref = ref_of(route)
    return Finding(
        code="RouteNotAccepted",
        role=Role.CONTRIBUTING if accepted else Role.ROOT,
        confidence=proved("condition and specification agree", "状况与配置相符", twice=True)
        if twice
        else matched("the gateway's controller says so", "网关的控制器如此说明", value=0.8),
        object=ref,
        part=gateway.name,
        affected=(Reach(ref=gateway, edge=Edge.ROUTE),) if "no such" not in actual else (),
        summary=Phrase(en=f"The route {ref.name} is not in force: {why.en}", zh=f"路由 {ref.name} 没有生效：{why.zh}"),
        expected=f"accepted by Gateway {gateway.namespace}/{gateway.name}",
        actual=actual,
        near=near,
        evidence=evidence,
        remedies=(remedy,),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.kind.lower()} {ref.name}",
                why=Phrase(en="Its status lists every parent with its answer", zh="其状态列出每个父对象的答复"),
            ),
        ),
        since=moment(since, "lastTransitionTime") if since else moment(route, "metadata", "creationTimestamp"),
    )
