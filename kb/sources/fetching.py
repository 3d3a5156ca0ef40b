"""GET pages with bounds on everything: addresses, redirects, bytes before and after unpacking, time, tries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from kb.sources.bodies import Unavailable, body
from kb.sources.errors import SourceError, SourceGone, SourceRefused
from kb.sources.pinning import PinnedTransport

AGENT = "sextant-kb"
"""The name that robots.txt may call us by."""
USER_AGENT = f"{AGENT}/1.0 (documentation indexing)"
MAX_REDIRECTS = 5
"""Browsers follow 20; a documentation page that needs more than 5 is in a circle."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
MAX_WAIT_SECONDS = 30.0
"""The longest Retry-After that is waited for while others of the same site wait too."""
FIRST_WAIT_SECONDS = 1.0
MIB = 1024 * 1024

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """How patient and how hungry one GET may be. ``request_seconds`` covers one answer from connection to last byte."""

    max_bytes: int = 32 * MIB
    connect_seconds: float = 10.0
    silence_seconds: float = 15.0
    request_seconds: float = 60.0
    tries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave last time to ask by whether the page has changed."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer. ``unchanged`` is a 304, which has no ``data``. ``elsewhere`` is where a redirect led out of scope."""

    url: str
    data: bytes = field(default=b"", repr=False)
    media_type: str = ""
    validators: Validators = Validators()
    updated_at: datetime | None = None
    unchanged: bool = False
    elsewhere: str = ""
    robots: str = ""


class Closed(SourceRefused):
    """The other side does not let this service in."""


class HttpReader:
    """A client without cookies, credentials, proxies and redirects of its own. Used by one source, then closed."""

    def __init__(
        self, transport: PinnedTransport, *, limits: HttpLimits | None = None, pause: Pause = asyncio.sleep
    ) -> None:
        """``pause`` is how it waits between tries: tests pass one that does not."""
        self.limits = limits or HttpLimits()
        self._transport, self._pause = transport, pause

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int | None = None,
        follow: Callable[[str], bool] | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> Page:
        """Return what ``url`` answers, tried as often as the limits say. Raises errors of ``SourceError``.

        ``follow`` says whether a redirect to an address is taken; where it is not, the page says ``elsewhere``.
        ``wanted`` says which media types are read; the data of others stays empty.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._redirected(url, validators or Validators(), max_bytes, follow, wanted)
            except Unavailable as exc:
                wait = FIRST_WAIT_SECONDS * 2 ** (attempt - 1) if exc.wait is None else exc.wait
                if attempt >= self.limits.tries or wait > MAX_WAIT_SECONDS:
                    raise
                await self._pause(wait)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _redirected(
        self,
        url: str,
        validators: Validators,
        max_bytes: int | None,
        follow: Callable[[str], bool] | None,
        wanted: Callable[[str], bool] | None,
    ) -> Page:
        current, seen = url, {url}
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._one(current, validators, max_bytes or self.limits.max_bytes, wanted)
            if isinstance(answer, Page):
                return answer
            if follow is not None and not follow(answer.url):
                await self._transport.addresses(parsed(answer.url))  # a private one is told, and never asked
                return Page(url=current, elsewhere=answer.url)
            if answer.url in seen:
                raise SourceError(f"{url} redirects in a circle, over {answer.url}.")
            current = answer.url
            seen.add(current)
        raise SourceError(f"{url} redirects more than {MAX_REDIRECTS} times.")

    async def _one(
        self, url: str, validators: Validators, max_bytes: int, wanted: Callable[[str], bool] | None
    ) -> "Page | _Redirect":
        limits = self.limits
        timeout = httpx.Timeout(limits.silence_seconds, connect=limits.connect_seconds)
        headers = {
            "Host": parsed(url).netloc.decode("ascii"),
            "User-Agent": USER_AGENT,
            "Accept": "text/html,application/xhtml+xml,text/markdown,application/pdf,*/*;q=0.5",
            "Accept-Encoding": "gzip",
            **({"If-None-Match": validators.etag} if validators.etag else {}),
            **({"If-Modified-Since": validators.modified} if validators.modified else {}),
        }
        request = httpx.Request("GET", parsed(url), headers=headers, extensions={"timeout": timeout.as_dict()})
        try:
            async with asyncio.timeout(limits.request_seconds):
                response = await self._transport.handle_async_request(request)
                try:
                    return await _page(url, response, max_bytes, wanted)
                finally:
                    await response.aclose()
        except TimeoutError as exc:
            raise Unavailable(f"{url} was not read within {limits.request_seconds:g} s.") from exc
        except httpx.TimeoutException as exc:
            raise Unavailable(f"{url} gave no answer: nothing came for too long ({type(exc).__name__}).") from exc
        except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError) as exc:
            raise Unavailable(f"{url} cannot be reached: {str(exc) or type(exc).__name__}.") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise SourceError(f"{url} cannot be read: {str(exc) or type(exc).__name__}.") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    url: str


def parsed(url: str) -> httpx.URL:
    """Return an http(s) address. Raises SourceRefused for other schemes, SourceError for what is no address."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError) as exc:
        raise SourceError(f"{url[:200]!r} is no address: {exc}.") from exc
    if found.scheme not in ("http", "https") or not found.host:
        raise SourceRefused(f"{url[:200]!r} is no http or https address.", next_step="Only these are read.")
    if found.userinfo:
        raise SourceRefused("An address with a user name or password in it is not read.")
    return found


async def _page(
    url: str, response: httpx.Response, max_bytes: int, wanted: Callable[[str], bool] | None
) -> "Page | _Redirect":
    status, headers = response.status_code, response.headers
    if status in (301, 302, 303, 307, 308) and headers.get("location"):
        try:
            target = httpx.URL(url).join(headers["location"])
        except (httpx.InvalidURL, ValueError) as exc:
            raise SourceError(f"{url} redirects to what is no address.") from exc
        return _Redirect(url=str(parsed(str(target)).copy_with(fragment=None)))
    if status != 304:
        _check_status(url, status, headers)
    media_type = headers.get("content-type", "")[:200]
    validators = Validators(etag=_told(headers, "etag"), modified=_told(headers, "last-modified"))
    read = status != 304 and (wanted is None or wanted(media_type))
    return Page(
        url=url,
        data=await body(url, response, max_bytes) if read else b"",
        media_type=media_type,
        validators=validators,
        updated_at=_moment(validators.modified),
        unchanged=status == 304,
        robots=headers.get("x-robots-tag", "")[:200],
    )


def _check_status(url: str, status: int, headers: httpx.Headers) -> None:
    """Raise what a status other than success means."""
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise SourceGone(f"{url} does not exist (HTTP {status}).", next_step="Check the address.")
    if status in (401, 403, 407, 451):
        raise Closed(f"{url} may not be read (HTTP {status}).", next_step="Only public pages can be read.")
    if status in AGAIN:
        error = Unavailable(f"{url} answered HTTP {status}.", next_step="It is tried again later.")
        error.wait = _seconds(headers.get("retry-after", ""))
        raise error
    raise SourceError(f"{url} answered HTTP {status}.")


def _told(headers: httpx.Headers, name: str) -> str:
    value = str(headers.get(name, ""))
    return value if len(value) <= 300 and value.isprintable() and value.isascii() else ""


def _seconds(value: str) -> float | None:
    """Return a Retry-After in seconds from now."""
    if value.isascii() and value.isdecimal() and len(value) < 8:
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
