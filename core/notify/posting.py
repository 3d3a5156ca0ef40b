"""POST a body to an address of the settings: bounded in time, repeated with jitter, redirects never followed."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from core.errors import SettingInvalid
from core.notify.errors import NotDelivered

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
FIRST_SECONDS = 0.5
MOST_SECONDS = 8.0
"""Waits between attempts: they double from the first to the most, and are spread by half."""
TRY_SECONDS = 10.0
"""How long one attempt may take, of the time for all: a receiver that hangs leaves room for a second one."""

Headers = Callable[[bytes], Mapping[str, str]]
"""Makes the headers of an attempt: a signature holds the time at which it was made."""


def checked_url(url: str, setting: str) -> str:
    """Return an address that may be sent to. Raises ``SettingInvalid``, which does not repeat it."""
    try:
        parts = urlsplit(url.strip())
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or parts.username or parts.password or not url.strip().isascii() or not url.strip().isprintable():
        raise SettingInvalid(
            f"{setting} is no address that notices can be sent to.",
            next_step="Write https://HOST/PATH, without a user name in it.",
        )
    return url.strip()


@dataclass(slots=True)
class _Refusal:
    error: NotDelivered
    wait: float | None = None


class Posting:
    """Connections to receivers. Made inside the event loop that uses it."""

    def __init__(self, *, seconds: float, name: str) -> None:
        """``seconds`` bound one delivery with all its attempts; errors call the receiver by ``name``."""
        self._seconds, self._name = seconds, name
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Headers) -> None:
        """Send until it is taken, it makes no sense to try again, or the time is over. Raises ``NotDelivered``."""
        refused = NotDelivered(f"{self._name} gave no answer within {self._seconds:g} s.", again=True)
        try:
            async with asyncio.timeout(self._seconds):
                wait = FIRST_SECONDS
                while True:
                    refusal = await self._attempt(url, body, headers(body))
                    if refusal is None:
                        return
                    refused = refusal.error
                    if not refused.again or (refusal.wait or 0) > self._seconds:
                        raise refused
                    least = refusal.wait or wait * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
                    await asyncio.sleep(least + wait * random.uniform(0.0, 0.5))  # noqa: S311 - jitter
                    wait = min(wait * 2, MOST_SECONDS)
        except TimeoutError:
            raise refused from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _attempt(self, url: str, body: bytes, headers: Mapping[str, str]) -> _Refusal | None:
        if self._session is None:
            # Without the environment: proxies and .netrc of the machine are not part of the settings.
            self._session = aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        limit = aiohttp.ClientTimeout(total=min(TRY_SECONDS, max(0.05, self._seconds / 2)))
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False, timeout=limit
            ) as answer:
                status, later = answer.status, answer.headers.get("Retry-After", "")
        except TimeoutError:
            return _Refusal(NotDelivered(f"{self._name} did not answer in time.", again=True))
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            # Not its text, which holds the address.
            return _Refusal(NotDelivered(f"{self._name} cannot be reached ({type(exc).__name__}).", again=True))
        if 200 <= status < 300:
            return None
        said = "a redirect, which is not followed" if 300 <= status < 400 else f"status {status}"
        wait = float(later) if later.isascii() and later.isdecimal() and len(later) < 6 else None
        return _Refusal(NotDelivered(f"{self._name} answered with {said}.", again=status in AGAIN), wait)
