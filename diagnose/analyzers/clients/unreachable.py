"""Peers whose address is right, or outside the cluster, and that do not answer."""

from cluster.fields import dig, objects
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.addresses import Address
from diagnose.analyzers.clients.wrong import named, origin, quoted
from diagnose.complaints import Complaint
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Role, inferred
from diagnose.places import Place
from diagnose.remedies import in_application, outside

_KINDS = {
    "refused": (Phrase(en="refuses connections", zh="拒绝连接"), "connection refused"),
    "timeout": (Phrase(en="does not answer", zh="没有应答"), "timed out"),
    "cut": (Phrase(en="cuts the connection", zh="中断了连接"), "connection reset"),
}


def unreachable(
    complaint: Complaint, place: Place, host: str, port: int, source: Address | None, *, guessed: bool = False
) -> Finding:
    """Report a peer that refuses, times out or cuts, inside the cluster or outside."""
    inside = place.kind in {"service", "unread", "pod"}
    peer = f"{host}:{port}" if port else host
    happens, actual = _KINDS.get(complaint.variant, _KINDS["refused"])
    said = named(source)
    behind = _behind(complaint, place)
    weak = inferred(
        "the log names no address; this is the only one set", "日志未写出地址；这是唯一设置的地址", value=0.5
    )
    chain = [*origin(source)]
    if inside and place.service:
        chain.append(
            Reach(ref=ObjectRef(kind="Service", namespace=place.space, name=place.service), edge=Edge.ENV)
            if place.obj is None
            else Reach(ref=ref_of(place.obj), edge=Edge.ENV)
        )
    evidence = [*quoted(complaint.scene, source)]
    if place.kind == "service" and place.obj is not None:
        evidence.append(complaint.scene.field(place.obj, "spec", "ports"))
    return complaint.report(
        "DependencyUnreachable",
        Phrase(
            en=f"{complaint.who.en} calls {peer}{said.en}, which {happens.en}{behind.en}{complaint.consequence.en}",
            zh=f"{complaint.who.zh} 访问 {peer}{said.zh}，对方{happens.zh}{behind.zh}{complaint.consequence.zh}",
        ),
        variant="in_cluster" if inside else "external",
        role=Role.SYMPTOM if inside else Role.ROOT,
        expected=f"{peer} accepts connections",
        actual=actual,
        evidence=evidence,
        confidence=weak if guessed or complaint.variant == "cut" else None,
        remedies=(_advice(peer, inside=inside),),
        next_checks=_checks(complaint, place, host),
        chain=chain,
    )


def _behind(complaint: Complaint, place: Place) -> Phrase:
    """Say how many ready pods stand behind the Service, when its endpoints were read."""
    scene = complaint.scene
    if place.kind != "service" or not scene.snapshot.coverage.complete("EndpointSlice", place.space):
        return Phrase(en="", zh="")
    label = "kubernetes.io/service-name"
    ready = sum(
        dig(endpoint, "conditions", "ready") is not False
        for entry in scene.snapshot.all("EndpointSlice", place.space)
        if dig(entry, "metadata", "labels", label) == place.service
        for endpoint in objects(entry, "endpoints")
    )
    return Phrase(
        en=f" (Service {place.service} has {ready} ready endpoint{'' if ready == 1 else 's'} now)",
        zh=f"（Service {place.service} 当前有 {ready} 个就绪端点）",
    )


def _advice(peer: str, *, inside: bool) -> Remedy:
    if inside:
        return in_application(
            Phrase(
                en=f"Bring {peer} up; its own state says why it does not answer",
                zh=f"让 {peer} 恢复运行；它自身的状态会说明为何没有应答",
            )
        )
    return outside(
        Phrase(
            en=f"Check the address {peer}, the network policies and firewall for outgoing traffic, and the provider",
            zh=f"检查地址 {peer}、出站网络策略与防火墙，以及服务提供方",
        )
    )


def _checks(complaint: Complaint, place: Place, host: str) -> tuple[NextCheck, ...]:
    if place.service and place.kind in {"service", "unread"}:
        return (
            NextCheck(
                command=f"kubectl -n {place.space} get endpointslices -l kubernetes.io/service-name={place.service}",
                why=Phrase(en="whether anything ready stands behind the Service", zh="Service 后面是否有就绪的后端"),
            ),
        )
    space = complaint.scene.holder_ref(complaint.pod).namespace
    return (
        NextCheck(
            command=f"kubectl -n {space} get networkpolicies",
            why=Phrase(en=f"whether traffic to {host} is allowed", zh=f"是否允许访问 {host}"),
        ),
    )
