"""Pods that get no network or no address."""

from typing import Any

import pytest

from diagnose.analyzers.sandbox import sandbox
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
CREATE = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
    '"0123456789abcdef": '
)


def creating(name: str = POD, **fields: Any) -> dict[str, Any]:
    """Make a pod that waits for its sandbox."""
    return build.pod(name, statuses=[build.status(state=build.waiting("ContainerCreating"))], phase="Pending", **fields)


@pytest.mark.parametrize(
    ("message", "code", "kind", "words"),
    [
        (
            f'{CREATE}plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
            "SandboxCreationFailed",
            "Deployment",
            "network plugin calico",
        ),
        (
            f'{CREATE}plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
            "SandboxCreationFailed",
            "Deployment",
            "subnet.env",
        ),
        (
            (
                f'{CREATE}plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses '
                f"available in range set: 10.0.0.1-10.0.0.254"
            ),
            "PodAddressesExhausted",
            "Node",
            "no free address",
        ),
        ("anything else", "SandboxCreationFailed", "Deployment", "anything else"),
    ],
)
def test_a_sandbox_failure_is_named(message: str, code: str, kind: str, words: str) -> None:
    objects = build.deployed(creating())
    event = build.event(objects[-1], "FailedCreatePodSandBox", message)
    (finding,) = build.findings(sandbox, build.scene(*objects, build.node(), event))
    assert (finding.code, finding.object.kind) == (code, kind)
    assert words in finding.summary.en
    assert "0123456789abcdef" not in finding.summary.en


def test_several_pods_of_one_node_point_to_the_node() -> None:
    pods = [creating("a"), creating("b")]
    events = [build.event(entry, "FailedCreatePodSandBox", f"{CREATE}broken") for entry in pods]
    found = build.findings(sandbox, build.scene(*pods, *events, build.node()))
    assert {entry.object.kind for entry in found} == {"Node"}


def test_a_network_plugin_that_is_not_ready_is_named() -> None:
    pods = [creating("a"), creating("b")]
    events = [build.event(entry, "FailedCreatePodSandBox", f"{CREATE}broken") for entry in pods]
    plugin = build.pod("calico-node-x1", namespace="kube-system", statuses=[build.status(state=build.running())])
    found = build.findings(sandbox, build.scene(*pods, *events, plugin, build.node()))
    assert all("calico-node" in entry.summary.en for entry in found)


def test_a_pod_of_somebody_that_bears_such_a_name_is_no_network_plugin() -> None:
    pods = [creating("canal-a"), creating("canal-b")]
    events = [build.event(entry, "FailedCreatePodSandBox", f"{CREATE}broken") for entry in pods]
    found = build.findings(sandbox, build.scene(*pods, *events, build.node()))
    assert not any("canal" in entry.summary.en for entry in found)


def test_a_pod_that_started_since_is_over() -> None:
    body = build.pod(POD, statuses=[build.status(state=build.running(60), ready=True)], ready=True)
    objects = build.deployed(body)
    given = build.scene(*objects, build.event(objects[-1], "FailedCreatePodSandBox", CREATE))
    assert build.findings(sandbox, given) == []
    assert [entry.healed for entry in build.ruled_out(sandbox, given)] == [True]


def test_a_failure_within_the_first_seconds_was_no_fault() -> None:
    body = build.pod(POD, statuses=[build.status(state=build.running(1700), ready=True)], ready=True)
    objects = build.deployed(body)
    event = build.event(objects[-1], "FailedCreatePodSandBox", CREATE, first=1795, last=1795)
    assert [entry.healed for entry in build.ruled_out(sandbox, build.scene(*objects, event))] == [False]


def test_the_first_failure_of_a_new_pod_is_in_progress() -> None:
    objects = build.deployed(creating(created=10))
    given = build.scene(*objects, build.event(objects[-1], "FailedCreatePodSandBox", CREATE, first=5, last=5))
    assert build.findings(sandbox, given) == []
    assert build.in_progress(sandbox, given)


def test_a_sandbox_made_anew_after_a_reboot_is_no_fault() -> None:
    objects = build.deployed(creating())
    event = build.event(
        objects[-1], "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.", kind="Normal"
    )
    assert build.findings(sandbox, build.scene(*objects, event)) == []
