"""Who is let in. Everything is refused that is not known to be allowed, before any route is looked up.

Mode ``token`` (a person's machine): the Host must be one of ours, which stops DNS rebinding; the token that was
printed at start comes as a bearer token, or in the cookie that the printed address sets; with the cookie, a request
that changes something must come from our own page. Mode ``cluster``: a bearer token that the cluster reviews.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import Services
from api.problems import WrongHost, WrongOrigin
from core.errors import Unauthenticated
from core.identity import Caller
from core.settings import ServerSettings

COOKIE: Final = "sextant_token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
LOCAL: Final = Caller(name="local", kind="local")
OPEN_TO_ALL: Final = {"token": frozenset({"/healthz"}), "cluster": frozenset({"/healthz", "/readyz"})}
"""Probes carry no token. They tell nothing but whether the service works."""
MAX_TOKEN: Final = 16_384
"""Characters: tokens of service accounts have about 1,000, those of identity providers up to 8,000."""


_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The outcome for one request: who asks, or an answer that is given at once."""

    caller: Caller | None = None
    answer: Response | None = None


class Gate:
    """Let a request through with its caller, or raise an error of ``Denied``."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._settings = services.context.settings.server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        check_host(request.headers, self._settings)
        check_origin(request.headers)
        admission = await self._admit(request)
        if admission.answer is not None:
            await admission.answer(scope, receive, send)
            return
        scope["state"]["caller"] = admission.caller
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> Admission:
        path = request.scope["path"]  # never request.url: that is made of the Host header, which anybody may write
        if path in OPEN_TO_ALL[self._settings.auth]:
            return Admission()
        if self._settings.auth == "cluster":
            return Admission(caller=await self._services.clusters.caller(bearer(request.headers)))
        expected = self._services.context.access_token
        if request.method == "GET" and path == "/" and (given := request.query_params.get("token")):
            require_token(given, expected)
            return Admission(answer=welcome(request, expected))
        if request.headers.get("authorization"):
            require_token(bearer(request.headers), expected)
            return Admission(caller=LOCAL)
        require_token(request.cookies.get(COOKIE, ""), expected)
        if request.method not in SAFE_METHODS:
            check_own_page(request.headers)
        return Admission(caller=LOCAL)


def check_host(headers: Headers, settings: ServerSettings) -> None:
    """Raise ``WrongHost`` unless the Host header names this machine. Bearer tokens alone need no such guard."""
    if settings.auth != "token":
        return
    host = headers.get("host", "").lower()
    written = _HOST.fullmatch(host)
    if written is None or written["name"] not in LOOPBACK | {allowed.lower() for allowed in settings.allowed_hosts}:
        raise WrongHost(
            "The Host header of the request is not one that this server answers to.",
            next_step="Open the address that was printed at start, or add the name to server.allowed_hosts.",
        )


def check_origin(headers: Headers) -> None:
    """Raise ``WrongOrigin`` when a page of another origin sent the request. The port counts: cookies ignore it."""
    origin = headers.get("origin")
    if origin is not None and not _same_origin(origin, headers.get("host", "")):
        raise WrongOrigin(
            "A page of another site sent this request.",
            next_step="Send it from this server's own page, or without Origin.",
        )


def check_own_page(headers: Headers) -> None:
    """Raise ``WrongOrigin`` unless a browser says that our own page sent the request."""
    if headers.get("origin") is None and headers.get("sec-fetch-site") != "same-origin":
        raise WrongOrigin(
            "With the cookie, a request that starts something must come from this server's own page.",
            next_step="Programs send the token as `Authorization: Bearer TOKEN` instead.",
        )


def _same_origin(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and parts.netloc.lower() == host.lower()


def bearer(headers: Headers) -> str:
    """Return the bearer token of a request. Raises ``Unauthenticated`` when there is none that could be one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The request carries no bearer token.", next_step="Send `Authorization: Bearer TOKEN`.")
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise Unauthenticated("The bearer token is none: it is too long or has characters that tokens do not have.")
    return token


def require_token(given: str, expected: str) -> None:
    """Raise ``Unauthenticated`` unless both are equal; the time it takes tells nothing."""
    both = (hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (given, expected))
    if not expected or not given or not hmac.compare_digest(*both):
        raise Unauthenticated(
            "This server answers only to the token that it printed at start.",
            next_step="Open the address that the terminal printed, or send the token as `Authorization: Bearer TOKEN`.",
        )


def welcome(request: Request, token: str) -> Response:
    """Keep the token in a cookie and take it out of the address, where histories and screens would show it."""
    rest = [(key, value) for key, value in parse_qsl(request.scope["query_string"].decode("latin-1")) if key != "token"]
    response = RedirectResponse("/" + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
    return response
