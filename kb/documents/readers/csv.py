"""Comma-separated values, and the form in which every reader writes a table."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget

ROWS_PER_BLOCK = 2_000
_SPACE = re.compile(r"\s+")


def read_csv(text: str, budget: Budget, *, tabs: bool = False) -> Read:
    """Return the rows as one table, whose first row is the header."""
    return Read(drafts=tables(_rows(text, budget, tabs=tabs)), media_type="text/csv")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as lines of ``cell | cell``, without empty rows."""
    lines = (row_line(row) for row in rows)
    return "\n".join(line for line in lines if line)


def row_line(row: Sequence[str]) -> str:
    """Write one row; empty when all its cells are."""
    cells = [_SPACE.sub(" ", cell).strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return " | ".join(cells) if cells else ""


def tables(rows: Iterable[Sequence[str]]) -> Iterator[Draft]:
    """Yield tables of at most ``ROWS_PER_BLOCK`` rows, each beginning with the header row."""
    header, lines, first = "", list[str](), True
    for row in rows:
        line = row_line(row)
        if not line:
            continue
        if not header:
            header = line
        lines.append(line)
        if len(lines) > ROWS_PER_BLOCK:
            yield Draft("table", "\n".join(lines))
            lines, first = [header], False
    if len(lines) > (0 if first else 1):
        yield Draft("table", "\n".join(lines))


def _rows(text: str, budget: Budget, *, tabs: bool) -> Iterator[list[str]]:
    first = text.lstrip("\ufeff\r\n").partition("\n")[0]
    delimiter = (
        "\t" if tabs or first.count("\t") > first.count(",") else ";" if first.count(";") > first.count(",") else ","
    )
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader):
            if number % 1_000 == 0:
                budget.check_time()
            yield row
    except csv.Error as exc:
        raise DocumentBroken(
            f"Line {reader.line_num:,} of the table cannot be read: {exc}.",
            next_step="Check the quotation marks on that line.",
        ) from exc
