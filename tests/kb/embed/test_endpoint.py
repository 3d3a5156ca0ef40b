"""Any OpenAI-compatible endpoint: order, batches, retries inside the deadline, answers that are not vectors."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from kb.embed import EmbeddingRefused, EmbeddingUnavailable, TextTooLong, Vector
from kb.embed.endpoint import EndpointEmbedder, EndpointSettings
from tests.virtual_time import in_virtual_time

SETTINGS = EndpointSettings(url="http://models.test/v1/", model="m", dimensions=3, api_key="key-1", batch=2)
Respond = Callable[[list[str]], httpx.Response]


class Server(httpx.AsyncBaseTransport):
    """Answer by a function, and keep what was asked."""

    def __init__(self, *responses: Respond) -> None:
        self.responses = list(responses)
        self.requests: list[httpx.Request] = []
        self.inputs: list[list[str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        inputs: list[str] = json.loads(request.content)["input"]
        self.inputs.append(inputs)
        respond = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        return respond(inputs)


def vector_of(text: str) -> list[float]:
    return [float(len(text)), 1.0, 0.5]


def right(inputs: list[str]) -> httpx.Response:
    data = [{"index": at, "embedding": vector_of(text)} for at, text in enumerate(inputs)]
    return httpx.Response(200, json={"data": data[::-1]})  # in any order: the index says which is which


def status(code: int, **headers: str) -> Respond:
    return lambda _: httpx.Response(code, headers=headers, text="no")


def embeddings(*vectors: Any) -> Respond:
    data = [{"index": at, "embedding": one} for at, one in enumerate(vectors)]
    return lambda _: httpx.Response(200, content=json.dumps({"data": data}))


def broken(_: list[str]) -> httpx.Response:
    raise httpx.ConnectError("refused")


async def _all(vectors: AsyncIterator[Vector]) -> list[Vector]:
    return [vector async for vector in vectors]


async def test_vectors_come_in_order_from_batches_with_prefix_and_key() -> None:
    server = Server(right)
    embedder = EndpointEmbedder(replace(SETTINGS, passage_prefix="p: ", query_prefix="q: "), transport=server)
    texts = ["a" * length for length in range(1, 8)]
    vectors = await _all(embedder.passages(texts))
    await embedder.query("why")
    await embedder.close()
    assert [round(float(one[0] / one[1])) for one in vectors] == [len(text) + 3 for text in texts]
    assert [len(batch) for batch in server.inputs] == [2, 2, 2, 1, 1]
    assert server.inputs[0][0] == "p: a"
    assert server.inputs[-1] == ["q: why"]
    assert {str(one.url) for one in server.requests} == {"http://models.test/v1/embeddings"}
    assert {one.headers["authorization"] for one in server.requests} == {"Bearer key-1"}
    assert "key-1" not in repr(SETTINGS)


@in_virtual_time
async def test_what_passes_is_tried_again() -> None:
    server = Server(status(429, **{"retry-after": "3"}), status(503), broken, right)
    embedder = EndpointEmbedder(SETTINGS, transport=server)
    assert len(await _all(embedder.passages(["a", "b"]))) == 2
    assert len(server.requests) == 4
    await embedder.close()


@in_virtual_time
async def test_what_does_not_pass_ends_with_the_deadline_and_says_why() -> None:
    server = Server(status(500))
    embedder = EndpointEmbedder(SETTINGS, transport=server)
    with pytest.raises(EmbeddingUnavailable, match=r"models\.test.*10 s: HTTP 500"):
        await embedder.query("why")
    assert 4 <= len(server.requests) <= 20
    await embedder.close()


@in_virtual_time
async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    server = Server(status(429, **{"retry-after": "3600"}))
    embedder = EndpointEmbedder(SETTINGS, transport=server)
    with pytest.raises(EmbeddingUnavailable, match="HTTP 429"):
        await embedder.query("why")
    assert len(server.requests) == 1
    await embedder.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    id: str
    respond: Respond
    says: str


BAD = (
    Bad(id="refused", respond=status(401), says="HTTP 401"),
    Bad(id="moved", respond=status(302, location="http://10.0.0.1/"), says="HTTP 302"),
    Bad(id="too few", respond=embeddings([1, 2, 3]), says="1 vectors for 2"),
    Bad(id="too many", respond=embeddings([1, 2, 3], [1, 2, 3], [1, 2, 3]), says="3 vectors for 2"),
    Bad(id="another size", respond=embeddings([1, 2], [1, 2]), says="2 dimensions, 3 are configured"),
    Bad(id="not a number", respond=embeddings([1, 2, float("nan")], [1, 2, 3]), says="not a number"),
    Bad(id="beyond float32", respond=embeddings([1e308, 1e308, 1e308], [1, 2, 3]), says="not a number"),
    Bad(id="zero", respond=embeddings([0, 0, 0], [1, 2, 3]), says="zero"),
    Bad(id="null", respond=embeddings(None, None), says="not an embedding"),
    Bad(id="no JSON", respond=lambda _: httpx.Response(200, text="<html>"), says="not an embedding"),
)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.id)
async def test_an_answer_that_is_no_vector_is_refused_at_once(case: Bad) -> None:
    server = Server(case.respond)
    embedder = EndpointEmbedder(SETTINGS, transport=server)
    with pytest.raises(EmbeddingRefused, match=case.says):
        await _all(embedder.passages(["a", "b"]))
    assert len(server.requests) == 1
    await embedder.close()


async def test_a_text_that_may_be_too_long_is_refused_before_it_is_sent() -> None:
    server = Server(right)
    embedder = EndpointEmbedder(replace(SETTINGS, max_tokens=10), transport=server)
    with pytest.raises(TextTooLong):
        await _all(embedder.passages(["short", "容器被内核终止了"]))
    assert server.requests == []
    await embedder.close()


@pytest.mark.parametrize("change", [{"model": "n"}, {"dimensions": 4}, {"query_prefix": "q"}, {"revision": "2"}])
async def test_whatever_changes_vectors_changes_the_fingerprint(change: dict[str, Any]) -> None:
    one, other = EndpointEmbedder(SETTINGS), EndpointEmbedder(replace(SETTINGS, **change))
    moved = EndpointEmbedder(replace(SETTINGS, url="http://elsewhere.test/v1", api_key="key-2"))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == moved.fingerprint
    for embedder in (one, other, moved):
        await embedder.close()
