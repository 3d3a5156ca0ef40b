"""Ask the cluster who a token belongs to and what its owner may read; answers are kept for a short while."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from cluster.access import allowed
from cluster.client import ClusterClient
from cluster.fields import mapping, strings, text, truth
from cluster.identity import token_expiry
from core.errors import ClusterRejected, Denied, Forbidden, Unauthenticated
from core.identity import Caller

V = TypeVar("V")

KEPT = 10_000
"""Answers that are kept at most: a token's entry has about 200 bytes."""
REFUSED_SECONDS = 5.0
"""How long a refusal is kept: long enough to blunt a flood, short enough not to be noticed after a fix."""
TOKEN_REVIEW = "/apis/authentication.k8s.io/v1/tokenreviews"  # noqa: S105 - a path


class Remembered(Generic[V]):
    """Answers by key, each for its own time; of equal questions that come at once, one is asked."""

    def __init__(self, *, kept: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        self._answers: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._asking: dict[Hashable, asyncio.Task[tuple[V, float]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        """Return the answer to ``key``; ``ask`` gives it with the seconds for which it holds."""
        if (known := self._answers.get(key)) is not None:
            if known[0] > self._clock():
                return known[1]
            del self._answers[key]
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.ensure_future(_as_coroutine(ask))
            task.add_done_callback(lambda done: self._answered(key, done))
        return (await asyncio.shield(task))[0]

    def _answered(self, key: Hashable, done: asyncio.Task[tuple[V, float]]) -> None:
        self._asking.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        answer, seconds = done.result()
        self._answers[key] = (self._clock() + seconds, answer)
        self._answers.move_to_end(key)
        while len(self._answers) > self._kept:
            self._answers.popitem(last=False)


async def _as_coroutine(ask: Callable[[], Awaitable[tuple[V, float]]]) -> tuple[V, float]:
    return await ask()


class Reviews:
    """Reviews by one API server, trusted for ``seconds``."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._callers: Remembered[Caller | None] = Remembered(clock=clock)
        self._rights: Remembered[bool] = Remembered(clock=clock)

    async def caller(self, service: ClusterClient, token: str) -> Caller:
        """Return whom a bearer token belongs to. ``service`` is the client that may make reviews.

        Raises ``Unauthenticated`` when the cluster does not accept the token.
        """

        async def ask() -> tuple[Caller | None, float]:
            body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
            try:
                status = mapping(await service.post(TOKEN_REVIEW, body), "status")
            except Denied as exc:
                raise _may_not_review(exc) from exc
            name = text(status, "user", "username")
            if not truth(status, "authenticated") or not name:
                return None, REFUSED_SECONDS
            groups = tuple(strings(status, "user", "groups"))
            return Caller(name=name, groups=groups, token=token, kind="cluster"), self._trusted_seconds(token)

        found = await self._callers.get(digest(token), ask)
        if found is None:
            raise Unauthenticated(
                "The cluster does not accept this bearer token.",
                next_step="Send a token that is valid now, for instance of `kubectl create token NAME -n NAMESPACE`.",
            )
        return found

    async def require_pods(self, client: ClusterClient, caller: Caller, namespace: str) -> None:
        """Raise ``Forbidden`` unless the caller may list pods in ``namespace`` (empty: in all of them)."""

        async def ask() -> tuple[bool, float]:
            may = await allowed(client, verb="list", group="", resource="pods", namespace=namespace)
            return may, self._seconds if may else REFUSED_SECONDS

        if not await self._rights.get((digest(caller.token), namespace), ask):
            where = f"namespace {namespace}" if namespace else "all namespaces"
            raise Forbidden(
                f"{caller.name} may not list pods in {where}.",
                next_step="Ask for the ClusterRole `view` there, or name a namespace that you may read.",
            )

    def _trusted_seconds(self, token: str) -> float:
        """Return for how long a token is trusted: not beyond the moment at which it expires."""
        expiry = token_expiry(token)
        left = self._seconds if expiry is None else (expiry - datetime.now(UTC)).total_seconds()
        return max(0.0, min(self._seconds, left))


def _may_not_review(exc: Denied) -> ClusterRejected:
    """Tell that the service itself was refused, which is no fault of the caller."""
    return ClusterRejected(
        f"The cluster does not let this service review tokens: {exc.message}",
        http_status=exc.status,
        next_step="Bind the ClusterRole system:auth-delegator to the service account of this service.",
    )


def digest(token: str) -> str:
    """Return what stands for a token in memory."""
    return hashlib.sha256(token.encode()).hexdigest()
