"""What a finder is: which files it reads, and the components that they say."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import TEXT_BYTES
from builder.sbom.model import Component


class Broken(Exception):
    """A file is not what its name says, or larger than such a file is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """One ecosystem. ``wants`` is asked for every file and looks at nothing but the path, the size and the mode.

    ``find`` may raise ``Broken``, ``OSError`` and ``ValueError``: the file is then named as unread.
    """

    name: str
    wants: Callable[[File], bool]
    find: Callable[[File, ImageFiles], Iterable[Component]]


def text_of(file: File, files: ImageFiles, most: int = TEXT_BYTES) -> str:
    """Return a whole text file."""
    if file.size > most:
        raise Broken(f"{file.path} has {file.size:,} bytes")
    return files.read(file.path, most).decode("utf-8", "replace")


def json_of(file: File, files: ImageFiles, most: int = TEXT_BYTES) -> Any:
    """Return what a JSON file holds."""
    return parsed(text_of(file, files, most))


def parsed(text: str | bytes) -> Any:
    """Return what a JSON text holds. Raises ``Broken``."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise Broken("no JSON") from exc


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """Return a JSON array, an empty one for anything else."""
    return value if isinstance(value, list) else []
