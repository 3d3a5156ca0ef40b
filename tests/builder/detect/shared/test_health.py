"""Routes that say a server is well."""

import pytest

from builder.detect.shared.health import health_path


@pytest.mark.parametrize(
    ("paths", "best"),
    [
        (("/", "/users", "/healthz"), "/healthz"),
        (("/ready", "/health"), "/health"),
        (("/api/v1/health",), "/api/v1/health"),
        (("/healthcheck/",), "/healthcheck/"),
        (("/upload", "/healthy-food", "/pingpong", "/status-codes"), ""),
        (("/health/ready", "/health/live"), "/health/live"),
        (("/readyz", "/livez"), "/livez"),
        (("/ping", "/_health"), "/_health"),
        (("/actuator/health",), "/actuator/health"),
        ((), ""),
    ],
)
def test_the_best_route_is_chosen_by_its_name(paths: tuple[str, ...], best: str) -> None:
    assert health_path(paths) == best
