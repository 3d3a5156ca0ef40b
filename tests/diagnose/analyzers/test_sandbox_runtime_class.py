"""Runtime classes that do not exist, and runtimes that a node does not have."""

from typing import Any

import pytest

from diagnose.analyzers.admission import admission
from diagnose.analyzers.sandbox import sandbox
from tests.diagnose import build

Obj = dict[str, Any]

REFUSED = 'Error creating: pods "app-7d9c-" is forbidden: pod rejected: RuntimeClass "gvisr" not found'


def classed(name: str = "gvisr") -> Obj:
    statuses = [build.status(state=build.waiting("ContainerCreating"))]
    return build.pod("a", statuses=statuses, phase="Pending", spec={"runtimeClassName": name})


def refused(*, have: int = 0) -> list[Obj]:
    top, middle, _ = build.deployed(classed())
    middle["status"] = {"replicas": have}
    return [top, middle, build.event(middle, "FailedCreate", REFUSED)]


def runtime_class(name: str, handler: str = "runsc") -> Obj:
    return build.obj("RuntimeClass", name, namespace="", handler=handler)


def failed(words: str) -> list[Obj]:
    objects = build.deployed(classed("gvisor"))
    return [*objects, build.event(objects[-1], "FailedCreatePodSandBox", f"Failed to create pod sandbox: {words}")]


def test_a_class_that_does_not_exist_is_named_with_the_one_that_was_meant() -> None:
    (finding,) = build.findings(sandbox, build.scene(*refused(), runtime_class("gvisor")))

    assert (finding.code, finding.object.kind, finding.part) == ("RuntimeClassMissing", "Deployment", "gvisr")
    assert finding.near == ("gvisor",)
    assert "RuntimeClass gvisr, which does not exist" in finding.summary.en
    assert '"runtimeClassName":"gvisor"' in finding.remedies[0].command


def test_the_refusal_is_left_to_this_family() -> None:
    assert build.findings(admission, build.scene(*refused())) == []


def test_a_refusal_that_is_over_is_history() -> None:
    given = build.scene(*refused(have=1))

    assert build.findings(sandbox, given) == []
    assert [entry.code for entry in build.ruled_out(admission, given)] == ["RuntimeClassMissing"]


@pytest.mark.parametrize(
    "words",
    [
        'rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "runsc" is configured',
        "rpc error: code = Unknown desc = failed to find runtime handler runsc from runtime list map[]",
    ],
    ids=["containerd", "CRI-O"],
)
def test_a_node_without_the_runtime_is_named_with_one_that_has_it(words: str) -> None:
    other = build.node("node-2", runtimeHandlers=[{"name": ""}, {"name": "runsc"}])
    given = build.scene(*failed(words), runtime_class("gvisor"), build.node(), other)

    (finding,) = build.findings(sandbox, given)

    assert (finding.code, finding.part) == ("RuntimeClassMissing", "gvisor")
    assert "wants runtime runsc" in finding.summary.en
    assert "node-2" in finding.summary.en


def test_another_failure_of_a_sandbox_is_no_matter_of_classes() -> None:
    (finding,) = build.findings(sandbox, build.scene(*failed("network is unreachable"), runtime_class("gvisor")))

    assert finding.code == "SandboxCreationFailed"
