"""The unit that is embedded, searched and cited."""

from dataclasses import dataclass
from typing import Literal

from kb.documents.document import Span

PassageKind = Literal["text", "code", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of one document that fits the embedding model.

    ``text`` is ``repeated`` followed by ``Document.text[span]``; ``repeated`` is empty but for the later parts of a
    table, which carry its header row again. ``tokens`` is the size of ``embedded``: exact near the model's limit,
    summed from its parts below three quarters of it. ``parent`` is the wider stretch to read.
    """

    id: str
    document: str
    ordinal: int
    title: str
    heading_path: tuple[str, ...]
    text: str
    span: Span
    kind: PassageKind
    language: str
    tokens: int
    parent: Span
    repeated: str = ""

    @property
    def context(self) -> str:
        """Return where the passage stands: title > heading > heading."""
        return " > ".join(part for part in (self.title, *self.heading_path) if part)

    @property
    def embedded(self) -> str:
        """Return the text that is embedded and indexed."""
        return f"{self.context}\n{self.text}" if self.title or self.heading_path else self.text
