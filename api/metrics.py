"""Counters of one app, in a registry of its own, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)
"""Buckets: from an answer out of memory to the longest run."""


class Metrics:
    """What is counted. Paths are templates, so that the number of series stays small."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "path", "status")
        self.requests = Counter("sextant_http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "sextant_http_request_seconds",
            "Seconds until a request was answered.",
            ("method", "path"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge("sextant_event_streams", "Event streams that are open.", registry=self.registry)
        self.diagnoses = Counter("sextant_diagnoses", "Diagnoses by verdict.", ("verdict",), registry=self.registry)
        self.analysis = Histogram(
            "sextant_analysis_seconds",
            "Seconds that the analysis of a snapshot took.",
            buckets=SECONDS,
            registry=self.registry,
        )
        build = Gauge("sextant_build_info", "The running version.", ("version",), registry=self.registry)
        build.labels(version or "unknown").set(1)

    def text(self) -> bytes:
        """Return everything in the text format."""
        return generate_latest(self.registry)
