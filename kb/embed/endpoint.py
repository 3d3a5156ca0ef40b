"""Any OpenAI-compatible ``/embeddings`` endpoint.

Answers are checked before they are used: one vector for each text, the right size, only finite numbers. What passes
(429, 5xx, a broken connection) is tried again inside the deadline; what does not is reported at once.
"""

import asyncio
import hashlib
import random
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import httpx
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from kb.embed.embedder import Vector, unit
from kb.embed.errors import EmbeddingRefused, EmbeddingUnavailable, TextTooLong

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""A batch of 64 vectors of 4,096 numbers is about 6 MB of JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """Where the endpoint is and how it is used. ``url`` ends before ``/embeddings``."""

    url: str
    model: str
    dimensions: int
    api_key: str = field(default="", repr=False)
    max_tokens: int = 512
    batch: int = 32
    concurrency: int = 4
    deadline_seconds: float = 60.0
    query_deadline_seconds: float = 10.0
    query_prefix: str = ""
    passage_prefix: str = ""
    revision: str = ""
    """Change it when the model behind the same name has changed: a new revision is a new fingerprint."""


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Item] = Field(max_length=4096)


class EndpointEmbedder:
    """Embed through HTTP. ``transport`` is for tests: the real one is used without it."""

    def __init__(self, settings: EndpointSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self.name = settings.model
        self.dimensions = settings.dimensions
        self.max_tokens = settings.max_tokens
        self.counter = estimated_tokens
        parts = (settings.model, settings.revision, str(settings.dimensions))
        recipe = "\0".join((*parts, settings.query_prefix, settings.passage_prefix))
        self.fingerprint = hashlib.sha256(recipe.encode()).hexdigest()[:16]
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        self._client = httpx.AsyncClient(
            base_url=settings.url.rstrip("/") + "/",
            headers={**headers, "Accept-Encoding": "identity"},  # a bound on bytes that no compression undercuts
            timeout=httpx.Timeout(settings.deadline_seconds, connect=10.0),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
        )

    def count_tokens(self, text: str) -> int:
        """Estimate from above: the endpoint's tokenizer is unknown. A Chinese character counts 1.5, others 1/2."""
        return self.counter(text)

    async def query(self, text: str) -> Vector:
        """Embed a question within ``query_deadline_seconds``."""
        self._refuse_long(text)
        vectors = await self._embed([self._settings.query_prefix + text], self._settings.query_deadline_seconds)
        return vectors[0]

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order, ``concurrency`` batches at a time."""
        running: deque[asyncio.Task[list[Vector]]] = deque()
        try:
            for batch in self._batches(texts):
                running.append(asyncio.create_task(self._embed(batch, self._settings.deadline_seconds)))
                if len(running) >= self._settings.concurrency:
                    for vector in await running.popleft():
                        yield vector
            while running:
                for vector in await running.popleft():
                    yield vector
        finally:
            for task in running:  # the caller stopped, or one batch failed
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _batches(self, texts: Iterable[str]) -> Iterator[list[str]]:
        source = iter(texts)
        while batch := list(islice(source, self._settings.batch)):
            for text in batch:
                self._refuse_long(text)
            yield [self._settings.passage_prefix + text for text in batch]

    def _refuse_long(self, text: str) -> None:
        if (tokens := self.count_tokens(text)) > self.max_tokens:
            message = f"a text of about {tokens} tokens is longer than the {self.max_tokens} that {self.name} reads"
            raise TextTooLong(message, next_step="split it, or ask a shorter question")

    async def _embed(self, texts: list[str], seconds: float) -> list[Vector]:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        failure, attempt = "no answer", 0
        try:
            async with asyncio.timeout_at(end):
                while True:
                    outcome = await self._try(texts)
                    if isinstance(outcome, list):
                        return outcome
                    failure, wait = outcome.reason, outcome.wait(attempt)
                    if loop.time() + wait >= end:
                        break  # waiting would only end in the deadline
                    attempt += 1
                    await asyncio.sleep(wait)
        except TimeoutError:
            pass
        message = f"no embedding from {self._where} within {seconds:g} s: {failure} after {attempt + 1} tries"
        raise EmbeddingUnavailable(message, next_step="check the endpoint, then retry")

    async def _try(self, texts: list[str]) -> "list[Vector] | _Again":
        body = {"model": self._settings.model, "input": texts, "encoding_format": "float"}
        try:
            async with self._client.stream("POST", "embeddings", json=body) as response:
                content = await _bounded(response)
        except httpx.TransportError as exc:
            return _Again(reason=f"{type(exc).__name__}: {exc}")
        status = response.status_code
        if status in {408, 425, 429} or status >= 500:
            return _Again(reason=f"HTTP {status}", asked=_retry_after(response))
        if status != 200:
            message = f"{self._where} answered HTTP {status}: {content[:200].decode(errors='replace')}"
            raise EmbeddingRefused(message, next_step="check the address, the model's name and the key")
        return self._checked(content, len(texts))

    def _checked(self, content: bytes, expected: int) -> list[Vector]:
        try:
            items = sorted(_Answer.model_validate_json(content).data, key=lambda item: item.index)
        except ValidationError as exc:
            message = f"{self._where} answered what is not an embedding: {exc.error_count()} faults in its JSON"
            raise EmbeddingRefused(message) from exc
        if [item.index for item in items] != list(range(expected)):
            raise EmbeddingRefused(f"{self._where} answered {len(items)} vectors for {expected} texts")
        vectors: list[Vector] = []
        for item in items:
            if len(item.embedding) != self.dimensions:
                message = f"{self._where} gives {len(item.embedding)} dimensions, {self.dimensions} are configured"
                raise EmbeddingRefused(message, next_step="correct the dimensions, then index again")
            vector = unit(np.array(item.embedding, dtype=np.float64))
            if vector is None:
                raise EmbeddingRefused(f"{self._where} answered a vector that is zero or not a number")
            vectors.append(vector)
        return vectors

    @property
    def _where(self) -> str:
        return f"{self._client.base_url.host} (model {self.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """One try that may be repeated. ``asked`` is the server's own Retry-After in seconds."""

    reason: str
    asked: float | None = None

    def wait(self, attempt: int) -> float:
        """Return the seconds before the next try: what the server asked, else doubling with jitter."""
        if self.asked is not None:
            return self.asked
        return float(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(attempt, 10)) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise EmbeddingRefused(f"the answer of {response.url.host} is larger than {MAX_ANSWER_BYTES} bytes")
    return bytes(content)


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text from above, for whatever tokenizer."""
    wide = sum(1 for letter in text if letter > "\u2e7f")
    return wide + (wide + 1) // 2 + (len(text) - wide + 1) // 2
