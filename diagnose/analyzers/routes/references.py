"""Routes of the Gateway API that lead to something that is not there or not allowed."""

from collections.abc import Iterator

from cluster.fields import Obj, dig, moment, name, namespace, numbered, objects, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.routes.view import GATEWAY, pointer, service_ports, space_of, stale
from diagnose.containers import FieldPath
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, matched, proved
from diagnose.remedies import create_object, in_application, object_patch
from diagnose.scene import Scene

_GRANT = f"ReferenceGrant.{GATEWAY}"
_VARIANTS = {"BackendNotFound": "missing", "RefNotPermitted": "not_permitted"}


def judge_references(scene: Scene, route: Obj) -> Iterator[Finding]:
    """Report each reference of a route that cannot be followed, first by own reading, then by its status."""
    if scene.created_age(route) < scene.numbers.observed_lag_seconds:
        return
    found = False
    seen = set()
    for index, rule in numbered(route, "spec", "rules"):
        for number, backend in numbered(rule, "backendRefs"):
            if text(backend, "kind") not in {"", "Service"} or text(backend, "group") or dig(backend, "weight") == 0:
                continue
            key = (space_of(backend, route), text(backend, "name"), str(dig(backend, "port")))
            finding = _judge(scene, route, backend, ("spec", "rules", index, "backendRefs", number))
            if finding is not None and key not in seen:
                seen.add(key)
                found = True
                yield finding
    if not found:
        yield from _by_status(scene, route)


def _judge(scene: Scene, route: Obj, backend: Obj, at: FieldPath) -> Finding | None:
    space, wanted, port = space_of(backend, route), text(backend, "name"), dig(backend, "port")
    if not wanted:
        return None
    service = scene.snapshot.get("Service", space, wanted)
    if service is None:
        if not scene.snapshot.absent("Service", space, wanted):
            return None
        near = tuple(closest(wanted, (name(entry) for entry in scene.snapshot.all("Service", space))))
        hint, hint_zh = (f"; there is {near[0]}", f"；存在的是 {near[0]}") if near else ("", "")
        return _finding(
            scene,
            route,
            "missing",
            f"{wanted}:{port}",
            Phrase(
                en=f"the Service {wanted}, which does not exist in namespace {space}{hint}",
                zh=f"Service {wanted}，而它在命名空间 {space} 中不存在{hint_zh}",
            ),
            (scene.field(route, *at, "name"), scene.absence("Service", space, wanted)),
            _replaced(route, (*at, "name"), near[0], wanted) if near else None,
            near=near,
        )
    if (
        space != namespace(route)
        and scene.snapshot.coverage.complete(_GRANT, space)
        and not any(_grants(grant, route, wanted) for grant in scene.snapshot.all(_GRANT, space))
    ):
        return _not_permitted(scene, route, at, space, wanted)
    ports = service_ports(service)
    if not isinstance(port, int) or any(port == number for _, number, _ in ports):
        return None
    listed = ", ".join(f"{label} {number}→{target}".strip() for label, number, target in ports[:5]) or "none"
    meant = [number for _, number, target in ports if target == port]
    offered = meant or ([ports[0][1]] if len(ports) == 1 else [])
    return _finding(
        scene,
        route,
        "port",
        f"{wanted}:{port}",
        Phrase(
            en=f"port {port} of the Service {wanted}, which has no such port (it has {listed})",
            zh=f"Service {wanted} 的端口 {port}，而它没有该端口（现有 {listed}）",
        ),
        (scene.field(route, *at, "port"), scene.field(service, "spec", "ports")),
        _replaced(route, (*at, "port"), offered[0], port) if offered else None,
        near=tuple(str(number) for number in offered[:3]),
    )


def _grants(grant: Obj, route: Obj, wanted: str) -> bool:
    """Say whether a grant lets routes of this kind and namespace refer to the Service."""
    comes = any(
        text(entry, "kind") == text(route, "kind")
        and text(entry, "group") == GATEWAY
        and text(entry, "namespace") == namespace(route)
        for entry in objects(grant, "spec", "from")
    )
    return comes and any(
        text(entry, "kind") == "Service" and text(entry, "name") in {"", wanted}
        for entry in objects(grant, "spec", "to")
    )


def _not_permitted(
    scene: Scene, route: Obj, at: FieldPath, space: str, wanted: str, *, said: Evidence | None = None
) -> Finding:
    manifest = {
        "apiVersion": f"{GATEWAY}/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": f"{namespace(route)}-to-{wanted}", "namespace": space},
        "spec": {
            "from": [{"group": GATEWAY, "kind": text(route, "kind"), "namespace": namespace(route)}],
            "to": [{"group": "", "kind": "Service", "name": wanted}],
        },
    }
    return _finding(
        scene,
        route,
        "not_permitted",
        wanted,
        Phrase(
            en=f"the Service {wanted} of namespace {space}, which does not permit that (no ReferenceGrant)",
            zh=f"命名空间 {space} 的 Service {wanted}，而该命名空间没有允许（缺少 ReferenceGrant）",
        ),
        (*([said] if said else []), scene.field(route, *at, "namespace"), scene.field(route, *at, "name")),
        create_object(
            manifest,
            summary=Phrase(
                en=f"Permit it in namespace {space} with a ReferenceGrant",
                zh=f"在命名空间 {space} 中用 ReferenceGrant 允许",
            ),
        ),
        told=said is not None,
    )


def _by_status(scene: Scene, route: Obj) -> Iterator[Finding]:
    """Report what the controller says where own reading finds nothing, unless that is known to be out of date."""
    for index, state in numbered(route, "status", "parents"):
        for number, entry in numbered(state, "conditions"):
            if text(entry, "type") != "ResolvedRefs" or text(entry, "status") != "False" or stale(scene, route, entry):
                continue
            reason = text(entry, "reason")
            if reason == "BackendNotFound" and scene.snapshot.coverage.complete("Service"):
                continue
            if reason == "RefNotPermitted" and scene.snapshot.coverage.complete(_GRANT):
                continue
            which = "message" if text(entry, "message") else "reason"
            said = scene.field(route, "status", "parents", index, "conditions", number, which)
            across = _across(route)
            if reason == "RefNotPermitted" and len(across) == 1:
                yield _not_permitted(scene, route, *across[0], said=said)
                return
            yield _finding(
                scene,
                route,
                _VARIANTS.get(reason, ""),
                "",
                Phrase(en=f"something that its gateway cannot use ({reason})", zh=f"其网关无法使用的对象（{reason}）"),
                (said,),
                None,
            )
            return


def _across(route: Obj) -> list[tuple[FieldPath, str, str]]:
    """Return the references of a route into other namespaces: where they stand, the namespace and the Service."""
    return [
        (("spec", "rules", index, "backendRefs", number), space_of(backend, route), text(backend, "name"))
        for index, rule in numbered(route, "spec", "rules")
        for number, backend in numbered(rule, "backendRefs")
        if space_of(backend, route) != namespace(route) and text(backend, "kind") in {"", "Service"}
    ]


def _replaced(route: Obj, at: FieldPath, value: object, former: object) -> Remedy:
    return object_patch(
        route,
        [{"op": "replace", "path": pointer(at), "value": value}],
        patch_type="json",
        summary=Phrase(en=f"Lead it to {value}", zh=f"让它指向 {value}"),
        undo=object_patch(
            ref_of(route),
            [{"op": "replace", "path": pointer(at), "value": former}],
            patch_type="json",
            summary=Phrase(en="", zh=""),
        ).command,
    )


def _finding(
    scene: Scene,
    route: Obj,
    variant: str,
    part: str,
    what: Phrase,
    evidence: tuple[Evidence, ...],
    remedy: Remedy | None,
    *,
    near: tuple[str, ...] = (),
    told: bool = False,
) -> Finding:
    ref = ref_of(route)
    service = scene.snapshot.get("Service", ref.namespace, part.partition(":")[0])
    return Finding(
        code="RouteBackendInvalid",
        variant=variant,
        confidence=proved("reference and complete list are both read", "引用与完整列表均已读取", twice=True)
        if part and not told
        else matched("the gateway's controller says so", "网关的控制器如此说明", value=0.8),
        object=ref,
        part=part,
        affected=(Reach(ref=ref_of(service), edge=Edge.ROUTE),) if service is not None else (),
        summary=Phrase(en=f"The route {ref.name} leads to {what.en}", zh=f"路由 {ref.name} 指向{what.zh}"),
        expected="status.parents[].conditions[ResolvedRefs]: True",
        actual=f"backendRefs: {part}" if part else "ResolvedRefs: False",
        near=near,
        evidence=evidence,
        remedies=(
            remedy
            or in_application(
                Phrase(en="Correct the reference, or create what it names", zh="修正该引用，或创建它所指的对象")
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.kind.lower()} {ref.name}",
                why=Phrase(en="Its status names the reference", zh="其状态会指出该引用"),
            ),
        ),
        since=moment(route, "metadata", "creationTimestamp"),
    )
