"""Which variables tell a component of the services that it needs: those of its plan, those of its framework."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from builder.check.services.model import Part
from builder.check.services.naming import Told, read
from builder.plan import Component

_RELATIONAL: Final = ("postgresql", "mysql", "mariadb")

_LARAVEL: Final = {
    "database": ("DB_CONNECTION", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_USERNAME", "DB_PASSWORD"),
    "redis": ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"),
    "memcached": ("MEMCACHED_HOST", "MEMCACHED_PORT"),
    "smtp": ("MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD"),
}
_SPRING: Final = {
    "database": ("SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD"),
    "mongodb": ("SPRING_DATA_MONGODB_URI",),
    "redis": ("SPRING_DATA_REDIS_HOST", "SPRING_DATA_REDIS_PORT", "SPRING_DATA_REDIS_PASSWORD"),
    "rabbitmq": ("SPRING_RABBITMQ_HOST", "SPRING_RABBITMQ_PORT", "SPRING_RABBITMQ_USERNAME",
                 "SPRING_RABBITMQ_PASSWORD"),
    "smtp": ("SPRING_MAIL_HOST", "SPRING_MAIL_PORT"),
}  # fmt: skip

FRAMEWORKS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "laravel": _LARAVEL,  # config/database.php, config/mail.php as they are made
    "lumen": _LARAVEL,
    "spring-boot": _SPRING,  # the environment comes over application.properties
    "grails": _SPRING,
    "quarkus": {
        "database": ("QUARKUS_DATASOURCE_JDBC_URL", "QUARKUS_DATASOURCE_USERNAME", "QUARKUS_DATASOURCE_PASSWORD"),
        "mongodb": ("QUARKUS_MONGODB_CONNECTION_STRING",),
        "smtp": ("QUARKUS_MAILER_HOST", "QUARKUS_MAILER_PORT"),
    },
    "micronaut": {
        "database": ("DATASOURCES_DEFAULT_URL", "DATASOURCES_DEFAULT_USERNAME", "DATASOURCES_DEFAULT_PASSWORD"),
        "redis": ("REDIS_URI",),
        "rabbitmq": ("RABBITMQ_URI",),
        "mongodb": ("MONGODB_URI",),
    },
    "rails": {"database": ("DATABASE_URL",), "redis": ("REDIS_URL",)},  # comes over config/database.yml
    "hanami": {"database": ("DATABASE_URL",)},
    "symfony": {"database": ("DATABASE_URL",), "smtp": ("MAILER_DSN",)},  # what its recipes write
    "phoenix": {"database": ("DATABASE_URL",)},  # config/runtime.exs as it is made
    "strapi": {
        "database": ("DATABASE_CLIENT", "DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USERNAME",
                     "DATABASE_PASSWORD"),
    },
    "adonis": {
        "database": ("DB_CONNECTION", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_USER", "DB_PASSWORD"),
        "redis": ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"),
    },
    "aspnetcore": {
        "database": ("ConnectionStrings__DefaultConnection",),
        "redis": ("ConnectionStrings__Redis",),
    },
}  # fmt: skip
"""What a framework reads by itself, or by the files that it makes for a new project; by service."""

CLIENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "postgresql": ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "DATABASE_URL"),
    "mysql": ("DATABASE_URL",),
    "mariadb": ("DATABASE_URL",),
    "mongodb": ("MONGODB_URI", "MONGO_URL", "DATABASE_URL"),
    "redis": ("REDIS_URL",),
    "memcached": ("MEMCACHE_SERVERS",),
    "rabbitmq": ("RABBITMQ_URL", "AMQP_URL"),
}
"""What client libraries read where they are told nothing else, and what hosting services are used to set.

They harm nobody who does not read them; but whether anybody does is not known: they count as told to nobody.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One variable, the service that it tells of, and what it tells. ``sure`` False: perhaps nobody reads it."""

    variable: str
    service: str
    part: Part
    sure: bool = True


def needed(component: Component, forms: Mapping[str, str]) -> tuple[str, ...]:
    """Return the services that a component needs: those of its plan, and those that a required variable names.

    ``forms`` has the schemes of addresses, see ``forms.forms_of``.
    """
    found = dict.fromkeys(one.value.name for one in component.services)
    for item in component.variables:
        if not item.value.required:
            continue
        told = read(item.value.name)
        if told is not None and told.only and told.part in {"url", "host", "address"}:
            found |= dict.fromkeys(told.services[:1] if not set(told.services) & found.keys() else ())
        elif told is not None and told.part == "url" and not set(told.services) & found.keys():
            found |= dict.fromkeys(one for one in (service_of(forms.get(item.value.name, "")),) if one)
    return tuple(found)


def namings(component: Component, services: Sequence[str]) -> tuple[Naming, ...]:
    """Return the variables that tell of these services, in the order of certainty; each once."""
    found: dict[str, Naming] = {}
    for name, service in _of_plan(component, services):
        told = _meant(read(name), services, service)
        if told is not None:
            found.setdefault(name, Naming(variable=name, service=told[0], part=told[1]))
    for name in _of_framework(component, services):
        told = _meant(read(name), services, "")
        if told is not None:
            found.setdefault(name, Naming(variable=name, service=told[0], part=told[1]))
    for service in services:
        for name in CLIENTS.get(service, ()):
            usual = read(name)
            if usual is not None:
                found.setdefault(name, Naming(variable=name, service=service, part=usual.part, sure=False))
    return tuple(found.values())


def told_of(found: Collection[Naming], service: str) -> frozenset[Part]:
    """Return which parts of a login the component is told; a URL tells all."""
    parts = {one.part for one in found if one.service == service and one.sure}
    if "url" in parts:
        parts |= {"user", "password", "database"}
    return frozenset(parts)


SCHEMES: Final = {
    **dict.fromkeys(("postgres", "postgresql", "pgsql", "psql", "postgis", "pg", "jdbc:postgresql"), "postgresql"),
    **dict.fromkeys(("mysql", "mysql2", "trilogy", "mysqli", "jdbc:mysql"), "mysql"),
    **dict.fromkeys(("mariadb", "jdbc:mariadb"), "mariadb"),
    **dict.fromkeys(("redis", "rediscache", "valkey"), "redis"),
    **dict.fromkeys(("amqp", "pyamqp", "rabbitmq"), "rabbitmq"),
    **dict.fromkeys(("memcached", "memcache", "pymemcache"), "memcached"),
    "mongodb": "mongodb",
    "smtp": "smtp",
}
"""Schemes of addresses by service. Those with TLS (``rediss``) are left out: a stand-in has no certificate."""


def service_of(scheme: str) -> str:
    """Return the service of a scheme, which may name a driver as well (``postgresql+asyncpg``); empty if unknown."""
    return SCHEMES.get(scheme, "") or SCHEMES.get(scheme.partition("+")[0], "")


def _of_plan(component: Component, services: Collection[str]) -> Iterator[tuple[str, str]]:
    """Tell the variables of the plan; those that a file gives a service with the service."""
    for given in component.services:
        for name in given.value.variables:
            yield name, given.value.name if given.value.name in services else ""
    for variable in component.variables:
        yield variable.value.name, ""


def _of_framework(component: Component, services: Collection[str]) -> Iterator[str]:
    known = FRAMEWORKS.get(component.framework.value or "", {})
    for service in services:
        yield from known.get(service, known.get("database", ()) if service in _RELATIONAL else ())


def _meant(told: Told | None, services: Sequence[str], given: str) -> tuple[str, Part] | None:
    """Return the service that is meant among those that are there, and what is told of it.

    ``given`` is the service that a file sets the variable to: it is the one, unless the name says another.
    """
    if told is None:
        return None
    if given and (given in told.services or not told.only):
        return given, told.part
    found = next((one for one in services if one in told.services), None)
    return (found, told.part) if found else None
