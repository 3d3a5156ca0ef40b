"""Which variables stand in the ConfigMap, which come from a Secret, and which somebody must give first."""

import re
from dataclasses import dataclass

from builder.plan import Component
from core.redaction import redact, secret_name

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HERE = re.compile(r"(^|[/@,])(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal)(?=[:/,]|$)")
_ADDRESS = re.compile(r"(URL|URI|DSN|CONNECTION_?STRING|CONNECTION)$", re.IGNORECASE)
MOST_CHARACTERS = 4096
"""Of a default. All of a ConfigMap may have 1 MiB; what is longer is no setting but a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The variables of a component. ``plain`` are given; ``missing`` are required and nothing says their value.

    ``secrets`` are names and whether the program needs them to start. No value of a secret is in it.
    """

    plain: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    secrets: tuple[tuple[str, bool], ...] = ()


def environment_of(component: Component) -> Environment:
    """Sort a component's variables. ``PORT`` is left to the image, which knows the port that it was checked on.

    An address of a service (``DATABASE_URL``) is a secret: it holds the password. A default that leads to the
    developer's own machine is none: in a pod it leads nowhere.
    """
    of_services = {name for one in component.services for name in one.value.variables}
    plain: dict[str, str] = {}
    missing: dict[str, None] = {}
    secrets: dict[str, bool] = {}
    for item in component.variables:
        one = item.value
        if one.build_time or one.name == "PORT" or not _NAME.fullmatch(one.name):
            continue
        here = bool(_HERE.search(one.default)) and one.name in of_services
        if _secret(one.name, one.default, secret=one.secret, service=one.name in of_services):
            secrets[one.name] = one.required or one.name in of_services
        elif one.default and not here and len(one.default) <= MOST_CHARACTERS:
            plain[one.name] = one.default
        elif one.required or here:
            missing[one.name] = None
    for name in sorted(of_services - {one.value.name for one in component.variables}):
        if not _NAME.fullmatch(name):
            continue
        if _secret(name, "", secret=False, service=True):
            secrets[name] = True
        else:
            missing[name] = None
    return Environment(plain=tuple(plain.items()), missing=tuple(missing), secrets=tuple(secrets.items()))


def _secret(name: str, default: str, *, secret: bool, service: bool) -> bool:
    if secret or secret_name(name) or (service and _ADDRESS.search(name)):
        return True
    told = f"{name}={default}"
    return bool(default) and redact(told) != told
