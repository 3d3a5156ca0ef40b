"""The value by which a variable tells where a service is: in the form that the component's libraries take."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from builder.check.services.model import Address
from builder.check.services.naming import words_of
from builder.check.services.telling import Naming, service_of
from builder.plan import Component

Style = Literal["uri", "jdbc", "ado", "go", "pdo", "plain"]
"""``postgresql://…``; ``jdbc:…``; ``Host=…;Database=…``; ``user@tcp(host)/db``; ``pgsql:host=…``; ``host:1``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How an address is written. ``query`` is added to a URI as it is."""

    style: Style
    scheme: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Where a form holds: conditions that are empty hold everywhere; of ``words`` (of the name) one must be there."""

    services: tuple[str, ...]
    form: Form
    providers: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    sqlalchemy: bool = False


_PG: Final = ("postgresql",)
_MY: Final = ("mysql", "mariadb")
_JVM: Final = ("jvm",)

ROWS: Final = (
    # The JVM's drivers know only JDBC; reactive ones have names of their own.
    Row(services=_PG, form=Form(style="uri", scheme="r2dbc:postgresql"), words=("R2DBC",)),
    Row(services=_MY, form=Form(style="uri", scheme="r2dbc:mysql"), words=("R2DBC",)),
    Row(services=_PG, form=Form(style="uri", scheme="postgresql"), providers=_JVM, words=("REACTIVE",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql"), providers=_JVM, words=("REACTIVE",)),
    Row(services=_PG, form=Form(style="jdbc", scheme="jdbc:postgresql"), providers=_JVM),
    Row(services=("mariadb",), form=Form(style="jdbc", scheme="jdbc:mariadb"), providers=_JVM),
    Row(services=_MY, form=Form(style="jdbc", scheme="jdbc:mariadb"), providers=_JVM, clients=("mariadb-java-client",)),
    Row(
        services=_MY,
        # without a certificate the password goes over only if the driver may ask for the server's key
        form=Form(style="jdbc", scheme="jdbc:mysql", query="&allowPublicKeyRetrieval=true&useSSL=false"),
        providers=_JVM,
    ),
    # .NET's drivers take pairs.
    Row(services=(*_PG, *_MY), form=Form(style="ado"), providers=("dotnet",)),
    Row(services=("redis",), form=Form(style="plain"), providers=("dotnet",)),
    # SQLAlchemy chooses the driver by the scheme; its defaults are psycopg2 and mysqlclient.
    Row(services=_PG, form=Form(style="uri", scheme="postgresql+asyncpg"), clients=("asyncpg",), sqlalchemy=True),
    Row(services=_PG, form=Form(style="uri", scheme="postgresql+psycopg"), clients=("psycopg", "psycopg-binary"),
        sqlalchemy=True),
    Row(services=_PG, form=Form(style="uri", scheme="postgresql+pg8000"), clients=("pg8000",), sqlalchemy=True),
    Row(services=_MY, form=Form(style="uri", scheme="mysql"), frameworks=("django",)),
    # These drivers take no URL themselves: who has one with them reads it by SQLAlchemy's form.
    Row(services=_MY, form=Form(style="uri", scheme="mysql+pymysql"), providers=("python",), clients=("pymysql",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql+aiomysql"), providers=("python",), clients=("aiomysql",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql+asyncmy"), providers=("python",), clients=("asyncmy",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql+mysqlconnector"), providers=("python",),
        clients=("mysql-connector-python",)),
    # lib/pq asks for TLS unless it is told not to; go-sql-driver has a form of its own.
    Row(services=_PG, form=Form(style="uri", scheme="postgres", query="?sslmode=disable"), providers=("go",)),
    Row(services=_MY, form=Form(style="go", query="?parseTime=true"), providers=("go",)),
    # Active Record names the adapter.
    Row(services=_MY, form=Form(style="uri", scheme="trilogy"), providers=("ruby",), clients=("trilogy",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql2"), providers=("ruby",)),
    # Doctrine wants to know the server's release before it is connected; PDO has a form of its own.
    Row(services=_PG, form=Form(style="uri", scheme="postgresql", query="?serverVersion={version}&charset=utf8"),
        frameworks=("symfony",)),
    Row(services=_MY, form=Form(style="uri", scheme="mysql", query="?serverVersion={version}&charset=utf8mb4"),
        frameworks=("symfony",)),
    Row(services=_PG, form=Form(style="pdo", scheme="pgsql"), providers=("php",), words=("DSN",)),
    Row(services=_MY, form=Form(style="pdo", scheme="mysql"), providers=("php",), words=("DSN",)),
    # Messenger's last part is the name of its queue.
    Row(services=("rabbitmq",), form=Form(style="uri", scheme="amqp", query="/messages"), words=("MESSENGER",)),
    Row(services=("memcached",), form=Form(style="uri", scheme="pymemcache"), frameworks=("django",), words=("URL",)),
    Row(services=_PG, form=Form(style="uri", scheme="postgresql")),
    Row(services=_MY, form=Form(style="uri", scheme="mysql")),
    Row(services=("redis",), form=Form(style="uri", scheme="redis")),
    Row(services=("rabbitmq",), form=Form(style="uri", scheme="amqp")),
    Row(services=("mongodb",), form=Form(style="uri", scheme="mongodb")),
    Row(services=("memcached",), form=Form(style="plain")),
    Row(services=("smtp",), form=Form(style="uri", scheme="smtp")),
)  # fmt: skip
"""The first row that holds is taken."""

_VERSIONS: Final = {"postgresql": "15", "mysql": "8.0", "mariadb": "10.11.0-MariaDB"}
"""What Doctrine is told where the program does not say it: releases that understand what it then writes."""

DIALECTS: Final[dict[str, dict[str, str]]] = {
    "laravel": {"postgresql": "pgsql", "mysql": "mysql", "mariadb": "mariadb"},
    "django": {"postgresql": "django.db.backends.postgresql", **dict.fromkeys(_MY, "django.db.backends.mysql")},
    "adonis": {"postgresql": "pg", **dict.fromkeys(_MY, "mysql")},
    "php": {"postgresql": "pgsql", **dict.fromkeys(_MY, "mysql")},
    "python": {"postgresql": "postgresql", **dict.fromkeys(_MY, "mysql")},
    "ruby": {"postgresql": "postgresql", **dict.fromkeys(_MY, "mysql2")},
    "node": {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mariadb"},
    "go": {"postgresql": "postgres", **dict.fromkeys(_MY, "mysql")},
    "rust": {"postgresql": "postgres", **dict.fromkeys(_MY, "mysql")},
}
"""How a framework, or what is usual in a language, calls a kind of database."""


def value_of(naming: Naming, address: Address, component: Component, scheme: str, *, with_port: bool) -> str | None:
    """Return the value, None where there is none to give.

    ``scheme`` is that by which the project itself writes this variable, empty if it does not; ``with_port`` says that
    another variable tells the port.
    """
    login, words = address.login, words_of(naming.variable)
    plain: dict[str, str] = {
        "host": address.host,
        "port": str(address.port),
        "user": login.user,
        "password": login.password,
        "database": login.database,
        "vhost": "/",
        "schema": "public" if address.service == "postgresql" else login.database,
        "tls": "disable" if "SSLMODE" in words or words[-2:] == ("SSL", "MODE") else "false",
    }
    if naming.part in plain:
        return plain[naming.part]
    if naming.part == "address":
        alone = with_port and words[-1] in {"ADDRESS", "ENDPOINT"}
        return address.host if alone else f"{address.host}:{address.port}"
    dialect = _dialect(component, address.service)
    if naming.part == "dialect" or (naming.part == "connection" and _names_dialects(component)):
        return dialect
    return written(_form(naming, address.service, component, scheme), address)


def written(form: Form, address: Address) -> str:
    """Return an address in this form. What is made up for a trial needs no escaping."""
    login, where = address.login, f"{address.host}:{address.port}"
    query = form.query.format(version=address.version or _VERSIONS.get(address.service, ""))
    match form.style:
        case "uri":
            return f"{form.scheme}://{_before(address)}{where}{_path(address)}{query}"
        case "jdbc":
            return f"{form.scheme}://{where}/{login.database}?user={login.user}&password={login.password}{query}"
        case "ado" if address.service == "postgresql":
            pairs = ("Host", "Port", "Database", "Username", "Password")
        case "ado":
            pairs = ("Server", "Port", "Database", "User ID", "Password")
        case "go":
            return f"{_before(address)}tcp({where})/{login.database}{query}"
        case "pdo":
            return f"{form.scheme}:host={address.host};port={address.port};dbname={login.database}"
        case "plain":
            return f"{where},password={login.password}" if login.password and address.service == "redis" else where
    values = (address.host, str(address.port), login.database, login.user, login.password)
    return ";".join(f"{name}={value}" for name, value in zip(pairs, values, strict=True) if value)


def clients_of(component: Component, service: str) -> frozenset[str]:
    """Return the words of the lines by which the plan believes that a service is needed: the client is one of them."""
    quotes = (
        evidence.quote
        for item in component.services
        if item.value.name == service or {item.value.name, service} <= set(_MY)
        for ground in item.grounds
        for evidence in ground.evidence
    )
    return frozenset(word.strip("._-") for quote in quotes for word in _words(quote))


def _words(quote: str) -> list[str]:
    return "".join(one if one.isalnum() or one in "-._" else " " for one in quote.lower()).replace("_", "-").split()


def _form(naming: Naming, service: str, component: Component, scheme: str) -> Form:
    words, clients = set(words_of(naming.variable)), clients_of(component, service)
    alchemy = "SQLALCHEMY" in words or any(
        one.value.command.argv[:1] in {("alembic",), ("flask",)} for one in component.tasks
    )
    row = next(
        row
        for row in ROWS
        if service in row.services
        and (not row.providers or component.provider in row.providers)
        and (not row.frameworks or component.framework.value in row.frameworks)
        and (not row.clients or clients & set(row.clients))
        and (not row.words or words & set(row.words))
        and (alchemy or not row.sqlalchemy)
    )
    own = service_of(scheme)
    if own == service or {own, service} <= set(_MY):
        style: Style = "jdbc" if scheme.startswith("jdbc:") else "uri"
        return replace(row.form, style=style, scheme=scheme, query=row.form.query if style == row.form.style else "")
    return row.form


def _before(address: Address) -> str:
    """Return the login as it stands before a host."""
    login = address.login
    if address.service == "redis":
        return f":{login.password}@" if login.password else ""
    if address.service in {"memcached", "smtp", "mongodb"}:
        return ""
    return f"{login.user}:{login.password}@" if login.password else f"{login.user}@"


def _path(address: Address) -> str:
    """Return what stands behind the port: the database; of RabbitMQ the virtual host, whose name is a slash."""
    if address.service == "rabbitmq":
        return "/%2F"
    return f"/{address.login.database}" if address.login.database else ""


def _dialect(component: Component, service: str) -> str | None:
    known = DIALECTS.get(component.framework.value or "") or DIALECTS.get(component.provider, {})
    return known.get(service)


def _names_dialects(component: Component) -> bool:
    """Say whether ``DB_CONNECTION`` names a kind of database here, as in Laravel and what follows it."""
    return component.provider == "php" or component.framework.value == "adonis"


def ports_told(found: Mapping[str, Naming]) -> frozenset[str]:
    """Return the services whose port is told by a variable of its own."""
    return frozenset(one.service for one in found.values() if one.part == "port" and one.sure)
