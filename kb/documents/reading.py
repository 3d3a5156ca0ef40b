"""Read one document: find its format, run its reader, put the document together."""

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kb.documents import archives
from kb.documents.document import Document
from kb.documents.drafts import Read, assemble
from kb.documents.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge, DocumentUnreadable
from kb.documents.formats import Sniffed, sniff
from kb.documents.limits import DEFAULT, Budget, Limits, nesting


def read(
    data: bytes,
    *,
    uri: str,
    name: str = "",
    media_type: str = "",
    version: str = "",
    updated_at: datetime | None = None,
    limits: Limits = DEFAULT,
) -> Document:
    """Return the document in ``data``. Raises one of the document errors, and nothing else.

    ``name`` (a file name or a URL; ``uri`` when empty) and ``media_type`` are hints. ``version`` and ``updated_at``
    hold where the document itself states none. Pictures of text are not recognised.
    """
    budget = Budget(limits=limits)
    budget.check_bytes(len(data))
    name = name or uri
    try:
        with nesting(limits):
            sniffed = sniff(data, name=name, media_type=media_type)
            found = _read(sniffed, data, budget, name)
            found.notes.extend(sniffed.notes)
            document = assemble(found, uri=uri, name=name, budget=budget)
    except MemoryError as exc:
        raise DocumentTooLarge("Reading the document takes too much memory.", next_step="Split it.") from exc
    return replace(document, version=document.version or version, updated_at=document.updated_at or updated_at)


def read_path(path: Path, *, uri: str = "", version: str = "", limits: Limits = DEFAULT) -> Document:
    """Read a regular file; its change time is ``updated_at`` where the document states none."""
    data, changed = load(path, limits)
    return read(data, uri=uri or path.as_uri(), name=path.name, version=version, updated_at=changed, limits=limits)


def load(path: Path, limits: Limits = DEFAULT) -> tuple[bytes, datetime]:
    """Return the bytes and the change time of a regular file. Raises document errors for anything else.

    The size is asked before a byte is read; devices, pipes and circles of links are never opened for reading.
    """
    try:
        # O_NONBLOCK: opening a pipe without a writer would wait for one.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as exc:
        raise DocumentUnreadable(f"The file cannot be opened: {exc.strerror or exc}.") from exc
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise DocumentUnreadable("This is not a regular file.")
    with os.fdopen(handle, "rb") as file:
        if not status.st_size:
            raise DocumentEmpty("The file has 0 bytes.", next_step="Check that it was saved or fetched whole.")
        Budget(limits=limits).check_bytes(status.st_size)
        try:
            data = file.read(limits.max_bytes + 1)
        except OSError as exc:
            raise DocumentBroken(f"The file cannot be read: {exc.strerror or exc}.") from exc
    return data, datetime.fromtimestamp(status.st_mtime, UTC)


def _read(sniffed: Sniffed, data: bytes, budget: Budget, name: str) -> Read:
    # Readers are imported where they are used: their vendors cost most of a second.
    match sniffed.format:
        case "markdown":
            from kb.documents.readers.markdown import read_markdown

            return read_markdown(sniffed.text, budget)
        case "html":
            from kb.documents.readers.html import read_html

            return read_html(sniffed.text, budget)
        case "csv":
            from kb.documents.readers.csv import read_csv

            return read_csv(sniffed.text, budget, tabs=name.lower().endswith(".tsv"))
        case "text":
            from kb.documents.readers.text import read_text

            return read_text(sniffed.text)
        case "yaml":
            from kb.documents.readers.yaml import read_yaml

            return read_yaml(sniffed.text, budget)
        case "json":
            from kb.documents.readers.json import read_json

            return read_json(sniffed.text, budget)
        case "notebook":
            from kb.documents.readers.notebook import read_notebook

            return read_notebook(sniffed.text, budget)
        case _:
            return _read_packed(sniffed, data, budget)


def _read_packed(sniffed: Sniffed, data: bytes, budget: Budget) -> Read:
    if sniffed.format == "pdf":
        from kb.documents.readers.pdf import read_pdf

        return read_pdf(data, budget)
    archives.check_archive(data, budget.limits)
    if sniffed.format == "docx":
        from kb.documents.readers.docx import read_docx

        return read_docx(data, budget)
    if sniffed.format == "pptx":
        from kb.documents.readers.pptx import read_pptx

        return read_pptx(data, budget)
    from kb.documents.readers.xlsx import read_xlsx

    return read_xlsx(data, budget)
