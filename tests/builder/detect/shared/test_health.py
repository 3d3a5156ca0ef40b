"""Routes that say a server is well."""

import pytest

from builder.detect.shared.health import health_path, health_route, speaks_of_health


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


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("/healthz", "/healthz"),
        ("health", "/health"),
        ("api/health/", "/api/health/"),
        ("up", "/up"),
        ("status", ""),
        ("/status", "/status"),
        ("ready", ""),
        ("/ready", "/ready"),
        ("users", ""),
    ],
)
def test_a_route_without_its_slash_is_one_unless_it_names_a_value(route: str, path: str) -> None:
    assert health_route(route) == path


@pytest.mark.parametrize(("text", "path"), [("/healthz", "/healthz"), ("/status", ""), ("health", "")])
def test_text_that_may_stand_anywhere_must_be_unmistakable(text: str, path: str) -> None:
    assert health_route(text, anywhere=True) == path


@pytest.mark.parametrize(
    ("source", "speaks"),
    [
        ('get "/health"', True),
        ("Route::get('up', fn() => 1)", True),
        ("get :healthz", True),
        ("path(r'^ping/$')", True),
        ("'/api/v1/livez'", True),
        ("healthy food and statuses", False),
    ],
)
def test_sources_without_such_a_word_need_not_be_parsed(source: str, speaks: bool) -> None:
    assert speaks_of_health(source) is speaks
