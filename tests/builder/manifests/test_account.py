"""The identity of pods."""

from builder.manifests.account import account
from tests.builder.manifests.subjects import subject


def test_no_token_is_mounted() -> None:
    body = account(subject()).body
    assert body["kind"] == "ServiceAccount"
    assert body["automountServiceAccountToken"] is False
