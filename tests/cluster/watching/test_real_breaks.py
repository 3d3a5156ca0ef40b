"""A real API server behind a line that breaks again and again: the cache ends up with what the server holds."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from cluster.client import ClusterClient, connect
from cluster.fields import text, uid
from cluster.identity import Endpoint
from cluster.watching import WatchCache
from tests.cluster.asking import obj
from tests.cluster.watching.watched import CONFIG_MAP, Versions, health, held, until
from tests.real_cluster import RealCluster

NS = "breaks"
BREAKS = 50


@dataclass(slots=True)
class Line:
    """A line that can be cut while bytes are under way."""

    open: set[asyncio.Transport] = field(default_factory=set)
    cuts: int = 0

    def cut(self) -> None:
        """Reset all connections that are open."""
        for transport in self.open:
            transport.abort()
        self.cuts += bool(self.open)
        self.open.clear()


@contextlib.asynccontextmanager
async def through(endpoint: Endpoint) -> AsyncIterator[tuple[Endpoint, Line]]:
    """Give an endpoint that leads to another one by a line that can be cut. TLS goes through untouched."""
    line, parts = Line(), urlsplit(endpoint.server)
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(1000):
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        line.open |= {writer.transport, far_writer.transport}  # type: ignore[arg-type]  # typeshed: WriteTransport
        tasks.add(asyncio.create_task(pump(reader, far_writer)))
        tasks.add(asyncio.create_task(pump(far_reader, writer)))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield replace(endpoint, server=f"{parts.scheme}://{parts.hostname}:{port}"), line
    finally:
        server.close()
        line.cut()
        await asyncio.gather(*tasks)


async def stored(client: ClusterClient) -> Versions:
    listed = await client.get(CONFIG_MAP.path(NS))
    return {
        (NS, text(item, "metadata", "name")): (uid(item), text(item, "metadata", "resourceVersion"))
        for item in listed["items"]
    }


async def write(cluster: RealCluster, round_: int) -> None:
    """Add, change and delete some objects."""
    names = [f"c-{(round_ * 3 + step) % 12}" for step in range(4)]
    items = [obj("ConfigMap", name, namespace=NS, data={"round": str(round_)}) for name in names]
    listed = json.dumps({"kind": "List", "apiVersion": "v1", "items": items})
    await asyncio.to_thread(cluster.kubectl, "apply", "-f", "-", stdin=listed)
    await asyncio.to_thread(cluster.kubectl, "-n", NS, "delete", f"cm/{names[0]}", "--wait=false")


@pytest.mark.cluster
async def test_fifty_cut_connections_to_a_real_server_lose_nothing(real_cluster: RealCluster) -> None:
    identity = real_cluster.identity()
    await asyncio.to_thread(real_cluster.kubectl, "create", "namespace", NS)
    async with (
        through(identity.endpoint) as (endpoint, line),
        connect(replace(identity, endpoint=endpoint)) as client,
        connect(identity) as beside,
        WatchCache(client, namespace=NS, kinds=[CONFIG_MAP]) as cache,
    ):
        await cache.ready()
        writing = asyncio.create_task(write(real_cluster, 0))
        round_ = 0
        while line.cuts < BREAKS:
            opened = health(cache, CONFIG_MAP).reconnects
            line.cut()
            await until(lambda: health(cache, CONFIG_MAP).reconnects > opened, 30)  # noqa: B023 - called at once
            if writing.done():
                round_ += 1
                writing = asyncio.create_task(write(real_cluster, round_))
        await writing
        truth = await stored(beside)
        await until(lambda: held(cache, CONFIG_MAP) == truth, 30)
        assert round_ > 3
        assert health(cache, CONFIG_MAP).relists == 0
