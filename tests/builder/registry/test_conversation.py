"""Which hosts belong together."""

import pytest

from builder.registry.conversation import related

TOGETHER = (
    ("ghcr.io", "ghcr.io"),
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
    ("registry.git.example.org", "git.example.org"),
    ("quay.example", "auth.quay.example"),
    ("localhost", "localhost"),
    ("10.0.0.1", "10.0.0.1"),
)
APART = (
    ("ghcr.io", "evil.io"),
    ("ghcr.io", "notghcr.io"),
    ("ghcr.io", "ghcr.io.evil.example"),
    ("registry.docker.io", "docker.io.evil.example"),
    ("127.0.0.1", "localhost"),
    ("10.0.0.1", "1.0.0.1"),
    ("10.0.0.1", "9.0.0.1"),
    ("localhost", "registry.example"),
)


@pytest.mark.parametrize(("host", "other"), TOGETHER)
def test_hosts_of_one_domain_belong_together(host: str, other: str) -> None:
    assert related(host, other)


@pytest.mark.parametrize(("host", "other"), APART)
def test_other_hosts_get_no_credentials(host: str, other: str) -> None:
    assert not related(host, other)
