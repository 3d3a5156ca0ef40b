"""Judge a flow: egress of the caller and ingress of the called, as ``networking.k8s.io/v1`` words it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cluster.fields import Obj, dig, mapping, namespace, objects, strings, text, whole
from diagnose.policies.answers import Answer, any_of, both
from diagnose.policies.flow import End, Flow, Side
from diagnose.policies.peers import peer_answer, selector_answer

Outcome = Literal["allowed", "denied", "unknown"]
SIDES: tuple[Side, ...] = ("egress", "ingress")
PEERS = {"egress": "to", "ingress": "from"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideJudgement:
    """What the policies of one end say. ``isolating`` are those that count; none of them leaves all open."""

    side: Side
    outcome: Outcome
    isolating: tuple[Obj, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What both ends say of a flow."""

    flow: Flow
    sides: tuple[SideJudgement, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """``denied`` when one side denies, ``allowed`` when both allow."""
        found = {entry.outcome for entry in self.sides}
        return "denied" if "denied" in found else "unknown" if "unknown" in found else "allowed"

    @property
    def denying(self) -> tuple[SideJudgement, ...]:
        """The sides that deny."""
        return tuple(entry for entry in self.sides if entry.outcome == "denied")


def judge(flow: Flow, *, egress: Sequence[Obj] | None, ingress: Sequence[Obj] | None) -> Judgement:
    """Judge a flow by the policies of the caller's namespace and of the called one's; None where they are unread."""
    if flow.within_node:
        return Judgement(flow=flow)
    return Judgement(flow=flow, sides=(_side("egress", egress, flow), _side("ingress", ingress, flow)))


def _side(side: Side, policies: Sequence[Obj] | None, flow: Flow) -> SideJudgement:
    own, peer = flow.ends(side)
    if not own.is_pod:
        return SideJudgement(side=side, outcome="allowed")
    if policies is None:
        return SideJudgement(side=side, outcome="unknown")
    chosen = [(policy, applies(policy, own)) for policy in policies if side in sides_of(policy)]
    isolating = tuple(policy for policy, answer in chosen if answer == "yes")
    answer = any_of(
        both(applied, _rule(rule, side, namespace(policy), peer, flow))
        for policy, applied in chosen
        for rule in rules_of(policy, side)
    )
    if answer == "yes":
        outcome: Outcome = "allowed"
    elif isolating:
        outcome = "unknown" if answer == "unknown" or own.on_host else "denied"
    else:
        outcome = "unknown" if any(applied == "unknown" for _, applied in chosen) else "allowed"
    return SideJudgement(side=side, outcome=outcome, isolating=isolating)


def applies(policy: Obj, pod: End) -> Answer:
    """Say whether a policy selects a pod: one of its own namespace whose labels fit."""
    if namespace(policy) != pod.namespace:
        return "no"
    return selector_answer(mapping(policy, "spec", "podSelector"), pod.labels)


def sides_of(policy: Obj) -> frozenset[str]:
    """Return the directions that a policy is about. Without ``policyTypes``: ingress, and egress where it has rules."""
    named = strings(policy, "spec", "policyTypes")
    if named:
        return frozenset(entry.lower() for entry in named if entry in {"Ingress", "Egress"})
    return frozenset({"ingress", "egress"} if _listed(policy, "spec", "egress") else {"ingress"})


def rules_of(policy: Obj, side: Side) -> list[Obj]:
    """Return the rules of one direction."""
    return objects(policy, "spec", side)


def _rule(rule: Obj, side: Side, space: str, peer: End, flow: Flow) -> Answer:
    return both(peers_answer(rule, side, space, peer), ports_answer(rule, flow))


def peers_answer(rule: Obj, side: Side, space: str, peer: End) -> Answer:
    """Say whether a rule admits an end; a rule that names no peers admits all."""
    listed = _listed(rule, PEERS[side])
    return any_of(peer_answer(entry, space, peer) for entry in listed) if listed else "yes"


def ports_answer(rule: Obj, flow: Flow) -> Answer:
    """Say whether a rule admits the port of a flow; a rule that names no ports admits all."""
    listed = _listed(rule, "ports")
    return any_of(port_answer(entry, flow) for entry in listed) if listed else "yes"


def port_answer(entry: object, flow: Flow) -> Answer:
    """Say whether one entry of ``ports`` admits the port of a flow. Names are those of the called pod's ports."""
    if not isinstance(entry, dict) or (text(entry, "protocol") or "TCP") != flow.protocol:
        return "no"
    asked = entry.get("port")
    if asked is None:
        return "yes"
    if isinstance(asked, str):
        numbers = {port.number for port in flow.target.ports if (port.name, port.protocol) == (asked, flow.protocol)}
        if not flow.target.is_pod or not flow.port:
            return "unknown"
        return "yes" if flow.port in numbers else "no"
    if not isinstance(asked, int) or isinstance(asked, bool):
        return "no"
    if not flow.port:
        return "unknown"
    return "yes" if asked <= flow.port <= max(asked, whole(entry, "endPort", default=asked)) else "no"


def _listed(obj: Obj, *path: str) -> list[object]:
    value = dig(obj, *path)
    return value if isinstance(value, list) else []
