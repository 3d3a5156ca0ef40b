"""Callers with wrong addresses, wrong ports, and peers that do not answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.clients import clients
from diagnose.findings import Finding, Role
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
Obj = dict[str, Any]


def env(**values: str) -> list[Obj]:
    """Write plain variables."""
    return [{"name": key, "value": value} for key, value in values.items()]


def crashed(lines: Sequence[str], *, variables: Sequence[Obj] = (), others: Sequence[Obj] = (), **spec: Any) -> Any:
    """Prepare a Deployment whose container ended with these last words."""
    body = build.pod(POD, containers=[build.container(env=list(variables))], statuses=[build.crash_loop()], spec=spec)
    objects = [*build.deployed(body), build.obj("Namespace", "shop", namespace=""), *others]
    return build.scene(*objects, logs={(POD, "app", True): lines})


def serving(
    lines: Sequence[str], *, variables: Sequence[Obj] = (), others: Sequence[Obj] = (), since: float = 400
) -> Any:
    """Prepare a ready pod that writes these lines."""
    status = build.status(state=build.running(since), ready=True)
    body = build.pod(POD, containers=[build.container(env=list(variables))], statuses=[status], ready=True)
    return build.scene(*build.deployed(body), *others, logs={(POD, "app", False): lines})


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
    role: Role = Role.ROOT
    command: str = ""
    word: str = "proved"
    spec: Obj = field(default_factory=dict)


DB = build.service("orders-db", port=5432)
WEB = build.service("web")
REDIS = build.service("cache", port=6379, targetPort=6380)

CASES = (
    Case(
        id="go-url-beside-a-number",
        line='Get "http://cache:6379/": dial tcp 10.96.9.9:6379: connect: connection refused',
        env=env(CACHE_URL="http://cache:6379"),
        others=[REDIS],
        code="DependencyUnreachable",
        variant="in_cluster",
        words=["cache:6379", "CACHE_URL"],
        role=Role.SYMPTOM,
        word="matched",
    ),
    Case(
        id="tls-to-a-plain-port",
        line='Get "https://web:80/": http: server gave HTTP response to HTTPS client',
        env=env(WEB_URL="https://web:80/v1"),
        others=[WEB],
        code="ClientPortMismatch",
        words=["web:80", "with TLS", "speaks no TLS"],
        command='"name":"WEB_URL","value":"http://web:80/v1"',
        word="matched",
    ),
    Case(
        id="plain-text-to-a-tls-port",
        line="400: Client sent an HTTP request to an HTTPS server.",
        env=env(WEB_URL="http://web:80"),
        others=[WEB],
        code="ClientPortMismatch",
        words=["without TLS", "wants TLS"],
        command='"value":"https://web:80"',
        word="inferred",
    ),
    Case(
        id="node-name",
        line="Error: getaddrinfo ENOTFOUND orders-dbs",
        env=env(ORDERS_DB_HOST="orders-dbs", ORDERS_DB_PORT="5432"),
        others=[DB],
        code="ClientAddressUnknown",
        words=["orders-dbs", "ORDERS_DB_HOST", "did you mean orders-db?", "exit code 1"],
        near=("orders-db",),
        command='"name":"ORDERS_DB_HOST","value":"orders-db"',
    ),
    Case(
        id="go-url-no-answer",
        line="dial tcp: lookup orders-dbs on 10.96.0.10:53: server misbehaving",
        env=env(DATABASE_URL="postgres://orders-dbs:5432/shop"),
        others=[DB],
        code="ClientAddressUnknown",
        words=["DATABASE_URL"],
        near=("orders-db",),
        command="postgres://orders-db:5432/shop",
    ),
    Case(
        id="other-namespace",
        line="java.net.UnknownHostException: billing",
        others=[build.service("billing", namespace="pay")],
        code="ClientAddressUnknown",
        words=["did you mean billing.pay?"],
        near=("billing.pay",),
    ),
    Case(
        id="long-form",
        line='could not translate host name "stock.shop.svc.cluster.local" to address: Name or service not known',
        code="ClientAddressUnknown",
        words=["namespace shop has no Service stock"],
    ),
    Case(
        id="by-port",
        line="Error: getaddrinfo ENOTFOUND postgres",
        env=env(PGHOST="postgres", DB_URL="postgres://postgres/shop"),
        others=[DB],
        code="ClientAddressUnknown",
        words=["postgres"],
        near=("orders-db",),
    ),
    Case(
        id="service-gone",
        line="Error: P1001: Can't reach database server at `orders-dbs`:`5432`",
        others=[DB],
        code="ClientAddressUnknown",
        words=["no Service orders-dbs"],
        near=("orders-db",),
    ),
    Case(
        id="line-without-host",
        line="socket.gaierror: [Errno -2] Name or service not known",
        env=env(ORDERS_DB_HOST="orders-dbs", CACHE_HOST="cache"),
        others=[DB, REDIS],
        code="ClientAddressUnknown",
        words=["ORDERS_DB_HOST"],
        near=("orders-db",),
        word="inferred",
    ),
    Case(
        id="config-map",
        line="Error: getaddrinfo ENOTFOUND orders-dbs",
        env=[{"name": "DB_HOST", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "db"}}}],
        others=[DB, build.configmap("settings", {"db": "orders-dbs"})],
        code="ClientAddressUnknown",
        words=["in ConfigMap settings"],
        near=("orders-db",),
        command="patch configmap/settings",
    ),
    Case(
        id="target-port",
        line="Error: connect ECONNREFUSED cache:6380",
        env=env(REDIS_URL="redis://cache:6380/0"),
        others=[REDIS],
        code="ClientPortMismatch",
        words=["port 6380 of Service cache", "6379→6380", "the port inside its pods"],
        near=("cache:6379",),
        command="redis://cache:6379/0",
    ),
    Case(
        id="timeout-at-cluster-address",
        line="dial tcp 10.96.0.50:81: i/o timeout",
        others=[build.service("web", port=80)],
        code="ClientPortMismatch",
        words=["port 81 of Service web"],
        near=("web:80",),
    ),
    Case(
        id="right-port",
        line="dial tcp orders-db:5432: connect: connection refused",
        others=[DB],
        code="DependencyUnreachable",
        variant="in_cluster",
        words=["orders-db:5432", "refuses connections", "0 ready endpoints"],
        role=Role.SYMPTOM,
        word="matched",
    ),
    Case(
        id="headless-member",
        line="dial tcp orders-db-0.orders-db:5432: connect: connection refused",
        others=[DB],
        code="DependencyUnreachable",
        variant="in_cluster",
        words=["orders-db-0.orders-db:5432"],
        role=Role.SYMPTOM,
        word="matched",
    ),
    Case(
        id="external",
        line="dial tcp db.example.com:5432: i/o timeout",
        code="DependencyUnreachable",
        variant="external",
        words=["db.example.com:5432", "does not answer"],
        word="matched",
    ),
    Case(
        id="external-name-service",
        line="dial tcp rds:5432: i/o timeout",
        others=[build.obj("Service", "rds", spec={"type": "ExternalName", "externalName": "db.example.com"})],
        code="DependencyUnreachable",
        variant="external",
        words=["rds:5432"],
        word="matched",
    ),
    Case(
        id="only-address",
        line="redis.exceptions.ConnectionError: Error 111. Connection refused.",
        env=env(REDIS_HOST="cache", REDIS_PORT="6379"),
        others=[REDIS],
        code="DependencyUnreachable",
        variant="in_cluster",
        words=["cache:6379", "REDIS_HOST"],
        role=Role.SYMPTOM,
        word="inferred",
    ),
    Case(
        id="service-link",
        line='panic: strconv.Atoi: parsing "tcp://10.96.0.50:80": invalid syntax',
        others=[build.service("app", port=80)],
        code="EnvVarShadowed",
        words=["APP_PORT", "Service app"],
        command="enableServiceLinks",
        word="matched",
    ),
    Case(
        id="set-twice",
        line="FATAL unsupported log mode: verbose-ish (LOG_MODE)",
        env=[*env(LOG_MODE="plain"), *env(LOG_MODE="verbose-ish")],
        code="EnvVarShadowed",
        words=["LOG_MODE twice", "verbose-ish", "plain"],
        word="matched",
    ),
)


def only(given: Any, code: str) -> Finding:
    """Return the one finding, which must be of this code."""
    found = build.findings(clients, given)
    assert [entry.code for entry in found] == [code]
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_last_line_names_the_wrong_address(case: Case) -> None:
    found = only(crashed([case.line], variables=case.env, others=case.others, **case.spec), case.code)
    assert (found.variant, found.role, found.confidence.word) == (case.variant, case.role, case.word)
    assert (found.object.kind, found.object.name) == ("Deployment", "app")
    assert found.part.split()[0] == "app"
    assert found.near[:1] == case.near
    for words in case.words:
        assert words in found.summary.en
    assert case.command in (found.remedies[0].command if found.remedies else "")


@dataclass(frozen=True, kw_only=True)
class Silent:
    """A crash that says nothing of these codes."""

    id: str
    line: str
    env: Sequence[Obj] = ()
    others: Sequence[Obj] = ()


SILENT = (
    Silent(id="own-port", line="dial tcp 127.0.0.1:5432: connect: connection refused"),
    Silent(id="name-of-a-service", line="getaddrinfo ENOTFOUND orders-db", others=[DB]),
    Silent(id="external-name", line="getaddrinfo ENOTFOUND api.example.com"),
    Silent(id="other-error", line="ValueError: bad input", env=env(ORDERS_DB_HOST="orders-db"), others=[DB]),
    Silent(id="login", line='FATAL: password authentication failed for user "shop"', env=env(DB_HOST="nowhere")),
    Silent(
        id="two-addresses",
        line="Error 111. Connection refused.",
        env=env(A_URL="http://cache:6379", B_URL="http://orders-db:5432"),
        others=[DB, REDIS],
    ),
    Silent(id="own-link-variable", line="parsing tcp://10.96.0.50:80", env=env(WEB_PORT="80"), others=[WEB]),
)


@pytest.mark.parametrize("case", SILENT, ids=lambda case: case.id)
def test_other_ends_are_left_alone(case: Silent) -> None:
    assert build.findings(clients, crashed([case.line], variables=case.env, others=case.others)) == []


def test_services_that_were_not_read_are_not_claimed_to_be_missing() -> None:
    body = build.pod(POD, statuses=[build.crash_loop()])
    line = ["getaddrinfo ENOTFOUND orders-db"]
    given = build.scene(*build.deployed(body), logs={(POD, "app", True): line}, unread=["Service"])
    assert build.findings(clients, given) == []


def test_a_failing_program_without_a_word_gets_a_guess() -> None:
    found = only(crashed([], variables=env(ORDERS_DB_HOST="orders-dbs"), others=[DB]), "ClientAddressUnknown")
    assert found.confidence.word == "inferred"
    wrong = only(crashed([], variables=env(CACHE_URL="redis://cache:6380"), others=[REDIS]), "ClientPortMismatch")
    assert wrong.near == ("cache:6379",)


def test_a_word_that_may_be_no_service_is_no_guess() -> None:
    assert build.findings(clients, crashed([], variables=env(SMTP_HOST="mailhub"), others=[DB])) == []


LOST = f"{build.ago(40)} error dial tcp orders-db:5432: connect: connection refused"


@pytest.mark.parametrize(
    ("head", "count"),
    [(build.ago(50)[:19].replace("T", " "), 1), (build.ago(2000)[:19].replace("T", " "), 0), ("", 0)],
    ids=["of now", "of earlier", "undated"],
)
def test_a_date_without_a_zone_tells_a_fault_of_now_from_the_start(head: str, count: int) -> None:
    lines = [f"{head} ERROR cannot reach the store: dial tcp orders-db:5432: i/o timeout"] * 3
    found = build.findings(clients, serving(lines, others=[DB], since=3600))
    assert [entry.code for entry in found] == ["DependencyUnreachable"] * count


def test_repeated_lines_of_a_serving_program_count() -> None:
    found = only(serving([LOST] * 3, others=[DB]), "DependencyUnreachable")
    assert found.severity == "medium"
    assert "3 times" in found.summary.en


@pytest.mark.parametrize(
    "lines",
    [
        [LOST],
        [LOST.replace(build.ago(40), build.ago(4000))] * 5,
        [*[LOST] * 5, f"{build.ago(20)} info connected to orders-db:5432"],
    ],
    ids=["once", "long ago", "success since"],
)
def test_a_serving_program_that_recovered_is_healthy(lines: list[str]) -> None:
    assert build.findings(clients, serving(lines, others=[DB])) == []


def test_a_waiting_init_container_names_its_peer() -> None:
    wait = build.container("wait", command=["sh", "-c", "until nc -z orders-dbs 5432; do sleep 2; done"])
    status = build.status("wait", state=build.running(300))
    body = build.pod(POD, inits=[wait], init_statuses=[status], phase="Pending")
    given = build.scene(*build.deployed(body), DB, logs={(POD, "wait", False): ["nc: bad address 'orders-dbs'"]})
    found = only(given, "ClientAddressUnknown")
    assert found.part == "wait"
    assert found.near == ("orders-db",)
    assert found.summary.en.startswith("Init container wait")


def test_a_shadowed_variable_of_a_working_program_is_untidy() -> None:
    found = only(serving([], variables=[*env(MODE="a"), *env(MODE="b")]), "EnvVarShadowed")
    assert found.role is Role.HYGIENE
    assert build.findings(clients, serving([], variables=[*env(MODE="a"), *env(MODE="a")])) == []
