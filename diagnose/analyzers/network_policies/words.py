"""How a rule that almost fits is said."""

from cluster.fields import name, namespace
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.findings import Confidence, Remedy, inferred, proved
from diagnose.policies.flow import Flow, Side
from diagnose.policies.misses import Miss
from diagnose.policies.permits import EVERYWHERE, Permit
from diagnose.remedies import create_object, object_patch
from diagnose.scene import Scene


def why(miss: Miss, side: Side, flow: Flow) -> Phrase:
    """Say what of the nearest rule does not fit, as a clause about a policy."""
    said = _why(miss, side, flow)
    if not miss.joined:
        return said
    return Phrase(
        en=f"{said.en} (both selectors stand in one item of the rule, so both must fit)",
        zh=f"{said.zh}（两个选择器写在规则的同一项中，必须同时满足）",
    )


def _why(miss: Miss, side: Side, flow: Flow) -> Phrase:
    number, wanted, has = miss.rule + 1, miss.wanted, miss.carried
    into, into_zh = ("in", "入站") if side == "ingress" else ("out", "出站")
    match miss.kind:
        case "nothing":
            return Phrase(
                en=f"it has no rule that lets such traffic {into}", zh=f"它没有任何放行这类{into_zh}流量的规则"
            )
        case "port":
            aside = ""
            aside_zh = ""
            if flow.service_port and flow.service_port != flow.port and str(flow.service_port) in wanted:
                aside = f" ({flow.service_port} is the port of the Service; policies see the port inside its pods)"
                aside_zh = f"（{flow.service_port} 是 Service 的端口；策略看到的是其 Pod 内部的端口）"
            return Phrase(
                en=f"its rule {number} admits {wanted} only, and the connection goes to {has}{aside}",
                zh=f"其第 {number} 条规则只放行 {wanted}，而连接的端口是 {has}{aside_zh}",
            )
        case "label":
            own = "the caller's pods have" if side == "ingress" else "the pods called have"
            own_zh = "调用方的 Pod" if side == "ingress" else "被访问的 Pod"
            return Phrase(
                en=f"its rule {number} asks for pods with {wanted}, and {own} {has}",
                zh=f"其第 {number} 条规则要求 Pod 带有 {wanted}，而{own_zh} {_has_zh(has)}",
            )
        case "namespace":
            _, peer = flow.ends(side)
            return Phrase(
                en=f"its rule {number} asks for a namespace with {wanted}, and {peer.namespace} has {has}",
                zh=f"其第 {number} 条规则要求命名空间带有 {wanted}，而 {peer.namespace} {_has_zh(has)}",
            )
        case "own_namespace":
            return Phrase(
                en=f"its rule {number} means pods of its own namespace {wanted}, and the other end is in {has}",
                zh=f"其第 {number} 条规则只针对自身命名空间 {wanted} 的 Pod，而对端在 {has}",
            )
        case "except":
            return Phrase(
                en=f"its rule {number} admits {wanted}, and {has} is in that exception",
                zh=f"其第 {number} 条规则放行 {wanted}，而 {has} 恰在例外之中",
            )
        case "address":
            has_zh = has.replace("an outside name", "集群外的名称")
            return Phrase(
                en=f"its rule {number} admits addresses of {wanted}, and the other end is {has}",
                zh=f"其第 {number} 条规则放行 {wanted} 的地址，而对端是 {has_zh}",
            )
        case "pods_only":
            return Phrase(
                en=f"its rule {number} admits pods only, and the other end lies outside the cluster",
                zh=f"其第 {number} 条规则只放行 Pod，而对端在集群之外",
            )


def _has_zh(has: str) -> str:
    """Say in Chinese what labels an end carries."""
    parts = (
        part.replace("no label", "没有标签") if part.startswith("no label") else f"带有 {part}"
        for part in has.split(", ")
    )
    return "、".join(parts)


def policy_named(miss: Miss, home: str) -> Phrase:
    """Name a policy, with its namespace where that is not the caller's."""
    if namespace(miss.policy) == home:
        return Phrase(en=f"NetworkPolicy {name(miss.policy)}", zh=f"NetworkPolicy {name(miss.policy)}")
    space = namespace(miss.policy)
    return Phrase(
        en=f"NetworkPolicy {name(miss.policy)} in namespace {space}",
        zh=f"命名空间 {space} 的 NetworkPolicy {name(miss.policy)}",
    )


def quoted(scene: Scene, miss: Miss) -> tuple[Evidence, ...]:
    """Quote whom the policy selects and the part of the rule that does not fit."""
    selected = scene.field(miss.policy, "spec", "podSelector")
    return tuple(
        dict.fromkeys(
            entry for entry in (scene.field(miss.policy, *miss.path), selected) if entry.quote not in {"", "[]", "{}"}
        )
    ) or (scene.field(miss.policy, "spec"),)


def sure(*, enforced: bool | None, said: bool) -> Confidence:
    """Say how sure a denial is: by the rules, the caller's words, and whether anything is known to enforce rules."""
    if not said:
        return inferred(
            "the rules deny the connection; the program does not say why it fails",
            "规则不放行该连接；程序没有说明失败原因",
            value=0.5,
        )
    if enforced:
        return proved(
            "the rules deny it, a network plugin enforces them, and the caller gets no answer",
            "规则不放行、网络插件执行规则，且调用方得不到应答",
            twice=True,
        )
    return inferred(
        "denied by the rules; that the network enforces them is not proved",
        "规则不放行；尚未证实网络是否执行这些规则",
        value=0.6,
    )


def opened(change: Permit, side: Side, flow: Flow, peer: str, *, label: Phrase | None = None) -> Remedy:
    """Write the remedy that lets a flow through."""
    port = f"{flow.protocol} {flow.port}" if flow.port else flow.protocol
    _, other = flow.ends(side)
    outside = not other.is_pod and not other.address
    estimate = (
        Phrase(
            en=f"{EVERYWHERE}, since the addresses of a name outside change; narrow it where the provider lists them",
            zh=f"使用 {EVERYWHERE}，因为集群外名称的地址会变化；若提供方公布了地址，请收窄范围",
        )
        if outside
        else None
    )
    way, way_zh = ("in", "入站") if side == "ingress" else ("out", "出站")
    what = label or Phrase(en=f"to {peer} ({port})", zh=f"到 {peer}（{port}）的")
    if change.policy is not None:
        policy = name(change.policy)
        undo = object_patch(change.policy, change.undo, summary=what, patch_type="json").command
        return object_patch(
            change.policy,
            change.operations,
            summary=Phrase(
                en=f"Let the traffic {what.en} {way}: add the missing {change.kind} to NetworkPolicy {policy}",
                zh=f"放行{what.zh}{way_zh}流量：在 NetworkPolicy {policy} 中补上缺少的"
                f"{ {'port': '端口', 'peer': '来源或去向', 'rule': '规则'}.get(change.kind, '规则') }",
            ),
            verify=f"kubectl -n {namespace(change.policy)} describe networkpolicy {policy}",
            expect=Phrase(en="the added entry is listed, and the caller connects", zh="列出新增条目，且调用方可以连接"),
            undo=undo,
            patch_type="json",
            estimate=estimate,
        )
    body = change.manifest or {}
    return create_object(
        body,
        summary=Phrase(
            en=f"Let the traffic {what.en} {way} with a NetworkPolicy of its own; the policy for the whole namespace "
            "stays as it is",
            zh=f"用单独的 NetworkPolicy 放行{what.zh}{way_zh}流量；针对整个命名空间的策略保持不变",
        ),
        expect=Phrase(en="the policy is listed, and the caller connects", zh="列出该策略，且调用方可以连接"),
    )
