"""Addresses that are wrong by what the cluster holds: no such Service, no such port of the Service."""

from collections.abc import Sequence
from typing import Any

from cluster.fields import Obj, name, namespace, numbered, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.addresses import Address
from diagnose.complaints import Complaint
from diagnose.containers import Container
from diagnose.findings import Confidence, Edge, Finding, NextCheck, Reach, Remedy, inferred, proved
from diagnose.places import Place, near_services, service_ports
from diagnose.ports import pod_ports
from diagnose.remedies import container_change, in_application, object_patch, template_patch
from diagnose.scene import Scene

_MASKS = ("<redacted", "***", "[redacted")


def address_unknown(
    complaint: Complaint, place: Place, host: str, port: int, source: Address | None, *, guessed: bool
) -> Finding:
    """Report a host in the form of a Service that the cluster does not have."""
    scene, pod = complaint.scene, complaint.pod
    near = near_services(scene, pod, place, port)
    hint, hint_zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
    said = named(source)
    return complaint.report(
        "ClientAddressUnknown",
        Phrase(
            en=f"{complaint.who.en} calls {host}{said.en}, and namespace {place.space} has no Service "
            f"{place.service}{complaint.consequence.en}{hint}",
            zh=f"{complaint.who.zh} 访问 {host}{said.zh}，而命名空间 {place.space} 中没有名为 {place.service} 的 "
            f"Service{complaint.consequence.zh}{hint_zh}",
        ),
        expected=f"Service {place.service} in {place.space}",
        actual="no such Service",
        near=near,
        evidence=(scene.absence("Service", place.space, place.service), *quoted(scene, source)),
        confidence=_sure(guessed=guessed),
        remedies=corrected(scene, complaint.container, source, host, near[0] if near else ""),
        next_checks=(services_check(place.space),),
        chain=origin(source),
    )


def port_mismatch(
    complaint: Complaint, place: Place, port: int, source: Address | None, *, guessed: bool
) -> Finding | None:
    """Report a port that the Service does not offer; None when it does, or nothing is known."""
    offered = offers(complaint.scene, place, port)
    if not offered or place.obj is None:
        return None
    right = meant(place.obj, port)
    said = named(source)
    labels = ", ".join(offered)
    return complaint.report(
        "ClientPortMismatch",
        Phrase(
            en=f"{complaint.who.en} calls port {port} of Service {place.service}{said.en}, which offers "
            f"{labels} only{aside(place.obj, port).en}{complaint.consequence.en}",
            zh=f"{complaint.who.zh} 访问 Service {place.service} 的端口 {port}{said.zh}，而它只提供 "
            f"{labels}{aside(place.obj, port).zh}{complaint.consequence.zh}",
        ),
        expected=f"{place.service}:{right or offered[0]}",
        actual=f"{place.service}:{port}",
        near=[f"{place.service}:{right}"] if right else [],
        evidence=(complaint.scene.field(place.obj, "spec", "ports"), *quoted(complaint.scene, source)),
        confidence=_sure(guessed=guessed),
        remedies=_port_corrected(complaint.scene, complaint.container, source, port, right),
        next_checks=(services_check(place.space),),
        chain=(*origin(source), Reach(ref=ref_of(place.obj), edge=Edge.ENV)),
    )


def _sure(*, guessed: bool) -> Confidence:
    if guessed:
        return inferred(
            "the log names no address; this is the only one that fits", "日志未写出地址；这是唯一符合的一个", value=0.6
        )
    return proved("the log names it, and the Services were listed", "日志写明了它，且已列出所有 Service", twice=True)


# -- what a Service offers


def offers(scene: Scene, place: Place, port: int) -> list[str]:
    """Return what a Service offers instead of ``port``, as ``80→8080 http``; nothing when the port is right."""
    service = place.obj
    if place.kind != "service" or service is None or not port:
        return []
    if text(service, "spec", "clusterIP") == "None":
        declared = {entry.number for pod in scene.graph.pods_of_service(service) for entry in pod_ports(pod)}
        known = declared | set(service_ports(service))
        return [] if not declared or port in known else [str(number) for number in sorted(known)][:6]
    if port in service_ports(service):
        return []
    return [_label(entry) for _, entry in numbered(service, "spec", "ports") if whole(entry, "port")][:6]


def _label(entry: Obj) -> str:
    target = entry.get("targetPort")
    label = str(whole(entry, "port"))
    if isinstance(target, int | str) and target != whole(entry, "port"):
        label += f"→{target}"
    return f"{label} {text(entry, 'name')}" if text(entry, "name") else label


def meant(service: Obj, port: int) -> int:
    """Return the port of the Service for a caller of ``port``: the one that leads there, or the only one; else 0."""
    entries = [entry for _, entry in numbered(service, "spec", "ports") if whole(entry, "port")]
    for entry in entries:
        if port in {whole(entry, "targetPort"), whole(entry, "nodePort")}:
            return whole(entry, "port")
    return whole(entries[0], "port") if len(entries) == 1 else 0


def aside(service: Obj, port: int) -> Phrase:
    """Say when the caller took the port of the container or of the node for that of the Service."""
    for _, entry in numbered(service, "spec", "ports"):
        if whole(entry, "targetPort") == port:
            return Phrase(en=f" ({port} is the port inside its pods)", zh=f"（{port} 是其 Pod 内部的端口）")
        if whole(entry, "nodePort") == port:
            return Phrase(en=f" ({port} is its port on the nodes)", zh=f"（{port} 是它在节点上的端口）")
    return Phrase(en="", zh="")


# -- where the address stands, and its correction


def named(source: Address | None) -> Phrase:
    """Say in brackets where an address was set."""
    if source is None:
        return Phrase(en="", zh="")
    where = f" in ConfigMap {name(source.holder)}" if text(source.holder, "kind") == "ConfigMap" else ""
    where_zh = f"，来自 ConfigMap {name(source.holder)}" if where else ""
    return Phrase(en=f" (set by {source.key}{where})", zh=f"（由 {source.key} 设置{where_zh}）")


def quoted(scene: Scene, source: Address | None) -> tuple[Evidence, ...]:
    """Quote where an address was set."""
    return (scene.field(source.holder, *source.path, quote=source.written),) if source else ()


def origin(source: Address | None) -> tuple[Reach, ...]:
    """Point at the ConfigMap that an address comes from."""
    if source is None or text(source.holder, "kind") != "ConfigMap":
        return ()
    return (Reach(ref=ref_of(source.holder), edge=Edge.ENV),)


def services_check(space: str) -> NextCheck:
    """Name the command that lists the Services of a namespace."""
    return NextCheck(
        command=f"kubectl -n {space} get services",
        why=Phrase(en="which Services there are, with their ports", zh="有哪些 Service 及其端口"),
    )


def corrected(scene: Scene, container: Container, source: Address | None, host: str, right: str) -> tuple[Remedy, ...]:
    """Put another host where the address stands; in words where the snapshot does not hold the value."""
    if source is not None and right and source.written.lower().count(host) == 1:
        at = source.written.lower().index(host)
        fresh = source.written[:at] + right + source.written[at + len(host) :]
        if remedies := replaced(scene, container, source, fresh):
            return remedies
    key = source.key if source else "the setting that holds it"
    key_zh = source.key if source else "保存该地址的配置"
    return (
        in_application(
            Phrase(
                en=f"Correct {host} in {key}" + (f" to {right}" if right else ", or create the Service"),
                zh=f"修正 {key_zh} 中的 {host}" + (f"，改为 {right}" if right else "，或创建该 Service"),
            )
        ),
    )


def _port_corrected(
    scene: Scene, container: Container, source: Address | None, wrong: int, right: int
) -> Sequence[Remedy]:
    if source is not None and right and source.written.count(f":{wrong}") == 1:
        fresh = source.written.replace(f":{wrong}", f":{right}")
        if remedies := replaced(scene, container, source, fresh):
            return remedies
    wanted = str(right) if right else "one that the Service offers"
    wanted_zh = str(right) if right else "该 Service 提供的端口"
    return (
        in_application(
            Phrase(
                en=f"Change port {wrong} to {wanted} where the program gets its address",
                zh=f"在程序取得地址的地方把端口 {wrong} 改为 {wanted_zh}",
            )
        ),
    )


def replaced(scene: Scene, container: Container, source: Address, fresh: str) -> tuple[Remedy, ...]:
    """Write ``fresh`` where the value stands; nothing where the snapshot holds it masked or in part."""
    if not source.literal or any(mask in fresh.lower() for mask in _MASKS):
        return ()
    summary = Phrase(en=f"Set {source.key} to {fresh}", zh=f"把 {source.key} 设为 {fresh}")
    if text(source.holder, "kind") != "ConfigMap":
        change: dict[str, Any] = {"env": [{"name": source.key, "value": fresh}]}
        return (template_patch(scene, container.pod, container_change(container, change), summary=summary),)
    key = str(source.path[-1])
    if any(mask in source.written.lower() for mask in _MASKS):
        return ()
    holder = scene.holder_ref(container.pod)
    before = object_patch(ref_of(source.holder), {"data": {key: source.written}}, summary=summary)
    return (
        object_patch(
            source.holder,
            {"data": {key: fresh}},
            summary=Phrase(
                en=f"{summary.en} in ConfigMap {name(source.holder)}, then restart {_spoken(holder)}: running programs "
                "keep the old value",
                zh=f"在 ConfigMap {name(source.holder)} 中{summary.zh}，"
                f"然后重启 {_spoken(holder)}：运行中的程序仍使用旧值",
            ),
            verify=f"kubectl -n {namespace(source.holder)} rollout restart {holder.slug}",
            expect=Phrase(en="the new pods become ready", zh="新的 Pod 变为就绪"),
            undo=before.command,
        ),
    )


def _spoken(ref: ObjectRef) -> str:
    return f"{ref.kind} {ref.name}"
