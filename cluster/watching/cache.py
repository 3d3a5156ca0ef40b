"""A watch cache: one watcher for each collection, and what all of them together know."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from cluster.client import ClusterClient
from cluster.fields import text
from cluster.kinds import BUILTIN, BY_KEY, Kind
from cluster.live import KINDS
from cluster.snapshot import Snapshot, SnapshotBuilder
from cluster.watching.answers import Answers
from cluster.watching.changes import Changes
from cluster.watching.contents import add_contents
from cluster.watching.held import Room
from cluster.watching.limits import WatchLimits
from cluster.watching.states import KindHealth, afresh
from cluster.watching.watcher import Watcher
from core.errors import DeadlineExceeded, Forbidden, SextantError

NEVER_WATCHED = frozenset({"Lease", "PodMetrics.metrics.k8s.io", "NodeMetrics.metrics.k8s.io"})
"""Kinds that are read anew each time: Leases change every few seconds for nothing, metrics cannot be watched."""


class WatchCache:
    """What one identity may see of one cluster, kept up to date. Use as an async context manager.

    ``client`` says who asks; its requests are counted there, and a transport of its own keeps the open watches away
    from other callers' connections. With a ``namespace`` its collections alone are watched, and what is cluster-wide.
    ``kinds`` are watched from the start, the usual kinds of a snapshot where none are given; others when they are first
    asked for. All methods are for the event loop that the cache was entered in.
    """

    def __init__(
        self,
        client: ClusterClient,
        *,
        namespace: str = "",
        kinds: Sequence[Kind] | None = None,
        limits: WatchLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare, without asking anything. ``pause`` is how watchers wait before they try again."""
        self.client = client
        self.namespace = namespace
        self.limits = limits or WatchLimits()
        self.revision = 0
        self._kinds = tuple(kinds) if kinds is not None else tuple(BY_KEY[key] for key in (*KINDS, "Namespace"))
        self._pause = pause
        self._room = Room(most=self.limits.max_bytes)
        self._gate = asyncio.Semaphore(self.limits.lists_at_once)
        self._served = {kind.path(): kind for kind in BUILTIN}
        self._watchers: dict[str, Watcher] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Changes] = []
        self.answers = Answers(self.limits.discovery_seconds)
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        for kind in self._kinds:
            self.serves(kind)
            if kind.key == "Namespace" and self.namespace:
                self._watch(f"{kind.path()}/{self.namespace}", kind, "", only=self.namespace)
            else:
                where = self.namespace if kind.namespaced else ""
                self._watch(kind.path(where), kind, where)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        for listener in self._listeners:
            listener.close()
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception) and value is None:
                raise result

    # -- waiting

    async def ready(self, timeout_seconds: float = 30.0) -> None:
        """Wait until each collection is listed or known to be unreadable.

        Raises ``DeadlineExceeded``, and where nothing at all can be read what says why: ``Forbidden``,
        ``Unauthenticated``, ``ClusterUnreachable``.
        """
        watchers = list(self._watchers.values())
        try:
            async with asyncio.timeout(timeout_seconds):
                for watcher in watchers:
                    await watcher.settled.wait()
        except TimeoutError as exc:
            late = ", ".join(w.kind.plural for w in watchers if not w.settled.is_set())
            raise DeadlineExceeded(
                f"{self.client.server} had not listed everything within {timeout_seconds:g} s: {late}.",
                next_step="Give more time, or watch one namespace.",
            ) from exc
        self._raise_when_blind(watchers)
        with contextlib.suppress(SextantError):
            await self.answers.get("/version", self.client)

    def changes(self, *, namespace: str = "", kinds: Collection[str] = (), gather_seconds: float = 0.0) -> Changes:
        """Listen to changes, in one namespace (with what is cluster-wide) or everywhere, of some kinds or all.

        ``with cache.changes() as changes: async for change in changes: …`` ends when the cache closes.
        """
        listener = Changes(self._leave, namespace=namespace, kinds=kinds, gather_seconds=gather_seconds)
        self._listeners.append(listener)
        if not self._open:
            listener.close()
        return listener

    def health(self) -> tuple[KindHealth, ...]:
        """Return how each watch is doing, by kind."""
        return tuple(sorted((w.health() for w in self._watchers.values()), key=lambda h: (h.kind, h.namespace)))

    # -- what is known

    async def snapshot(self, namespace: str = "") -> Snapshot:
        """Return what is held of one namespace, or of all that is watched, without asking the server anything.

        Logs are not in it, nor kinds that are not watched; ``collect_from`` reads those too. What is stale or could not
        be read is said so in the coverage. Raises ``ValueError`` for a namespace that is not watched.
        """
        if self.namespace and namespace not in {"", self.namespace}:
            raise ValueError(f"namespace {namespace!r} is not watched here")
        space = namespace or self.namespace
        builder = SnapshotBuilder(origin=self.client.server, namespace=space)
        builder.server_version = text(self.answers.known("/version"), "gitVersion")
        for watcher in tuple(self._watchers.values()):
            await add_contents(builder, watcher)
        return builder.build(now=self.server_date() or datetime.now(UTC))

    def server_date(self) -> datetime | None:
        """Return the API server's clock now: its newest answer and the time since then."""
        return projected(self.client)

    # -- for those who answer from the cache

    def serves(self, *kinds: Kind) -> None:
        """Learn of kinds, so that collections of theirs can be watched when they are asked for."""
        for kind in kinds:
            self._served.setdefault(kind.path(), kind)

    def watching(self, path: str) -> tuple[Watcher, str] | None:
        """Return who watches a collection and the namespace in it that is meant; from now on, if nobody did so far."""
        if found := self._watchers.get(path):
            return found, found.where
        root, namespace = _split(path)
        if namespace and (everywhere := self._watchers.get(root)):
            return everywhere, namespace
        kind = self._served.get(root)
        room = len(self._watchers) < self.limits.max_watches
        if kind is None or kind.key in NEVER_WATCHED or not room or not self._open:
            return None
        if bool(self.namespace) and kind.namespaced and not namespace:
            return None  # a cache of one namespace does not begin to watch all of them
        where = namespace if self.namespace else ""
        watched = kind.path(where)
        return self._watch(watched, kind, where), namespace

    def one(self, path: str) -> tuple[Watcher, str, str] | None:
        """Return who watches the object at a path, with its namespace and name."""
        if found := self._watchers.get(path):
            return found, "", self.namespace
        collection, _, name = path.rpartition("/")
        found = self._watchers.get(collection)
        if found is None or found.kind.namespaced:
            return None
        return found, "", name

    def _raise_when_blind(self, watchers: Sequence[Watcher]) -> None:
        unread = [watcher for watcher in watchers if watcher.state in {"refused", "absent", "failed"}]
        if not watchers or len(unread) < len(watchers):
            return
        errors = [watcher.error for watcher in unread if watcher.error]
        for error in errors:
            if not isinstance(error, Forbidden):
                raise afresh(error)
        where = f"namespace {self.namespace}" if self.namespace else "the whole cluster"
        raise Forbidden(
            f"The API server lets this caller read nothing in {where}: {errors[0].message if errors else 'refused'}",
            next_step="Ask for the ClusterRole `view` in the namespace, or name a namespace that you may read with -n.",
        )

    def _watch(self, path: str, kind: Kind, where: str, *, only: str = "") -> Watcher:
        watcher = Watcher(
            self.client,
            kind,
            where,
            only=only,
            limits=self.limits,
            room=self._room,
            gate=self._gate,
            changed=self._changed,
            pause=self._pause,
        )
        self._watchers[path] = watcher
        task = asyncio.create_task(watcher.run(), name=f"watch {path}")
        task.add_done_callback(watcher.ended)
        self._tasks.append(task)
        return watcher

    def _changed(self, kind: str, namespace: str) -> None:
        self.revision += 1
        for listener in self._listeners:
            listener.touch(kind, namespace, self.revision)

    def _leave(self, listener: Changes) -> None:
        self._listeners.remove(listener)


def projected(client: ClusterClient) -> datetime | None:
    """Return the API server's clock now. Watches stay open for minutes, so that its newest answer may be old."""
    date = client.server_date
    if date is None:
        return None
    return date + timedelta(seconds=max(0.0, client.seconds_since_date))


def _split(path: str) -> tuple[str, str]:
    """Return the path of a collection across all namespaces, and the namespace of the one that was meant."""
    head, found, rest = path.partition("/namespaces/")
    namespace, slash, plural = rest.partition("/")
    return (f"{head}/{plural}", namespace) if found and slash else (path, "")
