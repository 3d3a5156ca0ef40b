"""Addresses that containers are told to call, and what host names mean."""

from typing import Any

import pytest

from diagnose.addresses import addresses, hosts_of
from diagnose.containers import containers
from diagnose.places import locate
from tests.diagnose import build


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("DATABASE_URL", "postgres://u:p@db.prod:6000/x", [("db.prod", 6000)]),
        ("CACHE", "redis://cache", [("cache", 6379)]),
        ("DB_HOST", "Orders-DB", [("orders-db", 0)]),
        ("BROKERS", "a:9092,b:9093", [("a", 9092), ("b", 9093)]),
        ("JDBC", "jdbc:postgresql://db:5433/x", [("db", 5433)]),
        ("DB", "user:pw@tcp(mysql:3306)/x", [("mysql", 3306)]),
        ("DB_DSN", "host=db port=5433 user=x", [("db", 5433)]),
        ("mongo", "mongodb+srv://cluster.example.com", [("cluster.example.com", 0)]),
        ("LISTEN_ADDR", "0.0.0.0:8080", []),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", []),
        ("API_HOST", "two words", []),
        ("API_HOST", "true", []),
        ("MODE", "production", []),
        ("VERSION", "1.2.3", []),
    ],
)
def test_a_setting_names_its_hosts(key: str, value: str, expected: list[tuple[str, int]]) -> None:
    assert [(host, port) for host, port, _ in hosts_of(key, value)] == expected


def found(container: dict[str, Any], *others: dict[str, Any], **spec: Any) -> set[str]:
    """Return the peers that the only container of a pod is told to call."""
    pod = build.pod(containers=[container], spec=spec)
    given = build.scene(pod, *others)
    return {entry.peer for entry in addresses(given, containers(pod)[0])}


def test_variables_expand_and_pair_with_their_port() -> None:
    env = [
        {"name": "BASE", "value": "orders"},
        {"name": "API_URL", "value": "http://$(BASE):81/$$(x)"},
        {"name": "DB_HOST", "value": "db"},
        {"name": "DB_PORT", "value": "5433"},
    ]
    assert found(build.container(env=env)) == {"orders:81", "db:5433"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sh", "-c", "until nc -z db 5432; do sleep 1; done"], {"db:5432"}),
        (["sh", "-c", "until nslookup db.shop; do sleep 1; done"], {"db.shop"}),
        (["pg_isready", "-h", "db", "-p", "5433"], {"db:5433"}),
        (["wait-for", "db:5432"], {"db:5432"}),
        (["sh", "-c", "curl http://web/x"], {"web:80"}),
        (["python", "app.py"], set()),
    ],
)
def test_commands_name_their_peers(words: list[str], expected: set[str]) -> None:
    assert found(build.container(command=words)) == expected


def test_a_mounted_file_names_its_upstreams_and_comments_do_not_count() -> None:
    body = "upstream a {\n  server api:8080;\n}\n# server old:1;\nlocation / { }\n  proxy_pass http://web:81;\n"
    settings = build.configmap("nginx", {"nginx.conf": body})
    container = build.container(volumeMounts=[{"name": "conf", "mountPath": "/etc/nginx"}])
    volumes = [{"name": "conf", "configMap": {"name": "nginx"}}]
    assert found(container, settings, volumes=volumes) == {"api:8080", "web:81"}


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("orders", "service"),
        ("orders.shop", "service"),
        ("orders.shop.svc.cluster.local.", "service"),
        ("orders-0.orders", "service"),
        ("orders-0.orders.shop.svc", "service"),
        ("10.96.0.50", "service"),
        ("order", "missing"),
        ("orders.pay", "missing"),
        ("orders.nowhere", "external"),
        ("api.example.com", "external"),
        ("alias", "external"),
        ("8.8.8.8", "external"),
        ("localhost", "own"),
        ("127.0.0.1", "own"),
    ],
)
def test_a_host_means_a_place(host: str, kind: str) -> None:
    pod = build.pod(spec={"hostAliases": [{"ip": "10.0.0.9", "hostnames": ["alias"]}]})
    spaces = [build.obj("Namespace", entry, namespace="") for entry in ("shop", "pay")]
    assert locate(build.scene(pod, build.service("orders"), *spaces), pod, host).kind == kind


def test_a_service_that_was_not_read_is_not_missing() -> None:
    pod = build.pod()
    assert locate(build.scene(pod, unread=["Service"]), pod, "orders").kind == "unread"
