"""The environment that tells a component where the services are that stand in."""

import secrets
from collections.abc import Mapping, Sequence

from builder.check.services.model import Address, Login, Part, Stand
from builder.check.services.telling import namings
from builder.check.services.valuing import ports_told, value_of
from builder.plan import Component


def environment_for(
    component: Component, addresses: Sequence[Address], *, forms: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Return a value for each variable that tells of one of these services.

    ``forms`` has the scheme by which the project itself writes a variable, see ``forms.forms_of``.
    """
    by_service = {one.service: one for one in addresses}
    found = {one.variable: one for one in namings(component, tuple(by_service))}
    with_port = ports_told(found)
    values = {}
    for name, naming in found.items():
        scheme = (forms or {}).get(name, "")
        value = value_of(naming, by_service[naming.service], component, scheme, with_port=naming.service in with_port)
        if value is not None:
            values[name] = value
    return values


def login_for(stand: Stand, told: frozenset[Part]) -> Login:
    """Return the login of one trial: made up where the component can be told it, the usual one where it cannot.

    A component that is told no password gets a service that asks for none.
    """
    own = stand.own & told
    return Login(
        user=f"u{secrets.token_hex(6)}" if "user" in own else stand.usual.user,
        password=secrets.token_hex(16) if "password" in own else stand.usual.password,
        database=f"d{secrets.token_hex(6)}" if "database" in own else stand.usual.database,
    )
