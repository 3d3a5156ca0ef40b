import asyncio
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import kb.events.tables
import kb.records.tables  # noqa: F401 - their tables join the metadata
from core.errors import StorageError
from core.settings import StorageSettings
from core.storage import MIGRATIONS, Database
from core.storage.engines import BUSY_SECONDS, database_url
from core.storage.schema import metadata, run, run_event

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


def row(**values: Any) -> dict[str, Any]:
    fixed = dict.fromkeys(("kind", "owner", "fingerprint"), "x") | dict.fromkeys(("progress", "last_seq"), 0)
    return fixed | {"id": "r1", "state": "queued", "created_at": NOON, "steps": [], "cancel_requested": False} | values


async def test_migrating_twice_is_migrating_once(database: Database) -> None:
    await database.migrate()
    await database.check()


async def test_several_processes_may_migrate_at_once(storage: StorageSettings) -> None:
    databases = [Database(storage) for _ in range(5)]
    await asyncio.gather(*(database.migrate() for database in databases))
    for database in databases:
        await database.check()
        await database.close()


async def test_the_migrations_build_the_schema_of_the_code(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_moments_and_json_come_back_as_they_went(database: Database) -> None:
    hard = {"zero": "a\x00b", "surrogate": "\ud800", "deep": [1, None, {"x": 0.1}], "zh": "镜像"}
    async with database.write() as connection:
        await connection.execute(run.insert().values(row(result=hard)))
    async with database.read() as connection:
        stored = (await connection.execute(sa.select(run))).one()
    assert stored.created_at == NOON
    assert stored.started_at is None
    assert stored.result == hard


async def test_an_exception_undoes_the_transaction(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(run.insert().values(row()))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with database.read() as connection:
        assert (await connection.execute(sa.select(run))).all() == []


async def test_events_go_with_their_run(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(run.insert().values(row()))
        await connection.execute(run_event.insert().values(run_id="r1", seq=1, type="state", at=NOON, last=False))
    async with database.write() as connection:
        await connection.execute(run.delete())
    async with database.read() as connection:
        assert (await connection.execute(sa.select(run_event))).all() == []


async def test_writers_of_one_process_wait_for_each_other_and_can_be_cancelled(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(run.insert().values(row(id=f"r{number}")))

    await asyncio.gather(*(add(number) for number in range(30)))
    async with database.write() as connection:
        await connection.execute(run.insert().values(row(id="open")))
        waiting = asyncio.ensure_future(add(99))
        await asyncio.sleep(0)
        waiting.cancel()
        assert await asyncio.gather(waiting, return_exceptions=True)
    async with database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(run))).scalar_one() == 31


async def test_readers_see_the_last_commit_while_somebody_writes(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(run.insert().values(row()))
        async with database.read() as reader:
            assert (await reader.execute(sa.select(run))).all() == []


async def test_a_schema_of_a_newer_program_is_refused(database: Database, storage: StorageSettings) -> None:
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (database.migrate, database.check):
        with pytest.raises(StorageError, match=r"9999.*newer"):
            await attempt()


async def test_an_empty_database_is_not_ready(storage: StorageSettings) -> None:
    database = Database(storage)
    with pytest.raises(StorageError):
        await database.check()
    await database.close()


async def test_the_database_tells_the_time(database: Database) -> None:
    async with database.read() as connection:
        moment = await database.now(connection)
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
    assert moment.utcoffset() == timedelta(0)


async def test_a_server_that_is_not_there_is_a_storage_error_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://app:hunter2@127.0.0.1:1/sextant"
    database = Database(StorageSettings(url=url, state_dir=tmp_path))
    with pytest.raises(StorageError) as caught:
        await database.migrate()
    assert "127.0.0.1" in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.retryable
    await database.close()


async def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "sextant.db").write_text("not a database " * 100, encoding="utf-8")
    database = Database(StorageSettings(state_dir=tmp_path))
    with pytest.raises(StorageError, match=r"sextant\.db"):
        await database.migrate()
    await database.close()


def test_a_state_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be made"):
        Database(StorageSettings(state_dir=tmp_path / "file" / "state"))


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("", "sqlite+aiosqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("sqlite:////srv/x.db", "sqlite+aiosqlite"),
    ],
)
def test_addresses_get_the_one_driver_that_is_shipped(url: str, driver: str, tmp_path: Path) -> None:
    assert database_url(url, tmp_path).drivername == driver


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "sqlite://", "postgresql+asyncpg://h/d"])
def test_addresses_of_other_databases_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        database_url(url, tmp_path)


def test_a_wait_in_the_driver_stays_below_five_seconds() -> None:
    assert BUSY_SECONDS < 5


def test_the_migrations_travel_in_the_wheel() -> None:
    project = tomllib.loads((MIGRATIONS.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert "core" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert list((MIGRATIONS / "versions").glob("v*.py"))
