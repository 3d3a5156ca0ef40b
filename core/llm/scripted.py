"""An OpenAI-compatible endpoint with a script: answers, delays and faults on demand.

It is shipped code, so that nobody needs a mock: point a client, a command line or a service at it. It serves chat
completions over HTTP/1.1 on the loopback, streamed or whole, and keeps what it was asked.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from core.threads import in_thread

FaultKind = Literal[
    "", "status", "reset", "silent", "stalled", "truncated", "unfinished", "garbage", "rambling", "flood"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the script. ``delay_seconds`` comes before it, ``chunk_chars`` go into each piece of a stream.

    ``fault``: ``status`` answers ``status`` with ``retry_after`` and ``error``; ``reset`` closes the connection without
    an answer; ``silent`` never answers; ``stalled`` sends half of the text and then nothing; ``truncated`` breaks off
    in the middle of it; ``unfinished`` ends in order but without a reason to; ``garbage`` answers HTML; ``rambling``
    streams the text again and again without an end; ``flood`` sends one line without an end.
    """

    text: str = ""
    finish: str = "stop"
    delay_seconds: float = 0.0
    chunk_chars: int = 24
    usage: bool = True
    fault: FaultKind = ""
    status: int = 500
    retry_after: str = ""
    error: Mapping[str, Any] | None = None


Script = Answer | Callable[[Mapping[str, Any]], Answer]
"""An answer, or what makes one of the request's body."""


class ScriptedModel:
    """An endpoint that gives its answers in turn, the last one for ever. ``requests`` and ``keys`` hold what came.

    ``arrived`` is set by the first request, ``left`` when a caller leaves in the middle of an answer; both are for the
    loop that serves.
    """

    def __init__(self, *script: Script) -> None:
        self.script: list[Script] = list(script) or [Answer(text="{}")]
        self.requests: list[Mapping[str, Any]] = []
        self.keys: list[str] = []
        self.arrived = asyncio.Event()
        self.left = asyncio.Event()
        self._released = asyncio.Event()

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on a free port of the loopback and give the base URL."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._released = asyncio.Event()
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}/v1"
        finally:
            self._released.set()
            await runner.cleanup()

    @contextlib.contextmanager
    def serve_in_thread(self) -> Iterator[str]:
        """Serve from a thread, for callers that have an event loop of their own or none."""
        with in_thread(self.serve, name="scripted-model") as url:
            yield url

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        entry = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(body)
        self.arrived.set()
        self.keys.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        answer = entry(body) if callable(entry) else entry
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        match answer.fault:
            case "status":
                headers = {"Retry-After": answer.retry_after} if answer.retry_after else {}
                error = answer.error or {"message": "scripted", "type": "scripted_error", "code": None}
                return web.json_response({"error": dict(error)}, status=answer.status, headers=headers)
            case "reset":
                _abort(request)
                return web.Response()
            case "silent":
                await self._released.wait()
                return web.Response(status=503)
            case "garbage":
                return web.Response(text="<html><body>Sign in</body></html>", content_type="text/html")
        if not body.get("stream"):
            return web.json_response(_whole(body, answer))
        try:
            return await self._streamed(request, body, answer)
        except ConnectionError:
            self.left.set()
            raise

    async def _streamed(self, request: web.Request, body: Mapping[str, Any], answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        if answer.fault == "flood":
            await response.write(b"data: ")
            while not self._released.is_set():
                await response.write(b"x" * 65_536)
                await asyncio.sleep(0)
        pieces = [answer.text[at : at + answer.chunk_chars] for at in range(0, len(answer.text), answer.chunk_chars)]
        half = len(pieces) // 2
        for piece in pieces[:half]:
            await response.write(_event(body, {"content": piece}))
        while answer.fault == "rambling" and not self._released.is_set():
            await response.write(_event(body, {"content": answer.text}))
            await asyncio.sleep(0)
        if answer.fault == "stalled":
            await self._released.wait()
        if answer.fault == "truncated":
            _abort(request)
            return response
        for piece in pieces[half:]:
            await response.write(_event(body, {"content": piece}))
        if answer.fault != "unfinished":
            await response.write(_event(body, {}, finish=answer.finish))
        if answer.usage and (body.get("stream_options") or {}).get("include_usage"):
            await response.write(_line({**_head(body), "choices": [], "usage": _usage(body, answer)}))
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _head(body: Mapping[str, Any], kind: str = "chat.completion.chunk") -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": body.get("model", "")}


def _event(body: Mapping[str, Any], delta: Mapping[str, Any], *, finish: str | None = None) -> bytes:
    return _line({**_head(body), "choices": [{"index": 0, "delta": dict(delta), "finish_reason": finish}]})


def _line(document: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


def _usage(body: Mapping[str, Any], answer: Answer) -> dict[str, int]:
    """Count a token for every four characters, as this endpoint has no tokenizer."""
    asked = sum(len(message.get("content") or "") for message in body.get("messages", ())) // 4
    said = len(answer.text) // 4
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _whole(body: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text}
    return {
        **_head(body, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish}],
        "usage": _usage(body, answer),
    }
