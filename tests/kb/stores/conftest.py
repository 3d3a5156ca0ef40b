"""The same contract for every store: the reference, the embedded engine, the client's local mode, a real server."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kb.stores import Collection, CollectionSpec, VectorStore
from kb.stores.edge import EdgeStore
from kb.stores.memory import MemoryStore
from tests.kb.stores.samples import DIMENSIONS

SERVER = "SEXTANT_TEST_QDRANT_URL"
STORES = ("memory", "edge", "local", pytest.param("server", marks=pytest.mark.enable_socket))


def opened(kind: str, folder: Path) -> VectorStore:
    """Open a store of this kind."""
    if kind == "memory":
        return MemoryStore()
    if kind == "edge":
        return EdgeStore(folder)
    from qdrant_client import AsyncQdrantClient

    from kb.stores.server import ServerSettings, ServerStore, connect

    if kind == "local":
        return ServerStore(AsyncQdrantClient(location=":memory:"), ServerSettings(url="http://local"), indexes=False)
    if not (url := os.environ.get(SERVER)):
        pytest.skip(f"no Qdrant server: {SERVER} is not set")
    return connect(
        ServerSettings(
            url=url,
            grpc_port=int(os.environ.get(f"{SERVER}_GRPC_PORT", "6334")),
            api_key=os.environ.get(f"{SERVER}_API_KEY", ""),
            replicas=int(os.environ.get(f"{SERVER}_REPLICAS", "1")),
        )
    )


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VectorStore]:
    """Return an open store."""
    found = opened(request.param, tmp_path / "store")
    yield found
    await found.close()


@pytest.fixture
def spec() -> CollectionSpec:
    """Return a collection that no other test uses, also on a shared server."""
    return CollectionSpec(fingerprint=secrets.token_hex(8), dimensions=DIMENSIONS, base="test")


@pytest.fixture
async def collection(store: VectorStore, spec: CollectionSpec) -> AsyncIterator[Collection]:
    """Return an empty collection, removed afterwards."""
    yield await store.create(spec)
    if spec.name in await store.names():
        await store.drop(spec.name)
