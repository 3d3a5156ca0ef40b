"""Addresses that a container is told to call.

Values come from the environment (ConfigMaps included), commands, arguments and mounted ConfigMap files. Secret
values are never read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cluster.fields import Obj, labels, mapping, name, namespace, numbered, objects, strings, text
from diagnose.containers import Container, FieldPath
from diagnose.scene import Scene

DEFAULT_PORTS: Mapping[str, int] = {
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "redis": 6379,
    "rediss": 6379,
    "mongodb": 27017,
    "amqp": 5672,
    "amqps": 5671,
    "kafka": 9092,
    "nats": 4222,
    "memcached": 11211,
    "etcd": 2379,
    "sqlserver": 1433,
    "elasticsearch": 9200,
}
MAX_VALUE = 2000
"""Characters of one variable or argument that are looked at."""
MAX_FILE = 256 * 1024
MAX_ADDRESSES = 60

_KEYS = frozenset(
    {
        *("HOST", "HOSTNAME", "ADDR", "ADDRESS", "ADDRESSES", "SERVER", "SERVERS", "ENDPOINT", "ENDPOINTS"),
        *("URL", "URI", "DSN", "BROKER", "BROKERS", "UPSTREAM", "TARGET"),
    }
)
_LIBPQ = frozenset({"PGHOST", "PGHOSTADDR"})
"""Variables that PostgreSQL's own client library reads, beside PGPORT."""
_NOT_KEYS = frozenset({"LISTEN", "BIND", "ADVERTISED", "ALLOWED", "CORS", "PUBLIC", "EXTERNAL", "OTEL", "JAEGER"})
_HOST = r"[a-zA-Z0-9_](?:[a-zA-Z0-9._-]{0,250}[a-zA-Z0-9_])?"
_URL = re.compile(
    rf"\b([a-z][a-z0-9+.-]{{1,20}})://(?:[^/@\s\"']{{0,120}}@)?({_HOST}(?::\d{{1,5}})?(?:,{_HOST}(?::\d{{1,5}})?){{0,9}})"
)
_PAIR = re.compile(rf"({_HOST})(?::(\d{{1,5}}))?\.?")
_DSN = re.compile(rf"(?:^|[\s;])(?:host|server|data source)=(?:tcp:)?({_HOST})(?:[,:](\d{{1,5}}))?", re.IGNORECASE)
_DSN_PORT = re.compile(r"(?:^|[\s;])port=(\d{1,5})", re.IGNORECASE)
_GO_DSN = re.compile(rf"@tcp\(({_HOST})(?::(\d{{1,5}}))?\)")
_COMMANDS = re.compile(
    rf"\b(?:nc|ncat)(?: -\w{{1,6}}(?: \d{{1,3}})?){{0,4}} ({_HOST}) (\d{{1,5}})|"
    rf"\b(?:nslookup|getent hosts|dig|host) ({_HOST})|"
    rf"(?:\s|^)(?:-h|--host)[ =]({_HOST})(?:.{{0,40}}?\s(?:-p|-P|--port)[ =](\d{{1,5}}))?|"
    rf"(?:^|[\s\"'])({_HOST}):(\d{{2,5}})(?=[\s\"';)]|$)"
)
_FILE_LINE = re.compile(
    rf"^\s{{0,40}}(?:server|proxy_pass|grpc_pass|fastcgi_pass|uwsgi_pass)\s{{1,20}}(?:[a-z]{{2,8}}://)?({_HOST})(?::(\d{{1,5}}))?[;/\s]"
)
_SETTING = re.compile(r"^\s{0,40}[\"']?([A-Za-z0-9_.-]{2,80})[\"']?\s{0,8}[:=]\s{0,8}[\"']?([^\s\"'#]{2,400})")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}")
_EXPANSION = re.compile(r"\$\$|\$\(([A-Za-z_][\w.-]{0,120})\)")
_FILE_NAME = re.compile(
    r"\.(?:ya?ml|json|conf|properties|py|js|jar|sh|txt|so|xml|ini|toml|crt|pem|key)$", re.IGNORECASE
)
_VERSION = re.compile(r"v?\d+(?:\.\d+){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host (lower case) that a container is told to call. ``port`` is 0 where none is said.

    ``key`` is what people know it by (a variable, an argument, a file). ``holder`` with ``path`` is where the value
    ``written`` stands; ``literal`` says that it stands there as it is, so that it can be patched.
    """

    host: str
    port: int
    scheme: str
    key: str
    holder: Obj
    path: FieldPath
    written: str
    literal: bool = False

    @property
    def peer(self) -> str:
        """``host:port``, or the host alone."""
        return f"{self.host}:{self.port}" if self.port else self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of a container's environment, with where its value stands. ``origin`` names that source."""

    name: str
    value: str
    origin: str
    holder: Obj
    path: FieldPath
    literal: bool


def variables(scene: Scene, container: Container) -> Iterator[Variable]:
    """Yield the variables whose values can be read, in the order in which the kubelet sets them: the last one wins."""
    pod, known = container.pod, dict[str, str]()
    space = namespace(pod)
    for _, entry in numbered(container.spec, "envFrom"):
        source = scene.snapshot.get("ConfigMap", space, text(entry, "configMapRef", "name"))
        for key, value in labels(source, "data").items():
            known[text(entry, "prefix") + key] = value
            yield Variable(
                name=text(entry, "prefix") + key,
                value=value,
                origin=f"ConfigMap {name(source)}",
                holder=source or pod,
                path=("data", key),
                literal=True,
            )
    for index, entry in numbered(container.spec, "env"):
        at = (*container.spec_path, "env", index, "value")
        named = text(entry, "name")
        if raw := text(entry, "value"):
            value = _expanded(raw, known)
            known[named] = value
            yield Variable(name=named, value=value, origin="env", holder=pod, path=at, literal=value == raw)
            continue
        reference = mapping(entry, "valueFrom", "configMapKeyRef")
        source = scene.snapshot.get("ConfigMap", space, text(reference, "name"))
        key = text(reference, "key")
        if source is not None and (value := text(source, "data", key)):
            known[named] = value
            yield Variable(
                name=named,
                value=value,
                origin=f"ConfigMap {name(source)}",
                holder=source,
                path=("data", key),
                literal=True,
            )


def _expanded(raw: str, known: Mapping[str, str]) -> str:
    return _EXPANSION.sub(lambda m: "$" if m[0] == "$$" else known.get(m[1], m[0]), raw[:MAX_VALUE])


def addresses(scene: Scene, container: Container) -> tuple[Address, ...]:
    """Return what the container is told to call, each host and port once, at most ``MAX_ADDRESSES``."""
    found: dict[tuple[str, int], Address] = {}
    for entry in (*_from_env(scene, container), *_from_words(container), *_from_files(scene, container)):
        if len(found) >= MAX_ADDRESSES:
            break
        found.setdefault((entry.host, entry.port), entry)
    return tuple(found.values())


def _from_env(scene: Scene, container: Container) -> Iterator[Address]:
    last = {entry.name: entry for entry in variables(scene, container)}
    for entry in last.values():
        for host, port, scheme in hosts_of(entry.name, entry.value):
            if not port and entry.name.upper().endswith(("HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER")):
                beside = last.get(f"{entry.name.rpartition('_')[0]}_PORT") if "_" in entry.name else last.get("PORT")
                if entry.name in _LIBPQ:
                    beside, port = last.get("PGPORT"), DEFAULT_PORTS["postgres"]
                port = _number(beside.value) if beside else port
            yield Address(
                host=host,
                port=port,
                scheme=scheme,
                key=entry.name,
                holder=entry.holder,
                path=entry.path,
                written=entry.value,
                literal=entry.literal,
            )


def hosts_of(key: str, value: str) -> Iterator[tuple[str, int, str]]:
    """Yield (host, port or 0, scheme or empty) that one setting names; nothing when it is no address."""
    tokens = [token for token in re.split(r"[_.-]|(?<=[a-z])(?=[A-Z])", key) if token]
    upper = {token.upper() for token in tokens}
    if not value or len(value) > MAX_VALUE or upper & _NOT_KEYS:
        return
    urls = list(_URL.finditer(value))
    for url in urls:
        scheme = url[1].rpartition("+")[0] or url[1]
        for part in url[2].split(","):
            host, _, port = part.partition(":")
            if _is_host(host):
                default = 0 if url[1].endswith("+srv") else DEFAULT_PORTS.get(scheme, 0)
                yield host.lower().rstrip("."), _number(port) or default, scheme
    if urls:
        return
    if match := _GO_DSN.search(value) or _DSN.search(value):
        beside = _DSN_PORT.search(value)
        yield match[1].lower(), _number(match[2] or "") or _number(beside[1] if beside else ""), ""
    elif tokens and (tokens[-1].upper() in _KEYS or key in _LIBPQ):
        for part in value.split(","):
            pair = _PAIR.fullmatch(part.strip())
            if pair and _is_host(pair[1]):
                yield pair[1].lower().rstrip("."), _number(pair[2] or ""), ""


def _from_words(container: Container) -> Iterator[Address]:
    for key in ("command", "args"):
        words = strings(container.spec, key)
        path = (*container.spec_path, key)
        for word in words:
            for host, port, scheme in _in_text(word[:MAX_VALUE]):
                yield Address(
                    host=host, port=port, scheme=scheme, key=key, holder=container.pod, path=path, written=word
                )
        for flag, word in pairwise(words):
            if flag in {"-h", "--host", "nslookup"} and _is_host(word):
                port = next((_number(b) for a, b in pairwise(words) if a in {"-p", "-P", "--port"}), 0)
                yield Address(
                    host=word.lower(), port=port, scheme="", key=key, holder=container.pod, path=path, written=word
                )


def _in_text(word: str) -> Iterator[tuple[str, int, str]]:
    yield from hosts_of("", word)
    bare = _URL.sub(" ", word)
    for match in _COMMANDS.finditer(bare):
        host = match[1] or match[3] or match[4] or match[6] or ""
        if _is_host(host):
            yield host.lower(), _number(match[2] or match[5] or match[7] or ""), ""


def _from_files(scene: Scene, container: Container) -> Iterator[Address]:
    mounted = {text(entry, "name") for entry in objects(container.spec, "volumeMounts")}
    for volume in objects(container.pod, "spec", "volumes"):
        wanted = text(volume, "configMap", "name")
        source = scene.snapshot.get("ConfigMap", namespace(container.pod), wanted) if wanted else None
        if source is None or text(volume, "name") not in mounted:
            continue
        for key, body in labels(source, "data").items():
            for line in body[:MAX_FILE].splitlines():
                for host, port, scheme in _in_line(line[:MAX_VALUE]):
                    yield Address(
                        host=host, port=port, scheme=scheme, key=key, holder=source, path=("data", key), written=line
                    )


def _in_line(line: str) -> Iterator[tuple[str, int, str]]:
    if line.lstrip().startswith(("#", "//", ";")):
        return
    if (match := _FILE_LINE.match(line)) and _is_host(match[1]):
        yield match[1].lower(), _number(match[2] or ""), ""
    elif match := _SETTING.match(line):
        yield from hosts_of(match[1], match[2])
    else:
        yield from hosts_of("", line)


def _is_host(host: str) -> bool:
    if (
        not host
        or host.isdigit()
        or _FILE_NAME.search(host)
        or (_VERSION.fullmatch(host) and not _ADDRESS.fullmatch(host))
    ):
        return False
    return host.lower() not in {"true", "false", "none", "null", "redacted"}


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0
