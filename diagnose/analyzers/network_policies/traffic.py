"""Connections that a policy denies and whose caller shows it."""

from collections.abc import Iterator
from itertools import islice

from cluster.fields import namespace
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.addresses import Address, addresses
from diagnose.analyzers.network_policies.signs import Sign
from diagnose.analyzers.network_policies.view import Flows
from diagnose.analyzers.network_policies.words import opened, policy_named, quoted, sure, why
from diagnose.findings import Edge, Finding, NextCheck, Remedy
from diagnose.places import locate
from diagnose.policies.flow import Flow, Side
from diagnose.policies.judging import Judgement
from diagnose.policies.misses import Miss, nearest
from diagnose.policies.permits import permit
from diagnose.scene import Scene

_LATE = ("timed out", "timeout", "no route to host", "unreachable", "deadline exceeded", "超时")


def blocked(flows: Flows, sign: Sign) -> Iterator[Finding]:
    """Yield the connections of one caller that policies deny, one finding for each side that denies."""
    if sign.said is not None and not _late(sign):
        return
    seen: set[str] = set()
    for host, port, source in _asked(flows, sign):
        judged = flows.denied(flows.flows(sign.pod, host, port))
        peer = f"{host}:{port}" if port else host
        if judged is None or peer in seen:
            continue
        seen.add(peer)
        yield from _findings(flows, sign, judged, peer, source, guessed=sign.said is not None and not sign.said.host)
        if sign.said is not None:
            return


def beyond(flows: Flows, sign: Sign) -> Iterator[Remedy]:
    """Yield what must be opened besides, once names resolve: connections of the same caller that are denied as well."""
    for host, port, _ in islice(_asked(flows, sign), 2):
        judged = flows.denied(flows.flows(sign.pod, host, port))
        for side in judged.denying if judged is not None else ():
            miss = nearest(side, judged.flow) if judged is not None else None
            if judged is not None and miss is not None:
                peer = f"{host}:{port}" if port else host
                yield opened(permit(side.side, judged.flow, miss), side.side, judged.flow, peer)


def _late(sign: Sign) -> bool:
    """Say whether a line speaks of a peer that does not answer: policies drop, they seldom refuse."""
    said = sign.said
    if said is None or said.code not in {"DependencyUnreachable", "BrokerUnavailable"}:
        return False
    return said.variant == "timeout" or any(word in said.item.text.lower() for word in _LATE)


def _asked(flows: Flows, sign: Sign) -> Iterator[tuple[str, int, Address | None]]:
    """Yield what the caller wants: what its line names, else what it is told to call."""
    told = addresses(flows.scene, sign.container)
    said = sign.said
    if said is not None and said.host:
        fitting = [entry for entry in told if entry.host == said.host and said.port in {0, entry.port}]
        source = fitting[0] if fitting else None
        yield said.host, said.port or (source.port if source else 0), source
        return
    for entry in told:
        place = locate(flows.scene, sign.pod, entry.host)
        # What lies outside may not be called at all by a program that says nothing of it.
        if place.kind in {"service", "pod"} or (said is not None and place.kind == "external"):
            yield entry.host, entry.port, entry


def _findings(
    flows: Flows, sign: Sign, judged: Judgement, peer: str, source: Address | None, *, guessed: bool
) -> Iterator[Finding]:
    scene, flow = flows.scene, judged.flow
    home = namespace(sign.pod)
    behind = scene.snapshot.get("Pod", flow.target.namespace, flow.target.name)
    sides = judged.denying
    for side in sides:
        miss = nearest(side, flow)
        if miss is None:
            continue
        reason, policy = why(miss, side.side, flow), policy_named(miss, home)
        both, both_zh = ("", "")
        if len(sides) > 1:
            other = "incoming" if side.side == "egress" else "outgoing"
            both = f" (the {other} side is closed as well)"
            both_zh = f"（{'入站' if side.side == 'egress' else '出站'}一侧同样未放行）"
        count = len(side.isolating)
        among = f"; {count} policies close this side" if count > 1 else ""
        among_zh = f"；共有 {count} 个策略限制这一侧" if count > 1 else ""
        yield sign.report(
            "NetworkPolicyBlocksTraffic",
            Phrase(
                en=f"{sign.who.en} cannot reach {peer}: {policy.en} does not let it "
                f"{'in' if side.side == 'ingress' else 'out'}, since {reason.en}{among}{both}{sign.consequence.en}",
                zh=f"{sign.who.zh} 无法访问 {peer}：{policy.zh} 不放行这一"
                f"{'入站' if side.side == 'ingress' else '出站'}流量，因为{reason.zh}{among_zh}{both_zh}"
                f"{sign.consequence.zh}",
            ),
            variant=side.side,
            about=ref_of(miss.policy),
            part=f"{scene.holder_ref(sign.pod).name} to {peer}",
            confidence=sure(enforced=flows.enforced, said=sign.said is not None and not guessed),
            expected=_wanted(side.side, flow),
            actual=f"{miss.wanted or 'no rule'}",
            evidence=(
                quoted(scene, miss)[0],
                *_other_end(scene, miss, side.side, flow),
                *quoted(scene, miss)[1:],
                *((scene.field(source.holder, *source.path),) if source else ()),
            ),
            remedies=(opened(permit(side.side, flow, miss), side.side, flow, peer),),
            affected=scene.reach_pods([behind], Edge.POLICY) if sign.proxy and behind is not None else (),
            next_checks=(
                NextCheck(
                    command=f"kubectl -n {namespace(miss.policy)} get networkpolicies -o yaml",
                    why=Phrase(en="all policies that count there", zh="那里生效的全部策略"),
                ),
            ),
        )


def _other_end(scene: Scene, miss: Miss, side: Side, flow: Flow) -> Iterator[Evidence]:
    """Quote what the other end carries instead of what the rule asks for."""
    _, peer = flow.ends(side)
    obj = {
        "label": scene.snapshot.get("Pod", peer.namespace, peer.name),
        "namespace": scene.snapshot.get("Namespace", "", peer.namespace),
    }.get(miss.kind)
    if obj is not None:
        yield scene.field(obj, "metadata", "labels")


def _wanted(side: str, flow: Flow) -> str:
    other = flow.source if side == "ingress" else flow.target
    port = f" {flow.protocol} {flow.port}" if flow.port else ""
    labels = ",".join(f"{key}={value}" for key, value in other.identity.items())
    word = "from" if side == "ingress" else "to"
    return f"{word} {other.namespace + '/' if other.namespace else ''}{labels or other.address or 'outside'}{port}"
