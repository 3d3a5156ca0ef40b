"""Plain text: paragraphs between blank lines."""

import re
from collections.abc import Iterator

from kb.documents.drafts import Draft, Read

_PARAGRAPH = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def read_text(text: str) -> Read:
    """Return the paragraphs of a plain text. The title is left to the file's name."""
    return Read(drafts=paragraphs(text), media_type="text/plain")


def paragraphs(text: str) -> Iterator[Draft]:
    """Yield one draft for each paragraph, its line breaks kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    at = 0
    for gap in _PARAGRAPH.finditer(text):
        yield Draft("text", text[at : gap.start()])
        at = gap.end()
    yield Draft("text", text[at:])
