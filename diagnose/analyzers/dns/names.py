"""Pods that do not ask the cluster's DNS, and names that do not resolve."""

from cluster.fields import strings, text, truth
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.dns.view import Names
from diagnose.complaints import Complaint
from diagnose.findings import Edge, Finding, NextCheck, Reach, Role, proved
from diagnose.remedies import in_application, outside, template_patch


def policy_wrong(names: Names, complaint: Complaint) -> Finding | None:
    """Report a pod that fails to resolve a Service which exists, because it does not ask the cluster's DNS."""
    place = names.place(complaint)
    if place.kind not in {"service", "unread"} or not complaint.host:
        return None
    wrong = _wrong(names, complaint)
    if wrong is None:
        return None
    reason, right, evidence = wrong
    pod = complaint.pod
    fix = Phrase(en=f"Set dnsPolicy to {right}", zh=f"把 dnsPolicy 设为 {right}")
    return complaint.report(
        "PodDNSPolicyWrong",
        Phrase(
            en=f"{complaint.who.en} does not find Service {place.service}: {reason.en}{complaint.consequence.en}",
            zh=f"{complaint.who.zh} 找不到 Service {place.service}：{reason.zh}{complaint.consequence.zh}",
        ),
        expected=f"dnsPolicy: {right}",
        actual=f"dnsPolicy: {text(pod, 'spec', 'dnsPolicy') or 'ClusterFirst'}",
        evidence=evidence,
        confidence=proved("policy and failing name were read", "读取了策略与解析失败的名称", twice=True),
        remedies=(template_patch(names.scene, pod, {"dnsPolicy": right}, summary=fix),),
        chain=(Reach(ref=ObjectRef(kind="Service", namespace=place.space, name=place.service), edge=Edge.ENV),),
    )


def _wrong(names: Names, complaint: Complaint) -> tuple[Phrase, str, tuple[Evidence, ...]] | None:
    """Say why the pod does not ask the cluster's DNS, and which policy would."""
    scene, pod = names.scene, complaint.pod
    policy, on_host = text(pod, "spec", "dnsPolicy") or "ClusterFirst", truth(pod, "spec", "hostNetwork")
    right = "ClusterFirstWithHostNet" if on_host else "ClusterFirst"
    field = scene.field(pod, "spec", "dnsPolicy")
    if policy == "Default":
        return (
            Phrase(
                en="its policy Default asks the node's resolver, which knows no Services",
                zh="其策略 Default 使用节点的解析器，而后者不知道 Service",
            ),
            right,
            (field,),
        )
    if policy == "None":
        servers = strings(pod, "spec", "dnsConfig", "nameservers")
        if not names.address or names.address in servers or names.cached_by_node:
            return None
        listed = ", ".join(servers[:3]) or "none"
        return (
            Phrase(
                en=f"it asks {listed}, and the cluster's DNS is {names.address}",
                zh=f"它使用 {listed}，而集群 DNS 是 {names.address}",
            ),
            right,
            (scene.field(pod, "spec", "dnsConfig", "nameservers"), field),
        )
    if policy == "ClusterFirst" and on_host:
        return (
            Phrase(
                en="it uses the node's network, where policy ClusterFirst asks the node's resolver",
                zh="它使用节点网络，此时策略 ClusterFirst 使用节点的解析器",
            ),
            right,
            (scene.field(pod, "spec", "hostNetwork"), field),
        )
    event = scene.latest(pod, "MissingClusterDNS")
    if event is not None:
        return (
            Phrase(en="its node has no cluster DNS configured", zh="其节点没有配置集群 DNS"),
            right,
            (scene.event(event),),
        )
    return None


def name_not_resolved(names: Names, complaint: Complaint) -> Finding:
    """Report a name that does not resolve, when nothing sharper is known."""
    place = names.place(complaint)
    host = complaint.host
    silent = complaint.variant == "no_answer"
    resolver = complaint.captures.get("resolver", "")
    asked = f" (asked {resolver})" if resolver else ""
    asked_zh = f"（询问 {resolver}）" if resolver else ""
    what, what_zh = (f"name {host}", f"名称 {host} ") if host else ("a name that it needs", "它所需的一个名称")
    answer = Phrase(
        en=f"gets no answer about {what}" if silent else f"is told that {what} does not exist",
        zh=f"查询{what_zh}时没有得到应答" if silent else f"查询{what_zh}时得知其不存在",
    )
    external = place.kind == "external" and bool(host) and not silent
    inside = place.kind in {"service", "unread"} and bool(place.service)
    target = ObjectRef(kind="Service", namespace=place.space, name=place.service)
    return complaint.report(
        "NameNotResolved",
        Phrase(
            en=f"{complaint.who.en} {answer.en}{asked}{complaint.consequence.en}",
            zh=f"{complaint.who.zh} {answer.zh}{asked_zh}{complaint.consequence.zh}",
        ),
        role=Role.ROOT if external else Role.SYMPTOM,
        expected=f"{host or 'the name'} resolves",
        actual="no answer" if silent else "no such name",
        remedies=(
            outside(
                Phrase(
                    en=f"Check the spelling of {host or 'the name'} and the DNS zone that should hold it",
                    zh=f"检查 {host or '该名称'} 的拼写，以及应当包含它的 DNS 区域",
                )
            )
            if external
            else in_application(
                Phrase(
                    en="See whether the cluster's DNS answers, and whether policies allow the pod to ask it",
                    zh="检查集群 DNS 是否应答，以及策略是否允许该 Pod 访问它",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command="kubectl -n kube-system get pods -l k8s-app=kube-dns",
                why=Phrase(en="whether the cluster's DNS runs", zh="集群 DNS 是否运行"),
            ),
        ),
        chain=(Reach(ref=target, edge=Edge.ENV),) if inside else (),
    )
