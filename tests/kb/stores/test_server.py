"""The server's adapter without a server: what goes over the wire, and what a person reads when nobody answers."""

import random
import socket

import grpc
import httpx
import pytest
from qdrant_client.conversions.conversion import RestToGrpc

from core.errors import SettingInvalid
from kb.lexical import TermVector
from kb.stores import Access, CollectionSpec, Filter, StoreError, StoreFailed, StoreUnreachable
from kb.stores.server import ServerSettings, connect
from kb.stores.server_collection import call, translated
from kb.stores.server_query import dense_request, lexical_request
from tests.kb.stores.samples import DIMENSIONS, START, direction, some_filter


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_server_that_does_not_answer_is_named_and_worth_another_try() -> None:
    settings = ServerSettings(url=f"http://127.0.0.1:{closed_port()}", grpc_port=closed_port(), seconds=2)
    store = connect(settings)
    with pytest.raises(StoreUnreachable) as told:
        await store.create(CollectionSpec(fingerprint="f", dimensions=DIMENSIONS))
    assert told.value.retryable
    assert "gRPC" in told.value.next_step
    health = await store.health()
    assert not health.ok
    assert "did not answer" in health.detail
    await store.close()


@pytest.mark.parametrize("url", ["", "localhost:6333", "ftp://host", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingInvalid):
        connect(ServerSettings(url=url))


def test_the_key_is_not_printed() -> None:
    assert "key-1" not in repr(ServerSettings(url="http://q", api_key="key-1"))


def test_every_search_carries_the_callers_access_over_the_wire() -> None:
    chance = random.Random(3)
    for _ in range(200):
        only = some_filter(chance)
        dense = RestToGrpc.convert_query_request(dense_request(direction(chance).tolist(), only, 10), "c")
        first = dense.filter.must[0].field
        assert first.key == "access"
        assert set(first.match.keywords.strings) == only.access.labels


def test_rarity_is_asked_for_over_what_the_caller_may_read() -> None:
    from qdrant_client import models

    only = Filter(access=Access.of(["shop"]), kinds=("code",), updated_since=START)
    terms = TermVector(ids=(1, 2**32 - 1), weights=(1.0, 2.0))
    sparse = models.SparseVector(indices=list(terms.ids), values=list(terms.weights))
    sent = RestToGrpc.convert_query_request(lexical_request(sparse, only, 10), "c")
    corpus = sent.params.idf.corpus
    assert [one.field.key for one in corpus.must] == ["access"]
    assert [one.field.key for one in sent.filter.must] == ["access", "kind", "updated_at"]


def _rpc(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details="why")


PASSING = (TimeoutError(), httpx.ConnectError("no"), _rpc(grpc.StatusCode.UNAVAILABLE))
FINAL = (_rpc(grpc.StatusCode.PERMISSION_DENIED), _rpc(grpc.StatusCode.INVALID_ARGUMENT), ValueError("no"))


@pytest.mark.parametrize(
    "raised",
    [*PASSING, *FINAL],
    ids=lambda one: str(one.code().name) if isinstance(one, grpc.aio.AioRpcError) else type(one).__name__,
)
def test_what_the_client_raises_becomes_our_own(raised: Exception) -> None:
    expected = StoreUnreachable if raised in PASSING else StoreFailed
    with pytest.raises(expected), translated("c"):
        raise raised


async def test_a_call_has_a_limit() -> None:
    import asyncio

    with pytest.raises(StoreError, match="TimeoutError"):
        await call("c", asyncio.Event().wait(), 0.01)
