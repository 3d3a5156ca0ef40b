"""Pods whose policies keep them from asking the cluster's DNS."""

import re

from cluster.fields import namespace, objects, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.addresses import addresses
from diagnose.analyzers.network_policies.signs import Sign
from diagnose.analyzers.network_policies.traffic import beyond
from diagnose.analyzers.network_policies.view import Flows
from diagnose.analyzers.network_policies.words import opened, policy_named, quoted, sure, why
from diagnose.findings import Finding, NextCheck
from diagnose.places import locate
from diagnose.policies.flow import NAME_LABEL, Carried, End, Flow
from diagnose.policies.judging import Judgement
from diagnose.policies.misses import nearest
from diagnose.policies.permits import permit
from diagnose.ports import pod_ports

CACHE = "169.254.20.10"
"""Where the cache on the nodes answers by its own default."""
_TOLD = re.compile(
    r"no such host|ENOTFOUND|NXDOMAIN|name or service not known|name does not resolve|nodename nor servname",
    re.IGNORECASE,
)
"""Answers of a resolver: who gets one can ask."""
_LABELS = {"k8s-app": "kube-dns"}
_NUMBER = re.compile(r"[\d.]{7,15}|[0-9a-f:]*:[0-9a-f:]+")


def dns_blocked(flows: Flows, sign: Sign) -> Finding | None:
    """Report a caller that may not ask its resolver, and whose names do not resolve."""
    said = sign.said
    if said is not None and (
        said.code != "NameNotResolved" or (said.variant != "no_answer" and _TOLD.search(said.item.text))
    ):
        return None
    if said is None and not _uses_names(flows, sign):
        return None
    judged = _asking(flows, sign)
    if judged is None or not judged.denying:
        return None
    side = judged.denying[0]
    miss = nearest(side, judged.flow)
    if miss is None:
        return None
    scene, flow = flows.scene, judged.flow
    reason, policy = why(miss, side.side, flow), policy_named(miss, namespace(sign.pod))
    further = tuple(beyond(flows, sign)) if said is not None else ()
    also, also_zh = ("; the connection itself is closed as well", "；连接本身同样未放行") if further else ("", "")
    host, host_zh = (
        (f"ask for {said.host}", f"查询 {said.host}") if said and said.host else ("resolve names", "解析名称")
    )
    return sign.report(
        "NetworkPolicyBlocksDNS",
        Phrase(
            en=f"{sign.who.en} cannot {host}: {policy.en} does not let it ask the cluster's DNS (UDP {flow.port}), "
            f"since {reason.en}{also}{sign.consequence.en}",
            zh=f"{sign.who.zh} 无法{host_zh}：{policy.zh} 不允许它访问集群 DNS（UDP {flow.port}），"
            f"因为{reason.zh}{also_zh}{sign.consequence.zh}",
        ),
        about=ref_of(miss.policy),
        part=scene.holder_ref(sign.pod).name,
        confidence=sure(enforced=flows.enforced, said=said is not None),
        expected=f"to {flow.target.namespace}/k8s-app=kube-dns UDP {flow.port}, TCP {flow.port}",
        actual=miss.wanted or "no rule",
        evidence=quoted(scene, miss),
        remedies=(
            opened(
                permit(side.side, flow, miss, ("UDP", "TCP")),
                side.side,
                flow,
                "DNS",
                label=Phrase(
                    en=f"to the cluster's DNS (UDP and TCP {flow.port})", zh=f"到集群 DNS（UDP 与 TCP {flow.port}）的"
                ),
            ),
            *further,
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {namespace(miss.policy)} get networkpolicies -o yaml",
                why=Phrase(en="all policies that count there", zh="那里生效的全部策略"),
            ),
        ),
    )


def _uses_names(flows: Flows, sign: Sign) -> bool:
    """Say whether a silent caller is told to call a Service by its name."""
    return any(
        not _NUMBER.fullmatch(entry.host) and locate(flows.scene, sign.pod, entry.host).kind == "service"
        for entry in addresses(flows.scene, sign.container)
    )


def _asking(flows: Flows, sign: Sign) -> Judgement | None:
    """Judge the question of a pod to its resolver; None where it may ask, or does not ask the cluster's DNS."""
    pod = sign.pod
    if (text(pod, "spec", "dnsPolicy") or "ClusterFirst") not in {"ClusterFirst", "ClusterFirstWithHostNet"}:
        return None
    source = flows.end(pod)
    targets = _resolvers(flows)
    asked = tuple(
        Flow(source=source, target=target, port=port, protocol="UDP", service_port=53) for target, port in targets
    )
    judged = flows.denied(asked)
    if judged is None or not flows.names.cached_by_node:
        return judged
    cache = Flow(source=source, target=End(address=CACHE), port=53, protocol="UDP")
    return judged if flows.judged(cache).outcome == "denied" else None


def _resolvers(flows: Flows) -> list[tuple[End, int]]:
    """Return the DNS pods with the port that they answer at; what is always so where they were not read."""
    names = flows.names
    found = [(flows.end(pod, virtual=names.address), _port(flows, pod)) for pod in names.pods]
    if found:
        return found
    space = Carried(pairs={NAME_LABEL: names.space}, complete=False)
    labels = Carried(pairs=_LABELS, complete=False)
    end = End(
        name="kube-dns", namespace=names.space, labels=labels, space=space, virtual=names.address, identity=_LABELS
    )
    return [(end, 53)]


def _port(flows: Flows, pod: object) -> int:
    """Return the port inside the DNS pods."""
    for entry in objects(flows.names.service, "spec", "ports"):
        if entry.get("port") != 53 or text(entry, "protocol") != "UDP":
            continue
        target = entry.get("targetPort")
        if isinstance(target, int) and not isinstance(target, bool):
            return target
        named = [port.number for port in pod_ports(pod) if port.name == target] if isinstance(pod, dict) else []
        if named:
            return named[0]
    return 53
