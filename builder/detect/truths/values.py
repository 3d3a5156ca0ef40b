"""Values of strangers' files as the types that they should have."""

from typing import Any


def mapping(value: object) -> dict[str, Any]:
    """Return a mapping with text keys, empty for what is none."""
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """Return a list, empty for what is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text or a number as text, empty for what is neither."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def number(value: object) -> int | None:
    """Return a whole number, also one that is written as text."""
    plain = text(value)
    return int(plain) if plain.isdigit() and len(plain) <= 9 else None
