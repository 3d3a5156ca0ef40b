"""Split the tables that kubectl prints by the offsets of their headers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Row = dict[str, str]
"""Cells by header word. ``""`` is a cell that is there and says "not set"; a missing key was not shown."""

UNSET = frozenset({"<none>", "<unset>", "<nil>", "<unknown>", "<invalid>", "<not set>"})
_FIRST = ("NAMESPACE ", "NAME ", "LAST SEEN ", "LASTSEEN ", "FIRST SEEN ")
_WORD = re.compile(r"\S+(?: \S+)*")
_GAP = re.compile(r" {2,}")

_PLAIN: dict[str, tuple[str, ...]] = {
    "Pod": ("NAME READY STATUS RESTARTS AGE", "IP|NODE|NOMINATED NODE|READINESS GATES"),
    "Deployment": ("NAME READY UP-TO-DATE AVAILABLE AGE", "CONTAINERS|IMAGES|SELECTOR"),
    "ReplicaSet": ("NAME DESIRED CURRENT READY AGE", "CONTAINERS|IMAGES|SELECTOR"),
    "StatefulSet": ("NAME READY AGE", "CONTAINERS|IMAGES"),
    "Service": ("NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE", "SELECTOR"),
    "Endpoints": ("NAME ENDPOINTS AGE", ""),
    "Job": ("NAME STATUS COMPLETIONS DURATION AGE", "CONTAINERS|IMAGES|SELECTOR"),
    "Node": (
        "NAME STATUS ROLES AGE VERSION",
        "INTERNAL-IP|EXTERNAL-IP|OS-IMAGE|KERNEL-VERSION|CONTAINER-RUNTIME",
    ),
    "ConfigMap": ("NAME DATA AGE", ""),
    "Secret": ("NAME TYPE DATA AGE", ""),
    "ServiceAccount": ("NAME SECRETS AGE", ""),
    "Namespace": ("NAME STATUS AGE", ""),
}


@dataclass(slots=True, kw_only=True)
class Table:
    """One table: its header words, and its rows."""

    headers: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    damaged: int = 0
    """Lines that do not fit the header."""


def unset(cell: str) -> str:
    """Return a cell's text, empty where it says that nothing is set."""
    cell = cell.strip()
    return "" if cell in UNSET else cell


def is_header(line: str) -> bool:
    """Say whether a line is the header of a table: it starts with a first column, in capitals throughout."""
    return line.startswith(_FIRST) and line == line.upper() and ("  " in line or line == "NAME ") and len(line) < 2000


def tables(lines: Iterable[str]) -> Iterator[Table]:
    """Yield the tables of an output. A line without a header above it is not part of any."""
    current: Table | None = None
    starts: list[int] = []
    for line in lines:
        if is_header(line):
            if current is not None:
                yield current
            words = [(match.start(), match[0]) for match in _WORD.finditer(line)]
            starts = [at for at, _ in words]
            current = Table(headers=tuple(word for _, word in words))
        elif current is not None and line.strip():
            _take(current, starts, line)
    if current is not None:
        yield current


def _take(table: Table, starts: list[int], line: str) -> None:
    cells = _cut(line, starts)
    if cells is None:
        table.damaged += 1
        return
    if line[0].isspace():
        if table.rows:
            for header, cell in zip(table.headers, cells, strict=True):
                if cell:
                    old = table.rows[-1].get(header, "")
                    table.rows[-1][header] = old + cell
        return
    table.rows.append({header: unset(cell) for header, cell in zip(table.headers, cells, strict=True)})


def _cut(line: str, starts: list[int]) -> list[str] | None:
    """Cut a line at the header's offsets; at its gaps where it does not keep to them but has as many cells."""
    if all(at >= len(line) or line[at - 1] == " " for at in starts[1:]):
        return [line[at:end].strip() for at, end in zip(starts, [*starts[1:], len(line)], strict=True)]
    cells = _GAP.split(line.strip(), maxsplit=len(starts))
    return cells if len(cells) == len(starts) else None


def headless(lines: Iterable[str], kind: str, *, wide: bool, everywhere: bool, labelled: bool) -> Iterator[Row]:
    """Yield rows whose header was filtered away, where the command's kind and flags give the columns."""
    known = _PLAIN.get(kind)
    if known is None:
        return
    headers = known[0].split() + (known[1].split("|") if wide and known[1] else [])
    headers = (["NAMESPACE"] if everywhere else []) + headers + (["LABELS"] if labelled else [])
    for line in lines:
        cells = _GAP.split(line.strip()) if line and not line[0].isspace() and len(line) < 10_000 else []
        if len(cells) == len(headers):
            yield {header: unset(cell) for header, cell in zip(headers, cells, strict=True)}
