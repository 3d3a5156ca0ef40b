"""Datastores and brokers that refuse their clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.datastores import datastores
from diagnose.findings import Finding, Role
from diagnose.logs.groups import stores
from diagnose.logs.matching import match_item
from diagnose.logs.reading import read_lines
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
Obj = dict[str, Any]


def env(**values: str) -> list[Obj]:
    """Write plain variables."""
    return [{"name": key, "value": value} for key, value in values.items()]


def crashed(
    lines: Sequence[str], *, variables: Sequence[Obj] = (), others: Sequence[Obj] = (), image: str = build.IMAGE
) -> Any:
    """Prepare a Deployment whose container ended with these last words."""
    container = build.container(image=image, env=list(variables))
    body = build.pod(POD, containers=[container], statuses=[build.crash_loop()])
    return build.scene(*build.deployed(body), *others, logs={(POD, "app", True): lines})


def running(lines: Sequence[str], *, ready: bool = True, others: Sequence[Obj] = (), image: str = build.IMAGE) -> Any:
    """Prepare a running pod that writes these lines."""
    status = build.status(state=build.running(400), ready=ready)
    body = build.pod(POD, containers=[build.container(image=image)], statuses=[status], ready=ready)
    return build.scene(*build.deployed(body), *others, logs={(POD, "app", False): lines})


def database(*, role: str = "", args: Sequence[str] = (), ready: bool = True) -> list[Obj]:
    """Make a database pod behind its Service ``orders-db``, with a variable that acts on an empty volume."""
    labels = {"app": "orders-db", **({"role": role} if role else {})}
    body = build.pod(
        "orders-db-0",
        containers=[
            build.container("db", "postgres:16", args=list(args), env=env(POSTGRES_PASSWORD="***", POSTGRES_DB="shop"))
        ],
        statuses=[build.status("db", state=build.running(), ready=ready)],
        ready=ready,
        labels=labels,
    )
    return [build.service("orders-db", port=5432, selector=labels), *build.deployed(body, "orders-db")]


FROM_SECRET = {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db-login", "key": "password"}}}
URL = env(DATABASE_URL="postgres://orders-db:5432/shop")
PG = 'connection to server at "orders-db" (10.96.0.50), port 5432 failed: FATAL:  '
JOB = build.obj("Job", "shop-migrate", spec={}, status={"conditions": [{"type": "Failed", "status": "True"}]})


@dataclass(frozen=True, kw_only=True)
class Case:
    """A last line, what surrounds it, and what must be said."""

    id: str
    line: str
    env: Sequence[Obj] = ()
    others: Sequence[Obj] = ()
    code: str
    variant: str = ""
    words: Sequence[str]
    near: tuple[str, ...] = ()
    object: str = "app"
    role: Role = Role.ROOT
    image: str = build.IMAGE


CASES = (
    Case(
        id="password",
        line=f'{PG}password authentication failed for user "shop"',
        env=[*URL, FROM_SECRET],
        others=[*database(), build.secret("db-login", ["password"], created=30)],
        code="DatastoreAuthFailed",
        words=["orders-db:5432 rejects the login of user shop", "Secret db-login", "made after the program started"],
    ),
    Case(
        id="mysql",
        line="Access denied for user 'shop'@'10.244.0.7' (using password: YES) to database 'orders'",
        code="DatastoreAuthFailed",
        words=["The MySQL server", "user shop", "database orders"],
    ),
    Case(
        id="redis",
        line="ReplyError: WRONGPASS invalid username",
        code="DatastoreAuthFailed",
        words=["The Redis server"],
    ),
    Case(
        id="broker-login",
        line="ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN",
        code="DatastoreAuthFailed",
        words=["The message broker"],
    ),
    Case(
        id="server-full",
        line=f"{PG}sorry, too many clients already",
        env=[*URL, *env(DB_POOL_SIZE="50")],
        others=database(args=["-c", "max_connections=100"]),
        code="DatastoreConnectionsExhausted",
        words=["accepts no more connections", "1 × 50", "the server allows 100"],
        object="orders-db",
    ),
    Case(
        id="pool",
        line="sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out",
        env=URL,
        others=database(),
        code="DatastoreConnectionsExhausted",
        words=["its own pool", "1 × 5"],
    ),
    Case(
        id="replica",
        line="ERROR: cannot execute INSERT in a read-only transaction",
        env=env(DATABASE_URL="postgres://pg-ro:5432/shop"),
        others=[build.service("pg-ro", port=5432), build.service("pg-rw", port=5432)],
        code="DatastoreReadOnly",
        variant="replica",
        words=["pg-ro", "read-only replica", "writes belong to pg-rw"],
        near=("pg-rw",),
    ),
    Case(
        id="memory",
        line="OOM command not allowed when used memory > 'maxmemory'.",
        code="DatastoreReadOnly",
        variant="memory_full",
        words=["used up its memory"],
    ),
    Case(
        id="disk",
        line="MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk.",
        code="DatastoreReadOnly",
        variant="disk_full",
        words=["cannot write to its disk"],
    ),
    Case(
        id="mode",
        line="ERROR: cannot execute UPDATE in a read-only transaction",
        env=URL,
        others=database(),
        code="DatastoreReadOnly",
        variant="server",
        words=["read-only mode"],
        object="orders-db",
    ),
    Case(
        id="database-name",
        line=f'{PG}database "shops" does not exist',
        env=URL,
        others=database(),
        code="DatastoreObjectMissing",
        variant="database",
        words=["database shops", "did you mean shop?"],
        near=("shop",),
    ),
    Case(
        id="table",
        line='ERROR: relation "orders" does not exist at character 15',
        others=[JOB],
        code="DatastoreObjectMissing",
        variant="schema",
        words=["relation orders", "Job shop-migrate has failed"],
    ),
    Case(
        id="topic",
        line="TimeoutException: Topic orders not present in metadata after 60000 ms.",
        code="DatastoreObjectMissing",
        variant="topic",
        words=["topic orders"],
    ),
    Case(
        id="bucket",
        line="NoSuchBucket: The specified bucket does not exist",
        code="DatastoreObjectMissing",
        variant="bucket",
        words=["bucket"],
    ),
    Case(
        id="migration-lock",
        line="Could not acquire change log lock. Currently locked by app-1",
        code="DatastoreLockContention",
        words=["does not get a lock"],
    ),
    Case(
        id="data-version",
        line="DETAIL: The data directory was initialized by PostgreSQL version 15, which is not compatible with this "
        "version 16.2.",
        code="DatastoreVersionIncompatible",
        words=["postgres:16", "data of version 15", "server 16.2"],
        image="postgres:16",
    ),
    Case(
        id="advertised",
        line="Connection to node 2 (broker-2.lan/10.0.0.9:9092) could not be established. Broker may not be available.",
        code="BrokerUnavailable",
        words=["broker-2.lan:9092", "advertises"],
    ),
    Case(
        id="broker-pods",
        line="Connection to node -1 (orders-db/10.96.0.50:9092) could not be established. Broker may not be available.",
        others=database(ready=False),
        code="BrokerUnavailable",
        words=["0 of 1 of its pods are ready"],
        role=Role.SYMPTOM,
    ),
    Case(
        id="rate",
        line="requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://api.example.com/v1",
        code="UpstreamRateLimited",
        words=["more often than it allows"],
    ),
)


def only(given: Any) -> Finding:
    """Return the one finding."""
    (found,) = build.findings(datastores, given)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_last_line_tells_what_the_store_refuses(case: Case) -> None:
    found = only(crashed([case.line], variables=case.env, others=case.others, image=case.image))
    assert (found.code, found.variant, found.role) == (case.code, case.variant, case.role)
    assert (found.object.name, found.part) == (case.object, "app")
    assert POD in {reach.ref.name for reach in found.affected}
    assert found.near == case.near
    for words in case.words:
        assert words in found.summary.en
    assert found.remedies
    assert found.summary.zh


def test_a_password_variable_of_the_server_is_named_as_the_trap() -> None:
    line = f'{PG}password authentication failed for user "shop"'
    found = only(crashed([line], variables=URL, others=database()))
    assert "POSTGRES_PASSWORD" in found.next_checks[0].why.en


DENIED = f"{build.ago(50)} ERROR Access denied for user 'shop'@'10.244.0.7' (using password: YES)"


WAITS = f"{build.ago(50)} INFO liquibase.lockservice : Waiting for changelog lock...."


def test_a_start_that_waits_for_a_migration_lock_is_blocked_by_it() -> None:
    found = only(running([WAITS] * 3, ready=False))
    assert (found.code, found.severity) == ("DatastoreLockContention", "high")


def test_a_serving_client_counts_when_it_is_refused_again_and_again() -> None:
    found = only(running([DENIED] * 3))
    assert (found.code, found.severity) == ("DatastoreAuthFailed", "medium")


def old(lines: Sequence[str], image: str = build.IMAGE, **env_values: str) -> Any:
    """Prepare a pod that is ready for an hour and writes lines without a time."""
    container = build.container(image=image, env=env(**env_values))
    status = build.status(state=build.running(3600), ready=True)
    body = build.pod(POD, containers=[container], statuses=[status], ready=True)
    return build.scene(*build.deployed(body), *database(), logs={(POD, "app", False): lines})


def test_lines_without_a_time_count_while_they_are_the_last_words() -> None:
    lines = ["listening", *["NOAUTH Authentication required."] * 3]
    assert only(old(lines)).code == "DatastoreAuthFailed"
    assert build.findings(datastores, old([*lines, *["GET / 200"] * 30])) == []


def test_a_line_below_a_dated_one_has_its_time() -> None:
    head = f"{build.ago(5000)} ERROR cannot store"
    below = "java.sql.SQLTransientConnectionException: P - Connection is not available, request timed out after 30000ms"
    assert build.findings(datastores, old([head, below] * 3)) == []
    assert only(old([head.replace(build.ago(5000), build.ago(50)), below] * 3)).code == "DatastoreConnectionsExhausted"


def test_milliseconds_are_no_size_of_a_pool() -> None:
    waits = "P - Connection is not available, request timed out after 30000ms"
    assert "30000" not in only(old([waits] * 3)).summary.en
    assert "1 × 10 connections" in only(old([f"{waits} (total=10, active=10, idle=0, waiting=4)"] * 3)).summary.en


def test_a_broker_tells_of_its_own_alarm() -> None:
    found = only(old(["[warning] memory resource limit alarm set on node rabbit@a."], image="rabbitmq:3.13"))
    assert (found.code, found.role) == ("BrokerUnavailable", Role.ROOT)
    assert "alarm set" in found.summary.en


def test_a_broker_that_ends_over_its_own_data_is_named() -> None:
    last = "kafka.common.InconsistentClusterIdException: The Cluster ID a doesn't match stored clusterId b"
    found = only(crashed([last], image="apache/kafka:3.6.0"))
    assert found.code == "BrokerUnavailable"
    assert "another cluster" in found.remedies[0].summary.en


def test_a_migration_lock_is_told_apart_from_a_server_that_is_away() -> None:
    lines = [
        "Error: P1002",
        "The database server at `orders-db:5432` was reached but timed out.",
        "Context: Timed out trying to acquire a postgres advisory lock.",
    ]
    assert only(crashed(lines, variables=URL, others=database())).code == "DatastoreLockContention"


def test_the_variable_of_libpq_names_the_server() -> None:
    found = only(old(["cannot execute INSERT in a read-only transaction"] * 3, PGHOST="orders-db"))
    assert "orders-db:5432" in found.summary.en


def test_versions_are_read_from_the_line_below() -> None:
    first = "FATAL:  database files are incompatible with server"
    second = (
        "DETAIL:  The data directory was initialized by PostgreSQL version 15, not compatible with this version 17.2"
    )
    assert "data of version 15, server 17.2" in only(crashed([first, second], image="postgres:17")).summary.en


def test_a_host_is_no_name_that_was_meant() -> None:
    found = only(crashed(['role "orders" does not exist'], variables=env(PGHOST="orders-db"), others=database()))
    assert found.near == ()


@dataclass(frozen=True, kw_only=True)
class Silent:
    """Lines of a running pod that are no fault."""

    id: str
    lines: Sequence[str]
    image: str = build.IMAGE
    ready: bool = True


SILENT = (
    Silent(id="once", lines=[DENIED]),
    Silent(id="long-ago", lines=[DENIED.replace(build.ago(50), build.ago(5000))] * 4),
    Silent(
        id="server-noise",
        lines=[f'{build.ago(9)} FATAL:  password authentication failed for user "x"'] * 4,
        image="postgres:16",
    ),
    Silent(
        id="undated-then-well", lines=[*["FATAL: password authentication failed for user x"] * 3, "connected to db"]
    ),
    Silent(id="dated-then-well", lines=[*[DENIED] * 4, f"{build.ago(5)} INFO reconnected to the database"]),
    Silent(id="undated-start", lines=["WARN {t=LEADER_NOT_AVAILABLE}"] * 2),
    Silent(
        id="alarm-cleared",
        lines=["memory resource limit alarm set on node rabbit@a.", "memory resource limit alarm cleared on node a"],
        image="rabbitmq:3.13",
    ),
    Silent(
        id="lock-had-in-the-end",
        lines=[*[WAITS] * 3, "INFO liquibase.lockservice : Successfully acquired change log lock"],
        ready=False,
    ),
    Silent(id="lock-awaited-once", lines=[WAITS], ready=False),
    Silent(id="one-deadlock", lines=[f"{build.ago(9)} ERROR: deadlock detected"]),
    Silent(id="own-429", lines=[f'{build.ago(9)} "GET /orders HTTP/1.1" 429 0'] * 9),
    Silent(id="exists", lines=[f'{build.ago(9)} ERROR: relation "orders" already exists'] * 4),
    Silent(
        id="pool-while-away",
        lines=[
            f"{build.ago(9)} ERROR dial tcp orders-db:5432: connect: connection refused",
            f"{build.ago(8)} ERROR HikariPool-1 - Connection is not available, request timed out after 30000ms",
        ],
        ready=False,
    ),
)


@pytest.mark.parametrize("case", SILENT, ids=lambda case: case.id)
def test_noise_is_left_alone(case: Silent) -> None:
    assert build.findings(datastores, running(case.lines, image=case.image, ready=case.ready)) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction", "DatastoreLockContention"),
        ("sqlite3.OperationalError: database is locked", "DatastoreLockContention"),
        ("FATAL: database files are incompatible with server", "DatastoreVersionIncompatible"),
        ("# Can't handle RDB format version 11", "DatastoreVersionIncompatible"),
        ("NoBrokersAvailable", "BrokerUnavailable"),
        (
            "WARN Connection to node 1 (kafka/10.0.0.1:9092) could not be established. Node may not be available.",
            "BrokerUnavailable",
        ),
        ("HTTPError: 429 Client Error: Too Many Requests for url: https://maps.example.org/v1", "UpstreamRateLimited"),
        ('Get "https://orders:8080/": http: server gave HTTP response to HTTPS client', "ClientPortMismatch"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "ClientPortMismatch"),
        ("LEADER_NOT_AVAILABLE for topic orders", "BrokerUnavailable"),
        ("CLUSTERDOWN The cluster is down", "BrokerUnavailable"),
        ("rpc error: code = ResourceExhausted desc = RESOURCE_EXHAUSTED", "UpstreamRateLimited"),
    ],
)
def test_a_row_of_the_extended_codes_matches(line: str, code: str) -> None:
    found = match_item(read_lines((line,))[0], only=stores.SIGNATURES)
    assert found is not None
    assert found[0].code == code


@pytest.mark.parametrize(
    "line",
    [
        "Waited for 1.2s due to client-side throttling, not priority and fairness",
        "grpc: received message larger than max: RESOURCE_EXHAUSTED",
        "setting featureCompatibilityVersion to 7.0",
        "http: TLS handshake error from 10.0.0.9:51: tls: first record does not look like a TLS handshake",
    ],
)
def test_a_benign_line_matches_no_row_of_the_extended_codes(line: str) -> None:
    assert match_item(read_lines((line,))[0], only=stores.SIGNATURES) is None
