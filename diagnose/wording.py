"""The sentences of a diagnosis that belong to no single finding: the headline and what else was checked."""

from collections.abc import Sequence

from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers import Analyzer
from diagnose.catalogue import BY_CODE
from diagnose.findings import Finding, InProgress, Role, RuledOut, Unexplained, Verdict, WorkloadState
from diagnose.scene import Scene

FAMILY_TITLES: dict[str, Phrase] = {
    "image_pull": Phrase(en="images are pulled", zh="镜像拉取正常"),
    "container_start": Phrase(
        en="containers start (configuration, secrets, command)", zh="容器启动正常（配置、密钥、命令）"
    ),
    "sandbox": Phrase(en="pod networks are set up", zh="Pod 网络正常"),
    "crash": Phrase(en="programs keep running", zh="程序持续运行"),
    "memory": Phrase(en="memory suffices", zh="内存充足"),
    "probes": Phrase(en="probes pass", zh="探针通过"),
    "scheduling": Phrase(en="pods find a node", zh="Pod 可调度"),
    "claims": Phrase(en="storage claims are bound", zh="存储卷声明已绑定"),
    "volumes": Phrase(en="volumes are attached, mounted and have space", zh="卷挂接、挂载正常且空间充足"),
    "evictions": Phrase(en="no pod was removed or refused by its node", zh="没有 Pod 被驱逐或被节点拒绝"),
    "nodes": Phrase(en="nodes and the control plane work", zh="节点与控制面正常"),
    "services": Phrase(en="services reach their pods", zh="Service 可达 Pod"),
    "routes": Phrase(en="routes lead to their services", zh="路由通向其 Service"),
    "certificates": Phrase(en="certificates are issued, valid and trusted", zh="证书已签发、有效且受信任"),
    "autoscaling": Phrase(en="autoscalers can do their work", zh="自动伸缩正常"),
    "rollouts": Phrase(en="rollouts complete", zh="发布完成"),
    "admission": Phrase(en="nothing is refused (quota, limits, policies)", zh="没有被拒绝的请求（配额、限制、策略）"),
    "jobs": Phrase(en="jobs end as they should", zh="任务按预期结束"),
    "clients": Phrase(en="callers reach what they call", zh="调用方能访问其依赖"),
    "dns": Phrase(en="names resolve", zh="名称可以解析"),
    "network_policies": Phrase(en="network policies let needed traffic through", zh="网络策略放行所需流量"),
    "access": Phrase(en="programs may do what they ask of the Kubernetes API", zh="程序具备所需的 Kubernetes API 权限"),
    "termination": Phrase(en="deletions end and nodes can be emptied", zh="删除能够完成，节点可以腾空"),
    "drift": Phrase(en="what runs is what was delivered", zh="运行内容与交付内容一致"),
    "extensions": Phrase(en="added kinds and APIs work", zh="扩展的类型和 API 正常"),
    "datastores": Phrase(en="datastores accept their clients", zh="数据存储接受其客户端"),
    "saturation": Phrase(en="nothing that was measured or logged is overloaded", zh="已有的指标与日志中没有过载迹象"),
    "platform": Phrase(en="the platform holds nothing back", zh="平台没有停用或拒绝任何内容"),
}
"""What a family without a finding proves, in words that anybody understands."""

VERDICT_WORDS: dict[Verdict, Phrase] = {
    Verdict.FAILING: Phrase(en="is failing", zh="无法工作"),
    Verdict.DEGRADED: Phrase(en="is degraded", zh="部分受损"),
    Verdict.UNKNOWN: Phrase(en="cannot be judged", zh="无法判断"),
    Verdict.RECOVERED: Phrase(en="has recovered", zh="已恢复"),
    Verdict.HEALTHY: Phrase(en="is healthy", zh="正常"),
}


def checked_families(scene: Scene, families: Sequence[Analyzer], findings: Sequence[Finding]) -> tuple[Phrase, ...]:
    """Return what was checked and is fine: families that found nothing and could read what they need."""
    hit = {BY_CODE[finding.code].family for finding in findings if finding.code in BY_CODE}
    read = {entry.kind for entry in scene.snapshot.coverage.kinds if entry.state == "complete"}
    return tuple(
        FAMILY_TITLES[entry.family]
        for entry in families
        if entry.family not in hit and all(kind in read or scene.snapshot.objects.get(kind) for kind in entry.kinds)
    )


def headline(
    label: Phrase,
    target: ObjectRef | None,
    verdict: Verdict,
    findings: Sequence[Finding],
    states: Sequence[WorkloadState],
    unexplained: Sequence[Unexplained],
    in_progress: Sequence[InProgress],
    ruled_out: Sequence[RuledOut],
) -> Phrase:
    """Say in one plain sentence how it is and why."""
    word = VERDICT_WORDS[verdict]
    roots = [finding for finding in findings if finding.role is Role.ROOT]
    if not roots and verdict in {Verdict.FAILING, Verdict.DEGRADED}:
        roots = [finding for finding in findings if finding.role is Role.CONTRIBUTING]  # they wait for each other
    if roots:
        return _with_causes(label, word, roots, states)
    if unexplained and verdict is Verdict.UNKNOWN:
        first = unexplained[0]
        return Phrase(
            en=f"{label.en} {word.en}: {first.object.slug}: {first.state.en}",
            zh=f"{label.zh} {word.zh}：{first.object.slug}：{first.state.zh}",
        )
    if in_progress:
        first_step = in_progress[0]
        return Phrase(
            en=f"{label.en} {word.en}; in progress: {first_step.reason.en}",
            zh=f"{label.zh} {word.zh}；进行中：{first_step.reason.zh}",
        )
    healed = [entry for entry in ruled_out if entry.healed]
    if verdict is Verdict.RECOVERED and healed:
        return Phrase(
            en=f"{label.en} {word.en}: {healed[0].reason.en}", zh=f"{label.zh} {word.zh}：{healed[0].reason.zh}"
        )
    if verdict is Verdict.UNKNOWN:
        return Phrase(
            en=f"{label.en} {word.en}: what would decide it could not be read",
            zh=f"{label.zh} {word.zh}：缺少做出判断所需的内容",
        )
    if about := [entry for entry in ruled_out if entry.object == target]:
        return Phrase(
            en=f"{label.en} {word.en}: {about[0].reason.en}", zh=f"{label.zh} {word.zh}：{about[0].reason.zh}"
        )
    if not states and target is not None:
        return Phrase(en=f"{label.en} {word.en}: no fault found", zh=f"{label.zh} {word.zh}：未发现故障")
    if not states:
        return Phrase(en=f"{label.en} {word.en}: nothing runs there", zh=f"{label.zh} {word.zh}：没有运行任何工作负载")
    rest = _rest(findings)
    if len(states) == 1 and states[0].wanted:
        state = states[0]
        return Phrase(
            en=f"{label.en} {word.en}: {state.ready} of {_count(state.wanted, 'pod')} ready, {rest.en}",
            zh=f"{label.zh} {word.zh}：{state.wanted} 个 Pod 中 {state.ready} 个就绪，{rest.zh}",
        )
    return Phrase(
        en=f"{label.en} {word.en}: {_count(len(states), 'workload')} checked, {rest.en}",
        zh=f"{label.zh} {word.zh}：已检查 {len(states)} 个工作负载，{rest.zh}",
    )


def _rest(findings: Sequence[Finding]) -> Phrase:
    """Say that nothing fails; what makes nothing fail is still worth a look."""
    if not findings:
        return Phrase(en="no fault found", zh="未发现故障")
    return Phrase(
        en=f"nothing fails, {_count(len(findings), 'remark')} below", zh=f"没有故障，下面有 {len(findings)} 条提示"
    )


def _with_causes(label: Phrase, word: Phrase, roots: Sequence[Finding], states: Sequence[WorkloadState]) -> Phrase:
    if len(roots) == 1:
        return Phrase(
            en=f"{label.en} {word.en}: {roots[0].summary.en}", zh=f"{label.zh} {word.zh}：{roots[0].summary.zh}"
        )
    if len(states) == 1:
        more = len(roots) - 1
        return Phrase(
            en=f"{label.en} {word.en}: {roots[0].summary.en} (and {_count(more, 'other cause')})",
            zh=f"{label.zh} {word.zh}：{roots[0].summary.zh}（另有 {more} 个原因）",
        )
    bad = sum(state.verdict in {Verdict.FAILING, Verdict.DEGRADED} for state in states)
    return Phrase(
        en=f"{label.en} {word.en}: {bad} of {_count(len(states), 'workload')} have a fault, "
        f"{_count(len(roots), 'independent cause')}",
        zh=f"{label.zh} {word.zh}：{len(states)} 个工作负载中有 {bad} 个存在故障，共 {len(roots)} 个独立原因",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
