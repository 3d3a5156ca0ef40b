"""Engines for SQLite and PostgreSQL with what each needs to be safe."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from weakref import WeakSet

import aiosqlite
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
    """The threads of the SQLite driver, one for each connection."""

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
    threads: WeakSet[Thread] = WeakSet()
    writer = create_async_engine(url.set(database=str(path)), async_creator=_connecting(str(path), threads))
    sa.event.listen(writer.sync_engine, "connect", _prepare)
    sa.event.listen(writer.sync_engine, "begin", _begin)
    reader = create_async_engine(url, async_creator=_connecting(f"{path.as_uri()}?mode=ro", threads, uri=True))
    return Engines(writer=writer, reader=reader, sqlite=True, threads=threads)


def _connecting(
    database: str, threads: WeakSet[Thread], *, uri: bool = False
) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Return a function that connects, and that remembers the thread of the connection even where connecting fails."""

    async def connect() -> aiosqlite.Connection:
        connection = aiosqlite.connect(database, uri=uri, timeout=BUSY_SECONDS)
        thread = connection._thread  # noqa: SLF001 - the driver offers no other way to wait for it
        thread.daemon = True
        threads.add(thread)
        return await connection

    return connect


def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # the driver would open transactions of its own kind; ``_begin`` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # waits at the start: never "database is locked" in the middle
