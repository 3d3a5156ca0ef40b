"""Brokers and clustered stores without a leader, and remote services that limit the rate of calls."""

from core.phrase import Phrase
from diagnose.analyzers.datastores.server import Store, is_store
from diagnose.complaints import MIN_LINES
from diagnose.findings import Finding, NextCheck, Role, inferred
from diagnose.places import locate
from diagnose.remedies import in_application, outside
from diagnose.state import pod_ready


def broker_unavailable(store: Store) -> Finding | None:
    """Report a broker or clustered store that does not serve; the symptom of its pods, else its advertised address.

    A broker that answered at first (a node number of 0 or more) and cannot be reached then has told a wrong address.
    """
    complaint = store.complaint
    state = complaint.captures.get("state", "")
    if state.startswith("LOADING") and complaint.scene.age(complaint.container.started_at) < 60:
        return None
    node = complaint.captures.get("node", "")
    place = locate(complaint.scene, complaint.pod, complaint.host) if complaint.host else None
    advertised = bool(node) and not node.startswith("-") and place is not None and place.kind != "service"
    ready = sum(pod_ready(pod) for pod in store.pods)
    behind = Phrase(
        en=f" ({ready} of {len(store.pods)} of its pods are ready)" if store.pods else "",
        zh=f"（{len(store.pods)} 个 Pod 中有 {ready} 个就绪）" if store.pods else "",
    )
    server = store.named("the broker", "消息代理或存储集群")
    trouble = (
        Phrase(en=f"reports {state}", zh=f"报告 {state}") if state else Phrase(en="does not answer", zh="没有应答")
    )
    if advertised:
        trouble = Phrase(
            en="is the address that the broker itself advertises, and it does not answer there",
            zh="是代理自己公布的地址，而该地址没有应答",
        )
    named = complaint.container.name
    if is_store(complaint.container):
        return _by_itself(store, state)
    return complaint.report(
        "BrokerUnavailable",
        Phrase(
            en=f"Container {named} cannot use {server.en}: it {trouble.en}{behind.en}{complaint.consequence.en}"
            if not advertised
            else f"Container {named} cannot reach {server.en}, which {trouble.en}{complaint.consequence.en}",
            zh=f"容器 {named} 无法使用 {server.zh}：{trouble.zh}{behind.zh}{complaint.consequence.zh}"
            if not advertised
            else f"容器 {named} 无法访问 {server.zh}，它{trouble.zh}{complaint.consequence.zh}",
        ),
        role=Role.ROOT if advertised or not store.pods else Role.SYMPTOM,
        expected=f"{store.label or 'the broker'} serves",
        actual=state or "unreachable",
        confidence=inferred("only the client's log was read", "只读取了客户端日志", value=0.6)
        if not store.pods and not advertised
        else None,
        remedies=(
            in_application(
                Phrase(
                    en="Set the broker's advertised address to one that its clients can resolve and reach",
                    zh="把代理公布的地址改为客户端能解析并访问的地址",
                )
                if advertised
                else Phrase(
                    en="Bring the broker's pods up, or wait for it to choose a leader; its own log says what it lacks",
                    zh="让代理的 Pod 恢复运行，或等待它选出主节点；它自身的日志会说明缺少什么",
                )
            ),
        ),
        next_checks=_pods_check(store),
        chain=store.chain,
    )


def _by_itself(store: Store, state: str) -> Finding:
    """Report what a broker says of itself: an alarm, or parts of the cluster that do not see each other."""
    complaint = store.complaint
    named = complaint.container.name
    alarm = "alarm" in state.lower()
    effect = ("; who publishes has to wait until it clears", "；在解除之前发布者必须等待") if alarm else ("", "")
    return complaint.report(
        "BrokerUnavailable",
        Phrase(
            en=f"The broker in container {named} does not serve as it should: it reports "
            f"{state or 'a fault'}{effect[0]}",
            zh=f"容器 {named} 中的消息代理不能正常服务：报告 {state or '故障'}{effect[1]}",
        ),
        expected="no alarm and one whole cluster",
        actual=state or "a fault",
        remedies=(
            in_application(
                Phrase(
                    en="Give the broker more memory, or have its queues read faster so that fewer messages wait",
                    zh="给代理更多内存，或加快消费，减少积压的消息",
                )
                if alarm
                else Phrase(
                    en="Its volume holds the data of another cluster: give it its own volume back, or start it with an "
                    "empty one if nothing of that data is needed",
                    zh="它的卷中是另一个集群的数据：换回它自己的卷；若这些数据都不需要，可换用空卷启动",
                )
                if "ClusterId" in state
                else Phrase(
                    en="Mend the network between its pods, then let the cut-off part join again",
                    zh="修复其 Pod 之间的网络，再让被隔离的部分重新加入",
                )
            ),
        ),
        next_checks=_pods_check(store),
    )


def _pods_check(store: Store) -> tuple[NextCheck, ...]:
    space = store.complaint.scene.holder_ref(store.complaint.pod).namespace
    holder = store.holder
    target = f"-n {holder.namespace} get {holder.slug}" if holder else f"-n {space} get pods,services"
    return (NextCheck(command=f"kubectl {target}", why=Phrase(en="the state of the broker", zh="代理的状态")),)


def rate_limited(store: Store) -> Finding | None:
    """Report a remote service that answers "too many requests" again and again."""
    complaint = store.complaint
    if complaint.count < MIN_LINES and not complaint.fatal:
        return None
    host = complaint.host
    if host and locate(complaint.scene, complaint.pod, host).kind == "own":
        return None
    named = complaint.container.name
    who, who_zh = host or "a remote service", host or "远端服务"
    return complaint.report(
        "UpstreamRateLimited",
        Phrase(
            en=f"Container {named} calls {who} more often than it allows: too many requests{complaint.consequence.en}",
            zh=f"容器 {named} 调用 {who_zh} 的频率超过其允许的上限{complaint.consequence.zh}",
        ),
        expected="calls below the limit",
        actual=f"HTTP 429, {complaint.count} times",
        remedies=(
            in_application(
                Phrase(
                    en="Call less often: wait as Retry-After says, back off after a refusal, keep answers for a while",
                    zh="降低调用频率：按 Retry-After 等待，被拒绝后逐步退避，并缓存结果",
                )
            ),
            outside(Phrase(en="Ask the provider for a higher limit", zh="向服务提供方申请更高的上限")),
        ),
    )
