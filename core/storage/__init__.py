"""The relational state: one ``Database`` over SQLite or PostgreSQL, with its migrations.

SQLAlchemy stays behind this package and ``core.runs``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import StorageError
from core.settings import StorageSettings
from core.storage.engines import Engines, database_url, make_engines

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

__all__ = ["Database"]

MIGRATIONS = Path(__file__).parent / "migrations"
WAL_ATTEMPTS, WAL_RETRY_SECONDS = 20, 0.05
"""Two processes that open a new SQLite file switch it to WAL at once; one is then refused without any wait."""

_MIGRATION_LOCK = 7_361_248_095  # any number that nobody else locks in this database


class Database:
    """The database of one process. Writes of a process wait for each other; reads wait for nobody on SQLite."""

    def __init__(self, settings: StorageSettings) -> None:
        self._url = database_url(settings.url, settings.state_dir)
        self._engines: Engines = make_engines(self._url)
        self._writing = asyncio.Lock()

    @property
    def address(self) -> str:
        """The URL without its password, fit to be shown."""
        return self._url.render_as_string(hide_password=True)

    @property
    def sqlite(self) -> bool:
        """Say whether this is SQLite, where one file serves one machine."""
        return self._engines.sqlite

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction: committed at the end, rolled back by an exception. No network call inside.

        On SQLite the lock keeps writers of this process apart, because a wait inside the driver cannot be cancelled.
        Raises ``StorageError`` when the database does not answer.
        """
        if not self.sqlite:
            async with self._translated(), self._engines.writer.begin() as connection:
                yield connection
            return
        async with self._writing, self._translated(), self._engines.writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading. Raises ``StorageError`` when the database does not answer."""
        async with self._translated(), self._engines.reader.connect() as connection:
            yield connection

    async def migrate(self) -> None:
        """Bring the schema to the version of this code. Several processes may do so at once.

        Raises ``StorageError`` when the schema is newer than the code.
        """
        for _ in range(WAL_ATTEMPTS - 1):
            try:
                return await self._migrate()
            except StorageError as exc:
                if not (self.sqlite and "database is locked" in str(exc.__cause__)):
                    raise
            await asyncio.sleep(WAL_RETRY_SECONDS)
        return await self._migrate()

    async def _migrate(self) -> None:
        async with self.write() as connection:
            if not self.sqlite:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            await connection.run_sync(self._upgrade)

    async def check(self) -> None:
        """Raise ``StorageError`` unless the database answers and its schema is of this code's version."""
        from alembic.script import ScriptDirectory

        async with self.read() as connection:
            version = await connection.run_sync(_version)
        script = ScriptDirectory.from_config(_alembic(None))
        if version != script.get_current_head():
            self._refuse_newer(version, script)
            raise StorageError(
                f"The schema of {self.address} is older than this program.", next_step="Restart it: start migrates."
            )

    async def now(self, connection: AsyncConnection) -> datetime:
        """Return the database's time: on PostgreSQL the clocks of several machines need not agree."""
        if self.sqlite:
            return datetime.now(UTC)
        moment: datetime = (await connection.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
        return moment.astimezone(UTC)

    async def close(self) -> None:
        """Close every connection."""
        await self._engines.close()

    def _upgrade(self, connection: sa.Connection) -> None:
        from alembic import command
        from alembic.script import ScriptDirectory

        config = _alembic(connection)
        version, script = _version(connection), ScriptDirectory.from_config(config)
        if version == script.get_current_head():
            return
        self._refuse_newer(version, script)
        command.upgrade(config, "head")

    def _refuse_newer(self, version: str | None, script: "ScriptDirectory") -> None:
        known = {revision.revision for revision in script.walk_revisions()}
        if version is not None and version not in known:
            raise StorageError(
                f"The schema of {self.address} has version {version}, which is newer than this program.",
                next_step="Use the newer program, or restore a backup of the database made before its upgrade.",
            )

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError) as exc:
            raise StorageError(f"{self.address} did not answer: {_cause(exc)}.", next_step=_REACH) from exc
        except sa.exc.ProgrammingError as exc:
            raise StorageError(f"{self.address} refused a statement: {_cause(exc)}.", next_step=_REACH) from exc
        except sa.exc.DatabaseError as exc:
            if isinstance(exc, (sa.exc.IntegrityError, sa.exc.DataError)):
                raise
            raise StorageError(f"{self.address} cannot be used: {_cause(exc)}.", next_step=_REACH) from exc
        except OSError as exc:
            raise StorageError(f"{self.address} cannot be reached: {exc}.", next_step=_REACH) from exc


_REACH = "See that the database runs and that storage.url and its rights are right; `sextant doctor` checks it."


def _cause(exc: sa.exc.SQLAlchemyError) -> str:
    text = str(exc.orig if isinstance(exc, sa.exc.DBAPIError) and exc.orig else exc)
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else type(exc).__name__


def _alembic(connection: sa.Connection | None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _version(connection: sa.Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()
