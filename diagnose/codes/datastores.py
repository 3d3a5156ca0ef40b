"""Codes for datastores and brokers that refuse their clients."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="datastores", fault_class="dependency", condition_reason="DependencyNotReady")

CODES: tuple[Code, ...] = (
    _row(
        code="DatastoreAuthFailed",
        title=Phrase(en="Datastore rejects the login", zh="数据存储拒绝登录"),
        fires_when=Phrase(
            en="The client's current log says that a database or broker rejects its user or password.",
            zh="客户端当前日志表明数据库或消息代理拒绝其用户名或密码。",
        ),
        not_when=Phrase(
            en="It failed once and worked since, or only the server's log speaks of it.",
            zh="只失败一次且此后正常，或只有服务器日志提到。",
        ),
    ),
    _row(
        code="DatastoreConnectionsExhausted",
        title=Phrase(en="No database connection is left", zh="数据库连接已用尽"),
        fires_when=Phrase(
            en="The server refuses further connections, or the client waits in vain for one of its own pool.",
            zh="服务器拒绝新的连接，或客户端等不到自身连接池中的连接。",
        ),
        not_when=Phrase(
            en="The server is down, or it happened once only.",
            zh="服务器没有运行，或只发生过一次。",
        ),
    ),
    _row(
        code="DatastoreReadOnly",
        variants=("replica", "server", "memory_full", "disk_full"),
        title=Phrase(en="Datastore accepts no writes", zh="数据存储不接受写入"),
        fires_when=Phrase(
            en="A write is refused because the store is a replica, in read-only mode, or out of memory or disk.",
            zh="写入被拒绝，因为该存储是副本、处于只读模式，或内存、磁盘已满。",
        ),
        not_when=Phrase(en="The replica is only read, as planned.", zh="副本按计划只用于读取。"),
    ),
    _row(
        code="DatastoreObjectMissing",
        variants=("database", "schema", "role", "topic", "bucket"),
        title=Phrase(en="Database object does not exist", zh="数据库对象不存在"),
        fires_when=Phrase(
            en="The client's current log names a database, table, role, topic or bucket that does not exist.",
            zh="客户端当前日志指明不存在的数据库、表、角色、主题或存储桶。",
        ),
        not_when=Phrase(
            en="A migration tool only asks whether it exists, or a later start succeeded.",
            zh="迁移工具只是检查其是否存在，或之后的启动已成功。",
        ),
    ),
    _row(
        code="DatastoreLockContention",
        title=Phrase(en="Database lock is not released", zh="数据库锁未释放"),
        fires_when=Phrase(
            en="Three or more statements wait in vain for a lock within ten minutes, or a lock blocks the start.",
            zh="十分钟内有三次以上语句等不到锁，或启动被锁阻塞。",
        ),
        not_when=Phrase(en="A single deadlock was tried again.", zh="单次死锁后已重试。"),
    ),
    _row(
        code="DatastoreVersionIncompatible",
        title=Phrase(en="Server cannot read the data of another version", zh="服务器无法读取其他版本的数据"),
        fires_when=Phrase(
            en="A server ends at its start because the data in its volume was written by another version.",
            zh="服务器启动时退出，因为卷中的数据由其他版本写入。",
        ),
        not_when=Phrase(en="The server starts after an upgrade step.", zh="服务器在升级步骤之后正常启动。"),
    ),
    _row(
        code="BrokerUnavailable",
        title=Phrase(en="Broker or clustered store does not serve", zh="消息代理或存储集群无法服务"),
        fires_when=Phrase(
            en="The client's log says that brokers cannot be reached, have no leader, or are split.",
            zh="客户端日志表明代理无法访问、没有主节点或发生分裂。",
        ),
        not_when=Phrase(
            en="It is one burst right after a start, or a later line reports success.",
            zh="只是刚启动后的短暂现象，或之后的日志显示成功。",
        ),
    ),
    _row(
        code="UpstreamRateLimited",
        title=Phrase(en="Remote service limits the rate of calls", zh="远端服务限制了调用频率"),
        fires_when=Phrase(
            en="Three or more calls within ten minutes, or the last one before the end, are refused as too many.",
            zh="十分钟内有三次以上调用，或退出前的最后一次调用，因过于频繁被拒绝。",
        ),
        not_when=Phrase(
            en="The program itself answers 429, or a registry limits image pulls.",
            zh="是程序自身返回 429，或镜像仓库限制拉取。",
        ),
    ),
)
