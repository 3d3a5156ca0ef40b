"""What one document may cost, and the clock that holds a reader to it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kb.documents.errors import DocumentTooLarge

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one document.

    ``max_unpacked_bytes`` and ``max_zip_ratio`` bound what Office files expand to (text in XML packs about 1:20).
    ``max_depth`` bounds nesting of schemas and JSON. ``max_memory_bytes`` holds in the child process of
    ``kb.documents.isolated`` only.
    """

    max_bytes: int = 32 * MIB
    max_characters: int = 8_000_000
    max_pages: int = 5_000
    max_blocks: int = 400_000
    max_depth: int = 64
    max_unpacked_bytes: int = 256 * MIB
    max_zip_ratio: int = 200
    seconds: float = 60.0
    max_memory_bytes: int = 1024 * MIB


DEFAULT = Limits()


@dataclass(slots=True, kw_only=True)
class Budget:
    """The limits of one document and the moment when its reading began."""

    limits: Limits = DEFAULT
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def check_time(self) -> None:
        """Raise DocumentTooLarge once reading has taken longer than allowed."""
        if self.clock() - self.started > self.limits.seconds:
            raise DocumentTooLarge(
                f"Reading took longer than {self.limits.seconds:g} s and was stopped.",
                next_step="Split the document, or raise the limit on seconds.",
            )

    def check_bytes(self, size: int) -> None:
        """Raise DocumentTooLarge for a file of ``size`` bytes that is over the limit."""
        if size > self.limits.max_bytes:
            raise DocumentTooLarge(
                f"The file has {size / MIB:.1f} MiB; at most {self.limits.max_bytes / MIB:g} MiB are read.",
                next_step="Split the document, or raise the limit on bytes.",
            )

    def check_pages(self, count: int, noun: str = "pages") -> None:
        """Raise DocumentTooLarge for more pages, slides or sheets than allowed."""
        if count > self.limits.max_pages:
            raise DocumentTooLarge(
                f"The document has {count:,} {noun}; at most {self.limits.max_pages:,} are read.",
                next_step="Split the document, or raise the limit on pages.",
            )

    def check_size(self, *, characters: int, blocks: int) -> None:
        """Raise DocumentTooLarge when the text that was read grows over the limits."""
        if characters > self.limits.max_characters or blocks > self.limits.max_blocks:
            raise DocumentTooLarge(
                f"The document holds more than {self.limits.max_characters:,} characters of text "
                f"or {self.limits.max_blocks:,} blocks.",
                next_step="Split the document, or raise the limit on characters.",
            )


@contextmanager
def nesting(limits: Limits) -> Iterator[None]:
    """Turn a parser's exhausted stack into DocumentTooLarge."""
    try:
        yield
    except RecursionError as exc:
        raise DocumentTooLarge(
            f"The document is nested too deeply; about {limits.max_depth} levels are read.",
            next_step="Flatten the document.",
        ) from exc
