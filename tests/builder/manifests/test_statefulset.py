"""What keeps files."""

from builder.manifests.statefulset import statefulset
from tests.builder.manifests.subjects import TASKS, ready, subject


def test_one_pod_holds_all_that_needs_the_files() -> None:
    spec = statefulset(subject(ready(volumes=("/app/data", "uploads"), tasks=TASKS), replicas=3)).body["spec"]
    pod = spec["template"]["spec"]
    assert spec["replicas"] == 1
    assert [one["name"] for one in pod["initContainers"]] == ["migrate"]
    assert [one["name"] for one in pod["containers"]] == ["shop", "worker", "beat"]
    for one in (*pod["initContainers"], *pod["containers"]):
        mounts = {each["mountPath"]: each["name"] for each in one["volumeMounts"]}
        assert mounts == {"/app/data": "data-data", "/app/uploads": "data-uploads", "/tmp": "scratch-tmp"}


def test_only_the_program_itself_listens() -> None:
    containers = statefulset(subject(ready(volumes=("/d",), tasks=TASKS))).body["spec"]["template"]["spec"][
        "containers"
    ]
    assert [("ports" in one, "readinessProbe" in one) for one in containers] == [(True, True), *[(False, False)] * 2]


def test_each_volume_has_its_claim_and_the_user_may_write() -> None:
    body = statefulset(subject(ready(volumes=("/data", "/srv/data")), storage="5Gi")).body["spec"]
    claims = body["volumeClaimTemplates"]
    assert [one["metadata"]["name"] for one in claims] == ["data-data", "data-data-2"]
    assert claims[0]["spec"]["resources"]["requests"]["storage"] == "5Gi"
    assert body["template"]["spec"]["securityContext"]["fsGroup"] == 10001
