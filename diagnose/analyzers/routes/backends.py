"""Ingresses that lead to a Service or port that does not exist."""

from collections.abc import Iterator

from cluster.fields import Obj, name, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.routes.view import Backend, Entry, pointer, service_ports
from diagnose.containers import FieldPath
from diagnose.findings import Edge, Finding, Reach, Remedy, proved
from diagnose.remedies import in_application, object_patch


def judge_backends(entry: Entry) -> Iterator[Finding]:
    """Report each Service and port that paths of an Ingress lead to and that is not there, once each."""
    by_target: dict[str, list[Backend]] = {}
    for backend in entry.backends():
        by_target.setdefault(backend.target, []).append(backend)
    for backends in by_target.values():
        first = backends[0]
        service = entry.scene.snapshot.get("Service", entry.ref.namespace, first.service)
        if service is None:
            if entry.scene.snapshot.absent("Service", entry.ref.namespace, first.service):
                yield _no_service(entry, backends)
        elif first.port and text(service, "spec", "type") != "ExternalName":
            ports = service_ports(service)
            if not any(first.port in (label, number) for label, number, _ in ports):
                yield _no_port(entry, backends, service, ports)


def _where(backends: list[Backend]) -> tuple[str, str]:
    more = len(backends) - 1
    first = backends[0].where
    return (f"{first} and {more} more" if more else first), (f"{first} 等 {more + 1} 条路径" if more else first)


def _no_service(entry: Entry, backends: list[Backend]) -> Finding:
    scene, first = entry.scene, backends[0]
    near = tuple(closest(first.service, (name(found) for found in scene.snapshot.all("Service", entry.ref.namespace))))
    elsewhere = sorted(
        text(found, "metadata", "namespace") for found in scene.snapshot.all("Service") if name(found) == first.service
    )
    hint, hint_zh = "", ""
    if near:
        hint, hint_zh = f"; there is {near[0]}", f"；存在的是 {near[0]}"
    elif elsewhere:
        hint, hint_zh = f"; it exists in namespace {elsewhere[0]}", f"；它存在于命名空间 {elsewhere[0]}"
    where, where_zh = _where(backends)
    return Finding(
        code="IngressBackendMissing",
        variant="service",
        confidence=proved("the complete list of Services does not hold it", "完整的 Service 列表中没有它", twice=True),
        object=entry.ref,
        part=first.target,
        summary=Phrase(
            en=f"Calls to {where} go to the Service {first.service}, which does not exist in namespace "
            f"{entry.ref.namespace}{hint}",
            zh=f"访问 {where_zh} 的请求被转给 Service {first.service}，"
            f"而它在命名空间 {entry.ref.namespace} 中不存在{hint_zh}",
        ),
        expected=f"service.name: {near[0]}" if near else f"Service {entry.ref.namespace}/{first.service}",
        actual=f"service.name: {first.service}",
        near=near or tuple(f"{space}/{first.service}" for space in elsewhere[:3]),
        evidence=(
            scene.field(entry.obj, *first.at, "name"),
            scene.absence("Service", entry.ref.namespace, first.service),
        ),
        remedies=(
            _replaced(entry, [(*found.at, "name") for found in backends], near[0], first.service)
            if near
            else in_application(
                Phrase(
                    en=f"Create the Service {first.service} in namespace {entry.ref.namespace}, or name another one",
                    zh=f"在命名空间 {entry.ref.namespace} 中创建 Service {first.service}，或改用另一个",
                )
            ),
        ),
        next_checks=(entry.look(),),
        since=entry.born,
    )


def _no_port(entry: Entry, backends: list[Backend], service: Obj, ports: list[tuple[str, int, int | str]]) -> Finding:
    scene, first = entry.scene, backends[0]
    meant = [number for _, number, target in ports if target == first.port]
    offered = meant or ([ports[0][1]] if len(ports) == 1 else [])
    listed = ", ".join(f"{label} {number}→{target}".strip() for label, number, target in ports[:5]) or "none"
    why = f"; {first.port} is the port of its pods (targetPort)" if meant else ""
    why_zh = f"；{first.port} 是其 Pod 的端口（targetPort）" if meant else ""
    where, where_zh = _where(backends)
    key = "number" if isinstance(first.port, int) else "name"
    return Finding(
        code="IngressBackendMissing",
        variant="port",
        confidence=proved("both sides are read from the objects", "双方均从对象中读取", twice=True),
        object=entry.ref,
        part=first.target,
        affected=(Reach(ref=ref_of(service), edge=Edge.ROUTE),),
        summary=Phrase(
            en=f"Calls to {where} go to port {first.port} of the Service {first.service}, which has no such port "
            f"(it has {listed}){why}",
            zh=f"访问 {where_zh} 的请求被转给 Service {first.service} 的端口 {first.port}，而它没有该端口"
            f"（现有 {listed}）{why_zh}",
        ),
        expected=f"service.port.number: {offered[0]}" if offered else f"a port of {listed}",
        actual=f"service.port.{key}: {first.port}",
        near=tuple(str(number) for number in offered[:3]),
        evidence=(scene.field(entry.obj, *first.at, "port"), scene.field(service, "spec", "ports")),
        remedies=(
            _replaced(entry, [(*found.at, "port") for found in backends], {"number": offered[0]}, {key: first.port})
            if offered
            else in_application(Phrase(en="Name one of the ports that the Service has", zh="改用 Service 已有的端口")),
        ),
        next_checks=(entry.look(),),
        since=entry.born,
    )


def _replaced(entry: Entry, places: list[FieldPath], value: object, former: object) -> Remedy:
    shown = value if isinstance(value, str) else next(iter(value.values())) if isinstance(value, dict) else value
    return object_patch(
        entry.obj,
        [{"op": "replace", "path": pointer(place), "value": value} for place in places],
        patch_type="json",
        summary=Phrase(en=f"Lead these paths to {shown}", zh=f"让这些路径指向 {shown}"),
        verify=f"kubectl -n {entry.ref.namespace} describe ingress {entry.ref.name}",
        expect=Phrase(en="the path shows addresses of pods behind it", zh="路径后显示 Pod 的地址"),
        undo=object_patch(
            entry.ref,
            [{"op": "replace", "path": pointer(place), "value": former} for place in places],
            patch_type="json",
            summary=Phrase(en="", zh=""),
        ).command,
    )
