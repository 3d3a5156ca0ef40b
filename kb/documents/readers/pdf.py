"""PDF through pypdf: the text layer, page by page. Scanned pages hold none, and are counted in a note."""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError, WrongPasswordError

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken, DocumentEncrypted
from kb.documents.limits import Budget
from kb.documents.readers.damage import DAMAGE
from kb.documents.readers.front_matter import as_time
from kb.documents.readers.inline import joined
from kb.documents.readers.text import paragraphs

BROKEN: tuple[type[Exception], ...] = (PyPdfError, *DAMAGE)
BROKEN_OR_CIRCULAR: tuple[type[Exception], ...] = (RecursionError, *BROKEN)
FURNITURE_SHARE = 0.6  # a first or last line on more of the pages than this is a running header or footer
FURNITURE_PAGES = 4
_NUMBERS = re.compile(r"\d+")
_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_ENDED = re.compile(r"[.!?:;。！？：；]$")


def read_pdf(data: bytes, budget: Budget) -> Read:
    """Return the paragraphs of all pages; headings come from the outline where there is one."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentEncrypted(
                "The PDF is protected by a password.", next_step="Save a copy without a password and add that."
            )
        budget.check_pages(len(reader.pages))
        metadata = reader.metadata
        title = str(metadata.title or "") if metadata else ""
        changed = as_time(metadata.modification_date) if metadata else None
        read = Read(drafts=(), title=title, updated_at=changed, media_type="application/pdf")
        read.drafts = list(_drafts(_pages(reader, budget, read), _outline(reader)))
    except (DependencyError, FileNotDecryptedError, WrongPasswordError) as exc:
        raise DocumentEncrypted("The PDF is protected by a password.") from exc
    except BROKEN as exc:
        raise DocumentBroken(
            f"The PDF cannot be read: {str(exc) or type(exc).__name__}.", next_step="Save or fetch the file again."
        ) from exc
    return read


def _pages(reader: PdfReader, budget: Budget, read: Read) -> list[str]:
    pages: list[str] = []
    bare = failed = size = 0
    for page in reader.pages:
        budget.check_time()
        try:
            text = page.extract_text()
        except LimitReachedError:
            raise
        except BROKEN:
            text = ""
            failed += 1
        else:
            bare += not text.strip()
        size += len(text)
        budget.check_size(characters=size, blocks=0)
        pages.append(text)
    if failed:
        read.notes.append(f"{failed:,} of {len(pages):,} pages cannot be read and were left out.")
    if bare:
        read.notes.append(f"{bare:,} of {len(pages):,} pages hold no text; they may be scanned pictures.")
    return pages


def _outline(reader: PdfReader) -> set[str]:
    """Return the titles of the outline; a broken or circular outline gives none."""
    titles: set[str] = set()
    try:
        entries: list[Any] = list(reader.outline)
    except BROKEN_OR_CIRCULAR:
        return titles
    while entries and len(titles) < 10_000:
        entry = entries.pop()
        if isinstance(entry, list):
            entries += entry
        else:
            titles.add(_NUMBERS.sub("", str(entry.title or "")).strip(" .").casefold())
    return titles - {""}


def _drafts(pages: list[str], outline: set[str]) -> Iterator[Draft]:
    furniture = _furniture(pages)
    for page in pages:
        lines = [line for line in page.split("\n") if _NUMBERS.sub("#", line.strip()) not in furniture]
        for paragraph in paragraphs(_HYPHEN.sub("", "\n".join(lines))):
            yield from _split_headings(paragraph.text, outline)


def _split_headings(text: str, outline: set[str]) -> Iterator[Draft]:
    """Yield a paragraph's text, with lines that the outline names as headings of their own."""
    held: list[str] = []
    for line in text.split("\n"):
        if outline and len(line) < 200 and _NUMBERS.sub("", line).strip(" .").casefold() in outline:
            if held:
                yield Draft("text", _flowing(held))
                held = []
            yield Draft("heading", line, 2)
        else:
            held.append(line)
    if held:
        yield Draft("text", _flowing(held))


def _flowing(lines: list[str]) -> str:
    """Join lines that a page's width broke; short lines and ends of sentences keep their break."""
    width = max(map(len, lines))
    return joined(
        [f"{line.rstrip()}  " if len(line) < width * 0.7 or _ENDED.search(line.rstrip()) else line for line in lines]
    )


def _furniture(pages: list[str]) -> set[str]:
    if len(pages) < FURNITURE_PAGES:
        return set()
    seen: dict[str, int] = {}
    for page in pages:
        lines = [line.strip() for line in page.split("\n") if line.strip()]
        for line in {_NUMBERS.sub("#", line) for line in (*lines[:1], *lines[-1:])}:
            seen[line] = seen.get(line, 0) + 1
    return {line for line, count in seen.items() if count > len(pages) * FURNITURE_SHARE}
