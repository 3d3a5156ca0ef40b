"""The cluster, as the one who asks may see it.

The endpoint comes from the platform; the credentials from the caller. In mode ``cluster`` the service's own identity
makes token reviews, reads the namespaces that somebody is to be notified of (``api.notifying``) and nothing else, on
connections of its own: a client certificate would otherwise lend the service's rights to every caller.
"""

import time
from collections.abc import Callable
from typing import Literal

from api.reviews import Remembered, Reviews
from cluster.client import ClusterClient
from cluster.identity import Credentials, Identity
from cluster.limits import client_limits
from cluster.transport import Transport
from core.errors import ClusterNotConfigured, SextantError
from core.identity import Caller
from core.settings import Settings

REACHED_SECONDS = 10.0
"""How long the answer to "can it be reached" is kept: probes ask every few seconds."""
REACH_TIMEOUT = 3.0

Reach = Literal["reachable", "unreachable", "not configured"]


class Clusters:
    """Clients for callers. Open it inside the event loop that uses it."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity | None,
        no_cluster: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.identity = identity
        self.shared = settings.server.auth == "cluster"
        self._limits = client_limits(settings)
        self._no_cluster = no_cluster
        self._reviews = Reviews(settings.server.review_cache_seconds, clock=clock)
        self._reached: Remembered[Reach] = Remembered(clock=clock)
        self._own: ClusterClient | None = None
        self._transports: list[Transport] = []
        self._callers: Transport | None = None

    @property
    def configured(self) -> bool:
        """Say whether there is a cluster to ask."""
        return self.identity is not None

    def default_namespace(self, caller: Caller) -> str:
        """Return the namespace that is meant when none is named: a person's own; empty for a bearer token."""
        return self.identity.default_namespace if self.identity and caller.kind == "local" else ""

    def open(self) -> None:
        """Prepare the connections; nothing connects yet."""
        if self.identity is None:
            return
        own = Transport(self.identity.endpoint, credentials=self.identity.credentials)
        self._own = ClusterClient(own, self.identity, limits=self._limits)
        self._transports = [own]
        if self.shared:
            self._callers = Transport(self.identity.endpoint)
            self._transports.append(self._callers)

    async def close(self) -> None:
        """Close every connection."""
        while self._transports:
            await self._transports.pop().close()

    async def caller(self, token: str) -> Caller:
        """Return whom a bearer token belongs to. Raises ``Unauthenticated``, or an error of ``ClusterError``."""
        return await self._reviews.caller(self._required(), token)

    def client(self, caller: Caller) -> ClusterClient:
        """Return a client that reads with the caller's own rights. Raises ``ClusterNotConfigured``."""
        own = self._required()
        if caller.kind == "local" or self._callers is None or self.identity is None:
            return own
        identity = Identity(
            endpoint=self.identity.endpoint,
            credentials=Credentials(token=caller.token),
            default_namespace="",
            origin="the caller's token",
        )
        return ClusterClient(self._callers, identity, limits=self._limits)

    async def require_pods(self, caller: Caller, namespace: str) -> None:
        """Raise ``Forbidden`` unless the caller may list pods there. A person's own kubeconfig speaks for itself."""
        client = self.client(caller)
        if caller.kind == "cluster":
            await self._reviews.require_pods(client, caller, namespace)

    async def reach(self) -> Reach:
        """Say whether the cluster answers."""
        own = self._own
        if own is None:
            return "not configured"

        async def ask() -> tuple[Reach, float]:
            try:
                await own.within(time.monotonic() + REACH_TIMEOUT).get("/version", attempts=1)
            except SextantError:
                return "unreachable", REACHED_SECONDS
            return "reachable", REACHED_SECONDS

        return await self._reached.get("reach", ask)

    def _required(self) -> ClusterClient:
        if self._own is None:
            raise ClusterNotConfigured(
                self._no_cluster or "This server has no cluster to ask.",
                next_step='Use the source {"type": "demo"}, upload a recording, or start the server with a kubeconfig.',
            )
        return self._own
