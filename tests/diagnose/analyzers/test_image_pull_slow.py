"""Pulls that work and take too long."""

from typing import Any

import pytest

from diagnose.analyzers.image_pull import image_pull
from diagnose.analyzers.image_pull.slow import seconds_of
from diagnose.findings import Finding, Role
from tests.diagnose import build

Obj = dict[str, Any]


def pulling(
    *steps: tuple[str, str, float], name: str = "a", image: str = build.IMAGE, ready: bool = False
) -> list[Obj]:
    """Make a pod with these events about its container: reason, message, age in seconds."""
    state = build.running(5) if ready else build.waiting("ContainerCreating")
    body = build.pod(
        name,
        containers=[build.container(image=image)],
        statuses=[build.status(state=state, ready=ready)],
        phase="Pending",
        ready=ready,
    )
    objects = build.deployed(body, name)
    events = [
        build.event(objects[-1], reason, message, kind="Normal", container="app", first=age, last=age)
        for reason, message, age in steps
    ]
    return [*objects, *events]


def slow(*objects: Obj) -> list[Finding]:
    found = build.findings(image_pull, build.scene(*objects, build.node()))
    return [entry for entry in found if entry.code == "ImagePullSlow"]


STARTED = ("Pulling", f'Pulling image "{build.IMAGE}"', 420.0)


def took(own: str, whole: str = "", age: float = 10) -> tuple[str, str, float]:
    waited = f" ({whole} including waiting)" if whole else ""
    return "Pulled", f'Successfully pulled image "{build.IMAGE}" in {own}{waited}. Image size: 8589934592 bytes.', age


def test_a_pull_that_is_not_done_after_minutes_is_slow() -> None:
    (finding,) = slow(*pulling(STARTED))

    assert (finding.role, finding.part, finding.object.kind) == (Role.CONTRIBUTING, "app", "Deployment")
    assert "7 min" in finding.summary.en
    assert "node-1" in finding.summary.en


def test_a_pull_that_outlasts_the_rollout_is_the_cause() -> None:
    (finding,) = slow(*pulling((*STARTED[:2], 1200.0)))

    assert finding.role is Role.ROOT


def test_a_pull_that_came_after_the_deadline_is_slow() -> None:
    (finding,) = slow(*pulling(took("12m3.5s", "12m10s")))

    assert "12 min" in finding.summary.en
    assert "8Gi" in finding.summary.en


@pytest.mark.parametrize(
    "objects",
    [
        pulling(("Pulling", f'Pulling image "{build.IMAGE}"', 60.0)),
        pulling(STARTED, took("6m52s")),
        pulling(took("11m", "40m")),
        pulling(took("12m3.5s"), ready=True),
        pulling(STARTED, ("Failed", f'Failed to pull image "{build.IMAGE}": manifest unknown', 20.0)),
        pulling(),
    ],
    ids=["young", "came in time", "mostly waited for others", "the pod is ready", "it failed", "no events"],
)
def test_other_pulls_are_not(objects: list[Obj]) -> None:
    assert slow(*objects) == []


def test_an_image_that_waits_behind_another_on_its_node_is_not_the_slow_one() -> None:
    other = "registry.example.com/shop/large:1.0"
    first = pulling(("Pulling", f'Pulling image "{other}"', 900.0), name="b", image=other)

    (finding,) = slow(*first, *pulling(STARTED))

    assert other in finding.summary.en


@pytest.mark.parametrize(("written", "seconds"), [("6m12.5s", 372.5), ("1h2m3s", 3723), ("812ms", 0.812), ("", 0)])
def test_durations_are_read_as_go_writes_them(written: str, seconds: float) -> None:
    assert seconds_of(written) == pytest.approx(seconds)
