"""Serve one function over HTTP with Python's own library.

PORT says where (8080 where it is not set). GET /healthz says that it is well. SIGTERM lets running calls end first.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.machinery
import importlib.util
import inspect
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import traceback
import uuid
from collections.abc import Callable
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

FILE = "function.py"
HEALTH_PATH = "/healthz"
MAX_BODY_BYTES = 6 * 1024 * 1024
READ_SECONDS = 30  # for each read from a client
CALL_SECONDS = 60  # then the client is told 504; Python cannot end the call itself
GRACE_SECONDS = 8  # for running calls after SIGTERM; Kubernetes kills after 30
MAX_CALLS = 64  # at a time; more are told 503

Function = Callable[..., Any]


class BadRequest(ValueError):
    """What the client sent cannot be used; the message is for the client."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Request:
    """What a client sent. ``headers`` are found in any case, ``query`` holds the last value of each name."""

    def __init__(self, method: str, target: str, headers: Message[str, str], body: bytes, client: str) -> None:
        self.id = str(uuid.uuid4())
        self.method = method
        self.raw_path, _, self.query_string = target.partition("?")
        self.path = unquote(self.raw_path)
        self.query_pairs: list[tuple[str, str]] = parse_qsl(self.query_string, keep_blank_values=True)
        self.query: dict[str, str] = dict(self.query_pairs)
        self.headers = headers
        self.body = body
        self.client = client

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return what the body says as JSON. Raises ``BadRequest``."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise BadRequest("the body is not JSON") from None


class Reply:
    """What the client is sent."""

    def __init__(self, status: int = 200, body: bytes = b"", headers: list[tuple[str, str]] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or []


def json_reply(status: int, value: Any) -> Reply:
    """Return a value as JSON."""
    body = json.dumps(value, default=_plain).encode()
    return Reply(status, body, [("Content-Type", "application/json")])


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def checked(reply: Reply) -> Reply:
    """Return a reply that can be sent. Raises ``ValueError``."""
    if not 200 <= reply.status <= 599:
        raise ValueError(f"{reply.status} is no status of a reply")
    for name, value in reply.headers:
        if any(sign in name + value for sign in "\r\n\0"):
            raise ValueError(f"the header {name!r} holds a line break")
        (name + value).encode("latin-1")
    return reply


class Loop:
    """One event loop for all async calls, so that what they keep open can be used again."""

    lock = threading.Lock()
    running: asyncio.AbstractEventLoop | None = None

    @classmethod
    def get(cls) -> asyncio.AbstractEventLoop:
        """Return the loop; the first call starts it."""
        with cls.lock:
            if cls.running is None:
                cls.running = asyncio.new_event_loop()
                threading.Thread(target=cls.running.run_forever, daemon=True).start()
            return cls.running


def settled(value: Any) -> Any:
    """Return what a call gave; what it promised is waited for."""
    if not inspect.isawaitable(value):
        return value

    async def awaited() -> Any:
        return await value

    return asyncio.run_coroutine_threadsafe(awaited(), Loop.get()).result()


class Server(ThreadingHTTPServer):
    """Takes requests and counts the calls that run."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, call: Callable[[Request], Reply]) -> None:
        super().__init__(("0.0.0.0", port), Handler)  # noqa: S104 - of the container
        self.call = call
        self.ending = False
        self.running = 0
        self.open = 0
        self.changed = threading.Condition()

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called, which may take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "", self.server_address[1]

    def answer(self, request: Request) -> Reply:
        """Call the function, no longer than ``CALL_SECONDS``."""
        with self.changed:
            if self.running >= MAX_CALLS:
                return json_reply(503, {"error": "busy"})
            self.running += 1
        found: list[Reply] = []
        caller = threading.Thread(target=lambda: found.append(self.called(request)), daemon=True)
        caller.start()
        caller.join(CALL_SECONDS)
        return found[0] if found else json_reply(504, {"error": "the function took too long", "request": request.id})

    def called(self, request: Request) -> Reply:
        """Call the function. What goes wrong is logged; the client is told no more than the request's id."""
        try:
            return checked(self.call(request))
        except BadRequest as exc:
            return json_reply(exc.status, {"error": str(exc)})
        except BaseException:  # noqa: BLE001 - whatever a function raises, the server goes on
            log(f"request {request.id} failed\n{traceback.format_exc()}")
            return json_reply(500, {"error": "the function failed", "request": request.id})
        finally:
            with self.changed:
                self.running -= 1

    def end(self, *_: Any) -> None:
        """Take no more connections. Called by a signal, and ``shutdown`` waits for the loop that it interrupts."""
        self.ending = True
        threading.Thread(target=self.shutdown, daemon=True).start()

    def count(self, more: int) -> None:
        """Count the requests that are being answered."""
        with self.changed:
            self.open += more
            self.changed.notify_all()

    def drain(self) -> None:
        """Wait until the requests that are being answered are."""
        with self.changed:
            self.changed.wait_for(lambda: self.open == 0, GRACE_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - of the library
        """Log in one line that a client went away."""
        log(f"{client_address[0]}: {sys.exc_info()[1]!r}")


class Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = READ_SECONDS
    error_content_type = "application/json"
    error_message_format = '{"error": "HTTP %(code)d"}'

    def answer(self) -> None:
        """Answer one request; the end of the server waits until that is done."""
        self.server.count(1)
        try:
            self.reply()
        finally:
            self.server.count(-1)

    def reply(self) -> None:
        """Answer one request."""
        try:
            body = self.body()
        except BadRequest as exc:
            self.close_connection = True  # what is left of the body would be read as the next request
            self.send(json_reply(exc.status, {"error": str(exc)}))
            self.linger()
            return
        request = Request(self.command, self.path, self.headers, body, self.client_address[0])
        if request.raw_path == HEALTH_PATH and self.command in ("GET", "HEAD"):
            self.send(json_reply(200, {"status": "ok"}))
        else:
            self.send(self.server.answer(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - as http.server asks

    def body(self) -> bytes:
        """Return the body. Raises ``BadRequest`` for one that is too large, cut off or of unclear length."""
        lengths = self.headers.get_all("Content-Length") or []
        coding = self.headers.get("Transfer-Encoding")
        if len(lengths) > 1 or (coding and (lengths or coding.strip().lower() != "chunked")):
            raise BadRequest("the length of the body is not clear")
        if coding:
            return self.chunks()
        length = lengths[0].strip() if lengths else "0"
        if not (length.isascii() and length.isdigit()):
            raise BadRequest("Content-Length is no number")
        if len(length) > 15 or int(length) > MAX_BODY_BYTES:
            raise BadRequest("the body is too large", 413)
        data = self.rfile.read(int(length))
        if len(data) < int(length):
            raise BadRequest("the body is cut off")
        return data

    def chunks(self) -> bytes:
        """Return a body that comes in chunks."""
        parts: list[bytes] = []
        left = MAX_BODY_BYTES
        while True:
            size = self.rfile.readline(80).partition(b";")[0].strip()
            if not size or len(size) > 8 or size.strip(b"0123456789abcdefABCDEF"):
                raise BadRequest("a chunk of the body has no size")
            left -= int(size, 16)
            if left < 0:
                raise BadRequest("the body is too large", 413)
            if int(size, 16) == 0:
                break
            parts.append(self.rfile.read(int(size, 16)))
            if self.rfile.readline(3) != b"\r\n":
                raise BadRequest("a chunk of the body is cut off")
        for _ in range(100):  # trailers
            if not self.rfile.readline(1000).strip():
                return b"".join(parts)
        raise BadRequest("the body has too many trailers")

    def send(self, reply: Reply) -> None:
        """Send a reply. The connection is kept unless the server is about to end."""
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in ("connection", "content-length", "date", "server", "transfer-encoding"):
                self.send_header(name, value)
        empty = reply.status in (204, 304)
        if not empty:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.server.ending or self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not empty and self.command != "HEAD":
            self.wfile.write(reply.body)

    def linger(self) -> None:
        """Read on for a moment: a connection that is closed on unread data may take the reply with it."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(1)
        for _ in range(128):
            if not self.rfile.read1(64 * 1024):
                return

    def version_string(self) -> str:
        """Return what the header Server says: no versions."""
        return "function"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server calls it
        """Log a request, unless it only asks for health."""
        if not getattr(self, "path", "").startswith(HEALTH_PATH):
            log(f"{self.client_address[0]} {format % args}")


def log(text: str) -> None:
    """Write a line to the log."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def load(name: str) -> Function:
    """Return the function. Its file is loaded by its path, so that it may be called as it likes."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, FILE)
    sys.path.append(os.path.dirname(path))
    loader = importlib.machinery.SourceFileLoader("function", path)
    spec = importlib.util.spec_from_loader("function", loader)
    assert spec is not None  # noqa: S101 - made of a loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["function"] = module
    loader.exec_module(module)
    found: Function = getattr(module, name)
    return found


def run(serve: Callable[[Function, Request], Reply]) -> None:
    """Serve the function that the first argument names."""
    function = load(sys.argv[1])
    server = Server(int(os.environ.get("PORT", "8080")), lambda request: serve(function, request))
    signal.signal(signal.SIGTERM, server.end)
    signal.signal(signal.SIGINT, server.end)
    log(f"{FILE}: {sys.argv[1]} is served on port {server.server_port}")
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    server.drain()
