"""Split the tables that kubectl prints by the offsets of their headers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Row = dict[str, str]
"""Cells by header word. ``""`` is a cell that is there and says "not set"; a missing key was not shown."""

UNSET = frozenset({"<none>", "<unset>", "<nil>", "<unknown>", "<invalid>", "<not set>"})
_FIRST = ("NAMESPACE ", "NAME ", "LAST SEEN ", "LASTSEEN ", "FIRST SEEN ", "POD ")
_UNITS = ("(cores)", "(bytes)")
_WORD = re.compile(r"\S+(?: \S+)*")
_CASELESS = re.compile(r"[\u3000-\u9fff\uac00-\ud7ff\uff00-\uffef]")
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
    "HorizontalPodAutoscaler": ("NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE", ""),
    "Ingress": ("NAME CLASS HOSTS ADDRESS PORTS AGE", ""),
    "PodDisruptionBudget": ("NAME MIN_AVAILABLE MAX_UNAVAILABLE ALLOWED_DISRUPTIONS AGE", ""),
    "NetworkPolicy": ("NAME POD-SELECTOR AGE", ""),
    "DaemonSet": ("NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE_SELECTOR AGE", "CONTAINERS|IMAGES|SELECTOR"),
    "PersistentVolumeClaim": ("NAME STATUS VOLUME CAPACITY ACCESS_MODES STORAGECLASS AGE", "VOLUMEMODE"),
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
    if not line.startswith(_FIRST) or len(line) >= 2000 or not ("  " in line or line == "NAME "):
        return False
    for unit in _UNITS:
        line = line.replace(unit, "")
    return line == line.upper() and _CASELESS.search(line) is None


def tables(lines: Iterable[str]) -> Iterator[Table]:
    """Yield the tables of an output. A line without a header above it is not part of any.

    A line that fits no column behind a blank line is what somebody wrote below the table, and ends it.
    """
    current: Table | None = None
    starts: list[int] = []
    gap = False
    for line in unwrapped(lines):
        if is_header(line):
            if current is not None:
                yield current
            words = [(match.start(), match[0]) for match in _WORD.finditer(line)]
            starts = [at for at, _ in words]
            current = Table(headers=tuple(word for _, word in words))
        elif current is not None and line.strip():
            if gap and not line[0].isspace() and _foreign(line, starts):
                yield current
                current = None
            else:
                _take(current, starts, line)
        gap = not line.strip()
    if current is not None:
        yield current


def _foreign(line: str, starts: list[int]) -> bool:
    cells = _cut(line, starts)
    return cells is None or (len(cells) > 2 and not any(cells[1:]))


def unwrapped(lines: Iterable[str]) -> list[str]:
    """Join what a terminal broke at its width, where the header itself was broken: then all full lines were."""
    lines = list(lines)
    for at in range(len(lines) - 1):
        if not is_header(lines[at]) or not _goes_on(lines[at + 1]):
            continue
        width = len(lines[at])
        out: list[str] = []
        full = False
        for line in lines[at:]:
            if full:
                out[-1] += line
            else:
                out.append(line)
            full = len(line) == width
        return lines[:at] + out
    return lines


def _goes_on(line: str) -> bool:
    """Say whether a line is the rest of a header: words in capitals that begin no table."""
    return bool(_REST.fullmatch(line)) and not is_header(line)


_REST = re.compile(r" {0,20}[A-Z%()-]{1,40}(?: {1,20}[A-Z%()-]{1,40}){0,12} *")


def _take(table: Table, starts: list[int], line: str) -> None:
    cells = _cut(line, starts)
    if cells is None or (not line[0].isspace() and len(cells) > 2 and not any(cells[1:])):
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
    headers = [word.replace("_", " ") for word in known[0].split()] + (known[1].split("|") if wide and known[1] else [])
    headers = (["NAMESPACE"] if everywhere else []) + headers + (["LABELS"] if labelled else [])
    for line in lines:
        cells = _GAP.split(line.strip()) if line and not line[0].isspace() and len(line) < 10_000 else []
        if len(cells) == len(headers):
            yield {header: unset(cell) for header, cell in zip(headers, cells, strict=True)}
