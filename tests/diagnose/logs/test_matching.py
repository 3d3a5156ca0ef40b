"""Signatures, and the line of a log that counts."""

import re
from dataclasses import dataclass, field

import pytest

from diagnose.catalogue import BY_CODE
from diagnose.logs.matching import best_match, last_words
from diagnose.logs.reading import LogReading, read_lines
from diagnose.logs.signatures import SIGNATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Bears:
    """A line, the row that it bears (empty: none), and what it names."""

    id: str
    line: str
    row: str = ""
    code: str = ""
    names: dict[str, str] = field(default_factory=dict)


def reading(*lines: str) -> LogReading:
    """Read lines as the previous log."""
    return LogReading(items=read_lines(lines), previous=True)


LINES = (
    Bears(id="go lookup", line="dial tcp: lookup db on 10.96.0.10:53: no such host", row="B1", names={"host": "db"}),
    Bears(id="java host", line="java.net.UnknownHostException: db", row="B1", names={"host": "db"}),
    Bears(id="node host", line="Error: getaddrinfo ENOTFOUND db", row="B1", names={"host": "db"}),
    Bears(
        id="nginx upstream",
        line='[emerg] host not found in upstream "api" in /etc/nginx/a.conf:1',
        row="B1",
        names={"host": "api"},
    ),
    Bears(id="busybox", line="nc: bad address 'db'", row="B1", names={"host": "db"}),
    Bears(id="no answer", line="Error: getaddrinfo EAI_AGAIN db", row="B2", names={"host": "db"}),
    Bears(
        id="go refused",
        line="dial tcp 10.0.0.1:5432: connect: connection refused",
        row="B3",
        names={"host": "10.0.0.1", "port": "5432"},
    ),
    Bears(
        id="psql refused",
        line='connection to server at "db" (10.0.0.3), port 5432 failed: Connection refused',
        row="B3",
        names={"host": "db", "port": "5432"},
    ),
    Bears(
        id="python redis",
        line="Error 111 connecting to redis:6379. Connection refused.",
        row="B3",
        names={"host": "redis"},
    ),
    Bears(
        id="requests",
        line="HTTPConnectionPool(host='api', port=80): Max retries exceeded: [Errno 111] Connection refused",
        row="B3",
        names={"host": "api"},
    ),
    Bears(id="mysql", line="Can't connect to MySQL server on 'mysql:3306' (111)", row="B3", names={"host": "mysql"}),
    Bears(id="chinese refused", line="致命: 连接被拒绝 db:3306", row="B3", names={"host": "db", "port": "3306"}),
    Bears(id="timeout", line="dial tcp 10.0.0.9:5432: i/o timeout", row="B4", names={"host": "10.0.0.9"}),
    Bears(id="prisma", line="P1001: Can't reach database server at `db`:`5432`", row="B4", names={"host": "db"}),
    Bears(id="slow query", line="ERROR: canceling statement due to statement timeout"),
    Bears(
        id="reset",
        line="read tcp 10.0.0.1:4000->10.0.0.2:80: read: connection reset by peer",
        row="B5",
        names={"host": "10.0.0.2"},
    ),
    Bears(id="client gone", line="error writing response: connection reset by peer"),
    Bears(id="port", line="listen tcp :8080: bind: address already in use", row="B13", names={"port": "8080"}),
    Bears(id="errno is no port", line="OSError: [Errno 98] Address already in use", row="B13"),
    Bears(id="variable", line="STRIPE_KEY is required", row="B9", names={"variable": "STRIPE_KEY"}),
    Bears(id="variable with default", line="STRIPE_KEY is not set, using default"),
    Bears(
        id="shell variable",
        line="/start.sh: line 4: DB_HOST: unbound variable",
        row="B9",
        names={"variable": "DB_HOST"},
    ),
    Bears(id="chinese variable", line="错误: 环境变量 DB_HOST 未设置", row="B9", names={"variable": "DB_HOST"}),
    Bears(id="placeholder", line="Could not resolve placeholder 'db.url' in value", row="B10", names={"key": "db.url"}),
    Bears(id="bad request", line="ERROR 400 invalid JSON in request body"),
    Bears(
        id="shared library",
        line="error while loading shared libraries: libpq.so.5: cannot open",
        row="B11",
        names={"module": "libpq.so.5"},
    ),
    Bears(
        id="perl module",
        line="Can't locate Shop/Cart.pm in @INC (you may need to install the Shop::Cart module) at /srv/a.pl line 3.",
        row="B11",
        names={"module": "Shop/Cart.pm"},
    ),
    Bears(
        id="directive of a web server",
        line="Error: adapting config using caddyfile: /etc/caddy/Caddyfile:4: unrecognized directive: revers_proxy",
        row="B10",
        names={"file": "/etc/caddy/Caddyfile", "line": "4", "key": "revers_proxy"},
    ),
    Bears(
        id="a host whose name begins like a word of pools",
        line="ping acquirer: dial tcp 203.0.113.9:8443: i/o timeout",
        row="B4",
        names={"host": "203.0.113.9", "port": "8443"},
    ),
    Bears(
        id="a host that is called like a reason",
        line="dial tcp query-api:8080: i/o timeout",
        row="B4",
        names={"host": "query-api", "port": "8080"},
    ),
    Bears(id="optional import", line="No module named 'uvloop', falling back to asyncio"),
    Bears(id="entry file", line="Error: Cannot find module '/app/server.js'", row="B12", code="CommandInvalid"),
    Bears(id="flag", line="flag provided but not defined: -prot", row="B12", names={"word": "prot"}),
    Bears(id="format", line="exec /run.sh: exec format error", row="B12", code="CommandNotExecutable"),
    Bears(id="postgres user", line='password authentication failed for user "app"', row="B15", names={"user": "app"}),
    Bears(
        id="mysql user",
        line="Access denied for user 'app'@'10.0.0.2' (using password: YES)",
        row="B16",
        names={"user": "app"},
    ),
    Bears(id="redis login", line="NOAUTH Authentication required.", row="B17"),
    Bears(id="mongo login", line="MongoServerError: Authentication failed.", row="B18"),
    Bears(id="broker login", line="ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN", row="B19"),
    Bears(id="server full", line="FATAL:  sorry, too many clients already", row="B20"),
    Bears(id="pool", line="QueuePool limit of size 5 overflow 10 reached", row="B21"),
    Bears(id="replica", line="ERROR:  cannot execute INSERT in a read-only transaction", row="B22"),
    Bears(id="table", line="no such table: users", row="B23", names={"kind": "table", "name": "users"}),
    Bears(id="database", line='FATAL:  database "orders" does not exist', row="B23", names={"name": "orders"}),
    Bears(id="java heap", line="java.lang.OutOfMemoryError: Java heap space", row="B32"),
    Bears(id="a flag that holds the name", line="JVM args: -XX:+ExitOnOutOfMemoryError -Xmx64m"),
    Bears(id="python's own loader", line="/usr/bin/python3: No module named shop", row="B11", names={"module": "shop"}),
    Bears(
        id="numpy heap",
        line="numpy.core._exceptions._ArrayMemoryError: Unable to allocate 298. GiB for an array",
        row="B33",
    ),
    Bears(id="denied in Chinese", line="无法写入 /opt/a.pid：权限不够", row="B14", names={"path": "/opt/a.pid"}),
    Bears(id="node heap", line="FATAL ERROR: Reached heap limit - JavaScript heap out of memory", row="B33"),
    Bears(id="uncaught", line="RuntimeError: odd", row="B34"),
    Bears(id="survived panic", line="http: panic serving 10.0.0.1:3000: boom"),
    Bears(id="kernel hint", line="WARNING Memory overcommit must be enabled! overcommit_memory is set to 0"),
    Bears(id="probe", line='10.0.0.1 - "GET /healthz HTTP/1.1" 404 19 "-" "kube-probe/1.34"'),
    Bears(id="query echo", line="SELECT * FROM errors WHERE message = 'connection refused'"),
    Bears(id="help text", line="  --fail-fast   stop at the first error: unknown flag"),
)


@pytest.mark.parametrize("case", LINES, ids=lambda case: case.id)
def test_a_line_bears_at_most_one_signature(case: Bears) -> None:
    match = best_match(reading(case.line))
    assert (match.signature.id if match else "") == case.row
    if match is not None:
        assert not case.code or match.code == case.code
        assert {key: match.captured(key) for key in case.names} == case.names


def test_a_specific_line_goes_before_the_uncaught_error_after_it() -> None:
    match = best_match(reading('ERROR password authentication failed for user "app"', "RuntimeError: startup failed"))
    assert match is not None
    assert match.signature.id == "B15"


def test_a_connection_that_came_up_later_is_no_candidate() -> None:
    lines = ("could not connect to db:5432: connection refused, attempt 1", "connected to db:5432", "ValueError: x")
    match = best_match(reading(*lines))
    assert match is not None
    assert match.signature.id == "B34"


def test_another_host_that_came_up_changes_nothing() -> None:
    match = best_match(reading("could not connect to db:5432: connection refused", "connected to cache:6379"))
    assert match is not None
    assert match.captured("host") == "db"


def test_what_stands_near_the_exit_goes_before_what_stands_far() -> None:
    far = "PermissionError: [Errno 13] Permission denied: '/tmp/cache'"
    match = best_match(reading(far, *["WARN slow"] * 100, "FATAL could not connect to db:5432: connection refused"))
    assert match is not None
    assert match.signature.id == "B3"


def test_information_lines_do_not_match() -> None:
    assert best_match(reading("INFO retrying after connection refused")) is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("ERROR a", "INFO b"), "a"),
        (("a", "b"), "b"),
        (("ERROR boom", "npm ERR! code 1", "exit status 1"), "boom"),
        (("ERROR boom", "ERROR errors: 0"), "boom"),
    ],
)
def test_the_last_words_are_the_last_error_or_the_last_line(lines: tuple[str, ...], words: str) -> None:
    item = last_words(reading(*lines))
    assert item is not None
    assert item.text == words


def test_an_empty_log_has_no_last_words() -> None:
    assert last_words(reading()) is None


def test_every_signature_speaks_for_a_code_of_the_catalogue() -> None:
    assert {row.code for row in SIGNATURES} <= set(BY_CODE)


def test_signatures_about_peers_belong_to_the_families_that_look_at_the_peer() -> None:
    peers = {BY_CODE[row.code].family for row in SIGNATURES if not row.released}
    assert peers <= {"clients", "datastores", "dns"}


def test_every_row_has_words_in_lower_case_and_bounded_patterns() -> None:
    classes, unbounded = re.compile(r"\[(?:\\.|[^\]])*\]"), re.compile(r"(?<!\\)\.[*+]")
    for row in SIGNATURES:
        assert row.words
        assert all(word == word.lower() for word in row.words)
        assert not any(unbounded.search(classes.sub("", pattern.pattern)) for pattern in row.patterns)
