"""The smallest rule that would let a denied flow through: an added port, an added peer, an added rule, a new policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cluster.fields import Obj, dig, mapping, namespace
from diagnose.policies.flow import NAME_LABEL, End, Flow, Side
from diagnose.policies.judging import PEERS
from diagnose.policies.misses import Miss

EVERYWHERE = "0.0.0.0/0"
"""Where only a name outside the cluster is known: its addresses change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A change that admits a flow on one side: an operation of a JSON patch on ``policy``, or a ``manifest``."""

    kind: Literal["port", "peer", "rule", "policy"]
    policy: Obj | None = None
    operations: tuple[Mapping[str, Any], ...] = ()
    undo: tuple[Mapping[str, Any], ...] = ()
    manifest: Mapping[str, Any] | None = None


def permit(side: Side, flow: Flow, miss: Miss, protocols: Sequence[str] = ()) -> Permit:
    """Return the smallest change: it goes into the nearest rule where only one part of that does not fit.

    A policy for the whole namespace that has no such rule stays as it is; a policy for the one pod goes beside it.
    ``protocols`` are admitted instead of the flow's own alone.
    """
    own, peer = flow.ends(side)
    ports = port_entries(flow, protocols)
    here: tuple[str | int, ...] = ("spec", side, miss.rule)
    named = side == "ingress" or bool(dig(miss.policy, *here, PEERS[side]))
    # A port added to a rule that lets pods out to anywhere would open that port to anywhere.
    if miss.kind == "port" and not miss.other_too and named:
        return _added("port", miss.policy, (*here, "ports"), ports)
    # So would a peer outside that is added to a rule without ports: all ports of it.
    wide = miss.kind in {"address", "except", "pods_only"} and not dig(miss.policy, *here, "ports")
    if miss.kind not in {"nothing", "port"} and not miss.other_too and not wide:
        return _added("peer", miss.policy, (*here, PEERS[side]), [peer_entry(peer, namespace(miss.policy))])
    rule: dict[str, Any] = {PEERS[side]: [peer_entry(peer, namespace(miss.policy))]}
    if flow.port:
        rule["ports"] = ports
    if mapping(miss.policy, "spec", "podSelector"):
        return _added("rule", miss.policy, ("spec", side), [rule])
    return Permit(kind="policy", manifest=manifest(side, own, peer, rule))


def _added(
    kind: Literal["port", "peer", "rule"],
    policy: Obj,
    path: tuple[str | int, ...],
    entries: Sequence[Mapping[str, Any]],
) -> Permit:
    listed = dig(policy, *path)
    at = "/" + "/".join(str(part) for part in path)
    if not isinstance(listed, list) or not listed:  # the API server stores no empty lists
        whole: Mapping[str, Any] = {"op": "add", "path": at, "value": list(entries)}
        return Permit(kind=kind, policy=policy, operations=(whole,), undo=({"op": "remove", "path": at},))
    return Permit(
        kind=kind,
        policy=policy,
        operations=tuple({"op": "add", "path": f"{at}/-", "value": entry} for entry in entries),
        undo=tuple({"op": "remove", "path": f"{at}/{len(listed)}"} for _ in entries),
    )


def port_entries(flow: Flow, protocols: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Write the port of a flow, once for each protocol."""
    port = {"port": flow.port} if flow.port else {}
    return [{"protocol": protocol, **port} for protocol in protocols or (flow.protocol,)]


def peer_entry(peer: End, space: str) -> dict[str, Any]:
    """Write a peer that admits an end: its labels, its namespace where it is another one, or its address."""
    if not peer.is_pod or peer.on_host:
        bits = 128 if ":" in peer.address else 32
        return {"ipBlock": {"cidr": f"{peer.address}/{bits}" if peer.address else EVERYWHERE}}
    pods = {"matchLabels": dict(peer.identity)} if peer.identity else {}
    entry: dict[str, Any] = {"podSelector": pods}
    if peer.namespace != space:
        entry["namespaceSelector"] = {"matchLabels": {NAME_LABEL: peer.namespace}}
    return entry


def manifest(side: Side, own: End, peer: End, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Write a policy for the pods of one end that admits this flow and nothing else."""
    other = next(iter(peer.identity.values()), "") or "outside"
    this = next(iter(own.identity.values()), "") or own.namespace
    words = f"allow-{this}-to-{other}" if side == "egress" else f"allow-{other}-to-{this}"
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": plain(f"{words}-{side}"), "namespace": own.namespace},
        "spec": {
            "podSelector": {"matchLabels": dict(own.identity)} if own.identity else {},
            "policyTypes": [side.capitalize()],
            side: [dict(rule)],
        },
    }


def plain(words: str) -> str:
    """Write words as the name of an object."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char == "-") else "-" for char in words.lower())
    return kept[:63].strip("-") or "allow"
