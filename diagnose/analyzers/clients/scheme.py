"""Callers that speak TLS to a port without it, or plain text to a port that wants TLS."""

import re

from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.addresses import Address
from diagnose.analyzers.clients.wrong import named, origin, quoted, replaced
from diagnose.complaints import Complaint
from diagnose.findings import Edge, Finding, NextCheck, Reach, inferred
from diagnose.places import Place
from diagnose.remedies import in_application

_SECURED = re.compile(r"^(https|rediss|amqps|wss|ldaps|mqtts)://", re.IGNORECASE)
_PLAIN = re.compile(r"^(http|redis|amqp|ws|ldap|mqtt)://", re.IGNORECASE)
_TO_PLAIN = {"https": "http", "rediss": "redis", "amqps": "amqp", "wss": "ws", "ldaps": "ldap", "mqtts": "mqtt"}
_TO_SECURED = {plain: secured for secured, plain in _TO_PLAIN.items()}


def scheme_mismatch(
    complaint: Complaint, place: Place, host: str, port: int, source: Address | None, *, guessed: bool
) -> Finding | None:
    """Report a peer that answers, and not in the way it is spoken to; None for calls within the pod."""
    if place.kind == "own":
        return None
    plain = complaint.variant == "plain"
    peer = f"{host}:{port}" if port else host
    said = named(source)
    spoken = ("without TLS", "不使用 TLS") if plain else ("with TLS", "使用 TLS")
    wanted = ("wants TLS there", "该端口要求 TLS") if plain else ("speaks no TLS there", "该端口不支持 TLS")
    service = ref_of(place.obj) if place.kind == "service" and place.obj is not None else None
    fresh = _other_scheme(source, secured=plain)
    remedies = replaced(complaint.scene, complaint.container, source, fresh) if source and fresh else ()
    return complaint.report(
        "ClientPortMismatch",
        Phrase(
            en=f"{complaint.who.en} calls {peer}{said.en} {spoken[0]}, but that peer {wanted[0]}"
            f"{complaint.consequence.en}",
            zh=f"{complaint.who.zh} {spoken[1]} 访问 {peer}{said.zh}，而{wanted[1]}{complaint.consequence.zh}",
        ),
        expected=f"{peer} called {'with' if plain else 'without'} TLS",
        actual="plain text to a port that wants TLS" if plain else "TLS to a port without TLS",
        evidence=quoted(complaint.scene, source),
        confidence=inferred(
            "the log names no address; this is the only one that fits", "日志未写出地址；这是唯一符合的一个", value=0.6
        )
        if guessed
        else None,
        remedies=remedies
        or (
            in_application(
                Phrase(
                    en=f"Call {peer} {'with' if plain else 'without'} TLS, or the port of that peer that takes it",
                    zh=f"改为{'使用' if plain else '不使用'} TLS 访问 {peer}，或改用对方相应的端口",
                )
            ),
        ),
        next_checks=_ports_check(place),
        chain=(*origin(source), *([Reach(ref=service, edge=Edge.ENV)] if service else [])),
    )


def _other_scheme(source: Address | None, *, secured: bool) -> str:
    """Return the setting with the other scheme, or an empty string where it does not begin with a known one."""
    pattern, table = (_PLAIN, _TO_SECURED) if secured else (_SECURED, _TO_PLAIN)
    match = pattern.match(source.written) if source is not None else None
    return f"{table[match[1].lower()]}{match.string[match.end(1) :]}" if match else ""


def _ports_check(place: Place) -> tuple[NextCheck, ...]:
    if place.kind != "service":
        return ()
    return (
        NextCheck(
            command=f"kubectl -n {place.space} get service {place.service} -o yaml",
            why=Phrase(en="which ports it offers, by name", zh="它提供哪些端口及其名称"),
        ),
    )
