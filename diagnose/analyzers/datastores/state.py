"""Objects that a datastore lacks, locks that block, data of another version."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, name, namespace
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.addresses import addresses, variables
from diagnose.analyzers.datastores.server import Store
from diagnose.complaints import MIN_LINES, Complaint
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy
from diagnose.logs.groups import stores
from diagnose.logs.matching import match_item
from diagnose.logs.reading import read_log
from diagnose.remedies import in_application, roll_back
from diagnose.state import job_done, job_failed

_ACQUIRED = re.compile(r"(?<!not )acquired change ?log lock", re.IGNORECASE)

_KINDS: dict[str, tuple[str, str]] = {
    "database": ("database", "数据库"),
    "schema": ("schema", "模式"),
    "role": ("role", "角色"),
    "relation": ("schema", "表"),
    "table": ("schema", "表"),
    "column": ("schema", "列"),
    "type": ("schema", "类型"),
    "function": ("schema", "函数"),
    "sequence": ("schema", "序列"),
    "view": ("schema", "视图"),
    "topic": ("topic", "主题"),
    "queue": ("topic", "队列"),
    "exchange": ("topic", "交换机"),
    "bucket": ("bucket", "存储桶"),
}
_MIGRATION = re.compile(r"migrat|schema|flyway|liquibase|alembic|db-?init|init-?db|seed|setup", re.IGNORECASE)
_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{1,80}")


def object_missing(store: Store) -> Finding:
    """Report a database, table, role, topic or bucket that the program needs and the store does not have."""
    complaint = store.complaint
    kind = complaint.captures.get("kind", "").lower() or _kind(complaint.item.text)
    variant, zh_kind = _KINDS.get(kind, ("schema", "对象"))
    wanted = complaint.captures.get("name", "")
    near = closest(wanted, _names_known(store)) if wanted and variant in {"database", "role", "topic", "bucket"} else []
    server = store.named("the datastore", "数据存储")
    migration, chain, evidence = _migration(store) if variant == "schema" else (Phrase(en="", zh=""), (), ())
    hint, hint_zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
    label = f"{kind} {wanted}" if kind and wanted else f"a {kind}" if kind else "an object"
    return complaint.report(
        "DatastoreObjectMissing",
        Phrase(
            en=f"Container {complaint.container.name} needs {label}, which does not exist in {server.en}"
            f"{complaint.consequence.en}{hint}{migration.en}",
            zh=f"容器 {complaint.container.name} 需要{zh_kind} {wanted}".rstrip()
            + f"，而 {server.zh} 中不存在{complaint.consequence.zh}{hint_zh}{migration.zh}",
        ),
        variant=variant,
        expected=f"{label} exists",
        actual="does not exist",
        near=near,
        evidence=evidence,
        remedies=(_creation(variant),),
        next_checks=_jobs_check(store) if variant == "schema" else (),
        chain=(*chain, *store.chain),
    )


def _kind(said: str) -> str:
    if "bucket" in said.lower():
        return "bucket"
    return "topic" if "TOPIC" in said.upper() else ""


def _names_known(store: Store) -> Iterator[str]:
    """Yield words of the settings of client and server: the name that was meant is often among them."""
    scene = store.complaint.scene
    hosts = {entry.host.partition(".")[0] for entry in addresses(scene, store.complaint.container)}
    for entry in variables(scene, store.complaint.container):
        yield from (word for word in _NAMES.findall(entry.value[:400]) if word.lower().partition(".")[0] not in hosts)
    setting = store.server_setting(
        re.compile(r"(?:POSTGRES_DB|POSTGRESQL_DATABASE|MYSQL_DATABASE|MARIADB_DATABASE)=(\S{1,80})")
    )
    if setting is not None:
        yield setting[0]


def _migration(store: Store) -> tuple[Phrase, tuple[Reach, ...], tuple[Evidence, ...]]:
    """Find the Job that should have made the tables, when it has not completed."""
    scene = store.complaint.scene
    own = scene.holder_ref(store.complaint.pod)
    jobs: list[Obj] = [
        job
        for job in scene.snapshot.all("Job", namespace(store.complaint.pod))
        if _MIGRATION.search(name(job)) and not job_done(job) and ref_of(job) != own
    ]
    if not jobs:
        return Phrase(en="", zh=""), (), ()
    job = next((entry for entry in jobs if job_failed(entry)), jobs[0])
    state, state_zh = ("has failed", "已失败") if job_failed(job) else ("has not completed", "尚未完成")
    return (
        Phrase(en=f"; Job {name(job)} {state}", zh=f"；Job {name(job)} {state_zh}"),
        (Reach(ref=ref_of(job), edge=Edge.TARGET),),
        (scene.field(job, "status"),),
    )


def _creation(variant: str) -> Remedy:
    if variant == "schema":
        return in_application(
            Phrase(en="Run the migrations that create it before the program starts", zh="在程序启动前运行创建它的迁移")
        )
    return in_application(
        Phrase(en="Create it, or correct its name in the program's settings", zh="创建它，或修正程序配置中的名称")
    )


def _jobs_check(store: Store) -> tuple[NextCheck, ...]:
    return (
        NextCheck(
            command=f"kubectl -n {namespace(store.complaint.pod)} get jobs",
            why=Phrase(en="whether a migration Job ran and completed", zh="迁移 Job 是否运行并完成"),
        ),
    )


# -- locks


def lock_contention(store: Store) -> Finding | None:
    """Report statements that wait for locks again and again, or a start that a migration lock blocks."""
    complaint = store.complaint
    waits = complaint.variant == "waiting"
    if not complaint.fatal and complaint.count < MIN_LINES and (complaint.container.ready or waits):
        return None
    if waits and _got_lock(complaint):
        return None
    server = store.named("the datastore", "数据存储")
    table = complaint.captures.get("name", "")
    of_table = f" on {table}" if table else ""
    return complaint.report(
        "DatastoreLockContention",
        Phrase(
            en=f"Container {complaint.container.name} does not get a lock{of_table} in {server.en} that something else "
            f"holds{complaint.consequence.en}",
            zh=f"容器 {complaint.container.name} 得不到 {server.zh} 中被其他方占用的锁"
            + (f"（{table}）" if table else "")
            + complaint.consequence.zh,
        ),
        expected="locks are free within their time",
        actual=f"{complaint.count} refusals",
        remedies=(
            in_application(
                Phrase(
                    en="End the session that holds the lock (a migration that crashed leaves its lock row behind), and "
                    "make transactions shorter",
                    zh="结束占用锁的会话（崩溃的迁移会留下锁记录），并缩短事务",
                )
            ),
        ),
        next_checks=_jobs_check(store),
        chain=store.chain,
    )


def _got_lock(complaint: Complaint) -> bool:
    """Say whether the migration had its lock after the line that waits for it."""
    reading = read_log(complaint.scene, complaint.pod, complaint.container.name, previous=complaint.previous)
    later = [item for item in reading.items if item.number > complaint.item.number] if reading else []
    return any(_ACQUIRED.search(item.text) for item in later)


# -- versions


def _versions(complaint: Complaint) -> tuple[str, str]:
    """Return the version of the data and of the server: PostgreSQL names them in the line below."""
    reading = read_log(complaint.scene, complaint.pod, complaint.container.name, previous=complaint.previous)
    after = [item for item in reading.items if item.number > complaint.item.number][:3] if reading else []
    for item in (complaint.item, *after):
        found = match_item(item, only=stores.SIGNATURES)
        if found and found[0].code == complaint.code and found[1].get("old"):
            return found[1]["old"], found[1].get("new", "")
    return "", ""


def version_incompatible(store: Store) -> Finding | None:
    """Report a server that cannot read the data of another version in its volume."""
    complaint = store.complaint
    if complaint.serving:
        return None
    old, new = _versions(complaint)
    dump = "RDB" in complaint.item.text
    wrote, wrote_zh = ("dump format", "转储格式版本") if dump else ("data of version", "数据版本")
    versions = f" ({wrote} {old}" + (f", server {new})" if new else ")") if old else ""
    versions_zh = f"（{wrote_zh} {old}" + (f"，服务器版本 {new}）" if new else "）") if old else ""
    scene, container = complaint.scene, complaint.container
    back = roll_back(scene, complaint.pod)
    return complaint.report(
        "DatastoreVersionIncompatible",
        Phrase(
            en=f"Container {container.name} runs {container.image}, which cannot read the data that its volume holds"
            f"{versions}{complaint.consequence.en}",
            zh=f"容器 {container.name} 运行的 {container.image} 无法读取卷中的数据{versions_zh}"
            f"{complaint.consequence.zh}",
        ),
        expected=f"a server that reads {wrote} {old}" if old else "a server that reads this data",
        actual=new or container.image,
        evidence=(scene.field(complaint.pod, *container.spec_path, "image"),),
        remedies=(
            in_application(
                Phrase(
                    en="Return to the image tag of the version that wrote the data; to move on, dump and restore or "
                    "use the upgrade tool of the store",
                    zh="改回写入这些数据的版本所用的镜像标签；若要升级，请导出再导入，或使用该存储的升级工具",
                )
            ),
            *([back] if back else []),
        ),
    )
