"""Pods that a webhook changed on their way in."""

from copy import deepcopy
from typing import Any

import pytest

from diagnose.analyzers.admission import admission
from diagnose.findings import Finding
from tests.diagnose import build

Obj = dict[str, Any]

LIMITS = {"limits": {"memory": "256Mi", "cpu": "1"}}


def webhook(name: str = "mirror", *, space: str = build.SPACE, resource: str = "pods") -> Obj:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [resource]}
    selector = {"matchLabels": {"kubernetes.io/metadata.name": space}}
    hook = {"name": f"{name}.example.com", "rules": [rule], "namespaceSelector": selector, "objectSelector": {}}
    return build.obj("MutatingWebhookConfiguration", name, namespace="", webhooks=[hook])


def changed(
    status: Obj, change: Obj, *, container: Obj | None = None, spec: Obj | None = None, **given: Any
) -> list[Obj]:
    """Make a workload whose live pod has ``change`` in its container and ``spec`` in its spec."""
    kept = build.pod("a", containers=[container or build.container(resources=LIMITS)], statuses=[status], **given)
    objects = build.deployed(kept)
    live = deepcopy(objects[-1])
    live["spec"]["containers"][0].update(change)
    live["spec"].update(spec or {})
    return [*objects[:-1], live]


NO_PULL = build.status(state=build.waiting("ImagePullBackOff", "Back-off pulling image"))
KILLED = build.crash_loop(code=137, reason="OOMKilled")
CRASHED = build.crash_loop(code=1)
ENV = build.container(env=[{"name": "DB", "value": "orders-db"}])
TWICE = build.container(env=[{"name": "DB", "value": "a"}, {"name": "DB", "value": "b"}])
UNPLACED: Obj = {"conditions": [{"type": "PodScheduled", "status": "False"}], "node": ""}


def mutations(objects: list[Obj]) -> list[Finding]:
    found = build.findings(admission, build.scene(*objects))
    return [entry for entry in found if entry.code == "AdmissionMutatedSpec"]


@pytest.mark.parametrize(
    ("objects", "part", "words"),
    [
        (changed(NO_PULL, {"image": "mirror.example.com/app:1.0"}), "app/image", "mirror.example.com/app:1.0"),
        (
            changed(KILLED, {"resources": {"limits": {"memory": "32Mi", "cpu": "1"}}}),
            "app/resources.limits.memory",
            "is 32Mi, the template has 256Mi",
        ),
        (changed(CRASHED, {"command": ["/bin/wrap", "/app"]}), "app/command", "/bin/wrap"),
        (
            changed(CRASHED, {"env": [{"name": "DB", "value": "proxy"}]}, container=ENV),
            "app/env DB",
            "is proxy, the template has orders-db",
        ),
        (
            changed(build.status(state={}), {}, spec={"nodeSelector": {"pool": "gpu"}}, **UNPLACED),
            "nodeSelector",
            "gpu",
        ),
    ],
    ids=["image", "memory limit", "command", "variable", "node selector"],
)
def test_a_changed_field_that_explains_the_failure_is_named(objects: list[Obj], part: str, words: str) -> None:
    (finding,) = mutations([*objects, webhook(), webhook("other", space="elsewhere"), webhook("x", resource="jobs")])

    assert (finding.part, str(finding.object)) == (part, "MutatingWebhookConfiguration mirror")
    assert words in finding.summary.en
    assert finding.confidence.value <= 0.6
    assert [reach.ref.kind for reach in finding.affected] == ["Pod"]


def test_without_a_single_candidate_the_workload_is_named() -> None:
    objects = changed(NO_PULL, {"image": "mirror.example.com/app:1.0"})

    (finding,) = mutations([*objects, webhook("a"), webhook("b")])

    assert finding.object.kind == "Deployment"
    assert {reach.ref.name for reach in finding.chain} == {"a", "b"}


ABSENT = build.status(state=build.waiting("ImagePullBackOff", "ErrImagePull: mirror.example.com/app:1.0: not found"))
MIRRORED: Obj = {"image": "mirror.example.com/app:1.0"}


def test_an_image_that_a_node_holds_is_there_and_the_mirror_lacks_it() -> None:
    objects = changed(ABSENT, MIRRORED)
    holding = build.node(images=[{"names": [build.IMAGE]}])

    assert len(mutations([*objects, webhook(), holding])) == 1


def limited() -> list[Obj]:
    objects = changed(KILLED, {"resources": {"limits": {"memory": "32Mi"}}}, container=build.container())
    objects[-1]["metadata"]["annotations"] = {"kubernetes.io/limit-ranger": "LimitRanger plugin set: memory limit"}
    return objects


@pytest.mark.parametrize(
    "objects",
    [
        changed(build.status(state=build.running(), ready=True), {"image": "mirror.example.com/app:1.0"}, ready=True),
        changed(NO_PULL, {"command": ["/bin/wrap"]}),
        changed(
            CRASHED, {"env": [{"name": "DB", "value": "orders-db"}, {"name": "AGENT", "value": "1"}]}, container=ENV
        ),
        changed(KILLED, {"resources": {"limits": {"memory": "268435456", "cpu": "1"}}}),
        changed(NO_PULL, {"imagePullPolicy": "Always", "terminationMessagePath": "/dev/termination-log"}),
        limited(),
        changed(CRASHED, {}, container=TWICE),
        changed(ABSENT, MIRRORED),
        [changed(NO_PULL, {"image": "mirror.example.com/app:1.0"})[-1]],
    ],
    ids=[
        "the pod is ready",
        "the field does not explain it",
        "a variable was only added",
        "the same amount",
        "defaults",
        "a LimitRange set it",
        "a variable that the template has twice",
        "only the registry differs, and the image may exist nowhere",
        "the owner was not read",
    ],
)
def test_harmless_differences_are_silent(objects: list[Obj]) -> None:
    assert mutations([*objects, webhook()]) == []
