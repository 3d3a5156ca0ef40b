"""What the name of a container image says: a service that stands beside, or the runtime of a language."""

import re
from dataclasses import dataclass

_SERVICES: dict[str, tuple[str, ...]] = {
    "postgresql": ("postgres", "postgresql", "postgis", "timescaledb", "timescaledb-ha", "pgvector", "cockroach",
    "pgvecto-rs",
                   "spilo", "postgresql-container", "alloydbomni", "postgres-ssl", "pg_search", "paradedb"),
    "mysql": ("mysql", "mysql-server", "percona", "percona-server", "mysql-80-centos7", "tidb"),
    "mariadb": ("mariadb", "mariadb-galera"),
    "mongodb": ("mongo", "mongodb", "mongodb-community-server", "percona-server-mongodb", "mongodb-sharded",
    "mongodb-atlas-local"),
    "redis": ("redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "dragonfly", "redis-cluster",
    "redis-sentinel", "redislabs"),
    "kafka": ("kafka", "cp-kafka", "cp-server", "redpanda", "kafka-native", "fast-data-dev", "kafka-kraft"),
    "rabbitmq": ("rabbitmq", "lavinmq"),
    "nats": ("nats", "nats-streaming"),
    "elasticsearch": ("elasticsearch", "elasticsearch-oss", "elasticsearch-wolfi"),
    "opensearch": ("opensearch",),
    "memcached": ("memcached",),
    "clickhouse": ("clickhouse", "clickhouse-server"),
    "cassandra": ("cassandra", "scylla", "dse-server"),
    "object-storage": ("minio", "seaweedfs", "fake-gcs-server", "azurite", "s3mock", "s3proxy", "garage",
    "adobe-s3mock"),
    "smtp": ("mailhog", "mailpit", "maildev", "mailcatcher", "smtp4dev", "inbucket", "mailslurper",
    "docker-mailserver", "postfix",
             "exim-relay", "papercut", "fake-smtp-server"),
    "sqlserver": ("mssql-server-linux", "azure-sql-edge", "mssql-server"),
    "oracle": ("oracle-xe", "oracle-free", "oracle-database", "oracle-express"),
    "neo4j": ("neo4j",),
    "qdrant": ("qdrant",),
}  # fmt: skip
"""By service, the last part of the names of images that are it."""

_BY_NAME = {name: service for service, names in _SERVICES.items() for name in names}
_BY_PATH = {
    "mcr.microsoft.com/mssql/server": "sqlserver", "mssql/server": "sqlserver", "database/express": "oracle",
    "database/free": "oracle", "database/enterprise": "oracle", "kartoza/postgis": "postgresql",
    "bytemark/smtp": "smtp",
    "localstack/localstack": "object-storage", "tecnativa/postgres-autoconf": "postgresql",
}  # fmt: skip

_RUNTIMES: dict[str, tuple[str, str]] = {
    "python": ("python", "python"), "pypy": ("python", "python"), "uvicorn-gunicorn-fastapi": ("python", "python"),
    "uvicorn-gunicorn": ("python", "python"), "uwsgi-nginx-flask": ("python", "python"), "node": ("node", "node"),
    "nodejs": ("node", "node"), "golang": ("go", "go"), "rust": ("rust", "rust"), "ruby": ("ruby", "ruby"),
    "jruby": ("ruby", "ruby"),
    "php": ("php", "php"), "wordpress": ("php", ""), "composer": ("php", ""), "deno": ("deno", "deno"),
    "bun": ("bun", "bun"),
    "openjdk": ("jvm", "java"), "eclipse-temurin": ("jvm", "java"), "amazoncorretto": ("jvm", "java"),
    "ibmjava": ("jvm", "java"),
    "ibm-semeru-runtimes": ("jvm", "java"), "sapmachine": ("jvm", "java"), "zulu-openjdk": ("jvm", "java"),
    "zulu-openjdk-alpine": ("jvm", "java"), "zulu-openjdk-debian": ("jvm", "java"),
    "liberica-openjdk-alpine": ("jvm", "java"),
    "liberica-openjre-alpine": ("jvm", "java"), "liberica-openjdk-debian": ("jvm", "java"),
    "liberica-runtime-container": ("jvm", "java"),
    "adoptopenjdk": ("jvm", "java"), "tomcat": ("jvm", ""), "jetty": ("jvm", ""), "wildfly": ("jvm", ""),
    "clojure": ("jvm", ""),
    "sbt": ("jvm", ""), "maven": ("jvm", ""), "gradle": ("jvm", ""), "elixir": ("elixir", "elixir"),
    "gleam": ("gleam", "gleam"),
    "swift": ("swift", ""), "haskell": ("haskell", ""), "julia": ("julia", ""), "perl": ("perl", ""), "gcc": ("cpp",
    ""),
    "dart": ("dart", ""), "crystal": ("crystal", ""), "r-base": ("r", ""), "shiny": ("r", ""), "erlang": ("erlang", ""),
    "flutter": ("dart", ""), "hugo": ("static", ""), "nginx": ("static", ""), "nginx-unprivileged": ("static", ""),
    "httpd": ("static", ""), "caddy": ("static", ""),
}  # fmt: skip
"""By the last part of an image's name: the provider and the runtime, empty where its tag is no such version."""

_DOTNET = re.compile(
    r"(^|/)(dotnet(-nightly|-buildtools)?|dotnet/core)/(sdk|aspnet|runtime|runtime-deps)$|^microsoft/(dotnet|aspnetcore)(-build)?$"
)
_DISTROLESS = re.compile(r"^(python|nodejs|java|base|static|cc)(\d+)?(-debian\d+)?$")
_JAVA_IN_TAG = re.compile(
    r"(?:^|[-_])(?:openjdk|jdk|jre|temurin|eclipse-temurin|corretto|ibmjava|java|graalvm(?:-ce)?)-?(\d+)"
)
_PYTHON_IN_TAG = re.compile(r"(?:^|[-_])python(\d+\.\d+)")
_VENDORED = re.compile(r"^(?P<name>openjdk|nodejs|python|php|ruby)-(?P<version>\d{1,3})(-runtime|-minimal)?$")
"""Names of vendors' images with the version in them: ``python-312``."""
_VERSION = re.compile(r"^v?(\d+(?:\.\d+){0,2})(?=$|[-_.a-z+u])")
_DEPTH = {
    "python": 2,
    "node": 1,
    "go": 2,
    "rust": 2,
    "ruby": 2,
    "php": 2,
    "deno": 1,
    "bun": 1,
    "java": 1,
    "elixir": 2,
    "dotnet": 2,
    "gleam": 1,
}
_CODENAMES = {"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14",
    "gallium": "16",
              "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image's name without registry's host, its tag without a digest."""

    path: str
    tag: str

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.path.rpartition("/")[2]


def reference(image: str) -> Reference:
    """Read ``registry.example/org/name:tag@sha256:…``."""
    plain = image.strip().partition("@")[0]
    path, colon, tag = plain.rpartition(":")
    if not colon or "/" in tag:
        path, tag = plain, ""
    return Reference(path=path.lower(), tag=tag)


def service_of(image: str) -> tuple[str, str] | None:
    """Return the service that an image is and its version (major, or major.minor as the tag says)."""
    one = reference(image)
    name = _BY_NAME.get(one.name) or next((what for path, what in _BY_PATH.items() if one.path.endswith(path)), None)
    if name is None:
        return None
    found = _VERSION.match(re.sub(r"^(?:RELEASE|pg|latest-pg)[.-]?", "", one.tag))
    version = ".".join(found[1].split(".")[:2]) if found and len(found[1].split(".")[0]) < 5 else ""
    return name, version


def language_of(image: str) -> tuple[str, str, str] | None:
    """Return the provider, the runtime and its version that an image brings; the latter two may be empty."""
    one = reference(image)
    if _DOTNET.search(one.path):
        return "dotnet", "dotnet", _version("dotnet", one.tag)
    if "distroless/" in one.path and (found := _DISTROLESS.match(one.name)):
        known = {"python": ("python", "python"), "nodejs": ("node", "node"), "java": ("jvm", "java")}.get(found[1])
        return (*known, (found[2] or "") if known[1] != "python" else "") if known else None
    if found := _VENDORED.match(one.name):
        vendored = _RUNTIMES[{"go-toolset": "golang"}.get(found["name"], found["name"])]
        return (*vendored, _compact(vendored[1], found["version"]))
    known = _RUNTIMES.get(one.name)
    inside = _PYTHON_IN_TAG.search(one.tag)
    if inside and (known is None or known[0] == "python"):
        return "python", "python", inside[1]
    if known is None:
        return None
    provider, runtime = known
    if provider == "jvm" and (java := _JAVA_IN_TAG.search(one.tag)):
        return provider, "java", java[1]
    if one.name in {"pypy", "jruby"}:
        return provider, "", ""
    return provider, runtime, _version(runtime, one.tag) if runtime else ""


def _compact(runtime: str, digits: str) -> str:
    """Return 3.12 of ``312`` where releases have two numbers, 21 of ``21`` where they have one."""
    return f"{digits[0]}.{digits[1:]}" if _DEPTH.get(runtime, 2) == 2 and len(digits) > 1 else digits


def _version(runtime: str, tag: str) -> str:
    if runtime == "node" and (named := _CODENAMES.get(tag.removeprefix("lts-").split("-")[0])):
        return named
    found = _VERSION.match(tag)
    if not found:
        return ""
    parts = found[1].split(".")
    if runtime == "java" and parts[:1] == ["1"] and len(parts) > 1:
        parts = parts[1:]
    depth = _DEPTH.get(runtime, 2)
    return ".".join(parts[:depth]) if len(parts) >= depth else ""
