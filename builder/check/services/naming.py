"""What a variable tells of which service, by the parts of its name: ``REDIS_CACHE_HOST`` is the host of a Redis.

A name is read from its end: first what it tells (``HOST``), then of what (``REDIS``), with words between that change
neither. A name that holds any other word between them tells something else (``EMAIL_VERIFICATION_URL``).
"""

import re
from dataclasses import dataclass
from typing import Final

from builder.check.services.model import Part

_DATABASE: Final = ("postgresql", "mysql", "mariadb", "mongodb")
_MYSQL: Final = ("mysql", "mariadb")
_QUEUE: Final = ("rabbitmq", "redis")
_CACHE: Final = ("redis", "memcached")

OF_ONE: Final[dict[str, tuple[str, ...]]] = {
    "POSTGRES": ("postgresql",), "POSTGRESQL": ("postgresql",), "PG": ("postgresql",), "PSQL": ("postgresql",),
    "POSTGRE": ("postgresql",), "PGSQL": ("postgresql",),
    "MYSQL": _MYSQL, "MARIADB": _MYSQL, "MARIA": _MYSQL, "JAWSDB": _MYSQL, "CLEARDB": _MYSQL,
    "MONGO": ("mongodb",), "MONGODB": ("mongodb",), "MONGOOSE": ("mongodb",), "MONGOHQ": ("mongodb",),
    "MONGOLAB": ("mongodb",),
    "REDIS": ("redis",), "VALKEY": ("redis",), "REDISCLOUD": ("redis",), "REDISTOGO": ("redis",),
    "SIDEKIQ": ("redis",), "RESQUE": ("redis",), "BULL": ("redis",), "BULLMQ": ("redis",), "RQ": ("redis",),
    "ARQ": ("redis",), "HUEY": ("redis",),
    "MEMCACHED": ("memcached",), "MEMCACHE": ("memcached",), "MEMCACHIER": ("memcached",),
    "MEMCACHEDCLOUD": ("memcached",),
    "RABBITMQ": ("rabbitmq",), "RABBIT": ("rabbitmq",), "AMQP": ("rabbitmq",), "CLOUDAMQP": ("rabbitmq",),
    "SMTP": ("smtp",), "MAIL": ("smtp",), "MAILER": ("smtp",), "EMAIL": ("smtp",), "NODEMAILER": ("smtp",),
    "MAILHOG": ("smtp",), "MAILPIT": ("smtp",),
}  # fmt: skip
"""Words that name a service, a product of it that is sold under another name, or a library that knows only it."""

OF_SEVERAL: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            "DATABASE", "DB", "DATASOURCE", "DATASOURCES", "JDBC", "R2DBC", "SQLALCHEMY", "SQL", "TYPEORM", "DOCTRINE",
            "KNEX", "SEQUELIZE", "PRISMA", "DRIZZLE", "ECTO", "HIBERNATE", "RDS", "DATABASES",
        ),
        _DATABASE,
    ),
    "CACHE": _CACHE, "BROKER": _QUEUE, "CELERY": _QUEUE, "MESSENGER": _QUEUE, "QUEUE": _QUEUE, "DRAMATIQ": _QUEUE,
}  # fmt: skip
"""Words that several services are meant by: the one that the plan names."""

FAMILIES: Final = OF_ONE | OF_SEVERAL

_BETWEEN: Final = frozenset(
    {
        "APP", "CACHE", "CLIENT", "CLOUD", "CONN", "CONNECTION", "DATA", "DATABASE", "DB", "DEFAULT", "DIRECT",
        "EXTERNAL", "HOST", "INITDB", "INTERNAL", "MAIN", "MASTER", "OM", "POOLED", "POOLER", "PRIMARY", "PRIVATE",
        "PRISMA", "PUBLIC", "QUEUE", "REACTIVE", "READ", "READER", "REPLICA", "RESULT", "ROOT", "SERVER", "SERVICE",
        "SESSION", "TCP", "TEST", "TRANSPORT", "WRITE", "WRITER", "BACKEND", "STORE", "ADDON", "ADMIN",
    }
)  # fmt: skip
"""Words that say which one of several is meant, or nothing: all of them are the same one in a trial."""

_ELSEWHERE: Final = frozenset({"AWS", "SQS", "SNS", "SES", "GCP", "AZURE", "SENDGRID", "MAILGUN", "POSTMARK", "RESEND"})
"""Words of services that are somebody else's: what a name with one of them tells is not ours to give."""

PARTS: Final[dict[tuple[str, ...], Part]] = {
    ("URL",): "url", ("URI",): "url", ("DSN",): "url", ("CONNECTION", "STRING"): "url", ("CONN", "STR"): "url",
    ("CONNECTIONSTRING",): "url", ("CONNSTR",): "url", ("CONN", "STRING"): "url", ("RESULT", "BACKEND"): "url",
    ("CONNECTION",): "connection",
    ("HOST",): "host", ("HOSTNAME",): "host", ("HOST", "NAME"): "host", ("SERVER",): "host", ("HOSTADDR",): "host",
    ("ADDR",): "address", ("ADDRESS",): "address", ("ENDPOINT",): "address", ("SERVERS",): "address",
    ("HOSTS",): "address", ("NODES",): "address", ("ADDRS",): "address", ("ADDRESSES",): "address",
    ("PORT",): "port",
    ("USER",): "user", ("USERNAME",): "user", ("USER", "NAME"): "user", ("LOGIN",): "user", ("USR",): "user",
    ("PASSWORD",): "password", ("PASS",): "password", ("PASSWD",): "password", ("PWD",): "password",
    ("PW",): "password",
    ("NAME",): "database", ("DB",): "database", ("DATABASE",): "database",
    ("DB", "NAME"): "database", ("DATABASE", "NAME"): "database",
    ("SCHEMA",): "schema",
    ("DIALECT",): "dialect", ("CLIENT",): "dialect", ("ENGINE",): "dialect", ("TYPE",): "dialect",
    ("ADAPTER",): "dialect", ("DRIVER",): "dialect",
    ("SSL",): "tls", ("SSLMODE",): "tls", ("SSL", "MODE"): "tls", ("TLS",): "tls", ("USE", "TLS"): "tls",
    ("USE", "SSL"): "tls", ("SECURE",): "tls", ("ENCRYPTION",): "tls",
    ("VHOST",): "vhost", ("VIRTUAL", "HOST"): "vhost",
}  # fmt: skip
"""What the last words of a name tell."""

_LONGEST: Final = max(len(one) for one in PARTS)

_ONLY: Final[dict[Part, frozenset[str]]] = {
    "schema": frozenset({"postgresql", "mysql", "mariadb"}),
    "dialect": frozenset({"postgresql", "mysql", "mariadb"}),
    "connection": frozenset({"postgresql", "mysql", "mariadb", "mongodb"}),
    "vhost": frozenset({"rabbitmq"}),
    "tls": frozenset({"postgresql", "mysql", "mariadb", "redis", "mongodb", "smtp"}),
}
"""Services that a part says something of, where not of all."""

_NAMELESS: Final = frozenset({"memcached", "smtp", "rabbitmq"})
"""Services without databases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a name tells, and of which services it may; ``only`` where the name itself says which."""

    services: tuple[str, ...]
    part: Part
    only: bool


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name: ``dbHost``, ``DB_HOST``, ``Db__Host`` and ``DBHOST`` have the same."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = (one for one in re.split(r"[^A-Z0-9]+", apart.upper()) if one)
    return tuple(inner for word in words for inner in _unglued(word))


def _unglued(word: str) -> tuple[str, ...]:
    """Take apart what is written in one: ``PGHOST``, ``MONGOURL``."""
    if word in FAMILIES or (word,) in PARTS or word in _BETWEEN:
        return (word,)
    for family in sorted(FAMILIES, key=len, reverse=True):
        rest = word.removeprefix(family)
        if rest != word and (rest,) in PARTS:
            return family, rest
    return (word,)


def read(name: str) -> Told | None:
    """Return what a variable tells of a service, None where it tells of none."""
    words = words_of(name)
    if _ELSEWHERE & set(words):
        return None
    if words[:2] == ("CONNECTION", "STRINGS") or words[:1] == ("CONNECTIONSTRINGS",):
        families = [word for word in words if word in OF_ONE] or ["DATABASE"]
        return Told(services=FAMILIES[families[-1]], part="url", only=families[-1] in OF_ONE)
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        part = PARTS.get(words[-length:])
        if part is not None and (family := _family(words[:-length])) is not None:
            named = part == "database" and words[-1] == "NAME"
            services = tuple(
                one for one in FAMILIES[family] if _says(part, one) and (one in _DATABASE or not named)
            )  # what has numbered databases or none has names of something else: of a queue, a sender
            return Told(services=services, part=part, only=family in OF_ONE) if services else None
    return None


def _family(before: tuple[str, ...]) -> str | None:
    """Return the word that names the service: the most certain one that only words between stand behind."""
    found: list[str] = []
    for word in reversed(before):
        if word in FAMILIES:
            found.append(word)
        elif word not in _BETWEEN:
            break
    return next((word for word in found if word in OF_ONE), found[0] if found else None)


def _says(part: Part, service: str) -> bool:
    if part == "database" and service in _NAMELESS:
        return False
    if part == "address" and service == "smtp":
        return False  # of mail, an address is a person's
    return service in _ONLY.get(part, frozenset({service}))
