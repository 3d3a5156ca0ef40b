"""Look at a cluster again and again: when something changed, and every now and then although nothing did."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal

from cluster.live import CollectLimits
from cluster.snapshot import Snapshot
from cluster.watching.cache import WatchCache
from cluster.watching.changes import Changes
from cluster.watching.reads import collect_from
from core.errors import ClusterBusy, ClusterUnreachable, DeadlineExceeded, SextantError
from core.evidence import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often to look, in seconds. ``gather_seconds``: what follows a change this closely is looked at with it.

    ``apart_seconds`` lie between two looks at least, and three times as long as the last one took, so that looking
    never takes more than a quarter of the time. After ``idle_seconds`` it is looked again in any case, since graces run
    out; every ``link_seconds`` it is checked whether the connection stands.
    """

    gather_seconds: float = 1.0
    apart_seconds: float = 5.0
    idle_seconds: float = 30.0
    link_seconds: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: a snapshot, or the error that there is instead; or that the connection was ``lost`` or is ``back``.

    ``why`` says by what it was lost. While it is, there are no looks: nothing new would be seen.
    """

    snapshot: Snapshot | None = None
    error: SextantError | None = None
    link: Literal["", "lost", "back"] = ""
    why: str = ""


async def looks(
    cache: WatchCache,
    *,
    namespace: str = "",
    target: ObjectRef | None = None,
    limits: CollectLimits | None = None,
    pace: Pace | None = None,
    due: Callable[[], float | None] = lambda: None,
) -> AsyncGenerator[Look, None]:
    """Yield looks at what a cache holds until it closes. The first one comes at once.

    ``due`` is asked after each look in how many seconds the next one is worth it, None where only a change makes it so.
    """
    pace = pace or Pace()
    lost = ""
    with cache.changes(namespace=namespace) as changes:
        while True:
            began = _now()
            why, look = severed(cache), None
            if not why:
                try:
                    look = Look(snapshot=await collect_from(cache, namespace=namespace, target=target, limits=limits))
                except (ClusterUnreachable, ClusterBusy, DeadlineExceeded) as exc:
                    why = exc.message
                except SextantError as exc:
                    look = Look(error=exc)
            if bool(why) != bool(lost):
                yield Look(link="lost" if why else "back", why=why)
            lost = why
            if look is not None:
                yield look
            earliest = began + max(pace.apart_seconds, 4 * (_now() - began))
            wanted = due()
            most = pace.idle_seconds if wanted is None else min(pace.idle_seconds, max(1.0, wanted))
            if not await _worth_it(cache, changes, pace, lost=bool(lost), earliest=earliest, latest=_now() + most):
                return


async def _worth_it(
    cache: WatchCache, changes: Changes, pace: Pace, *, lost: bool, earliest: float, latest: float
) -> bool:
    """Wait until it is worth looking again; return whether the cache is still open."""
    while _now() < latest:
        try:
            async with asyncio.timeout(min(pace.link_seconds, latest - _now())):
                await anext(changes)
        except TimeoutError:
            if bool(severed(cache)) != lost:
                break
            continue
        except StopAsyncIteration:
            return False
        await asyncio.sleep(pace.gather_seconds)
        break
    await asyncio.sleep(max(0.0, earliest - _now()))
    return True


def severed(cache: WatchCache) -> str:
    """Return why nothing of what a cache holds is up to date, empty where something is."""
    health = cache.health()
    stale = [entry.note for entry in health if entry.state == "stale"]
    return stale[0] if stale and not any(entry.state == "live" for entry in health) else ""


def _now() -> float:
    return asyncio.get_running_loop().time()
