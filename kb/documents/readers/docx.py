"""Word documents through python-docx: headings by style, lists, tables, in the order of the page."""

import io
import re
from collections.abc import Iterator
from datetime import UTC

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.csv import tables
from kb.documents.readers.damage import DAMAGE

_BROKEN: tuple[type[Exception], ...] = (OpcError, *DAMAGE)
_HEADING = re.compile(r"^(?:heading|标题)\s*(\d)", re.IGNORECASE)
_LIST = re.compile(r"list|列表", re.IGNORECASE)
_CODE = re.compile(r"code|preformatted|source|代码", re.IGNORECASE)


def read_docx(data: bytes, budget: Budget) -> Read:
    """Return the paragraphs and tables. Headers, footers, comments and deleted text are no part of them."""
    try:
        document = docx.Document(io.BytesIO(data))
        properties = document.core_properties
        changed = properties.modified
        return Read(
            drafts=list(_drafts(document, budget)),
            title=properties.title or "",
            updated_at=changed.replace(tzinfo=UTC) if changed else None,
            media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        )
    except _BROKEN as exc:
        raise DocumentBroken(
            f"The Word document cannot be read: {type(exc).__name__}.", next_step="Save or fetch the file again."
        ) from exc


def _drafts(document: WordDocument, budget: Budget) -> Iterator[Draft]:
    held: list[Draft] = []
    for count, item in enumerate(document.iter_inner_content()):
        if count % 50 == 0:
            budget.check_time()
        if isinstance(item, Table):
            yield from _joined(held)
            held = []
            yield from tables(_rows(item, budget))
            continue
        draft = _paragraph(item)
        if held and draft.kind != held[-1].kind:
            yield from _joined(held)
            held = []
        if draft.kind in ("list", "code"):
            held.append(draft)
        elif draft.text.strip():
            yield draft
    yield from _joined(held)


def _paragraph(paragraph: Paragraph) -> Draft:
    style = paragraph.style
    name = (style.name if style is not None else "") or ""
    text = paragraph.text
    heading = _HEADING.match(name)
    if heading or name in ("Title", "标题"):
        return Draft("heading", text, min(int(heading[1]), 6) if heading else 1)
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None  # noqa: SLF001 - no public way
    if text.strip() and (numbered or _LIST.search(name)):
        return Draft("list", f"- {text.strip()}")
    return Draft("code" if _CODE.search(name) else "text", text)


def _joined(held: list[Draft]) -> Iterator[Draft]:
    if held:
        yield Draft(held[0].kind, "\n".join(draft.text for draft in held))


def _rows(table: Table, budget: Budget) -> Iterator[list[str]]:
    for row in table.rows:
        budget.check_time()
        cells, last = [], None
        for cell in row.cells:
            # A merged cell comes once for each column that it spans.
            if cell._tc is not last:  # noqa: SLF001 - identity of the cell is not public
                cells.append(cell.text)
            last = cell._tc  # noqa: SLF001
        yield cells
