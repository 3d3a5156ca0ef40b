from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import zstandard

from core.errors import SextantError
from core.settings import StorageSettings
from core.storage import Database
from kb.backup import BackupBroken, backup, restore
from kb.records import tables

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def source_row(key: str) -> dict[str, Any]:
    return {
        "id": key, "name": key, "kind": "upload", "options": {"deep": [1, None]}, "access": "platform", "weight": 1.5,
        "schedule_seconds": None, "state": "ready", "created_at": NOON, "created_by": "local", "synced_at": NOON,
        "next_sync_at": None, "last_error": "", "error_code": "",
    }  # fmt: skip


def document_row(key: str, source: str) -> dict[str, Any]:
    return {
        "id": key, "source": source, "uri": f"upload:{key}", "title": "容器组", "language": "zh", "version": "",
        "media_type": "text/markdown", "access": "platform", "state": "ready", "stamp": "1", "content_hash": "x",
        "revision": "r1", "family": key, "sketch": b"\x00\xff", "passages": 1, "characters": 3, "attempts": 1,
        "last_error": "", "error_code": "", "next_try_at": None, "notes": ["one"], "updated_at": NOON,
        "indexed_at": NOON,
    }  # fmt: skip


async def filled(database: Database, *, documents: int) -> None:
    async with database.write() as connection:
        await connection.execute(tables.source.insert().values(source_row("s1")))
        for number in range(documents):
            key = f"d{number}"
            await connection.execute(tables.document.insert().values(document_row(key, "s1")))
            await connection.execute(tables.text.insert().values(document=key, revision="r1", text="a\x00\ud800 文"))
            spooled = {"document": key, "name": "n", "media_type": "", "version": "", "updated_at": None}
            await connection.execute(tables.spool.insert().values(**spooled, data=bytes(range(256))))


async def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    async with database.read() as connection:
        for table in (tables.source, tables.document, tables.text, tables.spool, tables.passage):
            query = sa.select(table).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in (await connection.execute(query)).all()]
    return found


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of the other kind of user: a laptop's SQLite file."""
    opened = Database(StorageSettings(state_dir=tmp_path / "other"))
    await opened.migrate()
    yield opened
    await opened.close()


async def test_a_backup_of_one_database_gives_the_same_rows_in_another(
    database: Database, other: Database, tmp_path: Path
) -> None:
    await filled(database, documents=7)
    await filled(other, documents=2)
    made = await backup(database, tmp_path / "kb.backup")
    restored = await restore(other, tmp_path / "kb.backup")
    assert made.rows == restored.rows | {name: 0 for name in made.rows if name not in restored.rows}
    assert made.rows["kb_document"] == 7
    assert await content(other) == await content(database)


async def test_a_backup_of_nothing_empties(database: Database, other: Database, tmp_path: Path) -> None:
    await filled(other, documents=1)
    await backup(database, tmp_path / "kb.backup")
    await restore(other, tmp_path / "kb.backup")
    assert all(not rows for rows in (await content(other)).values())


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def changed(data: bytes) -> bytes:
    lines = zstandard.ZstdDecompressor().stream_reader(data).read()
    return zstandard.ZstdCompressor().compress(lines.replace(b'"weight":1.5', b'"weight":9.5'))


def without_foot(data: bytes) -> bytes:
    lines = zstandard.ZstdDecompressor().stream_reader(data).read().splitlines(keepends=True)
    return zstandard.ZstdCompressor().compress(b"".join(lines[:-1]))


def of_another_format(data: bytes) -> bytes:
    lines = zstandard.ZstdDecompressor().stream_reader(data).read()
    return zstandard.ZstdCompressor().compress(lines.replace(b'"format":1', b'"format":2'))


@pytest.mark.parametrize("damage", [cut, changed, without_foot, of_another_format, lambda _: b"", lambda _: b"text\n"])
async def test_a_damaged_backup_changes_nothing(damage: Any, other: Database, tmp_path: Path) -> None:
    await filled(other, documents=3)
    path = tmp_path / "kb.backup"
    await backup(other, path)
    before = await content(other)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BackupBroken, match=r"kb\.backup cannot be restored"):
        await restore(other, path)
    assert await content(other) == before


async def test_a_backup_that_cannot_be_written_leaves_the_old_one(other: Database, tmp_path: Path) -> None:
    with pytest.raises(SextantError, match="cannot be written"):
        await backup(other, tmp_path / "missing" / "kb.backup")
    assert not (tmp_path / "missing").exists()
