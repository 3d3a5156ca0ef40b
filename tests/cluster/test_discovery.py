"""Which custom kinds a server has, and which kind a word means."""

import re
from dataclasses import dataclass

import pytest

from cluster.discovery import discover, resolve
from cluster.fake import FakeCluster
from cluster.fake.discovery import Discovery
from cluster.kinds import BY_KEY, Kind
from core.errors import TargetInvalid
from tests.cluster.asking import asking

ROLLOUT = Kind(kind="Rollout", group="argoproj.io", version="v1alpha1", plural="rollouts", short=("ro",))
WIDGET = Kind(kind="Widget", group="a.test", version="v1", plural="widgets")
OTHER_WIDGET = Kind(kind="Widget", group="b.test", version="v2", plural="widgets", namespaced=False)
KNATIVE = Kind(kind="Service", group="serving.knative.dev", version="v1", plural="services")
KINDS = (ROLLOUT, WIDGET, OTHER_WIDGET, KNATIVE)


@pytest.mark.parametrize(("form", "requests"), [("v2", 1), ("v2beta1", 1), ("legacy", 5)])
async def test_custom_kinds_are_found_in_every_form_of_discovery(form: Discovery, requests: int) -> None:
    async with asking(FakeCluster(custom_kinds=KINDS, discovery=form)) as client:
        assert await discover(client) == (WIDGET, ROLLOUT, OTHER_WIDGET, KNATIVE)
        assert client.requests.total() == requests


@dataclass(frozen=True, kw_only=True)
class Case:
    word: str
    expected: Kind


CASES = (
    Case(word="deploy", expected=BY_KEY["Deployment"]),
    Case(word="services", expected=BY_KEY["Service"]),
    Case(word="rollout", expected=ROLLOUT),
    Case(word="Rollouts", expected=ROLLOUT),
    Case(word="ro", expected=ROLLOUT),
    Case(word="rollouts.argoproj.io", expected=ROLLOUT),
    Case(word="rollouts.v1alpha1.argoproj.io", expected=ROLLOUT),
    Case(word="rollout.argoproj", expected=ROLLOUT),
    Case(word="widget.b.test", expected=OTHER_WIDGET),
    Case(word="service.serving.knative.dev", expected=KNATIVE),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.word)
def test_a_word_means_the_kind_that_people_call_so(case: Case) -> None:
    assert resolve(case.word, KINDS) == case.expected


@pytest.mark.parametrize(
    ("word", "message", "next_step"),
    [
        ("widgets", "several groups", r"widgets\.a\.test or widgets\.b\.test"),
        ("rolout", "no kind 'rolout'", "rollout"),
        ("zzzzzzz", "no kind", "api-resources"),
        ("", "no kind", "api-resources"),
    ],
)
def test_a_word_that_means_no_kind_or_several_says_what_to_write(word: str, message: str, next_step: str) -> None:
    with pytest.raises(TargetInvalid, match=message) as caught:
        resolve(word, KINDS)
    assert re.search(next_step, caught.value.next_step)
