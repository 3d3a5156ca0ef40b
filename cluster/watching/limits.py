"""How patient watches are, and how much they may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLimits:
    """Times are in seconds.

    ``stall_seconds`` is how long a watch may be silent before it is opened anew; API servers send a bookmark about each
    minute, so that 75 leaves some room. ``server_seconds`` is when the server ends a watch, spread by a fifth so that
    not all end at once. Objects count as ``stale`` when their watch has been down for ``grace_seconds``. A kind that is
    refused or absent is asked for again after ``recheck_seconds``. After ``silent_streams`` watches in a row without
    any event the server is asked which version it has; after as many that it rejects, the kind is listed again.

    Which kinds and which version the server has is asked for every ``discovery_seconds``; metrics, which cannot be
    watched, are asked for again after ``metrics_seconds``, since they are measured no more often.

    ``page_size`` is smaller than for a snapshot: while the first lists come in, whole pages are in memory as objects.
    ``max_objects`` is for each kind, ``max_bytes`` for all kinds together; of events only the newest ``max_events``
    and none older than ``event_seconds`` are held. ``max_watches`` bounds what is watched on demand.
    """

    stall_seconds: float = 75.0
    server_seconds: int = 300
    grace_seconds: float = 10.0
    recheck_seconds: float = 300.0
    silent_streams: int = 3
    backoff_seconds: float = 0.25
    max_backoff_seconds: float = 30.0
    page_size: int = 500
    lists_at_once: int = 4
    max_objects: int = 50_000
    max_bytes: int = 400 * 1024 * 1024
    max_events: int = 10_000
    event_seconds: float = 6 * 3600.0
    max_watches: int = 96
    discovery_seconds: float = 300.0
    metrics_seconds: float = 15.0
