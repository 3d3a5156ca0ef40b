"""Listen lines of programs and frameworks."""

import pytest

from diagnose.logs.listen import listening, ports_in
from diagnose.logs.reading import read_lines
from tests.diagnose import build

BANNERS = [
    ("[INFO] Listening at: http://0.0.0.0:8000 (1)", "0.0.0.0", 8000),
    ("INFO:     Uvicorn running on http://0.0.0.0:8001 (Press CTRL+C to quit)", "0.0.0.0", 8001),
    (" * Running on http://127.0.0.1:5000", "127.0.0.1", 5000),
    ("INFO 1 --- [main] o.s.b.w.e.TomcatWebServer  : Tomcat started on port(s): 8080 (http)", "", 8080),
    ("Tomcat started on port 8081 (http) with context path '/'", "", 8081),
    ("Now listening on: http://[::]:8082", "::", 8082),
    ('LOG:  listening on IPv4 address "0.0.0.0", port 5432', "0.0.0.0", 5432),
    ("/usr/sbin/mysqld: ready for connections. Version: '8.0.36'  socket: '/x'  port: 3306", "", 3306),
    ("The server is now ready to accept connections on port 6379", "", 6379),
    ('{"s":"I","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}', "", 27017),
    ("[GIN-debug] Listening and serving HTTP on :8083", "", 8083),
    ("http server started on [::]:1323", "::", 1323),
    ("Serving HTTP on 0.0.0.0 port 8084 (http://0.0.0.0:8084/) ...", "0.0.0.0", 8084),
    ("Server listening on port 3000", "", 3000),
    ("Example app listening at http://localhost:3001", "localhost", 3001),
    ("PHP 8.2.1 Development Server (http://0.0.0.0:8085) started", "0.0.0.0", 8085),
    ("2026/03/10 11:59:00 server listening at [::]:50051", "::", 50051),
    ('level=info msg="Listening on" address=[::]:9100', "::", 9100),
    ('{"level":"info","msg":"starting server","addr":":9090"}', "", 9090),
    ("ready - started server on 0.0.0.0:3002, url: http://localhost:3002", "0.0.0.0", 3002),
    ("started TCP listener on [::]:5672", "::", 5672),
    ("INFO: Started ServerConnector@1a2b{HTTP/1.1, (http/1.1)}{0.0.0.0:8086}", "0.0.0.0", 8086),
    ("服务启动成功，监听端口：8087", "", 8087),
]


@pytest.mark.parametrize(("line", "address", "port"), BANNERS, ids=[str(entry[2]) for entry in BANNERS])
def test_a_banner_names_address_and_port(line: str, address: str, port: int) -> None:
    (item,) = read_lines((line,))
    assert list(ports_in(item)) == [(address, port)]


@pytest.mark.parametrize(
    "line",
    [
        "connecting to postgres://orders-db:5432/orders",
        "Error: listen EADDRINUSE: address already in use :::8080",
        "Started connection pool to db:5432",
        "connected to redis on port 6379",
        "server version 14.2",
        "waiting for db on port 5432",
    ],
)
def test_what_is_no_listener_names_none(line: str) -> None:
    assert [pair for item in read_lines((line,)) for pair in ports_in(item)] == []


def test_the_current_run_goes_before_the_previous_one() -> None:
    body = build.pod("p", statuses=[build.status(state=build.running())])
    both = {("p", "app", False): ["listening on port 8080"], ("p", "app", True): ["listening on port 9090"]}
    given = build.scene(body, logs=both)
    assert [entry.port for entry in listening(given, body, "app")] == [8080]
    only = build.scene(body, logs={("p", "app", True): ["listening on 127.0.0.1:9090"], ("p", "app", False): ["hello"]})
    (found,) = listening(only, body, "app")
    assert (found.port, found.loopback) == (9090, True)


def test_listeners_beside_the_real_one_are_marked() -> None:
    body = build.pod("p", statuses=[build.status(state=build.running())])
    lines = ["http server listening on :8080", "metrics server listening on :9100"]
    found = listening(build.scene(body, logs={("p", "app", False): lines}), body, "app")
    assert [(entry.port, entry.aside) for entry in found] == [(8080, False), (9100, True)]
