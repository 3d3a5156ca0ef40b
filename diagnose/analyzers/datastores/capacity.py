"""Datastores with no connection left, and those that accept no writes."""

import re

from cluster.fields import Obj, labels, name, namespace
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.addresses import variables
from diagnose.analyzers.datastores.server import Store
from diagnose.findings import Finding, NextCheck
from diagnose.remedies import in_application
from diagnose.state import pod_ready, read_workload

_LIMIT = re.compile(r"(?:max[_-]connections|maxclients|MAX_CONNECTIONS)[= ](\d{1,6})", re.IGNORECASE)
_POOL_SAID = re.compile(r"QueuePool limit of size (\d{1,6})|request timed out after .{0,30}\(total=(?=(\d{1,6}))")
_POOL = re.compile(r"(?:POOL.{0,20}(?:SIZE|MAX|LIMIT)|MAX.{0,20}(?:POOL|CONN\w{0,12}))$", re.IGNORECASE)


def connections_exhausted(store: Store) -> Finding | None:
    """Report a server without a free connection, or a client whose own pool is used up."""
    complaint = store.complaint
    if complaint.variant == "client" and store.pods and not any(pod_ready(pod) for pod in store.pods):
        return None
    scene = complaint.scene
    server = store.named("the database", "数据库")
    limit = store.server_setting(_LIMIT)
    pool = _pool(store)
    evidence: list[Evidence] = [entry[1] for entry in (limit, pool) if entry is not None]
    figures = _figures(store, pool[0] if pool else "", limit[0] if limit else "")
    at_client = complaint.variant == "client"
    who = complaint.container.name
    if at_client:
        summary = Phrase(
            en=f"Container {who} waits in vain for a free connection of its own pool to {server.en}{figures.en}"
            f"{complaint.consequence.en}",
            zh=f"容器 {who} 等不到自身连接池中到 {server.zh} 的空闲连接{figures.zh}{complaint.consequence.zh}",
        )
    else:
        summary = Phrase(
            en=f"{store.label or 'The database'} accepts no more connections, says container {who}"
            f"{figures.en}{complaint.consequence.en}",
            zh=f"容器 {who} 得知 {server.zh} 不再接受新连接{figures.zh}{complaint.consequence.zh}",
        )
    holder = scene.holder_ref(complaint.pod)
    return complaint.report(
        "DatastoreConnectionsExhausted",
        summary,
        about=None if at_client else store.holder,
        expected="a free connection",
        actual="none left",
        evidence=evidence,
        remedies=(
            in_application(
                Phrase(
                    en="Make the pools smaller, put a pooler in front, or raise the server's limit; close connections "
                    "that are no longer used",
                    zh="缩小连接池、在前面加一层连接池代理，或提高服务器上限；并关闭不再使用的连接",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {holder.namespace} get deployments,statefulsets",
                why=Phrase(en="how many clients there are", zh="有多少个客户端"),
            ),
        ),
        chain=store.chain,
    )


def _pool(store: Store) -> tuple[str, Evidence] | None:
    complaint = store.complaint
    for entry in variables(complaint.scene, complaint.container):
        if _POOL.search(entry.name) and entry.value.isascii() and entry.value.isdigit():
            return entry.value, complaint.scene.field(entry.holder, *entry.path)
    if said := _POOL_SAID.search(complaint.item.text):
        return said[1] or said[2], complaint.line
    return None


def _figures(store: Store, pool: str, limit: str) -> Phrase:
    """Write replicas times pool size beside the limit, as far as known."""
    scene = store.complaint.scene
    wanted = read_workload(scene, scene.graph.holder(store.complaint.pod)).wanted
    parts, parts_zh = [], []
    if pool:
        parts.append(f"{wanted} × {pool} connections in its pools")
        parts_zh.append(f"其连接池共 {wanted} × {pool} 个连接")
    if limit:
        parts.append(f"the server allows {limit}")
        parts_zh.append(f"服务器允许 {limit} 个")
    if not parts:
        return Phrase(en="", zh="")
    return Phrase(en=f" ({', '.join(parts)})", zh=f"（{'，'.join(parts_zh)}）")


# -- no writes

_MEMORY = re.compile(r"OOM command not allowed", re.IGNORECASE)
_DISK = re.compile(r"MISCONF|read-only / allow delete|read-only-allow-delete|flood[- ]stage", re.IGNORECASE)
_REPLICA = re.compile(r"read only (?:replica|slave)|not writable primary|not master|NotPrimary", re.IGNORECASE)
_REPLICA_NAME = re.compile(r"(?:^|[-._])(?:ro|r|read|reader|readonly|replicas?|standby|slaves?|secondary)(?:$|[-._])")
_PRIMARY_NAME = re.compile(r"(?:^|[-._])(?:rw|primary|master|write|writer|leader)(?:$|[-._])")
_REPLICA_ROLE = frozenset({"replica", "slave", "standby", "secondary", "read"})


def read_only(store: Store) -> Finding:
    """Report a datastore that accepts no writes, with the reason as far as the line or the Service tells it."""
    complaint = store.complaint
    variant = _variant(store)
    server = store.named("the datastore", "数据存储")
    reason = {
        "replica": Phrase(en="is a read-only replica", zh="是只读副本"),
        "memory_full": Phrase(en="has used up its memory", zh="内存已用尽"),
        "disk_full": Phrase(en="cannot write to its disk", zh="无法写入磁盘"),
        "server": Phrase(en="is in read-only mode", zh="处于只读模式"),
    }[variant]
    near = _primaries(store) if variant == "replica" else []
    evidence = [complaint.scene.field(store.service, "spec", "selector")] if store.service is not None else []
    hint, hint_zh = (f"; writes belong to {near[0]}", f"；写入应发往 {near[0]}") if near else ("", "")
    return complaint.report(
        "DatastoreReadOnly",
        Phrase(
            en=f"Container {complaint.container.name} wants to write, and {server.en} {reason.en}"
            f"{complaint.consequence.en}{hint}",
            zh=f"容器 {complaint.container.name} 需要写入，而 {server.zh} {reason.zh}"
            f"{complaint.consequence.zh}{hint_zh}",
        ),
        variant=variant,
        about=None if variant == "replica" else store.holder,
        expected="the datastore accepts writes",
        actual=variant.replace("_", " "),
        near=near,
        evidence=evidence,
        remedies=(in_application(_advice(variant, near)),),
        chain=store.chain,
    )


def _variant(store: Store) -> str:
    said = store.complaint.item.text
    if _MEMORY.search(said):
        return "memory_full"
    if _DISK.search(said):
        return "disk_full"
    if _REPLICA.search(said):
        return "replica"
    roles = set(labels(store.service, "spec", "selector").values()) if store.service is not None else set()
    host = store.label.partition(":")[0].partition(".")[0]
    return "replica" if roles & _REPLICA_ROLE or _REPLICA_NAME.search(host) else "server"


def _primaries(store: Store) -> list[str]:
    """Return the Services whose name is that of the replica's but for the role."""
    if store.service is None:
        return []
    stem = _stem(name(store.service))
    found: list[Obj] = [
        entry
        for entry in store.complaint.scene.snapshot.all("Service", namespace(store.service))
        if entry is not store.service and _stem(name(entry)) == stem and not _REPLICA_NAME.search(name(entry))
    ]
    return [ref_of(entry).name for entry in sorted(found, key=lambda e: not _PRIMARY_NAME.search(name(e)))][:3]


def _stem(service: str) -> str:
    return _PRIMARY_NAME.sub("-", _REPLICA_NAME.sub("-", service)).strip("-._")


def _advice(variant: str, near: list[str]) -> Phrase:
    if variant == "replica":
        goal = f" ({near[0]})" if near else ""
        goal_zh = f"（{near[0]}）" if near else ""
        return Phrase(
            en=f"Point the program at the Service of the primary{goal}", zh=f"让程序连接主节点的 Service{goal_zh}"
        )
    if variant == "memory_full":
        return Phrase(
            en="Raise the memory limit of the store, or let it evict old entries",
            zh="提高存储的内存上限，或让它淘汰旧数据",
        )
    if variant == "disk_full":
        return Phrase(en="Free or enlarge the disk of the store", zh="清理或扩大存储的磁盘")
    return Phrase(
        en="End the read-only mode of the server, or correct who may write its file",
        zh="解除服务器的只读模式，或修正其文件的写权限",
    )
