"""Settings and databases for tests, on SQLite and on a real PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.settings import StorageSettings
from core.storage import Database
from tests.postgres import PostgresServer, programs, serve


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    bin_dir = programs()
    if bin_dir is None:
        reason = "PostgreSQL's server programs are not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with serve(bin_dir) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    """Settings of an empty database, of each kind that is supported."""
    if request.param == "sqlite":
        return StorageSettings(state_dir=tmp_path / "state")
    server: PostgresServer = request.getfixturevalue("postgres")
    return StorageSettings(url=server.create_database(), state_dir=tmp_path / "state")


@pytest.fixture
async def database(storage: StorageSettings) -> AsyncIterator[Database]:
    """A migrated database, of each kind that is supported."""
    opened = Database(storage)
    await opened.migrate()
    yield opened
    await opened.close()
