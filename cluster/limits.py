"""The limits that settings ask for, in the form that each part of this package takes them."""

from cluster.exchange import ClientLimits
from cluster.live import CollectLimits
from cluster.logs import LogLimits
from cluster.recording.intake import RecordingLimits
from cluster.watching.limits import WatchLimits
from core.settings import Settings


def client_limits(settings: Settings) -> ClientLimits:
    """Return how patient a client is."""
    cluster = settings.cluster
    return ClientLimits(
        request_seconds=cluster.request_seconds,
        attempts=cluster.retries + 1,
        requests_per_second=cluster.qps,
        burst=cluster.burst,
    )


def collect_limits(settings: Settings) -> CollectLimits:
    """Return how much one snapshot may cost."""
    cluster, logs = settings.cluster, settings.logs
    return CollectLimits(
        seconds=cluster.collect_seconds,
        page_size=cluster.page_size,
        concurrency=cluster.in_flight,
        custom_kinds=cluster.custom_kinds,
        certificates=cluster.certificates,
        logs=LogLimits(
            max_containers=logs.max_containers,
            tail_lines=logs.tail_lines,
            max_bytes=logs.max_bytes,
            line_bytes=logs.line_bytes,
            concurrency=cluster.in_flight,
        ),
    )


def recording_limits(settings: Settings) -> RecordingLimits:
    """Return how much a recording may hold."""
    bundle = settings.bundle
    return RecordingLimits(
        compressed_bytes=bundle.max_bytes,
        expanded_bytes=bundle.max_expanded_bytes,
        members=bundle.max_members,
        member_bytes=bundle.max_member_bytes,
        ratio=round(bundle.max_ratio),
    )


def watch_limits(settings: Settings) -> WatchLimits:
    """Return how patient watches are, and how much one cache may hold."""
    watch = settings.watch
    return WatchLimits(server_seconds=watch.reopen_seconds, max_bytes=watch.max_bytes)
