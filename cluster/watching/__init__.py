"""The state of a cluster kept up to date by watches, so that a repeated diagnosis asks the API server for no list.

Belongs here: what is held of a cluster between two diagnoses, for one cluster and one identity; how it is kept true
through broken connections and forgotten versions; and how it stands in for the API server when a snapshot is taken.
Does not belong here: what a snapshot holds (``cluster.live`` decides), how an object is cleaned (``cluster.listing``),
and any judgement on what changed (``diagnose``).

What a caller may not read is never held, and what is held is never shown to another identity.

``async with WatchCache(client) as cache``, ``await cache.ready()``, then ``collect_from(cache, client)`` as often as
wanted, and ``with cache.changes() as changes`` to learn when it is worth it.
"""

from cluster.watching.cache import WatchCache
from cluster.watching.changes import Change, Changes
from cluster.watching.limits import WatchLimits
from cluster.watching.reads import collect_from
from cluster.watching.states import KindHealth

__all__ = ["Change", "Changes", "KindHealth", "WatchCache", "WatchLimits", "collect_from"]
