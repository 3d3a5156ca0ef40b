"""Gateways that carry no traffic."""

from collections.abc import Iterator

from cluster.fields import Obj, condition, moment, name, namespace, numbered, objects, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.routes.view import GATEWAY, ROUTE_KINDS, no_such, of_gateway, stale
from diagnose.containers import FieldPath
from diagnose.findings import Edge, Finding, NextCheck, Reach, proved
from diagnose.remedies import in_application, object_patch
from diagnose.scene import Scene

_CLASS = f"GatewayClass.{GATEWAY}"
_BAD_LISTENER = (("ResolvedRefs", "False"), ("Conflicted", "True"), ("Accepted", "False"), ("Programmed", "False"))


def judge_gateways(scene: Scene) -> Iterator[Finding]:
    """Report each Gateway that is not set up, with the deepest reason that the objects give."""
    for gateway in scene.snapshot.all(f"Gateway.{GATEWAY}"):
        young = scene.created_age(gateway) < scene.numbers.observed_lag_seconds
        if young or text(gateway, "metadata", "deletionTimestamp"):
            continue
        found = _classless(scene, gateway) or _listener(scene, gateway) or _whole(scene, gateway)
        if found is not None:
            yield found


def _classless(scene: Scene, gateway: Obj) -> Finding | None:
    if condition(gateway, "Programmed").get("status") == "True":
        return None
    wanted = text(gateway, "spec", "gatewayClassName")
    known = scene.snapshot.get(_CLASS, "", wanted)
    if known is None:
        if not wanted or not scene.snapshot.absent(_CLASS, "", wanted):
            return None
        near = tuple(closest(wanted, (name(entry) for entry in scene.snapshot.all(_CLASS))))
        hint, hint_zh = (f"; there is {near[0]}", f"；存在的是 {near[0]}") if near else ("", "")
        return _finding(
            scene,
            gateway,
            Phrase(
                en=f"its class {wanted} does not exist{hint}",
                zh=f"其类 {wanted} 不存在{hint_zh}",
            ),
            (scene.field(gateway, "spec", "gatewayClassName"), no_such(scene, of_gateway("GatewayClass", "", wanted))),
            near=near,
        )
    for index, entry in numbered(known, "status", "conditions"):
        if text(entry, "type") == "Accepted" and text(entry, "status") != "True" and not stale(scene, known, entry):
            return _finding(
                scene,
                gateway,
                Phrase(
                    en=f"its class {wanted} is not accepted by a controller {text(known, 'spec', 'controllerName')}",
                    zh=f"其类 {wanted} 未被控制器 {text(known, 'spec', 'controllerName')} 接受",
                ),
                (
                    _said(scene, known, ("status", "conditions", index), entry),
                    scene.field(known, "spec", "controllerName"),
                ),
            )
    return None


def _listener(scene: Scene, gateway: Obj) -> Finding | None:
    for kind, bad in _BAD_LISTENER:
        for index, listener in numbered(gateway, "status", "listeners"):
            for number, entry in numbered(listener, "conditions"):
                if (text(entry, "type"), text(entry, "status")) != (kind, bad) or stale(scene, gateway, entry):
                    continue
                if text(entry, "reason") == "Pending":
                    continue
                label = text(listener, "name")
                path: FieldPath = ("status", "listeners", index, "conditions", number)
                secret = _secret(scene, gateway, label) if kind == "ResolvedRefs" else None
                lost = f": the Secret {secret[0]} does not exist" if secret else ""
                lost_zh = f"：Secret {secret[0]} 不存在" if secret else ""
                return _finding(
                    scene,
                    gateway,
                    Phrase(
                        en=f"its listener {label} is refused with {text(entry, 'reason')}{lost}",
                        zh=f"其监听器 {label} 被拒绝，原因 {text(entry, 'reason')}{lost_zh}",
                    ),
                    (_said(scene, gateway, path, entry), *((secret[1],) if secret else ())),
                    part=label,
                    since=entry,
                )
    return None


def _secret(scene: Scene, gateway: Obj, label: str) -> tuple[str, Evidence] | None:
    """Return a Secret that the listener names and that is not there."""
    for listener in objects(gateway, "spec", "listeners"):
        if text(listener, "name") != label:
            continue
        for used in objects(listener, "tls", "certificateRefs"):
            space, wanted = text(used, "namespace") or namespace(gateway), text(used, "name")
            if text(used, "kind") in {"", "Secret"} and scene.snapshot.absent("Secret", space, wanted):
                return wanted, scene.absence("Secret", space, wanted)
    return None


def _whole(scene: Scene, gateway: Obj) -> Finding | None:
    waiting: tuple[int, Obj] | None = None
    for kind in ("Accepted", "Programmed"):
        for index, entry in numbered(gateway, "status", "conditions"):
            if text(entry, "type") != kind or text(entry, "status") == "True" or stale(scene, gateway, entry):
                continue
            if text(entry, "status") == "False" and text(entry, "reason") != "Pending":
                return _finding(
                    scene,
                    gateway,
                    Phrase(
                        en=f"its controller says {kind} is False with reason {text(entry, 'reason')}",
                        zh=f"其控制器报告 {kind} 为 False，原因 {text(entry, 'reason')}",
                    ),
                    (_said(scene, gateway, ("status", "conditions", index), entry),),
                    since=entry,
                )
            waiting = waiting or (index, entry)
    if waiting is None and objects(gateway, "status", "conditions"):
        return None
    wanted = text(gateway, "spec", "gatewayClassName")
    proofs = [scene.field(gateway, "spec", "gatewayClassName")]
    if waiting is not None:
        proofs.insert(0, _said(scene, gateway, ("status", "conditions", waiting[0]), waiting[1]))
    else:
        proofs.append(scene.field(gateway, "status", "conditions"))
    return _finding(
        scene,
        gateway,
        Phrase(
            en=f"no controller has taken it up, so nobody serves its class {wanted}",
            zh=f"没有控制器处理它，其类 {wanted} 无人提供服务",
        ),
        tuple(proofs),
    )


def _said(scene: Scene, obj: Obj, path: FieldPath, entry: Obj) -> Evidence:
    return scene.field(obj, *path, next((key for key in ("message", "reason") if text(entry, key)), "status"))


def _finding(
    scene: Scene,
    gateway: Obj,
    why: Phrase,
    evidence: tuple[Evidence, ...],
    *,
    part: str = "",
    near: tuple[str, ...] = (),
    since: Obj | None = None,
) -> Finding:
    ref, wanted = ref_of(gateway), text(gateway, "spec", "gatewayClassName")
    users = [route for kind in ROUTE_KINDS for route in scene.snapshot.all(kind) if _attached(route, gateway)]
    return Finding(
        code="GatewayNotProgrammed",
        confidence=proved("its own conditions and references say so", "其状况与引用如此说明", twice=len(evidence) > 1),
        object=ref,
        part=part,
        affected=tuple(Reach(ref=ref_of(route), edge=Edge.ROUTE) for route in users),
        summary=Phrase(
            en=f"The gateway {ref.name} lets no calls in: {why.en}", zh=f"网关 {ref.name} 无法接收请求：{why.zh}"
        ),
        expected="status.conditions[Programmed]: True",
        actual=f"status.conditions[Programmed]: {text(condition(gateway, 'Programmed'), 'status') or '<unset>'}",
        near=near,
        evidence=evidence,
        remedies=(
            object_patch(
                gateway,
                {"spec": {"gatewayClassName": near[0]}},
                summary=Phrase(en=f"Use the class {near[0]}, which exists", zh=f"使用已存在的类 {near[0]}"),
                undo=object_patch(ref, {"spec": {"gatewayClassName": wanted}}, summary=Phrase(en="", zh="")).command,
            )
            if near
            else in_application(
                Phrase(
                    en="Put right what the condition names: the class, the listener's port, or its certificate",
                    zh="按状况的说明修正：类、监听器端口或其证书",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe gateway {ref.name}",
                why=Phrase(en="Its conditions name listener and reason", zh="其状况会指出监听器和原因"),
            ),
        ),
        since=moment(since, "lastTransitionTime") if since else moment(gateway, "metadata", "creationTimestamp"),
    )


def _attached(route: Obj, gateway: Obj) -> bool:
    return any(
        text(parent, "kind") in {"", "Gateway"}
        and text(parent, "name") == name(gateway)
        and (text(parent, "namespace") or namespace(route)) == namespace(gateway)
        for parent in objects(route, "spec", "parentRefs")
    )
