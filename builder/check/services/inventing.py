"""What a component requires beside services: secrets of its own are made up for a trial, others' never are.

A key of its own (``SECRET_KEY``) only has to be there. A key that somebody else gave out (``STRIPE_SECRET_KEY``) has to
be real: whatever is put in its place would make a trial show what never happens. It is left out, and reported.
"""

import base64
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from builder.check.services.naming import words_of
from builder.plan import Component, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Values that were made up, and the names of what is required and could not be."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    left_out: tuple[str, ...] = ()


def _hex(length: int) -> Callable[[], str]:
    return lambda: secrets.token_hex(length // 2)


def _base64(prefix: str = "") -> Callable[[], str]:
    return lambda: prefix + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def _laravel() -> str:
    return "base64:" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a secret is made: by its whole name, or by its last words; ``frameworks`` and ``providers`` narrow it."""

    words: tuple[str, ...]
    make: Callable[[], str]
    frameworks: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()


MADE: Final = (
    Made(words=("SECRET", "KEY", "BASE"), make=_hex(128)),  # Rails and Phoenix want 64 characters and more
    Made(words=("APP", "KEY"), make=_laravel, frameworks=("laravel", "lumen")),  # a key of AES-256
    Made(words=("APP", "KEYS"), make=lambda: f"{_base64()()},{_base64()()}"),  # Strapi rotates several
    Made(words=("FERNET", "KEY"), make=_base64()),  # 32 bytes, safe for URLs
    Made(words=("ENCRYPTION", "KEY"), make=_base64(), providers=("python",)),  # Fernet is what Python encrypts with
    Made(words=("ENCRYPTION", "KEY"), make=_hex(32)),  # 32 characters are a key of AES-256
    Made(words=("CLOAK", "KEY"), make=_base64()),
    Made(words=(), make=_hex(64)),
)
"""The first that fits; the last fits all."""

_OWN: Final = frozenset(
    {
        "ACCESS", "ADMIN", "APP", "APPLICATION", "AUTH", "AUTHJS", "BASE", "BETTER", "CLOAK", "COOKIE", "COOKIES",
        "CSRF", "DJANGO", "ENCRYPTION", "FASTAPI", "FERNET", "FLASK", "HASH", "HASHIDS", "HMAC", "IN", "JWT", "KEY",
        "KEYS", "LOGGED", "NEXT", "NEXTAUTH", "NONCE", "NUXT", "PASSWORD", "PEPPER", "RAILS", "REFRESH", "RESET",
        "SALT", "SECRET", "SECRETS", "SECURE", "SECURITY", "SERVER", "SESSION", "SESSIONS", "SIGNING", "SIGNATURE",
        "SITE", "STRAPI", "SYMFONY", "TOKEN", "TRANSFER", "VERIFICATION", "WEB",
    }
)  # fmt: skip
"""Words of names of a component's own secrets. A name with any other word, but the component's own, is not ours."""

_KEYS: Final = frozenset({"SECRET", "SECRETS", "KEY", "KEYS", "SALT", "PEPPER"})
"""One of them must be there: a ``TOKEN`` or a ``PASSWORD`` alone is something that another side knows too."""

_OTHERS: Final = (("ACCESS", "KEY"), ("API", "KEY"), ("MASTER", "KEY"), ("PUBLIC", "KEY"), ("SITE", "KEY"))
"""Pairs that mean a key that somebody else gave out, or that opens what is there already."""

OWN_ADDRESS: Final = frozenset(
    {
        "APP_URL", "APPLICATION_URL", "AUTH_URL", "BASE_URL", "BETTER_AUTH_URL", "NEXTAUTH_URL", "ORIGIN", "PUBLIC_URL",
        "SERVER_URL", "SITE_URL", "WEBSITE_URL", "ROOT_URL", "APP_BASE_URL", "FRONTEND_URL", "CORS_ORIGIN",
    }
)  # fmt: skip
"""Names of the address under which a component itself, or its own pages, are reached."""

OWN_HOST: Final = frozenset({"PHX_HOST", "APP_HOST", "DOMAIN", "APP_DOMAIN", "SERVER_NAME", "VIRTUAL_HOST"})
_ALLOWED: Final = frozenset({"ALLOWED_HOSTS", "DJANGO_ALLOWED_HOSTS"})

FRAMEWORKS: Final[Mapping[str, tuple[str, ...]]] = {"rails": ("SECRET_KEY_BASE",)}
"""What a framework takes in place of a secret that cannot be made up: Rails, where its credentials are closed."""


def invented(component: Component, given: Collection[str]) -> Invented:
    """Return values for what is required and not given yet."""
    values: dict[str, str] = {}
    left_out: list[str] = []
    required = [one.value for one in component.variables if one.value.required and not one.value.default]
    for one in required:
        if one.name in given:
            continue
        value = _value(one, component)
        if value is None:
            left_out.append(one.name)
        else:
            values[one.name] = value
    for name in FRAMEWORKS.get(component.framework.value or "", ()):
        if name not in given and name not in values:
            values[name] = _made(name, component)
    return Invented(values=values, left_out=tuple(left_out))


def _value(one: Variable, component: Component) -> str | None:
    plain = "_".join(words_of(one.name))
    if plain in OWN_ADDRESS:
        return f"http://localhost:{component.port.value or 80}"
    if plain in OWN_HOST:
        return "localhost"
    if plain in _ALLOWED:
        return "localhost,127.0.0.1"
    return _made(one.name, component) if is_own(one.name, component.name) else None


def is_own(name: str, component: str) -> bool:
    """Say whether a variable is a secret that only the component itself knows."""
    words = words_of(name)
    ours = _OWN | set(words_of(component))
    if not set(words) <= ours or not set(words) & _KEYS:
        return False
    return not any(pair in _OTHERS for pair in pairwise(words))


def _made(name: str, component: Component) -> str:
    words = words_of(name)
    fitting = (
        one
        for one in MADE
        if words[len(words) - len(one.words) :] == one.words
        and (not one.frameworks or component.framework.value in one.frameworks)
        and (not one.providers or component.provider in one.providers)
    )
    return next(fitting).make()
