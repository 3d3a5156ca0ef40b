"""The whole knowledge base as one file, and back: texts, states, uploads, patterns and incidents.

The file is zstd over lines of JSON: a head (format, schema, moment), one line for each row as ``[table, {column:
value}]`` in an order that satisfies foreign keys, and a foot with the number of rows and the SHA-256 of all before it.
Vectors are not in it: they are made again from the texts (``rebuild``), under whichever model is configured then.
"""

import asyncio
import base64
import hashlib
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
import zstandard
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import SextantError
from core.storage import Database
from core.storage.schema import Moment, metadata
from kb.events import tables as _events  # noqa: F401 - its tables are part of the backup
from kb.records import tables as _records

FORMAT = 1
LEVEL = 6
"""Of zstd, as for recordings: higher levels take several times as long for a tenth less."""
ROWS = 500
"""Rows of one INSERT, and of one piece of work in a thread."""
MAX_LINE = 256 * 1024 * 1024
"""Characters of one line: an uploaded document of the largest size that settings usually allow, in base64."""
LEFT_OUT = frozenset({_records.job.name, _records.index.name})
"""Jobs are queued anew by what is restored, and collections are made anew."""


class BackupBroken(SextantError):
    """A backup is cut short, changed, or of another version."""

    code, status, title = "backup_broken", 422, "The backup cannot be restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSummary:
    """What was written or restored: rows by table, and the size of the file in bytes."""

    path: Path
    bytes: int
    rows: dict[str, int]
    made_at: datetime


async def backup(database: Database, path: Path) -> BackupSummary:
    """Write everything as of one moment to ``path``; the file appears there when it is complete, or not at all.

    Raises ``BackupBroken`` when it cannot be written, ``StorageError`` when the database does not answer.
    """
    rows: Counter[str] = Counter()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    try:
        with os.fdopen(handle, "wb") as file:
            async with database.read() as connection:
                await _snapshot(connection, sqlite=database.sqlite)
                made_at = await database.now(connection)
                with _Writer(file) as out:
                    out.line({"format": FORMAT, "made_at": made_at.isoformat(), "tables": [t.name for t in _tables()]})
                    for table in _tables():
                        found = await connection.stream(sa.select(table))
                        async for part in found.mappings().partitions(ROWS):
                            await asyncio.to_thread(out.rows, table, part)
                            rows[table.name] += len(part)
                    out.foot(sum(rows.values()))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
    return BackupSummary(
        path=path, bytes=await asyncio.to_thread(os.path.getsize, path), rows=dict(rows), made_at=made_at
    )


async def restore(database: Database, path: Path) -> BackupSummary:
    """Replace everything by what is in ``path``, in one transaction, after the whole file was checked.

    Whoever calls this has ingestion stopped, and builds the vectors anew afterwards. Raises ``BackupBroken``; then
    nothing was changed.
    """
    made_at = await asyncio.to_thread(_check, path)
    rows: Counter[str] = Counter()
    async with database.write() as connection:
        for table in (*reversed(_tables()), _records.job, _records.index):
            await connection.execute(table.delete())
        pieces = _pieces(path)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            table, values = piece
            await connection.execute(table.insert(), values)
            rows[table.name] += len(values)
    return BackupSummary(
        path=path, bytes=await asyncio.to_thread(os.path.getsize, path), rows=dict(rows), made_at=made_at
    )


def _tables() -> list[sa.Table]:
    """Return the tables of the knowledge base, parents first."""
    return [table for table in metadata.sorted_tables if table.name.startswith("kb_") and table.name not in LEFT_OUT]


async def _snapshot(connection: AsyncConnection, *, sqlite: bool) -> None:
    """Let all reads that follow see one moment."""
    if sqlite:
        await connection.exec_driver_sql("BEGIN")  # the driver itself begins a transaction only for writes
        return
    await connection.execution_options(isolation_level="REPEATABLE READ")


class _Writer:
    def __init__(self, file: BinaryIO) -> None:
        self._packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).stream_writer(file, closefd=False)
        self._digest = hashlib.sha256()

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._packer.close()  # type: ignore[no-untyped-call]  # zstandard's own stub leaves it untyped

    def line(self, value: Any) -> None:
        data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        self._digest.update(data)
        self._packer.write(data)

    def rows(self, table: sa.Table, rows: Iterable[Mapping[Any, Any]]) -> None:
        for row in rows:
            self.line([table.name, {column.name: _plain(row[column.name]) for column in table.columns}])

    def foot(self, rows: int) -> None:
        self.line({"rows": rows, "sha256": self._digest.hexdigest()})


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case bytes() | memoryview():
            return {"base64": base64.b64encode(value).decode()}
    return value


def _check(path: Path) -> datetime:
    """Read the file to its end and return when it was made. Raises ``BackupBroken``."""
    digest, rows, foot, made_at = hashlib.sha256(), 0, None, None
    known = {table.name for table in _tables()}
    for line in _lines(path):
        if foot is not None:
            raise _broken(path, "there is more after its end")
        value = _json(path, line)
        if made_at is None:
            made_at = _head(path, value, known)
        elif isinstance(value, dict):
            foot = value
            if (value.get("rows"), value.get("sha256")) != (rows, digest.hexdigest()):
                raise _broken(path, "its checksum does not agree")
        else:
            rows += 1
        digest.update(line)
    if foot is None or made_at is None:
        raise _broken(path, "it is cut short")
    return made_at


def _head(path: Path, value: Any, known: set[str]) -> datetime:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _broken(path, "it is no backup of a knowledge base that this version reads")
    if unknown := set(value.get("tables", ())) - known:
        raise _broken(path, f"it holds {', '.join(sorted(unknown))}, which this version does not know")
    return datetime.fromisoformat(value["made_at"])


def _pieces(path: Path) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """Yield the rows of a file that was checked, at most ``ROWS`` of one table at once."""
    tables = {table.name: table for table in _tables()}
    name, values = "", list[dict[str, Any]]()
    for line in _lines(path):
        value = json.loads(line)
        if isinstance(value, dict):
            continue
        if values and (value[0] != name or len(values) == ROWS):
            yield tables[name], values
            values = []
        name = value[0]
        values.append({key: _typed(tables[name].columns[key].type, one) for key, one in value[1].items()})
    if values:
        yield tables[name], values


def _typed(kind: Any, value: Any) -> Any:
    if isinstance(kind, Moment) and value is not None:
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary) and value is not None:
        return base64.b64decode(value["base64"])
    return value


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with (
            path.open("rb") as file,
            zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(file) as unpacked,
            io.BufferedReader(unpacked, 1024 * 1024) as lines,
        ):
            while line := lines.readline(MAX_LINE):
                if not line.endswith(b"\n"):
                    raise _broken(path, "it is cut short")
                yield line
    except (OSError, zstandard.ZstdError) as exc:
        raise _broken(path, str(exc)) from exc


def _json(path: Path, line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as exc:
        raise _broken(path, "a line of it is no JSON") from exc


def _broken(path: Path, why: str) -> BackupBroken:
    return BackupBroken(
        f"{path} cannot be restored: {why}.", next_step="Take another backup file; nothing was changed."
    )


def _unwritable(path: Path, exc: OSError) -> BackupBroken:
    return BackupBroken(
        f"The backup {path} cannot be written: {exc.strerror or exc}.", next_step="Name another place, or make room."
    )
