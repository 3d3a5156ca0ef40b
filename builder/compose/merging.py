"""One definition over another, as the specification says: of override files, ``extends`` and ``include``."""

from typing import Final

from builder.compose.reading import Held
from builder.compose.values import pairs, text

_REPLACED: Final = frozenset({"command", "entrypoint", "test"})
"""Lists that a later one takes the place of."""

_PAIRS: Final = frozenset({"annotations", "args", "environment", "labels", "sysctls"})
"""Lists of ``NAME=VALUE`` that are mappings in truth."""

_SINGLE: Final = frozenset(
    {"cap_add", "cap_drop", "dns", "dns_search", "expose", "group_add", "profiles", "security_opt", "tmpfs", "dns_opt"}
)
"""Lists in which nothing stands twice."""


def merged(below: Held, above: Held, key: str = "") -> Held:
    """Return ``below`` with ``above`` over it. ``key`` is the name under which both stand."""
    if above.tag == "override":
        return above.with_data(above.data)
    if above.data is None:
        return below
    if key in _REPLACED:
        return above
    if key in _PAIRS:
        below, above = _paired(below), _paired(above)
    elif key == "extra_hosts":
        below, above = _hosts(below), _hosts(above)
    elif key in {"depends_on", "networks"}:
        below, above = _named(below, key), _named(above, key)
    elif key == "build":
        below, above = _built(below), _built(above)
    if isinstance(below.data, dict) and isinstance(above.data, dict):
        if key == "logging" and _driver(below) != _driver(above) and above.get("driver"):
            return above
        return _mappings(below, above, key)
    if isinstance(below.data, list) and isinstance(above.data, list):
        return above.with_data(_lists(below.data, above.data, key))
    if key in _SINGLE or key == "env_file":
        return above.with_data(_lists(_many(below), _many(above), key))
    return above


def _mappings(below: Held, above: Held, key: str) -> Held:
    assert isinstance(below.data, dict)  # noqa: S101 - as the caller found
    assert isinstance(above.data, dict)  # noqa: S101 - as the caller found
    found = dict(below.data)
    for name, one in above.data.items():
        if one.tag == "reset":
            found.pop(name, None)
        elif name in found:
            # A service may be called as a key is: names say nothing.
            found[name] = merged(found[name], one, "" if key == "services" else name)
        else:
            found[name] = one
    return Held(found, above.path, above.line)


def _lists(below: list[Held], above: list[Held], key: str) -> list[Held]:
    if key in {"ports", "volumes", "configs", "secrets", "devices"}:
        later = {_identity(one, key) for one in above}
        return [*(one for one in below if _identity(one, key) not in later), *above]
    if key in _SINGLE:
        seen = {_plain(one) for one in below}
        return [*below, *(one for one in above if _plain(one) not in seen)]
    return [*below, *above]


def _identity(one: Held, key: str) -> str:
    """Return what may stand only once in a list: the target of a mount, a port with its host side."""
    if isinstance(one.data, dict):
        if key == "ports":
            return "/".join(_plain(one.get(part)) for part in ("host_ip", "target", "published", "protocol"))
        return _plain(one.get("target")) or _plain(one.get("source"))
    plain = _plain(one)
    if key == "volumes":
        parts = plain.split(":")
        windows = len(parts) > 2 and len(parts[0]) == 1 and parts[1][:1] in {"\\", "/"} and parts[2][:1] == "/"
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]] if windows else parts
        return parts[1] if len(parts) > 1 else parts[0]
    return plain


def _plain(one: Held | None) -> str:
    return str(one.data) if one is not None and isinstance(one.data, str | int | float) else ""


def _many(one: Held) -> list[Held]:
    return one.data if isinstance(one.data, list) else [] if one.data is None else [one]


def _paired(one: Held) -> Held:
    return one.with_data(pairs(one, "The list")) if isinstance(one.data, list) else one


def _hosts(one: Held) -> Held:
    if not isinstance(one.data, list):
        return one
    found: dict[str, Held] = {}
    for each in one.data:
        plain = text(each, "extra_hosts")
        sign = "=" if "=" in plain else ":"
        name, _, address = plain.partition(sign)
        found[name.strip()] = each.with_data(address.strip())
    return one.with_data(found)


def _named(one: Held, key: str) -> Held:
    if not isinstance(one.data, list):
        return one
    given: dict[str, Held] = {}
    for each in one.data:
        inner: dict[str, Held] = {"condition": each.with_data("service_started")} if key == "depends_on" else {}
        given[text(each, key)] = each.with_data(inner)
    return one.with_data(given)


def _built(one: Held) -> Held:
    return one.with_data({"context": one.with_data(one.data)}) if isinstance(one.data, str) else one


def _driver(one: Held) -> str:
    return _plain(one.get("driver"))
