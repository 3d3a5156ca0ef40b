"""Addresses that are wrong by what the cluster holds, in containers that fail without a word about it."""

from collections.abc import Iterator

from cluster.fields import Obj, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.addresses import Address, addresses
from diagnose.analyzers.clients.wrong import (
    corrected,
    meant,
    offers,
    origin,
    quoted,
    services_check,
)
from diagnose.complaints import FIRST_SECONDS, words_read
from diagnose.containers import Container
from diagnose.fault import named
from diagnose.findings import Edge, Finding, NextCheck, Reach, inferred
from diagnose.logs.ending import LOST, NOT_STARTED
from diagnose.places import Place, locate, near_services
from diagnose.scene import Scene
from diagnose.state import pod_satisfied, termination_current

_OTHER = NOT_STARTED | LOST | {"OOMKilled"}


def unsaid(scene: Scene, container: Container) -> Iterator[Finding]:
    """Yield wrong addresses of a container that has run and fails, when no log says anything else.

    A host counts only with a near-miss or in its long form: a single word may be a name that something else resolves.
    """
    if not _fails(scene, container) or words_read(scene, container):
        return
    for source in addresses(scene, container):
        place = locate(scene, container.pod, source.host)
        if place.kind == "missing":
            near = near_services(scene, container.pod, place, source.port)
            if near or source.host.count(".") >= 2:
                yield _unknown(scene, container, place, source, near)
                return
        elif place.obj is not None and (offered := offers(scene, place, source.port)) and _written_down(source):
            yield _mismatch(scene, container, place.obj, source, offered)
            return


def _fails(scene: Scene, container: Container) -> bool:
    if pod_satisfied(scene, container.pod) or container.ready or text(container.ended, "reason") in _OTHER:
        return False
    if container.ended:
        return bool(container.exit_code) and termination_current(scene, container)
    return container.running and scene.age(container.started_at) > FIRST_SECONDS * 2


def _written_down(source: Address) -> bool:
    """Say whether the port was written down, not taken from a scheme."""
    return str(source.port) in source.written


def _unknown(scene: Scene, container: Container, place: Place, source: Address, near: list[str]) -> Finding:
    hint, hint_zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
    return Finding(
        code="ClientAddressUnknown",
        confidence=inferred(
            "the program fails and its log does not say why", "程序失败，而日志没有说明原因", value=0.5
        ),
        object=scene.holder_ref(container.pod),
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{named(container).en} fails, and {source.key} names {source.host}, for which namespace {place.space} "
            f"has no Service{hint}",
            zh=f"{named(container).zh} 失败，且 {source.key} 指向 {source.host}，而命名空间 {place.space} 中没有对应的 "
            f"Service{hint_zh}",
        ),
        expected=f"Service {place.service} in {place.space}",
        actual="no such Service",
        near=tuple(near),
        evidence=(scene.absence("Service", place.space, place.service), *quoted(scene, source)),
        remedies=corrected(scene, container, source, source.host, near[0] if near else ""),
        next_checks=(_log(scene, container), services_check(place.space)),
        chain=origin(source),
        since=container.ended_at or container.started_at,
    )


def _mismatch(scene: Scene, container: Container, service: Obj, source: Address, offered: list[str]) -> Finding:
    place = ref_of(service)
    right = meant(service, source.port)
    return Finding(
        code="ClientPortMismatch",
        confidence=inferred(
            "the program fails and its log does not say why", "程序失败，而日志没有说明原因", value=0.5
        ),
        object=scene.holder_ref(container.pod),
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{named(container).en} fails, and {source.key} asks for port {source.port} of Service {place.name}, "
            f"which offers {', '.join(offered)} only",
            zh=f"{named(container).zh} 失败，且 {source.key} 要访问 Service {place.name} 的端口 {source.port}，"
            f"而它只提供 {', '.join(offered)}",
        ),
        expected=f"{place.name}:{right or offered[0]}",
        actual=f"{place.name}:{source.port}",
        near=(f"{place.name}:{right}",) if right else (),
        evidence=(scene.field(service, "spec", "ports"), *quoted(scene, source)),
        remedies=corrected(scene, container, source, f":{source.port}", f":{right}" if right else ""),
        next_checks=(_log(scene, container), services_check(place.namespace)),
        chain=(*origin(source), Reach(ref=place, edge=Edge.ENV)),
        since=container.ended_at or container.started_at,
    )


def _log(scene: Scene, container: Container) -> NextCheck:
    ref = scene.holder_ref(container.pod)
    return NextCheck(
        command=f"kubectl -n {ref.namespace} logs {ref.slug} -c {container.name}",
        why=Phrase(en="what the program itself says", zh="程序自身的说法"),
    )
