"""Follow the namespaces that the settings name, with the service's own identity, and tell receivers what changed."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog
from prometheus_client import Counter, Gauge

from api.context import Services
from api.told import ToldFile
from api.work import Question, in_thread, judged
from cluster.client import connect
from cluster.identity import Identity
from cluster.limits import client_limits, collect_limits, watch_limits
from cluster.watching import WatchCache
from cluster.watching.looks import Look, Pace, looks
from core.errors import SextantError
from core.notify import Notice, Notifier, Outbox
from core.notify.outbox import Outcome
from diagnose.findings import Diagnosis, Severity
from diagnose.following import Change, Followed, Settling, by_lasting_id, follow, resumed

log = structlog.get_logger("sextant.notify")

EVERYWHERE = "*"
READY_SECONDS = 120.0
FLUSH_SECONDS = 2.0
"""What receivers get at the end for what still waits."""
RETRY_SECONDS = (5.0, 300.0)
"""Waits before a namespace that cannot be followed is tried again: they double from the first to the last."""


@contextlib.asynccontextmanager
async def notifying(services: Services, receivers: Sequence[Notifier]) -> AsyncIterator[None]:
    """Follow and tell as long as the context lasts; nothing happens where nobody is to be told."""
    identity = services.context.identity
    if receivers and identity is None:
        log.warning("nobody is notified, since there is no cluster to follow")
    if not receivers or identity is None:
        yield
        return
    notifying = Notifying(services, receivers)
    tasks = [asyncio.create_task(box.run(), name=f"notify {box.notifier.name}") for box in notifying.outboxes]
    tasks += [
        asyncio.create_task(notifying.follow_always(identity, space), name=f"follow {space or 'all'}")
        for space in notifying.spaces
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.gather(*(box.flush(FLUSH_SECONDS) for box in notifying.outboxes))
        for receiver in receivers:
            await receiver.close()


class Notifying:
    """What is followed, and who is told."""

    def __init__(self, services: Services, receivers: Sequence[Notifier]) -> None:
        self._services = services
        self._settings = services.context.settings
        self._told = ToldFile(self._settings.storage.state_dir)
        notify = self._settings.notify
        self.spaces = ("",) if EVERYWHERE in notify.namespaces else tuple(dict.fromkeys(notify.namespaces))
        registry = services.context.metrics.registry
        outcomes = Counter(
            "sextant_notices_total",
            "Causes that were to be told, by receiver and outcome.",
            ("receiver", "outcome"),
            registry=registry,
        )
        waiting = Gauge("sextant_notices_waiting", "Causes that wait to be told.", ("receiver",), registry=registry)

        def counting(name: str) -> Callable[[Outcome, int], None]:
            return lambda outcome, number: outcomes.labels(name, outcome).inc(number)

        self.outboxes = tuple(
            Outbox(
                receiver,
                per_minute=notify.per_minute,
                keep_seconds=notify.keep_seconds,
                counted=counting(receiver.name),
            )
            for receiver in receivers
        )
        for box in self.outboxes:
            waiting.labels(box.notifier.name).set_function(partial(_waiting, box))

    async def follow_always(self, identity: Identity, space: str) -> None:
        """Follow one namespace (empty: all) until cancelled; what keeps it from being followed is logged."""
        wait, last = RETRY_SECONDS
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._follow(identity, space)
            except SextantError as exc:
                log.warning("a namespace cannot be followed", namespace=space or EVERYWHERE, reason=exc.message)
            except Exception:  # the service must go on telling of the others; it is logged
                log.exception("following a namespace ended with an error", namespace=space or EVERYWHERE)
            if asyncio.get_running_loop().time() - began > last:
                wait = RETRY_SECONDS[0]
            await asyncio.sleep(wait)
            wait = min(wait * 2, last)

    async def _follow(self, identity: Identity, space: str) -> None:
        settings = self._settings
        async with (
            connect(identity, limits=client_limits(settings)) as client,
            WatchCache(client, namespace=space, limits=watch_limits(settings)) as cache,
        ):
            with self._services.watches.beside(cache):
                await cache.ready(READY_SECONDS)
                followed = FollowedSpace(notifying=self, cluster=client.server, space=space)
                await followed.begin()
                seen = looks(
                    cache,
                    namespace=space,
                    limits=collect_limits(settings),
                    pace=Pace(apart_seconds=settings.watch.apart_seconds, idle_seconds=settings.watch.look_seconds),
                    due=lambda: followed.due,
                )
                async with contextlib.aclosing(seen) as each:
                    async for look in each:
                        await followed.take(look)

    # -- for one namespace

    async def read(self, cluster: str, space: str) -> Followed:
        """Return what is known of a namespace from before."""
        told = await in_thread(self._services, lambda: self._told.read(cluster, space))
        return resumed(told, datetime.now(UTC))

    async def keep(self, cluster: str, space: str, followed: Followed) -> None:
        """Keep what was told of a namespace."""
        await in_thread(self._services, lambda: self._told.write(cluster, space, followed.told))

    async def diagnosed(self, look: Look, space: str) -> Diagnosis:
        """Return the diagnosis of a look. Raises its error."""
        if look.snapshot is None:
            raise look.error or AssertionError("a look without a snapshot has an error")
        snapshot = look.snapshot
        return await in_thread(self._services, lambda: judged(self._services, snapshot, Question(namespace=space)))

    def settling(self) -> Settling:
        """Return how long a state must last before it is told."""
        seconds = self._settings.notify.settle_seconds
        return Settling(worse_seconds=seconds, better_seconds=seconds)

    def tell(self, cluster: str, change: Change, diagnosis: Diagnosis) -> None:
        """Tell everybody of a change, if it is or was severe enough."""
        if change.worst.rank > Severity(self._settings.notify.min_severity).rank:
            return
        for box in self.outboxes:
            box.put(notice_of(change, diagnosis, cluster))


@dataclass(kw_only=True)
class FollowedSpace:
    """One namespace (empty: all) that is followed. ``due``: in how many seconds the next look is worth it."""

    notifying: Notifying
    cluster: str
    space: str
    followed: Followed = field(default_factory=Followed)
    due: float | None = None
    trouble: str = ""

    async def begin(self) -> None:
        """Go on from what was told before the service was started."""
        self.followed = await self.notifying.read(self.cluster, self.space)

    async def take(self, look: Look) -> None:
        """Diagnose a look and tell what changed."""
        if look.link:
            log.warning("the connection of a followed namespace changed", state=look.link, reason=look.why)
            return
        try:
            diagnosis = await self.notifying.diagnosed(look, self.space)
        except SextantError as exc:
            if exc.message != self.trouble:
                log.warning("a followed namespace cannot be diagnosed", namespace=self.space, reason=exc.message)
            self.trouble = exc.message
            return
        self.trouble = ""
        self.followed, step = follow(self.followed, diagnosis, self.notifying.settling())
        self.due = (step.again - step.at).total_seconds() if step.again else None
        if step.changes:
            await self.notifying.keep(self.cluster, self.space, self.followed)
        for change in step.changes:
            self.notifying.tell(self.cluster, change, diagnosis)


def _waiting(box: Outbox) -> float:
    return box.waiting


def notice_of(change: Change, diagnosis: Diagnosis, cluster: str) -> Notice:
    """Return what is told of a change; of a cause that stands with its first fix."""
    root = change.root
    finding = by_lasting_id(diagnosis.roots).get(root.id)
    remedy = next(iter(finding.remedies), None) if finding and change.kind != "healed" else None
    return Notice(
        id=root.id,
        delivery=secrets.token_hex(16),
        change=change.kind,
        at=change.at,
        since=change.since,
        summary=root.summary,
        cluster=cluster,
        namespace=root.object.namespace,
        object=root.object.slug,
        code=root.code,
        severity=root.severity.value,
        before=change.before.value if change.before else "",
        fix=remedy.summary if remedy else None,
        command=remedy.command if remedy else "",
    )
