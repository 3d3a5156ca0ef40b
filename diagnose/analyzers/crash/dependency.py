"""Programs that end because something they depend on does not answer or refuses them."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, dig, name, namespace, numbered, text, whole
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case
from diagnose.findings import Edge, Finding, NextCheck, Reach, matched
from diagnose.remedies import in_application

_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}")
_NAMED_STORE: dict[str, Phrase] = {
    "PostgreSQL": Phrase(en="the PostgreSQL server", zh="PostgreSQL 服务器"),
    "MySQL": Phrase(en="the MySQL server", zh="MySQL 服务器"),
    "Redis": Phrase(en="the Redis server", zh="Redis 服务器"),
    "MongoDB": Phrase(en="the MongoDB server", zh="MongoDB 服务器"),
    "broker": Phrase(en="the message broker", zh="消息代理"),
}
_STORE = Phrase(en="the database", zh="数据库")


def dependency(case: Case) -> Finding | None:
    """Return AppCrashed in the words of what failed, naming host and port; None when the line names nothing usable."""
    if case.match is None:
        return None
    reason = _reason(case)
    service = service_of(case, case.captured("host"))
    expected, actual = _sides(case)
    evidence, near, chain = [], [], []
    remark = Phrase(en="", zh="")
    checks = [case.log_check()]
    if service is not None:
        chain.append(Reach(ref=ref_of(service), edge=Edge.ENV))
        checks.insert(0, _endpoints_check(service))
    elif (wanted := _service_wanted(case)) is not None:
        space, host = wanted
        if case.scene.snapshot.absent("Service", space, host):
            evidence.append(case.scene.absence("Service", space, host))
            near = _near_services(case, space, host)
            hint = f"; did you mean {near[0]}?" if near else ""
            hint_zh = f"；是否应为 {near[0]}？" if near else ""
            remark = Phrase(
                en=f" (there is no Service {host} in {space}{hint})",
                zh=f"（{space} 中没有名为 {host} 的 Service{hint_zh}）",
            )
        checks.insert(
            0,
            NextCheck(
                command=f"kubectl -n {space} get services",
                why=Phrase(en=f"the program asks for {host}", zh=f"程序要访问 {host}"),
            ),
        )
    evidence += list(_source_of_host(case))
    return case.finding(
        "AppCrashed",
        case.ends(f"{reason.en}{remark.en}", f"{reason.zh}{remark.zh}"),
        expected=expected,
        actual=actual,
        near=near,
        evidence=evidence[:2],
        confidence=matched(
            "the last run's log names what failed",
            "上次运行的日志指明了失败之处",
            value=0.8 if case.captured("host") else 0.7,
        ),
        remedies=(in_application(_advice(case)),),
        next_checks=checks,
        chain=chain,
    )


def _peer(case: Case) -> str:
    host, port = case.captured("host").rstrip("."), case.captured("port")
    return f"{host}:{port}" if host and port else host


def _reason(case: Case) -> Phrase:
    """Say what failed, as a clause that names the peer."""
    match = case.match
    peer = _peer(case)
    variant = match.signature.variant if match else ""
    match case.match.code if case.match else "":
        case "NameNotResolved":
            host = case.captured("host")
            if variant == "no_answer":
                named = f" for {host}" if host else ""
                return Phrase(
                    en=f"name resolution gives no answer{named}", zh=f"域名解析没有应答{f'（{host}）' if host else ''}"
                )
            return (
                Phrase(en=f"the name {host} does not exist", zh=f"域名 {host} 不存在")
                if host
                else Phrase(en="a host name that it needs does not exist", zh="它所需的主机名不存在")
            )
        case "DependencyUnreachable":
            return _unreachable(peer, variant)
        case "DatastoreAuthFailed":
            return _auth(case)
        case "DatastoreConnectionsExhausted":
            if variant == "client":
                return Phrase(en="its own pool of database connections is used up", zh="自身的数据库连接池已用尽")
            return Phrase(en="the database accepts no more connections", zh="数据库不再接受新连接")
        case "DatastoreReadOnly":
            return Phrase(en="the datastore accepts no writes", zh="数据存储不接受写入")
        case _:
            kind, wanted = case.captured("kind").lower() or "object", case.captured("name")
            zh_kind = _KINDS_ZH.get(kind, "对象")
            if not wanted:
                return Phrase(
                    en=f"a {kind} that it needs does not exist in the datastore", zh=f"数据存储中缺少它所需的{zh_kind}"
                )
            return Phrase(
                en=f"{kind} {wanted} does not exist in the datastore", zh=f"数据存储中不存在{zh_kind} {wanted}"
            )


_KINDS_ZH = {
    "database": "数据库",
    "role": "角色",
    "schema": "模式",
    "relation": "表",
    "table": "表",
    "column": "列",
    "topic": "主题",
    "bucket": "存储桶",
    "queue": "队列",
    "exchange": "交换机",
}


def _unreachable(peer: str, variant: str) -> Phrase:
    who_en, who_zh = peer or "a server that it needs", peer or "它所需的服务器"
    if variant == "timeout":
        return Phrase(en=f"{who_en} does not answer", zh=f"{who_zh} 没有应答")
    if variant == "cut":
        return Phrase(en=f"{who_en} cuts the connection", zh=f"{who_zh} 中断了连接")
    return Phrase(en=f"{who_en} refuses connections", zh=f"{who_zh} 拒绝连接")


def _auth(case: Case) -> Phrase:
    store = _NAMED_STORE.get(case.match.signature.variant if case.match else "", _STORE)
    peer, user = _peer(case), case.captured("user")
    who_en = peer or store.en
    who_zh = peer or store.zh
    if user:
        return Phrase(en=f"{who_en} rejects the login of user {user}", zh=f"{who_zh} 拒绝用户 {user} 登录")
    return Phrase(en=f"{who_en} rejects the login", zh=f"{who_zh} 拒绝登录")


def _sides(case: Case) -> tuple[str, str]:
    """Write both sides of the mismatch in field notation."""
    peer = _peer(case) or case.captured("host") or "the peer"
    variant = case.match.signature.variant if case.match else ""
    match case.match.code if case.match else "":
        case "NameNotResolved":
            return f"{peer} resolves", "no answer" if variant == "no_answer" else "no such host"
        case "DependencyUnreachable":
            word = {"timeout": "timed out", "cut": "connection reset"}.get(variant, "connection refused")
            return f"{peer} accepts connections", word
        case "DatastoreAuthFailed":
            return f"{peer} accepts user {case.captured('user') or 'of the program'}", "login rejected"
        case "DatastoreConnectionsExhausted":
            return "a free connection", "none left"
        case "DatastoreReadOnly":
            return "the datastore accepts writes", "read-only"
        case _:
            what = " ".join(filter(None, (case.captured("kind").lower(), case.captured("name"))))
            return f"{what or 'the object'} exists", "does not exist"


def _advice(case: Case) -> Phrase:
    """Say what to change, by kind of failure."""
    peer = _peer(case) or "the server"
    peer_zh = _peer(case) or "该服务器"
    match case.match.code if case.match else "":
        case "NameNotResolved":
            return Phrase(
                en="Correct the host name in the program's configuration, or create what it names",
                zh="修正程序配置中的主机名，或创建它所指的服务",
            )
        case "DependencyUnreachable":
            return Phrase(
                en=f"Bring {peer} up, or correct the address in the program's configuration; let the program "
                f"retry at its start",
                zh=f"让 {peer_zh} 恢复运行，或修正程序配置中的地址；并让程序在启动时重试",
            )
        case "DatastoreAuthFailed":
            return Phrase(
                en="Give the program the user and password that the datastore knows",
                zh="为程序配置数据存储认可的用户名和密码",
            )
        case "DatastoreConnectionsExhausted":
            return Phrase(
                en="Lower the number of connections of its clients, or raise the limit of the server",
                zh="减少客户端的连接数，或提高服务器的连接上限",
            )
        case "DatastoreReadOnly":
            return Phrase(
                en="Point the program at the instance that accepts writes, or free its disk or memory",
                zh="让程序连接可写实例，或为其释放磁盘或内存",
            )
        case _:
            return Phrase(
                en="Create what is missing (run the migrations that come before this one), or correct the name in the "
                "program's configuration",
                zh="创建缺少的对象（先运行前面的迁移），或修正程序配置中的名称",
            )


# -- the Service behind a host name


def split_host(case: Case, host: str) -> tuple[str, str] | None:
    """Read ``svc``, ``svc.ns`` or ``svc.ns.svc[.domain]`` as (namespace, service); None for other names."""
    host = host.lower().rstrip(".")
    if not host or host == "localhost" or _ADDRESS.fullmatch(host):
        return None
    parts = host.split(".")
    if not all(_DNS_LABEL.fullmatch(part) for part in parts):
        return None
    if len(parts) == 1:
        return namespace(case.pod), parts[0]
    inside = len(parts) == 2 and case.scene.snapshot.get("Namespace", "", parts[1]) is not None
    if inside or (len(parts) >= 3 and parts[2] == "svc"):
        return parts[1], parts[0]
    return None


def _service_wanted(case: Case) -> tuple[str, str] | None:
    return split_host(case, case.captured("host"))


def service_of(case: Case, host: str) -> Obj | None:
    """Return the Service that a host name or cluster address means, when the snapshot holds it."""
    wanted = split_host(case, host)
    if wanted is not None:
        return case.scene.snapshot.get("Service", *wanted)
    if _ADDRESS.fullmatch(host):
        for service in case.scene.snapshot.all("Service"):
            if text(service, "spec", "clusterIP") == host:
                return service
    return None


def _near_services(case: Case, space: str, host: str) -> list[str]:
    services = list(case.scene.snapshot.all("Service"))
    near = closest(host, (name(entry) for entry in services if namespace(entry) == space))
    port = case.captured("port")
    near += [
        f"{host}.{namespace(entry)}"
        for entry in services
        if name(entry) == host
        and namespace(entry) != space
        and (not port or any(whole(item, "port") == int(port) for _, item in numbered(entry, "spec", "ports")))
    ]
    return near[:3]


def _endpoints_check(service: Obj) -> NextCheck:
    ref = ref_of(service)
    return NextCheck(
        command=f"kubectl -n {ref.namespace} get endpointslices -l kubernetes.io/service-name={ref.name}",
        why=Phrase(
            en=f"whether anything ready stands behind Service {ref.name}",
            zh=f"Service {ref.name} 后面是否有就绪的后端",
        ),
    )


def _source_of_host(case: Case) -> Iterator[Evidence]:
    """Quote the variable or argument that holds the host, when the pod spec does."""
    host = case.captured("host")
    if not host or _ADDRESS.fullmatch(host):
        return
    for index, entry in numbered(case.container.spec, "env"):
        if host in text(entry, "value"):
            yield case.spec_evidence("env", index, "value")
            return
    for key in ("args", "command"):
        value = dig(case.container.spec, key)
        for index, word in enumerate(value if isinstance(value, list) else ()):
            if isinstance(word, str) and host in word:
                yield case.spec_evidence(key, index)
                return
