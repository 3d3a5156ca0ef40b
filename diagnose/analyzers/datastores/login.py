"""Logins that a datastore or broker rejects."""

import re
from datetime import datetime

from cluster.fields import moment, namespace
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.datastores.server import Store, secrets_of
from diagnose.findings import Edge, Finding, NextCheck, Reach
from diagnose.remedies import in_application

_STORES = {
    "PostgreSQL": Phrase(en="The PostgreSQL server", zh="PostgreSQL 服务器"),
    "MySQL": Phrase(en="The MySQL server", zh="MySQL 服务器"),
    "Redis": Phrase(en="The Redis server", zh="Redis 服务器"),
    "MongoDB": Phrase(en="The MongoDB server", zh="MongoDB 服务器"),
    "broker": Phrase(en="The message broker", zh="消息代理"),
}
_STORE = Phrase(en="The database", zh="数据库")
_FIRST_START = re.compile(
    r"(?:^|\s)((?:POSTGRES|POSTGRESQL|MYSQL|MYSQL_ROOT|MARIADB|MARIADB_ROOT|MONGO_INITDB_ROOT|RABBITMQ_DEFAULT)_PASS"
    r"(?:WORD)?)="
)


def auth_failed(store: Store) -> Finding:
    """Report a login that is rejected, with the Secret that supplies it."""
    complaint = store.complaint
    scene, pod, container = complaint.scene, complaint.pod, complaint.container
    words = _STORES.get(complaint.variant, _STORE)
    server = store.named(words.en, words.zh)
    user, database = complaint.captures.get("user", ""), complaint.captures.get("database", "")
    evidence: list[Evidence] = []
    chain = [*store.chain]
    supplied, renewed = Phrase(en="", zh=""), Phrase(en="", zh="")
    for index, variable, secret, key in list(secrets_of(container))[:1]:
        evidence.append(scene.field(pod, *container.spec_path, "env", index, "valueFrom", "secretKeyRef"))
        chain.append(Reach(ref=ObjectRef(kind="Secret", namespace=namespace(pod), name=secret), edge=Edge.ENV))
        supplied = Phrase(
            en=f"; {variable} comes from Secret {secret}, key {key}",
            zh=f"；{variable} 来自 Secret {secret} 的键 {key}",
        )
        renewed, proof = _renewed(store, secret)
        evidence += proof
    of_user = f" of user {user}" if user else ""
    in_database = f" to database {database}" if database else ""
    return complaint.report(
        "DatastoreAuthFailed",
        Phrase(
            en=f"{server.en} rejects the login{of_user}{in_database} by container {container.name}"
            f"{complaint.consequence.en}{supplied.en}{renewed.en}",
            zh=f"{server.zh} 拒绝容器 {container.name} "
            + (f"以用户 {user} " if user else "")
            + (f"对数据库 {database} " if database else "")
            + f"的登录{complaint.consequence.zh}{supplied.zh}{renewed.zh}",
        ),
        expected=f"{store.label or 'the server'} accepts user {user or 'of the program'}",
        actual="login rejected",
        evidence=evidence,
        remedies=(
            in_application(
                Phrase(
                    en="Make user and password of the program equal to those that the server knows, then restart it",
                    zh="让程序的用户名和密码与服务器所知的一致，然后重启程序",
                )
            ),
        ),
        next_checks=_trap(store),
        chain=chain,
    )


def _renewed(store: Store, secret: str) -> tuple[Phrase, tuple[Evidence, ...]]:
    """Say that the Secret is younger than the run that uses it: variables are read at the start only."""
    scene, container = store.complaint.scene, store.complaint.container
    found = scene.snapshot.get("Secret", namespace(store.complaint.pod), secret)
    made = moment(found, "metadata", "creationTimestamp")
    began: datetime | None = container.started_at or moment(container.ended, "startedAt")
    if found is None or made is None or began is None or made <= began:
        return Phrase(en="", zh=""), ()
    return (
        Phrase(en=", which was made after the program started", zh="，该 Secret 在程序启动之后才创建"),
        (scene.field(found, "metadata", "creationTimestamp"),),
    )


def _trap(store: Store) -> tuple[NextCheck, ...]:
    """Point at the password variable of a server's image, which acts on an empty volume only."""
    setting = _first_start(store)
    if setting is None or store.service is None or not store.pods:
        return ()
    holder = store.holder
    slug = holder.slug if holder else "pods"
    return (
        NextCheck(
            command=f"kubectl -n {namespace(store.service)} get {slug} -o yaml",
            why=Phrase(
                en=f"{setting} of the server acts only when its volume is empty; changing it later changes no password",
                zh=f"服务器的 {setting} 只在卷为空时生效；之后修改它不会改变密码",
            ),
        ),
    )


def _first_start(store: Store) -> str | None:
    found = store.server_setting(_FIRST_START)
    return found[0] if found else None
