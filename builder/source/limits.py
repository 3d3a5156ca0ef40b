"""How much of a source is taken."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    """Beyond these a source is refused, or, for a directory on a person's own machine, cut with a note."""

    max_files: int = 200_000
    """Four times a large monorepo."""
    max_bytes: int = 2048 * MIB
    max_depth: int = 64
    """Folders inside each other: deeper trees are made to exhaust, not by people."""


DEFAULT = SourceLimits()
