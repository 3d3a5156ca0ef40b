"""What the watch caches hold, for Prometheus: read when it is scraped, so that nothing has to be kept in step."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.watches import Figures


class WatchMetrics(Collector):
    """The figures of all watch caches. No label names a user or a namespace."""

    def __init__(self, figures: Callable[[], Figures], registry: CollectorRegistry) -> None:
        self._figures = figures
        registry.register(self)

    def describe(self) -> Iterator[Metric]:
        """Name the metrics without reading anything."""
        yield from _families(Figures())

    def collect(self) -> Iterator[Metric]:
        """Read them."""
        yield from _families(self._figures())


def _families(figures: Figures) -> Iterator[Metric]:
    yield GaugeMetricFamily("sextant_watch_caches", "Watch caches that are open.", value=figures.caches)
    yield GaugeMetricFamily("sextant_watch_objects", "Objects that watch caches hold.", value=figures.objects)
    yield GaugeMetricFamily("sextant_watch_bytes", "Bytes of objects that watch caches hold.", value=figures.bytes)
    yield GaugeMetricFamily("sextant_watch_stale", "Kinds whose watch is down.", value=figures.stale)
    yield CounterMetricFamily(
        "sextant_watch_relists", "Lists that were read again because a watch could not go on.", value=figures.relists
    )
    yield CounterMetricFamily("sextant_watch_reconnects", "Watches that were opened again.", value=figures.reconnects)
    yield CounterMetricFamily(
        "sextant_watch_answers", "Snapshots that were taken from a watch cache.", value=figures.answers
    )
