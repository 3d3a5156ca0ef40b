"""Logs and metrics. Vendors are imported where they are used, so that a command line without them stays fast."""

import logging
import os
import secrets
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.redaction import MASK, redact, secret_name

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from structlog.typing import Processor

REQUEST_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""Bounds of the latency histograms: from one database read to the deadline after which calls answer 202."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered. Every log line carries it."""


def new_request_id() -> str:
    """Make a request id and bind it to what runs from here."""
    value = secrets.token_hex(8)
    request_id.set(value)
    return value


def configure_logging(level: str = "info", *, json: bool = False) -> None:
    """Send the logs of this program and of its libraries to stderr, with secrets masked."""
    import structlog

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _add_request_id,
        mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    colors = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    last: Processor = structlog.dev.ConsoleRenderer(colors=colors)
    if json:
        last = structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_secrets, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _add_request_id(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event


def mask_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the secrets in every value of a log line (a structlog processor)."""
    for key, value in event.items():
        event[key] = _masked(key, value)
    return event


def _masked(key: str, value: Any) -> Any:
    if key.startswith("_"):
        return value  # structlog's own bookkeeping
    if isinstance(value, str):
        return MASK if value and secret_name(key) else redact(value)
    if isinstance(value, Mapping):
        return {name: _masked(str(name), inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(key, inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return redact(str(value))


class Metrics:
    """What is counted, in a registry of its own. Labels are closed sets: no name of a user or an object is one."""

    registry: "CollectorRegistry"
    requests: "Counter"
    request_seconds: "Histogram"
    diagnoses: "Counter"
    runs: "Counter"
    runs_open: "Gauge"
    collection_seconds: "Histogram"
    cluster_requests: "Counter"

    def __init__(self) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            PlatformCollector,
            ProcessCollector,
        )

        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.requests = Counter(
            "sextant_http_requests_total",
            "HTTP requests by route template, method and status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self.request_seconds = Histogram(
            "sextant_http_request_seconds",
            "Seconds to answer an HTTP request.",
            ("route", "method"),
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self.diagnoses = Counter("sextant_diagnoses_total", "Diagnoses by verdict.", ("verdict",), registry=registry)
        self.runs = Counter(
            "sextant_runs_total", "Runs that reached a state, by kind.", ("kind", "state"), registry=registry
        )
        self.runs_open = Gauge("sextant_runs_open", "Runs that this process carries.", registry=registry)
        self.collection_seconds = Histogram(
            "sextant_collection_seconds",
            "Seconds to collect a snapshot from a cluster.",
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self.cluster_requests = Counter(
            "sextant_cluster_requests_total",
            "Requests to the Kubernetes API by verb and status (0: no answer).",
            ("verb", "status"),
            registry=registry,
        )

    def render(self) -> tuple[bytes, str]:
        """Return the text that a scraper reads, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self.registry), CONTENT_TYPE_LATEST


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """Return the metrics of this process."""
    return Metrics()
