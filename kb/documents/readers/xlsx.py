"""Workbooks through openpyxl: a heading and a table for each sheet, with values and not formulas."""

import io
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.csv import tables
from kb.documents.readers.damage import DAMAGE

_BROKEN: tuple[type[Exception], ...] = (InvalidFileException, *DAMAGE)
MAX_COLUMNS = 512
EMPTY_ROWS = 10_000  # so many empty rows in sequence end a sheet: a stray format at row 1,048,576 is common


def read_xlsx(data: bytes, budget: Budget) -> Read:
    """Return the sheets in order, hidden ones left out."""
    try:
        with warnings.catch_warnings():
            # The library warns of features that it does not keep; only values are read here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            budget.check_pages(len(book.worksheets), "sheets")
            changed = book.properties.modified
            return Read(
                drafts=list(_drafts(book, budget)),
                title=book.properties.title or "",
                updated_at=changed.replace(tzinfo=UTC) if isinstance(changed, datetime) else None,
                media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
    except _BROKEN as exc:
        raise DocumentBroken(
            f"The workbook cannot be read: {type(exc).__name__}.", next_step="Save or fetch the file again."
        ) from exc


def _drafts(book: Any, budget: Budget) -> Iterator[Draft]:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        found = list(tables(_rows(sheet, budget)))
        if found:
            yield Draft("heading", sheet.title, 2)
            yield from found


def _rows(sheet: Any, budget: Budget) -> Iterator[list[str]]:
    empty = size = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)):
        if number % 500 == 0:
            budget.check_time()
        cells = [_cell(value) for value in row]
        empty = 0 if any(cells) else empty + 1
        if empty > EMPTY_ROWS:
            return
        size += sum(map(len, cells))
        budget.check_size(characters=size, blocks=0)
        yield cells


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"
        case datetime():
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
