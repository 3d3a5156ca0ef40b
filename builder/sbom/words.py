"""Words that files of strangers say, made fit for a document."""

from collections.abc import Iterable
from typing import Any

MAX_CHARACTERS = 300
"""Of a name, a version, a licence. Longer ones are no such thing: a Python project may put its licence's text there."""

MAX_LICENSES = 10


def clean(value: Any) -> str:
    """Return a word of one line, empty for what is none: too long, with control characters, no text at all."""
    if not isinstance(value, str):
        return ""
    word = value.strip()
    return word if len(word) <= MAX_CHARACTERS and word.isprintable() else ""


def licenses(values: Iterable[Any]) -> tuple[str, ...]:
    """Return what names licences, each once, in order."""
    found = dict.fromkeys(word for value in values if (word := clean(value)) and word.upper() != "UNKNOWN")
    return tuple(found)[:MAX_LICENSES]


def shown(path: str) -> str:
    """Return a path fit for a document; bytes that are no UTF-8 are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
