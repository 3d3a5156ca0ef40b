"""The example of the Secret."""

import yaml

from builder.manifests.secret import example
from tests.builder.manifests.subjects import full, subject


def test_the_example_is_a_secret_with_every_name_and_no_value() -> None:
    lines = example(subject(full()))
    made = yaml.safe_load("\n".join(lines[lines.index("") :]))
    assert made["kind"] == "Secret"
    assert made["metadata"] == {"name": "shop", "namespace": "apps"}
    assert made["stringData"] == dict.fromkeys(("SESSION_KEY", "SENTRY_TOKEN", "DATABASE_URL", "REDIS_PASSWORD"), "…")


def test_without_secrets_there_is_no_example() -> None:
    assert example(subject()) == ()
