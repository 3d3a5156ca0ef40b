"""Programs that run into a limit of the operating system."""

from collections.abc import Iterator, Set

from cluster.fields import text
from cluster.snapshot import Event, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.saturation.said import WINDOW_SECONDS, Logs, Said
from diagnose.fault import named
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Severity, Who, matched
from diagnose.logs.groups import limits
from diagnose.logs.signature import Signature
from diagnose.remedies import in_application, outside
from diagnose.scene import Scene

MAX_WORDS = 500
"""Of an event's message so much is read."""

_LACKS = {
    "file_descriptors": Phrase(en="file descriptors (open files and connections)", zh="文件描述符（打开的文件和连接）"),
    "processes": Phrase(en="processes or threads", zh="进程或线程"),
    "ephemeral_ports": Phrase(en="local ports for new connections", zh="用于新连接的本地端口"),
    "conntrack": Phrase(en="entries in its table of connections", zh="连接跟踪表项"),
    "inotify": Phrase(en="watches on files (inotify)", zh="文件监视（inotify）"),
}
_APPLICATION = {
    "file_descriptors": Phrase(
        en="Close what is no longer used and reuse connections: a count that only grows is a leak; where the use is "
        "right, raise the limit of open files",
        zh="关闭不再使用的文件和连接并复用连接：只增不减说明有泄漏；如果用量合理，再提高打开文件数的上限",
    ),
    "processes": Phrase(
        en="Start fewer threads or workers, and let a parent collect its ended children; where the use is right, "
        "raise the pod's limit of process ids",
        zh="减少线程或工作进程，并回收已结束的子进程；如果用量合理，再提高 Pod 的进程数上限",
    ),
    "ephemeral_ports": Phrase(
        en="Keep connections open and reuse them (a pool) instead of opening one for each request",
        zh="保持并复用连接（连接池），不要为每个请求新建连接",
    ),
}
_NODE = {
    "conntrack": Phrase(
        en="Raise net.netfilter.nf_conntrack_max on the node, and find what opens so many connections",
        zh="在节点上调高 net.netfilter.nf_conntrack_max，并查找大量建立连接的程序",
    ),
    "inotify": Phrase(
        en="Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches on the node, or watch fewer files",
        zh="在节点上调高 fs.inotify.max_user_instances 与 fs.inotify.max_user_watches，或减少监视的文件",
    ),
}
_SHOWS = {
    "file_descriptors": "sh -c 'ulimit -n; ls /proc/1/fd | wc -l'",
    "processes": "sh -c 'cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids.current'",
    "ephemeral_ports": "sh -c 'cat /proc/net/sockstat'",
    "conntrack": "cat /proc/sys/net/netfilter/nf_conntrack_max",
    "inotify": "sh -c 'cat /proc/sys/fs/inotify/max_user_instances /proc/sys/fs/inotify/max_user_watches'",
}


def exhausted(logs: Logs) -> Iterator[Finding]:
    """Yield each limit that a program runs into; one that the whole node shares is the node's."""
    found = list(logs.said(limits.SIGNATURES))
    owners: dict[tuple[str, str], set[ObjectRef]] = {}
    for said in found:
        key = (text(said.pod, "spec", "nodeName"), said.signature.variant)
        owners.setdefault(key, set()).add(said.scene.holder_ref(said.pod))
    for said in found:
        node, variant = text(said.pod, "spec", "nodeName"), said.signature.variant
        shared = bool(node) and (variant == "conntrack" or (variant == "inotify" and len(owners[node, variant]) > 1))
        yield _finding(said, node if shared else "")
    told = {(text(said.pod, "spec", "nodeName"), said.signature.variant) for said in found}
    yield from _by_nodes(logs.scene, told)


def _by_nodes(scene: Scene, told: Set[tuple[str, str]]) -> Iterator[Finding]:
    """Yield what the kernel of a node ran out of by the node's own events; ``told`` is known from logs."""
    seen = set(told)
    for event in scene.snapshot.iter_events():
        if event.ref.kind != "Node" or event.type == "Normal" or scene.age(event.last) > WINDOW_SECONDS:
            continue
        variant = next((row.variant for row in limits.SIGNATURES if _bears(row, event.message[:MAX_WORDS])), "")
        if variant in _NODE and (event.ref.name, variant) not in seen:
            seen.add((event.ref.name, variant))
            yield _of_node(scene, event, variant)


def _bears(row: Signature, said: str) -> bool:
    low = said.lower()
    return (
        any(word in low for word in row.words)
        and any(pattern.search(said) for pattern in row.patterns)
        and not any(pattern.search(said) for pattern in row.not_patterns)
    )


def _of_node(scene: Scene, event: Event, variant: str) -> Finding:
    known = scene.snapshot.get("Node", "", event.ref.name)
    said = " ".join(event.message.split())[:160]
    return Finding(
        code="ProcessLimitExhausted",
        variant=variant,
        severity=Severity.MEDIUM,
        confidence=matched("the node's kernel says what ran out", "节点内核写明了耗尽的资源"),
        object=ref_of(known) if known is not None else event.ref,
        summary=Phrase(
            en=f"Node {event.ref.name} has no {_LACKS[variant].en} left: {said} ({event.count} times)",
            zh=f"节点 {event.ref.name} 的{_LACKS[variant].zh}已耗尽：{said}（{event.count} 次）",
        ),
        expected=f"{variant} left",
        actual=said,
        evidence=(scene.event(event),),
        remedies=(_remedy(variant),),
        next_checks=(
            NextCheck(
                command=f"kubectl debug node/{event.ref.name} -it --image=busybox -- {_SHOWS[variant]}",
                why=Phrase(en="the limit and how much of it is used", zh="上限以及已用数量"),
            ),
        ),
        since=event.first,
    )


def _finding(said: Said, node: str) -> Finding:
    scene, variant = said.scene, said.signature.variant
    known = scene.snapshot.get("Node", "", node) if node else None
    about = ref_of(known) if known is not None else ObjectRef(kind="Node", name=node)
    who = Phrase(en=f"Node {node}", zh=f"节点 {node}") if node else named(said.container)
    lacks, limit = _LACKS[variant], said.captures.get("limit", "")
    most, most_zh = (f" (the limit is {limit})", f"（上限为 {limit}）") if limit else ("", "")
    told = said.item.text[:160]
    return Finding(
        code="ProcessLimitExhausted",
        variant=variant,
        severity=Severity.MEDIUM,
        confidence=matched("the program's log says what ran out", "程序日志写明了耗尽的资源"),
        object=about if node else scene.holder_ref(said.pod),
        part="" if node else said.container.name,
        affected=scene.reach_pods([said.pod], Edge.SCHEDULING if node else Edge.OWNER),
        summary=Phrase(
            en=f"{who.en} has no {lacks.en} left{most}: {told}{_after(said).en}",
            zh=f"{who.zh} 的{lacks.zh}已耗尽{most_zh}：{told}{_after(said).zh}",
        ),
        expected=f"{variant} left",
        actual=told,
        evidence=(said.line,),
        chain=(Reach(ref=about, edge=Edge.SCHEDULING),) if variant == "inotify" and not node and known else (),
        remedies=(_remedy(variant),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {text(said.pod, 'metadata', 'namespace')} exec {_target(said)} "
                f"-c {said.container.name} -- {_SHOWS[variant]}",
                why=Phrase(en="the limit and how much of it is used", zh="上限以及已用数量"),
            ),
        ),
        since=said.since,
    )


def _after(said: Said) -> Phrase:
    if said.fatal:
        code = said.container.exit_code
        return Phrase(en=f", so it ends with exit code {code}", zh=f"，因此以退出码 {code} 退出")
    return Phrase(en=f" ({said.count} times of late)", zh=f"（最近 {said.count} 次）") if said.count > 1 else _NOTHING


_NOTHING = Phrase(en="", zh="")


def _remedy(variant: str) -> Remedy:
    if variant not in _NODE:
        return in_application(_APPLICATION[variant])
    given = outside(_NODE[variant])
    return Remedy(summary=given.summary, risk=given.risk, who=Who.CLUSTER_ADMIN)


def _target(said: Said) -> str:
    ref = said.scene.holder_ref(said.pod)
    if ref.kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"}:
        return ref.slug
    return f"pod/{text(said.pod, 'metadata', 'name')}"
