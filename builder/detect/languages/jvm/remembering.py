"""What was worked out about a tree once: modules ask about each other, and a tree may have hundreds of them."""

from typing import Any

from builder.look import Look


def remembered(look: Look) -> dict[Any, Any]:
    """Return the memory of a look. It stands in the look itself, as its cached properties would, and ends with it."""
    memory: dict[Any, Any] = vars(look).setdefault("jvm", {})
    return memory
