"""Read the prose in which ``kubectl describe networkpolicy`` tells a policy."""

import re
from typing import Any

from cluster.recording.transcript.blocks import Block, find
from cluster.recording.transcript.rows import pairs
from cluster.recording.transcript.sightings import Fragment

_PORT = re.compile(r"To Port: ([\w-]{1,63})/([A-Z]{2,4})")


class _Unreadable(Exception):
    """A part of the prose that has no certain meaning: then the whole policy stays unread."""


def described_policy(found: list[Block]) -> Fragment:
    """Return the policy's spec, or nothing where a part of it cannot be told for certain."""
    lines = [line.strip() for line in find(found, "Spec").lines if line.strip()]
    try:
        return {"spec": _spec(lines)} if lines else {}
    except _Unreadable:
        return {}


def _spec(lines: list[str]) -> Fragment:
    spec: dict[str, Any] = {}
    rules: list[Fragment] | None = None
    peers = ""
    for line in lines:
        head, _, value = line.partition(":")
        value = value.strip()
        if head == "PodSelector" and "podSelector" not in spec:
            spec["podSelector"] = _selector(value)
        elif head in {"Allowing ingress traffic", "Allowing egress traffic"}:
            way = head.split()[1]
            peers = "from" if way == "ingress" else "to"
            rules = spec.setdefault(way, [])
        elif line.startswith("Not affecting"):
            rules = None
        elif head == "Policy Types":
            spec["policyTypes"] = [word.strip() for word in value.split(",") if word.strip()]
            rules = None
        elif rules is not None and not line.startswith("<none>"):
            _rule_line(line, rules, peers)
    if not {"podSelector", "policyTypes"} <= set(spec):
        raise _Unreadable
    return spec


def _rule_line(line: str, rules: list[Fragment], peers: str) -> None:
    head, _, value = line.partition(":")
    value = value.strip()
    if set(line) == {"-"}:
        rules.append({})
        return
    if not rules:
        rules.append({})
    rule = rules[-1]
    if head == "To Port":
        match = _PORT.fullmatch(line)
        if match:
            number = int(match[1]) if match[1].isdecimal() else match[1]
            rule.setdefault("ports", []).append({"port": number, "protocol": match[2]})
        elif not value.startswith("<any>"):
            raise _Unreadable
    elif head in {"From", "To"}:
        if not value:
            rule.setdefault(peers, []).append({})
        elif not value.startswith("<any>"):
            raise _Unreadable
    elif rule.get(peers):
        _peer_line(head, value, rule[peers][-1])
    else:
        raise _Unreadable


def _peer_line(head: str, value: str, peer: Fragment) -> None:
    if head in {"PodSelector", "NamespaceSelector"}:
        peer[head[0].lower() + head[1:]] = _selector(value)
    elif head == "CIDR":
        peer.setdefault("ipBlock", {})["cidr"] = value
    elif head == "Except":
        if value:
            peer.setdefault("ipBlock", {})["except"] = [part.strip() for part in value.split(",")]
    elif head != "IPBlock":
        raise _Unreadable


def _selector(value: str) -> Fragment:
    if value.startswith("<none>"):
        return {}
    if re.search(r"[()!\s]", value) or not pairs(value):
        raise _Unreadable
    return {"matchLabels": pairs(value)}
