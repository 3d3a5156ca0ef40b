"""What is asked of a function in its wrapper, and what must come back."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request with its answer. ``text`` None: the body is compared as JSON with ``json``."""

    path: str = "/"
    method: str = "GET"
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    json: Any = None
    text: str | None = None
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Form:
    id: str
    files: dict[str, str]
    asked: tuple[Asked, ...]


FAILED = {"error": "the function failed"}
