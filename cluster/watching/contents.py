"""What watchers hold, in the form of a snapshot: objects, and how completely they are known."""

import asyncio
from typing import Any

from cluster.fields import name
from cluster.listing import coverage_of
from cluster.snapshot import SnapshotBuilder
from cluster.watching.held import parsed
from cluster.watching.watcher import Watcher
from core.errors import ClusterUnreachable

_MANY_BODIES = 200


async def objects_of(watcher: Watcher, namespace: str) -> list[dict[str, Any]]:
    """Return what is held in a namespace, or (empty) everywhere; many objects are parsed in a thread."""
    bodies = watcher.held.bodies(namespace)
    if len(bodies) > _MANY_BODIES:
        return await asyncio.to_thread(_parsed, bodies)
    return _parsed(bodies)


async def add_contents(builder: SnapshotBuilder, watcher: Watcher) -> None:
    """Add what one watcher holds of the snapshot's namespace, and its coverage."""
    kind, space = watcher.kind, builder.namespace
    where = space if kind.namespaced else ""
    if watcher.where not in {"", where}:
        return
    found = await objects_of(watcher, where)
    own = kind.key == "Namespace" and bool(space)
    for obj in found:
        if not own or name(obj) == space:
            builder.add(obj)
    known = watcher.state in {"live", "stale"}
    if own and known:
        return  # of one namespace nobody asks whether all namespaces are known
    error = None if known else watcher.error
    if not known and (error is None or watcher.state == "unwatchable"):
        error = ClusterUnreachable(f"{kind.plural} are not listed here: {watcher.state}")
    builder.covered(coverage_of(kind, where, len(found), error, watcher.note if known else ""))


def _parsed(bodies: list[bytes]) -> list[dict[str, Any]]:
    return [parsed(body) for body in bodies]
