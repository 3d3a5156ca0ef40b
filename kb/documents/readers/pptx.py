"""Presentations through python-pptx: a heading for each slide, then its text, tables and notes."""

import io
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pptx
from pptx.exc import PythonPptxError

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.csv import tables
from kb.documents.readers.damage import DAMAGE

_BROKEN: tuple[type[Exception], ...] = (PythonPptxError, *DAMAGE)
MAX_GROUPS = 16  # shapes may be groups of groups


def read_pptx(data: bytes, budget: Budget) -> Read:
    """Return the slides in order. Master texts, slide numbers and dates are left out."""
    try:
        presentation = pptx.Presentation(io.BytesIO(data))
        budget.check_pages(len(presentation.slides), "slides")
        properties = presentation.core_properties
        changed = properties.modified
        return Read(
            drafts=list(_drafts(presentation, budget)),
            title="" if properties.title == "PowerPoint Presentation" else properties.title or "",
            updated_at=changed.replace(tzinfo=UTC) if changed else None,
            media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        )
    except _BROKEN as exc:
        raise DocumentBroken(
            f"The presentation cannot be read: {type(exc).__name__}.", next_step="Save or fetch the file again."
        ) from exc


def _drafts(presentation: Any, budget: Budget) -> Iterator[Draft]:
    for number, slide in enumerate(presentation.slides, start=1):
        budget.check_time()
        heading = slide.shapes.title
        title = heading.text_frame.text if heading is not None and heading.has_text_frame else ""
        yield Draft("heading", title.replace("\v", " ").strip() or f"Slide {number}", 2)
        for shape in slide.shapes:
            if heading is None or shape.shape_id != heading.shape_id:
                yield from _shape(shape, budget, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield Draft("text", slide.notes_slide.notes_text_frame.text)


def _shape(shape: Any, budget: Budget, depth: int) -> Iterator[Draft]:
    if depth > MAX_GROUPS:
        return
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape(inner, budget, depth + 1)
    elif getattr(shape, "has_table", False):
        budget.check_time()
        yield from tables([cell.text for cell in row.cells] for row in shape.table.rows)
    elif shape.has_text_frame and not _is_furniture(shape):
        lines = [
            f"{'  ' * paragraph.level}- {text}"
            for paragraph in shape.text_frame.paragraphs
            if (text := paragraph.text.replace("\v", " ").strip())
        ]
        if len(lines) > 1:
            yield Draft("list", "\n".join(lines))
        elif lines:
            yield Draft("text", lines[0].lstrip().removeprefix("- "))


def _is_furniture(shape: Any) -> bool:
    from pptx.enum.shapes import PP_PLACEHOLDER

    kinds = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)
    return bool(shape.is_placeholder) and shape.placeholder_format.type in kinds
