"""An HTTP transport that connects to judged addresses only, whatever the name says a moment later."""

from collections.abc import Callable

import httpx

from kb.sources.addresses import Resolve, judged, resolve

MAX_HOSTS = 64
"""Hosts of one source with connections of their own; redirects and robots seldom lead to more than three."""

Inner = Callable[[], httpx.AsyncBaseTransport]


class PinnedTransport(httpx.AsyncBaseTransport):
    """Resolve each host once, refuse private addresses, connect by address with the name in Host and TLS.

    Each host has its own connections: two names on one address never share one, since TLS proved only one of them.
    ``inner`` makes what carries the requests.
    """

    def __init__(self, *, allow_private: bool, resolve: Resolve = resolve, inner: Inner | None = None) -> None:
        self._allow_private, self._resolve = allow_private, resolve
        self._inner = inner or plain
        self._addresses: dict[tuple[str, int], tuple[str, ...]] = {}
        self._transports: dict[tuple[str, str, int], httpx.AsyncBaseTransport] = {}

    async def addresses(self, url: httpx.URL) -> tuple[str, ...]:
        """Return where ``url`` leads. Raises SourceRefused for private addresses, SourceUnavailable without any."""
        key = (url.host, url.port or (443 if url.scheme == "https" else 80))
        if key not in self._addresses:
            found = await judged(*key, allow_private=self._allow_private, resolve=self._resolve)
            self._addresses[key] = found
        return self._addresses[key]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first address that takes the connection."""
        url, addresses = request.url, await self.addresses(request.url)
        key = (url.scheme, url.host, url.port or 0)
        if key not in self._transports:
            while len(self._transports) >= MAX_HOSTS:
                oldest = next(iter(self._transports))
                await self._transports.pop(oldest).aclose()
            self._transports[key] = self._inner()
        failure: httpx.TransportError | None = None
        for address in addresses:
            aimed = httpx.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": url.host},
            )
            try:
                return await self._transports[key].handle_async_request(aimed)
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                failure = exc
        raise failure or httpx.ConnectError("no address")

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()


def plain() -> httpx.AsyncBaseTransport:
    """Make a transport without the environment's proxies. ``SSL_CERT_FILE`` counts, for an authority of one's own."""
    return httpx.AsyncHTTPTransport(verify=httpx.create_ssl_context(trust_env=True), trust_env=False)
