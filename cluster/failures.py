"""Say in plain words what went wrong between us and an API server, and what to do now.

Every exception of the HTTP client and every error status becomes one of ``core.errors`` here, and nowhere else.
"""

import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from cluster.fields import text
from cluster.identity import token_expiry
from core.errors import (
    ClusterBusy,
    ClusterRejected,
    ClusterUnreachable,
    Forbidden,
    SextantError,
    Unauthenticated,
)

BUSY_STATUSES = frozenset({429, 502, 503, 504})
"""Answers after which the same request may succeed: told to wait, or a server that is starting or stopping."""

CHECK_NETWORK = "Check the network, VPN or firewall between this machine and the cluster, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed attempt: the error that a person would see, and whether the same request may be sent again.

    ``retry_after`` is the number of seconds that the server asked for.
    """

    error: SextantError
    again: bool
    retry_after: float | None = None


def of_exception(exc: BaseException, server: str, timeout_seconds: float) -> Failure:
    """Translate an exception of the HTTP client. Refused, DNS and TLS do not heal by trying again at once."""
    host = urlsplit(server).hostname or server
    if isinstance(exc, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return _unreachable(
            f"The proxy on the way to the API server {server} does not let us through: {exc}",
            "Check proxy-url or HTTPS_PROXY.",
        )
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return _certificate(exc, server)
    if isinstance(exc, aiohttp.ClientConnectorSSLError):
        return _unreachable(
            f"The API server {server} does not answer in TLS as expected: {_tls_reason(exc)}",
            "Check that the address and port are those of the API server and whether a client certificate is needed.",
        )
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return _unreachable(
            f"The name {host} of the API server cannot be resolved.",
            "Check the spelling of the server in the kubeconfig, and DNS or VPN on this machine.",
        )
    if isinstance(exc, aiohttp.ClientConnectorError):
        return _connection(exc, server)
    if isinstance(exc, TimeoutError):
        return _unreachable(
            f"The API server {server} did not answer within {timeout_seconds:g} s.", CHECK_NETWORK, again=True
        )
    if isinstance(exc, aiohttp.InvalidURL):
        return _unreachable(
            f"The address {server} of the API server is no URL.", "Correct the server in the kubeconfig."
        )
    if isinstance(exc, aiohttp.ClientPayloadError):
        return _unreachable(f"The API server {server} broke off in the middle of an answer.", CHECK_NETWORK, again=True)
    if isinstance(exc, aiohttp.ClientResponseError):
        return _unreachable(
            f"What answers at {server} does not speak HTTP as an API server does: {exc.message}",
            "Check that the address and port are those of the API server.",
        )
    return _unreachable(f"The API server {server} broke off the connection.", CHECK_NETWORK, again=True)


def of_status(
    status: int, headers: Mapping[str, str], body: bytes, *, server: str, asked: str, token: str = ""
) -> Failure:
    """Translate an answer with an error status. ``asked`` is the request in words: ``list pods``."""
    message, reason = _status_text(body, status)
    if status == 401:
        return Failure(error=_unauthenticated(server, token, headers), again=False)
    if status == 403:
        return Failure(
            error=Forbidden(
                f"The API server does not allow this ({asked}): {message}",
                next_step="Ask for a Role that grants it, or see what is granted with `kubectl auth can-i --list`.",
            ),
            again=False,
        )
    if status in BUSY_STATUSES:
        return Failure(
            error=ClusterBusy(
                f"The API server {server} is too busy or not ready ({asked}): {status} {message}",
                next_step="Wait a little and try again.",
            ),
            again=True,
            retry_after=retry_after(headers.get("Retry-After", "")),
        )
    next_step = "Check that the address is that of an API server." if not reason and status != 404 else ""
    return Failure(
        error=ClusterRejected(
            f"The API server answered {status} ({asked}): {message}",
            http_status=status,
            reason=reason,
            next_step=next_step,
        ),
        again=False,
    )


def retry_after(value: str) -> float | None:
    """Return the seconds of a ``Retry-After`` header that counts seconds, the only form that Kubernetes sends."""
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None


def http_date(value: str) -> datetime | None:
    """Return the time of a ``Date`` header, or None."""
    try:
        parsed = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else None


def _unreachable(message: str, next_step: str, *, again: bool = False) -> Failure:
    return Failure(error=ClusterUnreachable(message, next_step=next_step), again=again)


def _certificate(exc: aiohttp.ClientConnectorCertificateError, server: str) -> Failure:
    cause = exc.certificate_error
    why = getattr(cause, "verify_message", "") or str(cause)
    return _unreachable(
        f"The certificate of the API server {server} is not trusted: {why}.",
        "The kubeconfig may be of a former cluster at this address: fetch it anew, or correct its "
        "certificate-authority-data or tls-server-name.",
    )


def _tls_reason(exc: aiohttp.ClientConnectorSSLError) -> str:
    reason = getattr(exc.os_error, "reason", None) or str(exc.os_error)
    return str(reason).replace("_", " ").lower()


def _connection(exc: aiohttp.ClientConnectorError, server: str) -> Failure:
    number = exc.os_error.errno
    if (
        isinstance(exc.os_error, ConnectionRefusedError)
        or number == errno.ECONNREFUSED
        or "refused" in str(exc).lower()
    ):
        return _unreachable(
            f"The API server {server} refused the connection: nothing listens there.",
            "Check that the cluster runs and that the server in the kubeconfig is current.",
        )
    if number in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return _unreachable(f"There is no route to the API server {server}.", CHECK_NETWORK)
    if isinstance(exc.os_error, ConnectionResetError):
        return _unreachable(f"The API server {server} broke off the connection.", CHECK_NETWORK, again=True)
    return _unreachable(
        f"The API server {server} cannot be reached: {exc.os_error.strerror or exc.os_error}.", CHECK_NETWORK
    )


def _unauthenticated(server: str, token: str, headers: Mapping[str, str]) -> Unauthenticated:
    now = http_date(headers.get("Date", "")) or datetime.now(UTC)
    expires = token_expiry(token)
    if expires is not None and expires <= now:
        return Unauthenticated(
            f"The token for the API server {server} expired at {expires:%Y-%m-%d %H:%M:%S} UTC.",
            next_step="Log in again or get a fresh token (`kubectl create token NAME`).",
        )
    what = "does not accept the token" if token else "wants credentials"
    return Unauthenticated(
        f"The API server {server} {what} (401 Unauthorized): it may have expired, or be of another cluster."
        if token
        else f"The API server {server} {what} (401 Unauthorized).",
        next_step="Log in again, or check that the kubeconfig's user belongs to this cluster.",
    )


def _status_text(body: bytes, status: int) -> tuple[str, str]:
    """Return message and reason of a Status object, or the first words of whatever else the body is."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if message := text(parsed, "message"):
        return message, text(parsed, "reason")
    words = " ".join(body[:300].decode("utf-8", "replace").split())
    return ("an HTML page instead of JSON" if words.startswith("<") else words) or f"status {status}", ""
