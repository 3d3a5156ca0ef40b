"""What a pod asks of a node."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from diagnose.requests import effective_requests, largest_request


def asking(cpu: str, **more: Any) -> dict[str, Any]:
    """Build a container that requests CPU."""
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pod spec and the CPU that it asks for."""

    id: str
    spec: dict[str, Any]
    cpu: str


CASES = (
    Case(id="containers add up", spec={"containers": [asking("500m"), asking("0.5")]}, cpu="1"),
    Case(
        id="the largest init container counts alone",
        spec={"containers": [asking("1")], "initContainers": [asking("3"), asking("2")]},
        cpu="3",
    ),
    Case(
        id="a sidecar runs beside the containers",
        spec={"containers": [asking("1")], "initContainers": [asking("500m", restartPolicy="Always")]},
        cpu="3/2",
    ),
    Case(
        id="an init container runs beside sidecars started before it",
        spec={
            "containers": [asking("1")],
            "initContainers": [asking("1", restartPolicy="Always"), asking("2"), asking("1", restartPolicy="Always")],
        },
        cpu="3",
    ),
    Case(
        id="overhead is added",
        spec={"containers": [asking("1")], "overhead": {"cpu": "250m"}},
        cpu="5/4",
    ),
    Case(
        id="requests of the pod replace the sum",
        spec={"containers": [asking("1")], "resources": {"requests": {"cpu": "4"}}},
        cpu="4",
    ),
    Case(
        id="a limit without a request is the request",
        spec={"containers": [{"resources": {"limits": {"cpu": "2"}}}]},
        cpu="2",
    ),
    Case(id="nonsense counts as nothing", spec={"containers": [asking("lots"), None, 7]}, cpu="0"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_effective_requests_follow_the_scheduler(case: Case) -> None:
    assert effective_requests(case.spec).get("cpu", Fraction(0)) == Fraction(case.cpu)


def test_the_container_that_requests_most_is_pointed_at() -> None:
    found = largest_request({"spec": {"containers": [asking("1"), asking("2")]}}, "cpu")
    assert found is not None
    assert found[1] == ("spec", "containers", 1, "resources", "requests", "cpu")
