"""Kinds: keys, paths, and what people call them."""

import pytest

from cluster.kinds import BUILTIN, BY_KEY, group_of, kind_key, spoken


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("deploy", "Deployment"),
        ("Deployments", "Deployment"),
        ("deployment.apps", "Deployment"),
        ("po", "Pod"),
        ("PVC", "PersistentVolumeClaim"),
        ("ing", "Ingress"),
        ("hpa", "HorizontalPodAutoscaler"),
    ],
)
def test_people_are_understood(word: str, key: str) -> None:
    kind = spoken(word)
    assert kind is not None
    assert kind.key == key


@pytest.mark.parametrize("word", ["", "rollout", "deployment.example.com", "pods.metrics.k8s.io", "/"])
def test_other_words_are_no_builtin_kind(word: str) -> None:
    assert spoken(word) is None


def test_a_custom_service_never_passes_for_the_builtin_one() -> None:
    assert kind_key("Service", group_of("serving.knative.dev/v1")) == "Service.serving.knative.dev"
    assert kind_key("Service", group_of("v1")) == "Service"


def test_paths_follow_the_api() -> None:
    assert BY_KEY["Pod"].path("shop") == "/api/v1/namespaces/shop/pods"
    assert BY_KEY["Deployment"].path() == "/apis/apps/v1/deployments"
    assert BY_KEY["Node"].path("shop") == "/api/v1/nodes"


def test_spoken_words_are_unique() -> None:
    words = [word for kind in BUILTIN for word in {kind.kind.lower(), kind.plural, *kind.short}]
    assert sorted(words) == sorted(set(words))
