"""An ingestion over each database."""

from collections.abc import AsyncIterator

import pytest

from core.storage import Database
from tests.kb.ingest.bench import Bench, benched


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with benched(database) as opened:
        yield opened
