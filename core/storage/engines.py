"""Engines for SQLite and PostgreSQL with what each needs to be safe."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.errors import StorageError

BUSY_SECONDS = 4
"""How long a SQLite write waits for another process. Such a wait cannot be cancelled, so it stays below 5 s."""

CONNECT_SECONDS = 5
"""How long to wait for PostgreSQL to accept a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """``writer`` opens write transactions; ``reader`` never waits for them. On PostgreSQL they are the same."""

    writer: AsyncEngine
    reader: AsyncEngine
    sqlite: bool
    threads: WeakSet[Thread] = field(default_factory=WeakSet)

    async def close(self) -> None:
        """Close every connection, and wait for the threads of the SQLite driver to end.

        A cancelled transaction leaves its connection to be closed by its thread; that thread reports to the event loop,
        which must still be there.
        """
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()
        for thread in list(self.threads):
            await asyncio.to_thread(thread.join, BUSY_SECONDS + 1)


def database_url(url: str, state_dir: Path) -> sa.URL:
    """Read ``storage.url``: empty means the SQLite file in ``state_dir``; PostgreSQL gets its one driver."""
    if not url:
        return sa.URL.create("sqlite+aiosqlite", database=str(state_dir / "sextant.db"))
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as exc:
        raise StorageError("storage.url is not a database address.", next_step=_FORMS) from exc
    match parsed.drivername:
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" | "sqlite+aiosqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+aiosqlite")
    raise StorageError(f"storage.url asks for {parsed.drivername!r}, which is not supported.", next_step=_FORMS)


_FORMS = "Leave storage.url empty for SQLite, or use postgresql://user:password@host:5432/name or sqlite:///path."


def make_engines(url: sa.URL) -> Engines:
    """Make the engines of ``url``. Nothing connects yet; the folder of a SQLite file is created."""
    if url.get_backend_name() != "sqlite":
        engine = create_async_engine(
            url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args={"connect_timeout": CONNECT_SECONDS}
        )
        return Engines(writer=engine, reader=engine, sqlite=False)
    path = Path(url.database or "").absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise StorageError(f"The folder {path.parent} cannot be made: {exc.strerror}.") from exc
    writer = create_async_engine(url.set(database=str(path)))
    sa.event.listen(writer.sync_engine, "connect", _prepare)
    sa.event.listen(writer.sync_engine, "begin", _begin)
    read_only = url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    reader = create_async_engine(read_only, connect_args={"timeout": BUSY_SECONDS})
    engines = Engines(writer=writer, reader=reader, sqlite=True)

    def remember(connection: Any, _: object) -> None:
        # The driver offers no way to wait for its thread after a connection was dropped.
        thread = getattr(connection.driver_connection, "_thread", None)
        if isinstance(thread, Thread):
            engines.threads.add(thread)

    for engine in (writer, reader):
        sa.event.listen(engine.sync_engine, "connect", remember)
    return engines


def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # the driver would open transactions of its own kind; ``_begin`` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # waits at the start: never "database is locked" in the middle
