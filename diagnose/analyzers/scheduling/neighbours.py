"""Rules about other pods: near them, away from them, evenly spread, or on a port that one of them holds."""

from cluster.fields import Obj, labels, mapping, namespace, objects, strings, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.scheduling.nodes import AFFINITY, ANTI_AFFINITY, NodeView
from diagnose.analyzers.scheduling.recount import Recount
from diagnose.analyzers.scheduling.shape import Waiting
from diagnose.findings import Finding, Remedy, Risk
from diagnose.graph import selector_matches
from diagnose.remedies import in_application, object_patch, template_patch


def selector_words(selector: Obj) -> str:
    """Write a label selector as people do."""
    pairs = [f"{key}={value}" for key, value in sorted(labels(selector, "matchLabels").items())]
    for entry in objects(selector, "matchExpressions"):
        values = ", ".join(strings(entry, "values"))
        pairs.append(f"{text(entry, 'key')} {text(entry, 'operator')}" + (f" ({values})" if values else ""))
    return ", ".join(pairs) or "any label"


# -- near others


def affinity_unsatisfied(waiting: Waiting, recount: Recount | None, key: str) -> Finding:
    """Report a pod that must stand beside pods which are not where it may run."""
    spec = mapping(waiting.pod, "spec")
    terms = objects(spec, *AFFINITY)
    term = next((entry for entry in terms if text(entry, "topologyKey") == key), terms[0] if terms else {})
    wanted = selector_words(mapping(term, "labelSelector"))
    key = key or text(term, "topologyKey")
    there, there_zh, proof = _where(waiting, recount, term, key)
    who, who_zh = waiting.who
    return waiting.finding(
        "PodAffinityUnsatisfied",
        part=key,
        summary=Phrase(
            en=f"No node takes {who}: it must share its {key} with pods that carry {wanted}, and {there}",
            zh=f"没有节点可接收 {who_zh}：它必须与带有 {wanted} 的 Pod 处于同一 {key}，而{there_zh}",
        ),
        expected=f"a pod with {wanted} in the same {key}",
        actual=there,
        evidence=(waiting.scene.field(waiting.pod, "spec", "affinity", "podAffinity"), *proof),
        remedies=(_drop(waiting, "podAffinity", "Drop the required pod affinity", "去掉必需的 Pod 亲和性"),),
    )


def _where(waiting: Waiting, recount: Recount | None, term: Obj, key: str) -> tuple[str, str, tuple[Evidence, ...]]:
    """Say where the wanted pods are."""
    if recount is None:
        return "the scheduler finds none there", "调度器在那里找不到", ()
    meant = recount.matching(term)
    if meant:
        pod, view = meant[0]
        domain = view.labels.get(key, "<unset>")
        proof = waiting.scene.field(pod, "spec", "nodeName")
        return (
            f"they are in {key}={domain}, where it cannot run",
            f"它们位于 {key}={domain}，该 Pod 无法在那里运行",
            (proof,),
        )
    selector = mapping(term, "labelSelector")
    space = namespace(waiting.pod)
    for pod in waiting.scene.live_pods:
        if namespace(pod) != space and selector and selector_matches(selector, labels(pod, "metadata", "labels")):
            proof = waiting.scene.field(pod, "metadata", "labels")
            other = namespace(pod)
            return f"such pods are only in namespace {other}", f"这类 Pod 只存在于命名空间 {other}", (proof,)
    return "no such pod runs anywhere", "任何地方都没有运行这类 Pod", ()


# -- away from others


def anti_affinity_conflict(waiting: Waiting, recount: Recount | None, key: str) -> Finding:
    """Report a pod that must stay away from pods which are everywhere it may run."""
    spec = mapping(waiting.pod, "spec")
    own = [entry for entry in objects(spec, *ANTI_AFFINITY) if not key or text(entry, "topologyKey") == key]
    key = key or (text(own[0], "topologyKey") if own else "node")
    peers = _peers(waiting, recount, own, key)
    domains = len({view.labels.get(key) for view in recount.workers} - {None}) if recount else 0
    wanted = whole(waiting.scene.graph.holder(waiting.pod), "spec", "replicas", default=1)
    names = ", ".join(peers) or "pods that it must avoid"
    who, who_zh = waiting.who
    return waiting.finding(
        "PodAntiAffinityConflict",
        part=key,
        summary=Phrase(
            en=f"No node takes {who}: it may not share its {key} with {names}, and all {domains} usable "
            f"{'places hold' if domains != 1 else 'place holds'} one already ({wanted} replicas wanted)",
            zh=f"没有节点可接收 {who_zh}：它不能与 {names} 处于同一 {key}，而可用的 {domains} 处都已有这样的 Pod"
            f"（需要 {wanted} 个副本）",
        ),
        expected=f"a {key} without {names}",
        actual=f"{wanted} replicas, {domains} values of {key}",
        evidence=_anti_proofs(waiting, recount, own, key),
        remedies=_anti_remedies(waiting, own, domains, wanted),
    )


def _peers(waiting: Waiting, recount: Recount | None, own: list[Obj], key: str) -> list[str]:
    if recount is None:
        return []
    graph = waiting.scene.graph
    blocking = [pod for term in own for pod, _ in recount.matching(term)]
    blocking += [pod for pod, _ in _repelling(waiting, recount, key)]
    return sorted({str(ref_of(graph.holder(pod))) for pod in blocking})[:3]


def _repelling(waiting: Waiting, recount: Recount, key: str) -> list[tuple[Obj, NodeView]]:
    """Return the placed pods whose own anti-affinity means the waiting pod."""
    return [(entry.pod, entry.view) for entry in recount.fleet.repelling(waiting.pod) if entry.key == key]


def _anti_proofs(waiting: Waiting, recount: Recount | None, own: list[Obj], key: str) -> tuple[Evidence, ...]:
    scene = waiting.scene
    proofs: list[Evidence] = []
    if own:
        proofs.append(scene.field(waiting.pod, "spec", "affinity", "podAntiAffinity"))
    if recount:
        standing = [entry for term in own for entry in recount.matching(term)]
        theirs = [] if own else _repelling(waiting, recount, key)
        if theirs:
            proofs.append(scene.field(theirs[0][0], "spec", "affinity", "podAntiAffinity"))
        for pod, _ in (standing or theirs)[:1]:
            proofs.append(scene.field(pod, "spec", "nodeName"))
    return tuple(proofs)


def _without_surge(holder: Obj) -> Remedy:
    """End an old pod before its successor starts: every place is taken, so a pod too many finds none."""
    former = mapping(holder, "spec", "strategy", "rollingUpdate")
    back = {key: former.get(key) for key in ("maxSurge", "maxUnavailable")}
    change = {"maxSurge": 0, "maxUnavailable": 1}
    return object_patch(
        holder,
        {"spec": {"strategy": {"rollingUpdate": change}}},
        summary=Phrase(
            en="Let an update end an old pod before the new one starts (one pod fewer serves meanwhile)",
            zh="更新时先结束旧 Pod 再启动新 Pod（期间少一个 Pod 提供服务）",
        ),
        undo=object_patch(
            ref_of(holder), {"spec": {"strategy": {"rollingUpdate": back}}}, summary=Phrase(en="", zh="")
        ).command,
        risk=Risk.RESTART,
    )


def _anti_remedies(waiting: Waiting, own: list[Obj], domains: int, wanted: int) -> tuple[Remedy, ...]:
    holder = waiting.scene.graph.holder(waiting.pod)
    found: list[Remedy] = []
    if own and 0 < domains < wanted and text(holder, "kind") in {"Deployment", "StatefulSet"}:
        undo = object_patch(ref_of(holder), {"spec": {"replicas": wanted}}, summary=Phrase(en="", zh="")).command
        found.append(
            object_patch(
                holder,
                {"spec": {"replicas": domains}},
                summary=Phrase(
                    en=f"Run as many replicas as there are places: {domains}", zh=f"副本数不超过可用位置数：{domains}"
                ),
                undo=undo,
                estimate=Phrase(en="the number of usable places", zh="取可用位置的数量"),
            )
        )
    elif own and domains >= wanted > 1 and text(holder, "kind") == "Deployment":
        found.append(_without_surge(holder))
    if own:
        found.append(
            _drop(
                waiting,
                "podAntiAffinity",
                "Drop the required anti-affinity, or make it a preference",
                "去掉必需的反亲和性，或改为偏好",
            )
        )
    else:
        found.append(
            in_application(
                Phrase(
                    en="Loosen the anti-affinity of the pods that stand there, or add a node",
                    zh="放宽已运行 Pod 的反亲和性，或增加节点",
                )
            )
        )
    return tuple(found)


def _drop(waiting: Waiting, which: str, en: str, zh: str) -> Remedy:
    return template_patch(
        waiting.scene,
        waiting.pod,
        {"affinity": {which: {"requiredDuringSchedulingIgnoredDuringExecution": None}}},
        summary=Phrase(en=en, zh=zh),
    )


# -- evenly spread


def spread_unsatisfied(waiting: Waiting, recount: Recount | None, key: str) -> Finding:
    """Report a required rule on even spread that no place can keep."""
    spec = mapping(waiting.pod, "spec")
    rules = [e for e in objects(spec, "topologySpreadConstraints") if text(e, "whenUnsatisfiable") != "ScheduleAnyway"]
    rule = next((entry for entry in rules if not key or text(entry, "topologyKey") == key), {})
    key = key or text(rule, "topologyKey")
    counts = recount.domains(rule) if recount else {}
    written = ", ".join(f"{domain}: {count}" for domain, count in sorted(counts.items())[:6])
    unlabelled = [view.name for view in recount.workers if key not in view.labels] if recount else []
    skew = whole(rule, "maxSkew") or 1
    why = f"pods stand {written}" if written else "the scheduler finds no place that keeps it"
    why_zh = f"Pod 分布为 {written}" if written else "调度器找不到满足它的位置"
    if unlabelled and not counts:
        why, why_zh = f"no usable node has the label {key}", f"可用节点都没有标签 {key}"
    who, who_zh = waiting.who
    return waiting.finding(
        "TopologySpreadUnsatisfied",
        part=key,
        summary=Phrase(
            en=f"No node takes {who}: its pods may differ by at most {skew} between values of {key}, and {why}",
            zh=f"没有节点可接收 {who_zh}：其 Pod 在各 {key} 之间的数量差不得超过 {skew}，而{why_zh}",
        ),
        expected=f"maxSkew {skew} over {key}",
        actual=written or waiting.others(),
        evidence=(waiting.scene.field(waiting.pod, "spec", "topologySpreadConstraints"),),
        remedies=(_loosened(waiting, rule, key),),
    )


def _loosened(waiting: Waiting, rule: Obj, key: str) -> Remedy:
    return template_patch(
        waiting.scene,
        waiting.pod,
        {"topologySpreadConstraints": [{**rule, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway"}]},
        summary=Phrase(en=f"Turn the rule over {key} into a preference", zh=f"把基于 {key} 的规则改为偏好"),
    )


# -- host ports


def host_port_conflict(waiting: Waiting, recount: Recount | None, port: str) -> Finding:
    """Report a port of the node itself that another pod of each suitable node holds."""
    scene = waiting.scene
    holders: list[tuple[NodeView, Obj]] = []
    for view in recount.workers if recount else ():
        holders += [(view, pod) for (_, number), pod in view.host_ports.items() if str(number) == port][:1]
    who, who_zh = waiting.who
    names = ", ".join(sorted({str(ref_of(scene.graph.holder(pod))) for _, pod in holders})[:3]) or "another pod"
    own = next(
        (
            (which, index, entry)
            for which in ("containers",)
            for index, container in enumerate(objects(mapping(waiting.pod, "spec"), which))
            for entry, _ in enumerate(objects(container, "ports"))
        ),
        None,
    )
    evidence: list[Evidence] = []
    if own:
        evidence.append(scene.field(waiting.pod, "spec", own[0], own[1], "ports"))
    if holders:
        evidence.append(scene.field(holders[0][1], "spec", "containers"))
    shown = f"port {port}" if port else "a port"
    return waiting.finding(
        "HostPortConflict",
        part=port,
        summary=Phrase(
            en=f"No node takes {who}: it asks for {shown} of the node itself, which {names} already holds on every "
            "suitable node",
            zh=f"没有节点可接收 {who_zh}：它要求占用节点自身的端口 {port}，而每个合适节点上该端口都已被 {names} 占用",
        ),
        expected=f"hostPort {port} free" if port else "hostPort free",
        actual="; ".join(f"{view.name}: {ref_of(scene.graph.holder(pod))}" for view, pod in holders[:3]),
        evidence=tuple(evidence),
        remedies=(
            in_application(
                Phrase(
                    en="Drop hostPort from the container and reach it through a Service, or choose a free port",
                    zh="去掉容器的 hostPort 改由 Service 访问，或选用空闲端口",
                )
            ),
        ),
    )
