"""The namespace."""

from builder.manifests import Options
from builder.manifests.namespace import namespace


def test_only_restricted_pods_are_let_in() -> None:
    metadata = namespace(Options(namespace="shops")).body["metadata"]
    assert metadata["name"] == "shops"
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
