"""Volumes that do not come to their pod, or refuse what the program does with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.volumes import volumes
from diagnose.findings import Role, Severity
from tests.diagnose import build

Obj = dict[str, Any]
NAME = "app-7d9c-x2x4z"
SPEC = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
MOUNTED = build.container(volumeMounts=[{"name": "data", "mountPath": "/var/lib/app"}])
MULTI = 'Multi-Attach error for volume "pv-1" Volume is already used by pod(s) other'
ATTACH = 'AttachVolume.Attach failed for volume "pv-1" : rpc error: code = NotFound desc = disk vol-9 not found'
DRIVER = (
    'MountVolume.MountDevice failed for volume "pv-1" : kubernetes.io/csi: attacher.MountDevice failed to create '
    "newCsiDriverClient: driver name disk.csi.example.com not found in the list of registered CSI drivers"
)
NFS = 'MountVolume.SetUp failed for volume "files" : mount failed: exit status 32 mount.nfs: access denied by server'
FILES = {"volumes": [{"name": "files", "nfs": {"server": "10.0.0.9", "path": "/srv"}}]}


def claim(*modes: str) -> Obj:
    """Make a bound claim."""
    return build.obj(
        "PersistentVolumeClaim",
        "data",
        spec={
            "accessModes": list(modes) or ["ReadWriteOnce"],
            "volumeName": "pv-1",
            "storageClassName": "fast",
            "resources": {"requests": {"storage": "10Gi"}},
        },
        status={"phase": "Bound", "capacity": {"storage": "10Gi"}},
    )


def fast() -> Obj:
    """Make a storage class that lets volumes grow."""
    return build.obj("StorageClass", "fast", namespace="", provisioner="d", allowVolumeExpansion=True)


def creating(spec: Obj | None = None, **fields: Any) -> Obj:
    """Make a pod that waits for its volumes."""
    state = build.status(state=build.waiting("ContainerCreating"))
    return build.pod(NAME, statuses=[state], phase="Pending", spec=spec or SPEC, **fields)


def other(**fields: Any) -> Obj:
    """Make another pod that uses the claim on another node."""
    return build.pod("other", node="node-2", ready=True, spec=SPEC, **fields)


def attachment(node: str, **status: Any) -> Obj:
    """Make a VolumeAttachment of the volume."""
    spec = {"source": {"persistentVolumeName": "pv-1"}, "nodeName": node, "attacher": "disk.csi.example.com"}
    return build.obj("VolumeAttachment", f"csi-{node}", namespace="", spec=spec, status=status)


def ending(made: Obj, since: float) -> Obj:
    """Mark a pod as being deleted."""
    return {**made, "metadata": {**made["metadata"], "deletionTimestamp": build.ago(since)}}


def plugin(*, ready: bool = False) -> Obj:
    """Make the driver's pod on the node."""
    top = build.obj("DaemonSet", "disk-csi", namespace="kube-system", spec={"template": {"spec": {}}})
    return build.pod("disk-csi-abc", namespace="kube-system", owner=top, ready=ready)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    reason: str = "FailedMount"
    message: str = ""
    pod: Obj
    more: Sequence[Obj] = ()
    code: str = ""
    variant: str = ""
    kind: str = "PersistentVolumeClaim"
    words: str = ""
    first: float = 600


POSITIVE = (
    Case(
        id="shared-claim",
        reason="FailedAttachVolume",
        message=MULTI,
        pod=creating(),
        more=[claim(), other()],
        code="VolumeMultiAttach",
        variant="shared_claim",
        words="cannot mount data (ReadWriteOnce), because Pod other uses it on node node-2",
    ),
    Case(
        id="stale-attachment",
        reason="FailedAttachVolume",
        message=MULTI,
        pod=creating(),
        more=[claim(), attachment("node-2", attached=True)],
        code="VolumeMultiAttach",
        variant="stale_attachment",
        words="still attached to node node-2",
    ),
    Case(
        id="old-pod-ends-for-too-long",
        reason="FailedAttachVolume",
        message=MULTI,
        pod=creating(),
        more=[claim(), ending(other(), 900)],
        code="VolumeMultiAttach",
        variant="stale_attachment",
        words="still attached to node node-2",
    ),
    Case(
        id="one-pod-only",
        message='MountVolume.SetUp failed for volume "pv-1" : volume uses the ReadWriteOncePod access mode and is '
        "already in use by another pod",
        pod=creating(),
        more=[claim("ReadWriteOncePod"), other()],
        code="VolumeMultiAttach",
        variant="single_pod_claim",
        words="(ReadWriteOncePod)",
    ),
    Case(
        id="driver",
        message=DRIVER,
        pod=creating(),
        more=[claim(), plugin(), build.node(), build.obj("CSINode", "node-1", namespace="", spec={"drivers": []})],
        code="CSIDriverUnregistered",
        kind="Node",
        words="disk.csi.example.com, which does not run there; pod/disk-csi-abc is not ready",
    ),
    Case(
        id="attach",
        reason="FailedAttachVolume",
        message=ATTACH,
        pod=creating(),
        more=[claim(), attachment("node-1", attachError={"message": "disk vol-9 not found"})],
        code="VolumeAttachFailed",
        words="by disk.csi.example.com: disk vol-9 not found",
    ),
    Case(
        id="nfs",
        message=NFS,
        pod=creating(FILES),
        code="VolumeMountFailed",
        kind="Deployment",
        words="the volume files (nfs 10.0.0.9:/srv): mount failed",
    ),
    Case(
        id="group",
        message='MountVolume.SetUp failed for volume "files" : applyFSGroup failed for vol: lchown /x: operation not '
        "permitted",
        pod=creating({**FILES, "securityContext": {"fsGroup": 2000}}),
        code="VolumePermissionDenied",
        kind="Deployment",
        words="refuses to give the files to group 2000",
    ),
)


def told(case: Case) -> list[Obj]:
    objects = build.deployed(case.pod)
    return [*objects, *case.more, build.event(objects[-1], case.reason, case.message, first=case.first, count=5)]


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case.id)
def test_a_volume_that_does_not_come_is_named(case: Case) -> None:
    (finding,) = build.findings(volumes, build.scene(*told(case)))

    assert (finding.code, finding.variant, finding.object.kind) == (case.code, case.variant, case.kind)
    assert case.words in finding.summary.en
    assert NAME in {reach.ref.name for reach in finding.affected}
    assert finding.remedies


NEGATIVE = (
    Case(id="first-minute", reason="FailedAttachVolume", message=MULTI, pod=creating(), more=[claim()], first=60),
    Case(
        id="old-pod-is-ending",
        reason="FailedAttachVolume",
        message=MULTI,
        pod=creating(),
        more=[claim(), ending(other(), 90)],
    ),
    Case(
        id="attached-since",
        reason="FailedAttachVolume",
        message=ATTACH,
        pod=creating(),
        more=[claim(), attachment("node-1", attached=True)],
    ),
    Case(
        id="config-map-missing",
        message='MountVolume.SetUp failed for volume "c" : configmap "settings" not found',
        pod=creating(),
    ),
    Case(
        id="cache-not-synced",
        message='MountVolume.SetUp failed for volume "c" : failed to sync configmap cache: timed out waiting',
        pod=creating(),
    ),
    Case(id="symptom-line-alone", message="Unable to attach or mount volumes: unmounted volumes=[a]", pod=creating()),
    Case(
        id="running-since",
        message=NFS,
        pod=build.pod(NAME, statuses=[build.status(state=build.running(30), ready=True)], ready=True, spec=FILES),
    ),
)


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case.id)
def test_what_is_no_fault_of_a_volume_stays_silent(case: Case) -> None:
    assert build.findings(volumes, build.scene(*told(case))) == []


def test_a_refresh_that_fails_under_a_running_pod_is_of_low_severity() -> None:
    running = build.pod(NAME, statuses=[build.status(state=build.running(3000), ready=True)], ready=True, spec=FILES)
    (finding,) = build.findings(volumes, build.scene(running, build.event(running, "FailedMount", NFS, count=5)))

    assert (finding.code, finding.severity) == ("VolumeMountFailed", Severity.LOW)


def test_a_rolling_update_is_named_and_changed() -> None:
    top, middle, pod = build.deployed(creating())
    old = {**other(), "metadata": {**other()["metadata"], "ownerReferences": build.owned_by(middle)}}
    event = build.event(pod, "FailedAttachVolume", MULTI, first=600)
    (finding,) = build.findings(volumes, build.scene(top, middle, pod, old, claim(), event))

    assert "rolling update" in finding.summary.en
    assert "Recreate" in finding.remedies[0].command


def test_replicas_of_one_revision_that_share_a_claim_are_not_blamed_on_the_rolling_update() -> None:
    labels = {"pod-template-hash": "7d9c"}
    top, middle, pod = build.deployed(creating(labels=labels))
    top["spec"]["replicas"] = 2
    sibling = other(labels=labels)
    sibling["metadata"]["ownerReferences"] = build.owned_by(middle)
    event = build.event(pod, "FailedAttachVolume", MULTI, first=600)
    (finding,) = build.findings(volumes, build.scene(top, middle, pod, sibling, claim(), event))

    assert "rolling update" not in finding.summary.en
    assert "its 2 replicas" in finding.summary.en
    assert (finding.remedies[0].command, finding.remedies[0].undo) == (
        "kubectl -n shop scale deployment/app --replicas=1",
        "kubectl -n shop scale deployment/app --replicas=2",
    )


def test_siblings_that_cannot_share_a_claim_are_named_without_an_event() -> None:
    top, middle, pod = build.deployed(build.pod(NAME, node="", phase="Pending", spec=SPEC))
    message = "0/2 nodes are available: 1 node(s) had volume node affinity conflict"
    state = {"type": "PodScheduled", "status": "False", "message": message, "lastTransitionTime": build.ago(600)}
    pod["status"]["conditions"] = [state]
    old = {**other(), "metadata": {**other()["metadata"], "ownerReferences": build.owned_by(middle)}}
    (finding,) = build.findings(volumes, build.scene(top, middle, pod, old, claim()))

    assert (finding.code, finding.variant) == ("VolumeMultiAttach", "shared_claim")


def test_an_attachment_to_a_node_that_is_down_is_its_symptom() -> None:
    pod = creating()
    event = build.event(pod, "FailedAttachVolume", MULTI, first=600)
    down = build.node("node-2", conditions=[{"type": "Ready", "status": "Unknown"}])
    (finding,) = build.findings(volumes, build.scene(pod, event, claim(), attachment("node-2"), down))

    assert finding.role is Role.SYMPTOM


def test_a_driver_of_a_node_that_has_just_joined_is_in_progress() -> None:
    pod = creating()
    young = build.node(conditions=[{"type": "Ready", "status": "True", "lastTransitionTime": build.ago(30)}])
    given = build.scene(pod, build.event(pod, "FailedMount", DRIVER), young)

    assert build.findings(volumes, given) == []
    assert build.in_progress(volumes, given)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (
            "Error: EACCES: permission denied, open '/var/lib/app/db'",
            "VolumePermissionDenied",
            "/var/lib/app/db as user 7",
        ),
        ("mkdir: can't create directory '/var/lib/app/x': Permission denied", "VolumePermissionDenied", "claim data"),
        (
            "write /var/lib/app/wal/1: no space left on device",
            "VolumeFull",
            "claim data (10Gi), mounted at /var/lib/app",
        ),
        ('FATAL: could not extend file "base/1/2": No space left on device', "VolumeFull", "is full"),
        ("java.nio.file.AccessDeniedException: /var/lib/app/write.lock", "VolumePermissionDenied", "write.lock"),
        (
            "System.UnauthorizedAccessException: Access to the path '/var/lib/app/keys' is denied.",
            "VolumePermissionDenied",
            "/var/lib/app/keys",
        ),
        ("Error: EACCES: permission denied, open '/etc/app'", "", ""),
        ("write /tmp/x: no space left on device", "", ""),
        ("Error: ENOSPC: System limit for number of file watchers reached, watch '/var/lib/app'", "", ""),
    ],
)
def test_what_the_log_says_about_a_path_on_a_volume(line: str, code: str, words: str) -> None:
    spec = {**SPEC, "securityContext": {"runAsUser": 7}}
    pod = build.pod(NAME, containers=[MOUNTED], statuses=[build.crash_loop()], spec=spec)
    given = build.scene(pod, claim(), fast(), logs={(NAME, "app", True): ["starting", line]})
    found = build.findings(volumes, given)

    assert [entry.code for entry in found] == ([code] if code else [])
    assert all(words in entry.summary.en for entry in found)


def test_a_healthy_pod_is_not_judged_by_an_old_line() -> None:
    pod = build.pod(
        NAME, containers=[MOUNTED], statuses=[build.status(state=build.running(), ready=True)], ready=True, spec=SPEC
    )
    logs = {(NAME, "app", False): ["write /var/lib/app/wal: no space left on device"]}

    assert build.findings(volumes, build.scene(pod, claim(), fast(), logs=logs)) == []


def test_attachments_that_were_not_read_are_not_taken_as_absent() -> None:
    pod = creating()
    event = build.event(pod, "FailedAttachVolume", ATTACH, first=600)
    (finding,) = build.findings(volumes, build.scene(pod, event, claim(), unread=["VolumeAttachment", "CSINode"]))

    assert finding.code == "VolumeAttachFailed"


def test_a_path_in_an_outer_link_of_a_trace_counts() -> None:
    spec = {**SPEC, "securityContext": {"runAsUser": 7}}
    pod = build.pod(NAME, containers=[MOUNTED], statuses=[build.crash_loop()], spec=spec)
    trace = [
        "Unhandled exception. System.UnauthorizedAccessException: Access to the path '/var/lib/app/k.xml' is denied.",
        " ---> System.IO.IOException: Permission denied",
        "   at System.IO.FileSystem.CreateFile(String fullPath)",
    ]
    (found,) = build.findings(volumes, build.scene(pod, claim(), fast(), logs={(NAME, "app", True): trace}))
    assert found.code == "VolumePermissionDenied"
    assert "/var/lib/app/k.xml" in found.evidence[0].quote
