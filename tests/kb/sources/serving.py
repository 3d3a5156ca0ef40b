"""A web site on the loopback, and a client that believes it to be somewhere else."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web

from kb.sources.addresses import Resolve
from kb.sources.fetching import HttpLimits, HttpReader
from kb.sources.pinning import PinnedTransport
from kb.sources.source import Item, Source, Trouble
from tests.cluster.asking import Pauses

PUBLIC = "93.184.215.14"
HOST = "docs.test"
HERE = f"http://{HOST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a path answers."""

    text: str | bytes = ""
    status: int = 200
    media: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """Answers what ``pages`` say; honours ``ETag``. ``seen`` counts requests, ``hosts`` the Host headers."""

    def __init__(self, pages: Mapping[str, Any] | None = None) -> None:
        self.pages: dict[str, Reply | str | Handler] = dict(pages or {})
        self.seen: Counter[str] = Counter()
        self.hosts: Counter[str] = Counter()
        self.requests: list[web.BaseRequest] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen[request.path_qs] += 1
        self.hosts[request.headers["Host"]] += 1
        self.requests.append(request)
        found = self.pages.get(request.path_qs, self.pages.get(request.path))
        if found is None:
            return web.Response(status=404)
        if callable(found):
            return await found(request)
        reply = Reply(text=found) if isinstance(found, str) else found
        etag = reply.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        body = reply.text.encode() if isinstance(reply.text, str) else reply.text
        return web.Response(status=reply.status, body=body, headers={"Content-Type": reply.media, **reply.headers})


class Rewired(httpx.AsyncHTTPTransport):
    """Carries requests to the loopback whatever address they are for, and remembers which that was."""

    def __init__(self, port: int, aimed: list[str]) -> None:
        super().__init__(trust_env=False, verify=False)
        self._port, self._aimed = port, aimed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._aimed.append(request.url.host)
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port, scheme="http")
        return await super().handle_async_request(request)


@dataclass(kw_only=True)
class Net:
    """A site, a reader that finds it at a public address, and what the reader did."""

    site: Site
    reader: HttpReader
    pauses: Pauses
    aimed: list[str]


def names(**known: str) -> Resolve:
    """Make a name service: literal addresses are themselves, other names as given, else public."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        if host.replace(".", "").isdecimal() or ":" in host:
            return (host,)
        address = known.get(host.replace(".", "_").replace("-", "_"), PUBLIC)
        if not address:
            raise OSError(-2, "Name or service not known")
        return tuple(address.split(","))

    return resolve


@contextlib.asynccontextmanager
async def serving(site: Site) -> AsyncIterator[int]:
    """Serve a site on a free port of the loopback."""
    app = web.Application(client_max_size=1024)
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.port = runner.addresses[0][1]
    try:
        yield site.port
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def network(
    site: Site, *, resolve: Resolve | None = None, limits: HttpLimits | None = None, allow_private: bool = False
) -> AsyncIterator[Net]:
    """Serve a site at a public address as far as the reader can tell."""
    async with serving(site) as port:
        aimed: list[str] = []
        transport = PinnedTransport(
            allow_private=allow_private, resolve=resolve or names(), inner=lambda: Rewired(port, aimed)
        )
        pauses = Pauses()
        reader = HttpReader(transport, limits=limits, pause=pauses)
        yield Net(site=site, reader=reader, pauses=pauses, aimed=aimed)
        await reader.close()


async def listed(source: Source, known: Mapping[str, str] | None = None) -> tuple[dict[str, Item], dict[str, Trouble]]:
    """List a source once: its items and its troubles by address. An address that is told twice is a fault."""
    items: dict[str, Item] = {}
    troubles: dict[str, Trouble] = {}
    async for told in source.items(known or {}):
        assert told.uri not in items
        assert told.uri not in troubles
        if isinstance(told, Item):
            items[told.uri] = told
        else:
            troubles[told.uri] = told
    return items, troubles


def stamps(items: Mapping[str, Item]) -> dict[str, str]:
    """Return what is known next time."""
    return {uri: item.stamp for uri, item in items.items()}


def page(*links: str, head: str = "", body: str = "") -> str:
    """Write a page with links."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return f"<!doctype html><html><head>{head}</head><body><main><p>{body or 'text'}</p>{anchors}</main></body></html>"
