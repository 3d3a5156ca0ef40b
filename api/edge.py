"""The outermost layer: request ids, security headers, the access log, counters, and errors that nobody answered."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.handlers import reply
from core.errors import SextantError
from core.identity import Caller
from core.telemetry import Metrics
from core.telemetry import request_id as current_request

log = structlog.get_logger("sextant.http")

_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every response. A page brings a Content-Security-Policy of its own that allows its one style sheet."""


class Edge:
    """Wrap the app. Query strings and headers are never logged: tokens travel in both."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_from(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0
        unread = has_body(Headers(scope=scope))

        async def receive_watched() -> Message:
            nonlocal unread
            message = await receive()
            if not message.get("more_body", False):
                unread = False
            return message

        async def send_stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                stamp(headers, request_id)
                if unread:  # or the rest of a body that was refused would still be taken in, however large
                    headers["Connection"] = "close"
            await send(message)

        current_request.set(request_id)
        try:
            await self._answer(scope, receive_watched, send_stamped, started=lambda: status > 0)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, started: Callable[[], bool]) -> None:
        request = Request(scope)
        try:
            await self._app(scope, receive, send)
        except SextantError as error:
            if started():
                raise
            await reply(request, problems.of_error(error, problems.request_id_of(request)))(scope, receive, send)
        except ClientDisconnect:
            log.info("the caller went away", path=scope["path"])
        except Exception:  # the edge of the process: what nobody foresaw becomes a problem that tells no internals
            log.exception("request failed", path=scope["path"])
            if started():
                raise
            await reply(request, problems.of_crash(problems.request_id_of(request)))(scope, receive, send)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        path = getattr(scope.get("route"), "path", "") or "unmatched"
        self._metrics.requests.labels(path, method, str(status)).inc()
        self._metrics.request_seconds.labels(path, method).observe(seconds)
        caller = scope["state"].get("caller")
        log.info(
            "request",
            method=method,
            path=scope["path"],
            status=status,
            seconds=round(seconds, 4),
            caller=caller.name if isinstance(caller, Caller) else "",
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_id_from(sent: str) -> str:
    """Return the id that the caller sent when it is harmless in a log, else a new one."""
    return sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex


def has_body(headers: Headers) -> bool:
    """Say whether a request has a body."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def stamp(headers: MutableHeaders, request_id: str) -> None:
    """Add what every response carries; what a response says itself is kept."""
    headers["X-Request-Id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        if name == "Cache-Control":
            headers[name] = value
        else:
            headers.setdefault(name, value)
