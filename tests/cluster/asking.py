"""Clients for tests: on a fake cluster, without waiting between attempts."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from cluster.client import ClusterClient
from cluster.exchange import ClientLimits
from cluster.fake import FakeCluster
from cluster.identity import Credentials, Endpoint, Identity
from cluster.transport import Transport


async def no_pause(_seconds: float) -> None:
    """Wait for nothing."""


class Pauses(list[float]):
    """Remember how long a client would have waited."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@contextlib.asynccontextmanager
async def asking(
    fake: FakeCluster, *, token: str = "any", limits: ClientLimits | None = None, pauses: Pauses | None = None
) -> AsyncIterator[ClusterClient]:
    """Serve a fake cluster and give a client of it."""
    async with fake.serve() as endpoint, at(endpoint, token=token, limits=limits, pauses=pauses) as client:
        yield client


@contextlib.asynccontextmanager
async def at(
    endpoint: Endpoint, *, token: str = "any", limits: ClientLimits | None = None, pauses: Pauses | None = None
) -> AsyncIterator[ClusterClient]:
    """Give a client of an endpoint."""
    identity = Identity(endpoint=endpoint, credentials=Credentials(token=token))
    async with Transport(endpoint) as transport:
        yield ClusterClient(transport, identity, limits=limits, pause=no_pause if pauses is None else pauses)


def obj(kind: str, name: str, *, namespace: str = "shop", api: str = "v1", **fields: Any) -> dict[str, Any]:
    """Return an object; an empty ``namespace`` makes it cluster-wide. ``metadata`` is merged."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **fields.pop("metadata", {})}
    return {"kind": kind, "apiVersion": api, "metadata": metadata, **fields}
