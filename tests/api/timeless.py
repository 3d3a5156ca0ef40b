"""Comparing answers that were made at different moments."""

from typing import Any


def timeless(value: Any) -> Any:
    """Return a document without the moments at which something was looked at."""
    if isinstance(value, dict):
        return {key: timeless(inner) for key, inner in value.items() if key not in {"now", "observed_at"}}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value
