"""The rule that almost let a flow through, and what of it does not fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cluster.fields import Obj, dig, mapping, name, namespace, numbered, text, whole
from diagnose.policies.flow import Carried, End, Flow, Side
from diagnose.policies.judging import PEERS, SideJudgement, peers_answer, port_answer, ports_answer
from diagnose.policies.peers import excepted, peer_answer, requirements

MissKind = Literal["nothing", "label", "namespace", "own_namespace", "port", "address", "except", "pods_only"]
_COST: dict[MissKind, int] = {
    "port": 1,
    "label": 1,
    "except": 1,
    "own_namespace": 2,
    "namespace": 2,
    "address": 3,
    "pods_only": 4,
    "nothing": 9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The nearest rule of a policy. ``path`` leads to the part that does not fit, ``rule`` is its index from 0.

    ``wanted`` is what the rule asks for and ``carried`` what the flow has. ``other_too`` says that the rest of the
    rule does not fit either, so that mending this part alone would not do. ``joined``: two selectors stand in one item
    and one of them alone would fit, so perhaps two items were meant.
    """

    policy: Obj
    kind: MissKind
    path: tuple[str | int, ...]
    rule: int = -1
    wanted: str = ""
    carried: str = ""
    other_too: bool = False
    joined: bool = False
    cost: int = 0


def nearest(judged: SideJudgement, flow: Flow) -> Miss | None:
    """Return the nearest miss among the rules of the policies that isolate; None where none does."""
    found = [miss for policy in judged.isolating for miss in _of_policy(policy, judged.side, flow)]
    return min(found, key=lambda miss: (miss.cost, namespace(miss.policy), name(miss.policy), miss.rule), default=None)


def _of_policy(policy: Obj, side: Side, flow: Flow) -> Iterator[Miss]:
    _, peer = flow.ends(side)
    narrow = bool(mapping(policy, "spec", "podSelector"))
    yield Miss(policy=policy, kind="nothing", path=("spec", side), cost=_COST["nothing"] + (0 if narrow else 1))
    for index, rule in numbered(policy, "spec", side):
        peers, ports = peers_answer(rule, side, namespace(policy), peer), ports_answer(rule, flow)
        if ports == "no":
            yield _port_miss(policy, side, index, rule, flow, other_too=peers != "yes")
        if peers == "no":
            yield from _peer_misses(policy, side, index, peer, other_too=ports != "yes")


def _port_miss(policy: Obj, side: Side, index: int, rule: Obj, flow: Flow, *, other_too: bool) -> Miss:
    listed = ", ".join(_port_text(entry) for _, entry in numbered(rule, "ports"))
    as_service = flow.service_port and any(
        port_answer(entry, Flow(source=flow.source, target=flow.target, port=flow.service_port, protocol=flow.protocol))
        == "yes"
        for _, entry in numbered(rule, "ports")
    )
    return Miss(
        policy=policy,
        kind="port",
        path=("spec", side, index, "ports"),
        rule=index,
        wanted=listed,
        carried=f"{flow.protocol} {flow.port}" if flow.port else flow.protocol,
        other_too=other_too,
        cost=_COST["port"] + (6 if other_too else 0) - (1 if as_service else 0),
    )


def _port_text(entry: Obj) -> str:
    protocol, asked, end = text(entry, "protocol") or "TCP", dig(entry, "port"), whole(entry, "endPort")
    if asked is None:
        return protocol
    return f"{protocol} {asked}-{end}" if end else f"{protocol} {asked}"


def _peer_misses(policy: Obj, side: Side, index: int, peer: End, *, other_too: bool) -> Iterator[Miss]:
    key = PEERS[side]
    space = namespace(policy)
    for number, entry in numbered(policy, "spec", side, index, key):
        if peer_answer(entry, space, peer) != "no":
            continue
        path = ("spec", side, index, key, number)
        kind, part, wanted, carried, failing = _why(entry, space, peer)
        yield Miss(
            policy=policy,
            kind=kind,
            path=(*path, *part),
            rule=index,
            wanted=wanted,
            carried=carried,
            other_too=other_too,
            joined=_joined(entry, space, peer),
            cost=_COST[kind] + failing - 1 + (6 if other_too else 0),
        )


def _joined(entry: Obj, space: str, peer: End) -> bool:
    if not ("namespaceSelector" in entry and "podSelector" in entry):
        return False
    alone = ({"namespaceSelector": entry["namespaceSelector"]}, {**entry, "namespaceSelector": {}})
    return any(peer_answer(part, space, peer) == "yes" for part in alone)


_Why = tuple[MissKind, tuple[str, ...], str, str, int]


def _why(entry: Obj, space: str, peer: End) -> _Why:
    block = mapping(entry, "ipBlock")
    if block:
        if hole := excepted(block, peer.address):
            return "except", ("ipBlock", "except"), f"{text(block, 'cidr')} except {hole}", peer.address, 1
        return "address", ("ipBlock", "cidr"), text(block, "cidr"), peer.address or "an outside name", 1
    if not peer.is_pod:
        return "pods_only", (), "pods", peer.address or "an outside name", 1
    spaces, pods = mapping(entry, "namespaceSelector"), mapping(entry, "podSelector")
    wrong = list(_unmet(pods, peer.labels))
    if "namespaceSelector" in entry:
        foreign = list(_unmet(spaces, peer.space))
        if foreign:
            wanted, carried = foreign[0]
            return "namespace", ("namespaceSelector",), wanted, carried, len(foreign) + len(wrong)
    elif peer.namespace != space:
        return "own_namespace", ("podSelector",), space, peer.namespace, 1 + len(wrong)
    if not wrong:
        return "label", (), "a pod", "none", 1
    wanted = ", ".join(entry[0] for entry in wrong[:3])
    return "label", ("podSelector",), wanted, ", ".join(entry[1] for entry in wrong[:3]), len(wrong)


def _unmet(selector: Obj, carried: Carried) -> Iterator[tuple[str, str]]:
    for written, key, answer in requirements(selector, carried):
        if answer == "no":
            has = carried.pairs.get(key)
            yield written, f"{key}={has}" if has is not None else f"no label {key}"
