"""The one place that knows the ``openai`` package: opening a client, streaming one completion, naming its errors.

It is imported at the first call, by name, because it is an optional part (``pip install 'sextant-ops[model]'``) and
takes most of a second. Verified with openai 2.54: its own retries obey a ``Retry-After`` of any length, so they are
off; its timeout bounds the gap between bytes only; faults inside a stream arrive as errors of httpx.
"""

import importlib
import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Literal

from core.llm.errors import (
    ModelAnswerBroken,
    ModelAnswerTooLong,
    ModelBusy,
    ModelError,
    ModelNotConfigured,
    ModelRefused,
    ModelUnreachable,
)
from core.llm.exchange import Message
from core.llm.live import on_loopback

EXTRA = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What an endpoint understands.

    ``form``: how JSON is asked for; ``plain`` sends nothing that a small server may not know. ``reasoning``: some
    models take neither a temperature nor ``max_tokens``.
    """

    form: Literal["schema", "object", "plain"] = "schema"
    reasoning: bool = False

    def without(self, about: str) -> "Dialect | None":
        """Return what to try after a refusal of the field ``about`` (empty: of something), None after the last."""
        if not self.reasoning and about in {"max_tokens", "temperature"}:
            return replace(self, reasoning=True)
        match self.form:
            case "schema":
                return replace(self, form="object")
            case "object":
                return replace(self, form="plain")
            case _:
                return None


_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,60}", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Streamed:
    """What has come of an answer so far."""

    parts: list[str] = field(default_factory=list)
    finish: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error of the endpoint, the seconds after which it asked to be called again, the field it refused."""

    error: ModelError
    retry_after: float | None = None
    about: str = ""


def load() -> ModuleType:
    """Import ``openai``. Raises ``ModelNotConfigured`` naming the extra when it is not installed."""
    try:
        openai = importlib.import_module("openai")
    except ImportError as exc:
        raise ModelNotConfigured(
            "The package that talks to language models is not installed.",
            next_step=f"Install it: pip install 'sextant-ops[{EXTRA}]'.",
        ) from exc
    # At level debug it would log whole prompts.
    logging.getLogger("openai").setLevel(logging.WARNING)
    return openai


@asynccontextmanager
async def opened(base_url: str, api_key: str, seconds: float, max_bytes: int) -> AsyncIterator[Any]:
    """Open a client that follows no redirect and reads at most ``max_bytes`` of each answer."""
    import httpx

    from core.llm.bounds import Bounds, refuse_compression

    bounds = Bounds(max_bytes=max_bytes)
    http = httpx.AsyncClient(
        timeout=httpx.Timeout(seconds),
        follow_redirects=False,
        trust_env=not on_loopback(base_url),
        event_hooks={"request": [refuse_compression], "response": [bounds.bind]},
    )
    async with load().AsyncOpenAI(
        api_key=api_key or "none", base_url=base_url, max_retries=0, timeout=httpx.Timeout(seconds), http_client=http
    ) as client:
        yield client


async def stream(client: Any, request: Mapping[str, Any], into: Streamed, max_chars: int) -> None:
    """Send one request and gather its answer. Raises ``ModelAnswerTooLong`` beyond ``max_chars`` characters."""
    length = 0
    async with await client.chat.completions.create(**request, stream=True) as chunks:
        async for chunk in chunks:
            if usage := getattr(chunk, "usage", None):
                into.input_tokens, into.output_tokens = usage.prompt_tokens, usage.completion_tokens
            for choice in getattr(chunk, "choices", None) or ():
                text = (choice.delta.content if choice.delta else None) or ""
                into.parts.append(text)
                into.finish = choice.finish_reason or into.finish
                length += len(text)
            if length > max_chars:
                raise ModelAnswerTooLong(f"The answer has more than {max_chars} characters.")


def request(
    *, name: str, messages: Sequence[Message], max_tokens: int, temperature: float, dialect: Dialect, schema: Any
) -> dict[str, Any]:
    """Write the body of a call, as the endpoint is known to read it."""
    body: dict[str, Any] = {
        "model": name,
        "messages": [{"role": message.role, "content": message.text} for message in messages],
        "max_completion_tokens" if dialect.reasoning else "max_tokens": max_tokens,
    }
    if not dialect.reasoning:
        body["temperature"] = temperature
    if dialect.form != "plain":
        body["stream_options"] = {"include_usage": True}
    if schema is not None and dialect.form == "schema":
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    elif schema is not None and dialect.form == "object":
        body["response_format"] = {"type": "json_object"}
    return body


def faults() -> tuple[type[Exception], ...]:
    """Return what a call can raise that ``fault_of`` can translate.

    The package builds its objects without checking them, so that a page of HTML becomes an object without fields; this
    is why errors of attributes and types are among them. ``ModelError`` itself comes from the bound on bytes.
    """
    import httpx

    vendor = (load().OpenAIError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL)
    return (*vendor, ModelError, OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError)


def fault_of(exc: Exception) -> Fault:
    """Translate an error that a call raised."""
    import httpx

    openai = load()
    if own := next((error for error in (exc, exc.__cause__) if isinstance(error, ModelError)), None):
        return Fault(error=own)
    if isinstance(exc, openai.APIStatusError):
        return _of_status(exc.status_code, exc.response.headers, exc.body)
    if isinstance(exc, (openai.APIConnectionError, httpx.TransportError, OSError)):
        return Fault(error=ModelUnreachable(f"The endpoint of the model gave no whole answer ({type(exc).__name__})."))
    return Fault(error=ModelAnswerBroken("The endpoint did not answer as a model does."))


def _of_status(status: int, headers: Mapping[str, str], body: object) -> Fault:
    named = _word(body, "code") or _word(body, "type")
    said = f"The endpoint of the model answered {status}{f' ({named})' if named else ''}."
    if status == 429 and named == "insufficient_quota":
        return Fault(error=ModelRefused(said, http_status=status, next_step="The account has no credit left."))
    if status in {408, 409, 425, 429} or status >= 500:
        return Fault(error=ModelBusy(said), retry_after=_seconds(headers.get("retry-after")))
    steps = {
        401: "Check model.api_key (SEXTANT_MODEL__API_KEY).",
        403: "Check what the key may use.",
        404: "Check model.base_url, which ends in /v1 for most servers, and model.name.",
    }
    error = ModelRefused(said, http_status=status, next_step=steps.get(status, ""))
    return Fault(error=error, about=_word(body, "param"))


def _word(body: object, key: str) -> str:
    """Return the endpoint's own word for something where it is one: free text may repeat a key or a prompt."""
    value = body.get(key) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
