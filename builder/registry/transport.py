"""The way to registries: through the proxies of a build's network, trusting whom it trusts, nothing of the environment.

What is reached directly follows Go's rules for ``NO_PROXY``, since the programs that pull images are written in it.
"""

import ipaddress
import ssl
from pathlib import Path

import httpx

from builder.build.executor import Network

BUNDLES = frozenset(
    {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    }
)
"""Where distributions keep the authorities that everything trusts: a file mounted there says whom to trust."""

_ADDED = "/usr/local/share/ca-certificates/"


def trusted(network: Network, certificates: Path | None = None) -> ssl.SSLContext:
    """Return who is trusted: whom this machine trusts, authorities that a build gets, and those of ``certificates``.

    That is a folder, as pushes get it, of which ``*.crt`` counts. Reads files: blocks.

    Raises ``OSError`` (``ssl.SSLError`` is one) where such a file cannot be read.
    """
    context = httpx.create_ssl_context(trust_env=True)  # SSL_CERT_FILE counts, for an authority of one's own
    context.load_default_certs()
    for inside, outside in network.mounts.items():
        if inside in BUNDLES or (inside.startswith(_ADDED) and inside.endswith((".crt", ".pem"))):
            context.load_verify_locations(cafile=str(outside))
    for file in sorted(certificates.glob("*.crt")) if certificates else ():
        context.load_verify_locations(cafile=str(file))
    return context


class Routed(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy for it. Keeps no cookies and follows no redirects."""

    def __init__(self, network: Network, context: ssl.SSLContext, *, at_once: int) -> None:
        self._network, self._context, self._at_once = network, context, at_once
        self._ways: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises ``httpx.ProxyError`` for a proxy that cannot be used."""
        url = request.url
        proxy = proxy_for(self._network, url.scheme, url.host, url.port)
        if proxy not in self._ways:
            self._ways[proxy] = self._way(proxy)
        return await self._ways[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for way in self._ways.values():
            await way.aclose()

    def _way(self, proxy: str) -> httpx.AsyncHTTPTransport:
        try:
            through = httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
            if through and (not through.url.host or "%" in through.url.host):  # what httpx makes of "http://["
                raise ValueError("no host")
            return httpx.AsyncHTTPTransport(
                verify=self._context,
                trust_env=False,
                limits=httpx.Limits(max_connections=self._at_once),
                proxy=through,
            )
        except (ValueError, ImportError, httpx.InvalidURL) as exc:
            raise httpx.ProxyError("the proxy of the settings is no http or https address") from exc


def proxy_for(network: Network, scheme: str, host: str, port: int | None) -> str:
    """Return the proxy for a host, empty where it is reached directly. This machine itself always is."""
    proxy = network.https_proxy if scheme == "https" else network.http_proxy
    name = host.strip("[]").rstrip(".").lower()
    address = _address(name)
    if not proxy or name == "localhost" or (address is not None and address.is_loopback):
        return ""
    number = port or (443 if scheme == "https" else 80)
    direct = any(_fits(one.strip().lower(), name, address, number) for one in network.no_proxy.split(","))
    return "" if direct else proxy


def _fits(pattern: str, name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, number: int) -> bool:
    """Say whether an entry of ``NO_PROXY`` names the host: ``*``, a network, or a domain with all below it."""
    if pattern in {"", "*"}:
        return pattern == "*"
    if "/" in pattern:
        try:
            return address is not None and address in ipaddress.ip_network(pattern, strict=False)
        except ValueError:
            return False
    if _address(pattern.strip("[]")) is None:
        pattern, _, wanted = pattern.partition(":")
        if wanted and wanted != str(number):
            return False
    if address is not None:
        return address == _address(pattern.strip("[]"))
    domain = pattern.removeprefix("*").lstrip(".")
    return bool(domain) and (name.endswith(f".{domain}") or (name == domain and not pattern.startswith((".", "*"))))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
