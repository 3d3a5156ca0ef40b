"""Values of a compose file as the types that they should have. What has another is an error with its line."""

from typing import Final

from builder.compose.reading import Held

_TRUE: Final = frozenset({"true", "yes", "y", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "n", "off", "0"})


def mapping(value: Held | None, what: str) -> dict[str, Held]:
    """Return a mapping, empty for nothing."""
    if value is None or value.data is None:
        return {}
    if not isinstance(value.data, dict):
        raise value.broken(f"{what} must be a mapping, not {_kind(value)}.")
    return value.data


def items(value: Held | None, what: str) -> list[Held]:
    """Return a list, empty for nothing."""
    if value is None or value.data is None:
        return []
    if not isinstance(value.data, list):
        raise value.broken(f"{what} must be a list, not {_kind(value)}.")
    return value.data


def listed(value: Held | None, what: str) -> list[Held]:
    """Return a list; one text alone is a list of one."""
    if value is not None and isinstance(value.data, str):
        return [value]
    return items(value, what)


def text(value: Held | None, what: str) -> str:
    """Return a text or number as text, empty for nothing."""
    if value is None or value.data is None:
        return ""
    if isinstance(value.data, bool):
        return "true" if value.data else "false"
    if isinstance(value.data, str | int | float):
        return str(value.data)
    raise value.broken(f"{what} must be a text, not {_kind(value)}.")


def whole(value: Held | None, what: str) -> int | None:
    """Return a whole number, also one that is written as text; None for nothing."""
    if value is None or value.data is None:
        return None
    plain = text(value, what).strip()
    if not plain.removeprefix("-").isdigit() or len(plain) > 18:
        raise value.broken(f"{what} must be a whole number, not {plain!r}.")
    return int(plain)


def number(value: Held | None, what: str) -> float | None:
    """Return a number, also one that is written as text; None for nothing."""
    if value is None or value.data is None:
        return None
    try:
        found = float(text(value, what))
    except ValueError:
        raise value.broken(f"{what} must be a number, not {value.data!r}.") from None
    if not 0 <= found < 1e9:
        raise value.broken(f"{what} cannot be {found}.")
    return found


def truth(value: Held | None, what: str) -> bool:
    """Return whether something is on; nothing is off."""
    if value is None or value.data is None:
        return False
    plain = text(value, what).strip().lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise value.broken(f"{what} must be true or false, not {plain!r}.")


def pairs(value: Held | None, what: str, sign: str = "=") -> dict[str, Held]:
    """Return ``NAME=VALUE`` of a list, or a mapping, as a mapping. A name alone has None as its value."""
    if value is None or not isinstance(value.data, list):
        return mapping(value, what)
    found: dict[str, Held] = {}
    for one in value.data:
        name, given, rest = text(one, what).partition(sign)
        if name:
            found[name] = one.with_data(rest if given else None)
    return found


def _kind(value: Held) -> str:
    match value.data:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case _:
            return f"{value.data!r}"
