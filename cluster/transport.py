"""Connections to one API server: server, CA and limits are pinned here, whoever asks.

One ``Transport`` serves all callers who prove themselves with a token, since a token travels with each request. A
client certificate is part of the connection, so its owner gets a transport of their own.
"""

import asyncio
import contextlib
import os
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp

from cluster.identity import Credentials, Endpoint
from core.errors import ClusterRejected, SettingInvalid

IN_FLIGHT = 24
"""Requests at one time: below the smallest concurrency share that API priority and fairness gives by default."""


WATCHES = 256
"""Connections beside these that may stay open: a watch keeps its own for minutes. None is opened before it is used."""


class Answer(Protocol):
    """What the Kubernetes client wraps around a response."""

    response: aiohttp.ClientResponse


class Rest(Protocol):
    """The part of the Kubernetes client's REST layer that is used."""

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,
        _request_timeout: Any = None,
    ) -> Answer:
        """Send a request."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Bucket:
    """A token bucket: ``per_second`` requests on average, ``burst`` at once."""

    def __init__(self, per_second: float = 50.0, burst: int = 100, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> float:
        """Take one and return how many seconds to wait first. What is missing is borrowed: that is the queue."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second) - 1
        self._at = now
        return max(0.0, -self._left / self._per_second)


class Transport:
    """A connection pool to one endpoint. Use as an async context manager, or call ``close``."""

    def __init__(
        self, endpoint: Endpoint, *, credentials: Credentials | None = None, in_flight: int = IN_FLIGHT
    ) -> None:
        """Prepare, inside a running event loop, without connecting.

        Of ``credentials`` only a client certificate counts.
        Raises ``SettingInvalid`` where the CA, certificate or key cannot be read.
        """
        self.endpoint = endpoint
        self.slots = asyncio.Semaphore(in_flight)
        self._rest = _rest(endpoint, credentials or Credentials(), in_flight)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], timeout: aiohttp.ClientTimeout, body: Any = None
    ) -> aiohttp.ClientResponse:
        """Send one request and return the response as soon as its headers are here; the caller closes it."""
        answer = await self._rest.request(
            method, self.endpoint.server + path, headers=headers, body=body, _request_timeout=timeout
        )
        return answer.response

    async def close(self) -> None:
        """Close all connections."""
        await self._rest.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _rest(endpoint: Endpoint, credentials: Credentials, in_flight: int) -> Rest:
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.client.rest import RESTClientObject

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    with _certificate_file(credentials) as certificate:
        configuration = Configuration(
            host=endpoint.server,
            ca_cert_data=endpoint.ca_pem or None,
            verify_ssl=not endpoint.insecure,
            cert_file=certificate,
            tls_server_name=endpoint.tls_server_name or None,
            proxy=endpoint.proxy_url or None,
            connection_pool_maxsize=in_flight + WATCHES,
            trace_configs=[trace],
            # The client's own default reads ~/.netrc and the proxy variables, and keeps cookies between callers.
            client_session_kwargs={"trust_env": False, "cookie_jar": aiohttp.DummyCookieJar()},
        )
        # Go, and so kubectl, accepts CAs without the extensions that Python 3.13 began to demand.
        configuration.disable_strict_ssl_verification = True
        try:
            rest: Rest = RESTClientObject(configuration)
        except (ssl.SSLError, ValueError) as exc:
            raise SettingInvalid(
                f"The CA or client certificate for {endpoint.server} cannot be used: {exc}.",
                next_step="Check certificate-authority-data, client-certificate-data and client-key-data.",
            ) from exc
    return rest


@contextlib.contextmanager
def _certificate_file(credentials: Credentials) -> Iterator[str | None]:
    """Hold certificate and key in a private file for as long as ``ssl`` needs to read them: it reads only files."""
    if not credentials.certificate_pem:
        yield None
        return
    handle, path = tempfile.mkstemp(prefix="sextant-", suffix=".pem")
    try:
        with os.fdopen(handle, "w", encoding="ascii", errors="replace") as file:
            file.write(f"{credentials.certificate_pem.strip()}\n{credentials.key_pem.strip()}\n")
        yield path
    finally:
        os.unlink(path)


async def _refuse_redirect(
    _session: aiohttp.ClientSession, _context: object, params: aiohttp.TraceRequestRedirectParams
) -> None:
    """Refuse to follow: an API server does not redirect, a log-in page in front of it does."""
    where = params.response.headers.get("Location", "elsewhere").partition("?")[0]
    params.response.close()
    raise ClusterRejected(
        f"The API server sends us to {where}: something in front of it wants a log-in, or the address is wrong.",
        http_status=params.response.status,
        reason="Redirected",
        next_step="Check the server in the kubeconfig.",
    )
