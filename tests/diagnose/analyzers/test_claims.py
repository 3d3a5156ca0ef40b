"""Storage claims that get no volume: which field stands against it, and when waiting is no fault."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.claims import claims
from diagnose.findings import InProgress, RuledOut, Severity
from tests.diagnose.analyzers.build_traffic import (
    at,
    condition,
    deployment,
    event,
    findings,
    obj,
    pod,
    replica_set,
    scene,
)

OUT_OF_QUOTA = (
    'failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted '
    "desc = quota of disks exceeded in zone mars"
)
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def claim(
    name: str = "data", *, phase: str = "Pending", size: str = "10Gi", age: float = 600, **spec: Any
) -> dict[str, Any]:
    """Build a claim; ``status`` is merged into its status."""
    status = {"phase": phase, **spec.pop("status", {})}
    meta = spec.pop("meta", {})
    full = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    return obj("PersistentVolumeClaim", name, age=age, spec=full, status=status, meta=meta)


def storage_class(name: str, *, default: bool = False, **fields: Any) -> dict[str, Any]:
    """Build a storage class."""
    meta = {"annotations": {DEFAULT: "true"}} if default else {}
    body = {"provisioner": "disk.csi.example.com", **fields}
    return obj("StorageClass", name, space="", api="storage.k8s.io/v1", meta=meta, **body)


def volume(name: str = "pv1", *, size: str = "10Gi", phase: str = "Available", **spec: Any) -> dict[str, Any]:
    """Build a volume."""
    labels = spec.pop("labels", {})
    full = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], **spec}
    return obj("PersistentVolume", name, space="", labels=labels, spec=full, status={"phase": phase})


def mounting(
    name: str = "data", *, age: float = 600, phase: str = "Pending", message: str = ""
) -> list[dict[str, Any]]:
    """Build Deployment app with a pod that mounts a claim."""
    spec: dict[str, Any] = {
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": name}}],
        "containers": [{"name": "app"}],
    }
    holder = deployment("app", **spec)
    replicas = replica_set(holder)
    refused = condition("PodScheduled", "False", reason="Unschedulable", message=message or "unbound")
    status = {"phase": phase, "conditions": [refused, condition("Ready", "True" if phase == "Running" else "False")]}
    return [holder, replicas, pod("app-5d8f-x", owner=replicas, spec=spec, status=status, age=age)]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A claim with what stands around it, and what must be said of it."""

    id: str
    claim: dict[str, Any]
    objects: tuple[dict[str, Any], ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    code: str
    variant: str = ""
    says: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    command: str = ""
    word: str = "proved"
    value: float = 0.95


def taken_by(name: str, uid: str = "gone") -> dict[str, Any]:
    """Build a claimRef."""
    return {"claimRef": {"namespace": "shop", "name": name, "uid": uid}}


CASES = (
    Case(
        id="class with a typing error",
        claim=claim(storageClassName="fast-sdd"),
        objects=(storage_class("fast-ssd"), storage_class("standard")),
        events=(("ProvisioningFailed", 'storageclass.storage.k8s.io "fast-sdd" not found'),),
        code="StorageClassMissing",
        says=("fast-sdd", "fast-ssd, standard", "Deployment app cannot start"),
        near=("fast-ssd",),
        command='"storageClassName": "fast-ssd"',
    ),
    Case(
        id="class that is like none offers those that exist, the default first",
        claim=claim(storageClassName="premium"),
        objects=(storage_class("archive"), storage_class("standard", default=True)),
        code="StorageClassMissing",
        near=("standard", "archive"),
        value=0.85,
    ),
    Case(
        id="no class exists at all",
        claim=claim(storageClassName="premium"),
        code="StorageClassMissing",
        says=("no storage class at all",),
        value=0.85,
    ),
    Case(
        id="classes were not read but the controller says it",
        claim=claim(storageClassName="premium"),
        events=(("ProvisioningFailed", 'storageclass.storage.k8s.io "premium" not found'),),
        unread=("StorageClass",),
        code="StorageClassMissing",
        word="matched",
        value=0.75,
    ),
    Case(
        id="no default class",
        claim=claim(),
        objects=(storage_class("standard"),),
        events=(("FailedBinding", "no persistent volumes available for this claim and no storage class is set"),),
        code="DefaultStorageClassMissing",
        says=("standard",),
        command='"storageClassName": "standard"',
    ),
    Case(
        id="volume that is too small",
        claim=claim(storageClassName="", size="20Gi"),
        objects=(volume(size="10Gi"), volume("pv0", size="1Gi", accessModes=["ReadOnlyMany"])),
        code="ClaimVolumeMismatch",
        variant="size",
        says=("pv1", "10Gi", "20Gi"),
        near=("pv1",),
        command='"storage": "10Gi"',
    ),
    Case(
        id="volume of another access mode",
        claim=claim(storageClassName="", accessModes=["ReadWriteMany"]),
        objects=(volume(),),
        code="ClaimVolumeMismatch",
        variant="access_mode",
        says=("ReadWriteMany", "ReadWriteOnce"),
    ),
    Case(
        id="volume of another class",
        claim=claim(storageClassName=""),
        objects=(volume(storageClassName="manual"),),
        code="ClaimVolumeMismatch",
        variant="class",
        says=("manual",),
        command='"storageClassName": "manual"',
    ),
    Case(
        id="volume without the wanted labels",
        claim=claim(storageClassName="", selector={"matchLabels": {"tier": "gold"}}),
        objects=(volume(labels={"tier": "silver"}),),
        code="ClaimVolumeMismatch",
        variant="selector",
        says=("tier=gold", "tier=silver"),
    ),
    Case(
        id="block against file system",
        claim=claim(storageClassName="", volumeMode="Block"),
        objects=(volume(),),
        code="ClaimVolumeMismatch",
        variant="volume_mode",
    ),
    Case(
        id="a class name without class object is compared with volumes of that name",
        claim=claim(storageClassName="manual", size="20Gi"),
        objects=(volume(storageClassName="manual"),),
        code="ClaimVolumeMismatch",
        variant="size",
    ),
    Case(
        id="no volume at all",
        claim=claim(storageClassName=""),
        code="ClaimVolumeMismatch",
        variant="class",
        says=("none is free",),
        value=0.85,
    ),
    Case(
        id="wanted volume does not exist",
        claim=claim(storageClassName="", volumeName="pv2"),
        objects=(volume("pv-2"),),
        code="ClaimVolumeMismatch",
        variant="selector",
        near=("pv-2",),
    ),
    Case(
        id="wanted volume belongs to another claim",
        claim=claim(storageClassName="", volumeName="pv1"),
        objects=(
            volume(phase="Bound", **taken_by("other", "uid-PersistentVolumeClaim-shop-other")),
            claim("other", phase="Bound", status={"capacity": {"storage": "10Gi"}}),
        ),
        code="ClaimVolumeTaken",
        says=("pv1", "the claim shop/other"),
    ),
    Case(
        id="the only fitting volume is released but not free",
        claim=claim(storageClassName=""),
        objects=(volume(phase="Released", **taken_by("data", "former-uid")),),
        code="ClaimVolumeTaken",
        says=("former claim shop/data",),
        command='[{"op":"remove","path":"/spec/claimRef"}]',
    ),
    Case(
        id="lost volume",
        claim=claim(phase="Lost", volumeName="pv9", storageClassName="x"),
        code="ClaimLost",
        says=("pv9", "no longer exists"),
    ),
    Case(
        id="the driver reports an error",
        claim=claim(storageClassName="fast"),
        objects=(storage_class("fast", parameters={"zone": "mars"}),),
        events=(
            (
                "ProvisioningFailed",
                OUT_OF_QUOTA,
            ),
        ),
        code="ClaimProvisioningFailed",
        variant="error",
        says=("quota of disks exceeded in zone mars",),
        word="matched",
        value=0.8,
    ),
    Case(
        id="nobody runs the driver",
        claim=claim(storageClassName="fast"),
        objects=(storage_class("fast"), storage_class("other", provisioner="b.example.com")),
        events=(
            (
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner 'disk.csi.example.com'",
            ),
        ),
        code="ClaimProvisioningFailed",
        variant="no_provisioner",
        says=("disk.csi.example.com",),
        near=("other",),
        value=0.85,
    ),
    Case(
        id="class for volumes made by hand without any",
        claim=claim(storageClassName="local"),
        objects=(storage_class("local", provisioner="kubernetes.io/no-provisioner"),),
        code="ClaimProvisioningFailed",
        variant="no_provisioner",
        says=("by hand",),
        value=0.85,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_unbound_claim_says_what_stands_against_it(case: Case) -> None:
    said = [event(case.claim, reason, message, ago=30) for reason, message in case.events]
    stage = scene(case.claim, *mounting(), *case.objects, *said, unread=case.unread)
    found = findings(claims(stage), stage)
    assert [(finding.code, finding.variant) for finding in found] == [(case.code, case.variant)]
    finding = found[0]
    assert str(finding.object) == "PersistentVolumeClaim shop/data"
    assert [(str(reach.ref), reach.edge) for reach in finding.affected] == [("Pod shop/app-5d8f-x", "mount")]
    assert (finding.confidence.word, finding.confidence.value) == (case.word, case.value)
    for words in case.says:
        assert words in finding.summary.en, finding.summary.en
    if case.near:
        assert finding.near == case.near
    if case.command:
        assert case.command in finding.remedies[0].command


def test_a_claim_made_anew_under_its_name_differs_by_its_uid() -> None:
    wanted = claim(storageClassName="")
    stage = scene(wanted, volume(phase="Released", **taken_by("data", "former-uid")))
    (finding,) = findings(claims(stage), stage)
    assert "uid former-uid" in finding.actual
    assert f"uid {wanted['metadata']['uid']}" in finding.expected


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """A waiting claim that is no fault, and what is said instead."""

    id: str
    claim: dict[str, Any]
    objects: tuple[dict[str, Any], ...] = ()
    seen: tuple[type, ...] = ()
    unread: tuple[str, ...] = ()
    events: tuple[tuple[str, str], ...] = field(default=())


QUIET = (
    Quiet(id="new claim", claim=claim(age=10, storageClassName="x"), seen=(InProgress,)),
    Quiet(
        id="waits for its first pod",
        claim=claim(storageClassName="late"),
        objects=(storage_class("late", volumeBindingMode="WaitForFirstConsumer"),),
        seen=(RuledOut,),
    ),
    Quiet(
        id="waits for its pod to be placed",
        claim=claim(storageClassName="late"),
        objects=(storage_class("late", volumeBindingMode="WaitForFirstConsumer"), *mounting()),
        seen=(RuledOut,),
    ),
    Quiet(id="a fitting volume is free", claim=claim(storageClassName=""), objects=(volume(),)),
    Quiet(
        id="a volume made by hand bears the class name and fits",
        claim=claim(storageClassName="manual"),
        objects=(volume(storageClassName="manual"),),
    ),
    Quiet(
        id="the volume is reserved for this very claim",
        claim=claim(storageClassName="", volumeName="pv1"),
        objects=(volume(phase="Available", **taken_by("data", "")),),
    ),
    Quiet(id="classes were not read", claim=claim(storageClassName="x"), unread=("StorageClass",)),
    Quiet(id="bound", claim=claim(phase="Bound", status={"capacity": {"storage": "10Gi"}})),
    Quiet(
        id="file system grows with the next mount",
        claim=claim(
            phase="Bound",
            status={"capacity": {"storage": "5Gi"}, "conditions": [condition("FileSystemResizePending", "True")]},
        ),
        seen=(RuledOut,),
    ),
    Quiet(
        id="resize under way",
        claim=claim(
            phase="Bound",
            status={"capacity": {"storage": "5Gi"}, "conditions": [condition("Resizing", "True", ago=60)]},
        ),
        seen=(InProgress,),
    ),
)


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.id)
def test_a_claim_that_may_wait_is_no_fault(case: Quiet) -> None:
    stage = scene(case.claim, *case.objects, unread=case.unread)
    assert [type(entry) for entry in claims(stage)] == list(case.seen)


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.", ["no_provisioner"]),
        ("0/2 nodes are available: 2 Insufficient cpu.", []),
    ],
)
def test_volumes_made_by_hand_are_missed_only_when_the_scheduler_looked_for_one(message: str, codes: list[str]) -> None:
    by_hand = storage_class(
        "disks", provisioner="kubernetes.io/no-provisioner", volumeBindingMode="WaitForFirstConsumer"
    )
    stage = scene(*mounting("data", message=message), claim(storageClassName="disks"), by_hand)
    found = findings(claims(stage), stage)
    assert [finding.variant for finding in found] == codes
    assert all("made by hand, and none fits that is free" in finding.summary.en for finding in found)


# -- missing


def test_a_missing_claim_offers_the_near_one_and_names_its_pods() -> None:
    message = '0/1 nodes are available: persistentvolumeclaim "dta" not found.'
    other = claim("data", phase="Bound", status={"capacity": {"storage": "10Gi"}})
    stage = scene(*mounting("dta", message=message), other)
    found = findings(claims(stage), stage)
    assert [(finding.code, finding.absent, finding.near) for finding in found] == [("ClaimMissing", True, ("data",))]
    finding = found[0]
    assert str(finding.object) == "PersistentVolumeClaim shop/dta"
    assert [str(reach.ref) for reach in finding.affected] == ["Pod shop/app-5d8f-x"]
    assert finding.confidence.value == 0.95
    assert '"claimName":"data"' in finding.remedies[0].command
    assert '"storage": "10Gi"' in finding.remedies[1].command


def test_a_missing_claim_without_a_near_name_is_created() -> None:
    stage = scene(*mounting("journal"))
    found = findings(claims(stage), stage)
    assert [finding.code for finding in found] == ["ClaimMissing"]
    assert found[0].remedies[0].command.startswith("kubectl apply")
    assert found[0].remedies[0].estimate is not None


def test_claims_that_were_not_listed_are_missing_only_on_the_schedulers_word() -> None:
    assert list(claims(scene(*mounting("dta"), unread=("PersistentVolumeClaim",)))) == []
    message = '0/1 nodes are available: persistentvolumeclaim "dta" not found.'
    stage = scene(*mounting("dta", message=message), unread=("PersistentVolumeClaim",))
    found = findings(claims(stage), stage)
    assert [(finding.code, finding.confidence.word) for finding in found] == [("ClaimMissing", "matched")]


def test_a_claim_of_a_new_pod_may_still_come() -> None:
    assert [type(entry) for entry in claims(scene(*mounting("dta", age=5)))] == [InProgress]


def test_the_claim_of_a_template_is_made_by_its_controller() -> None:
    owner = obj(
        "StatefulSet",
        "db",
        api="apps/v1",
        spec={"volumeClaimTemplates": [{"metadata": {"name": "data"}}], "template": {"spec": {"containers": []}}},
    )
    spec = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}]}
    single = pod("db-0", owner=owner, spec=spec, status={"phase": "Pending"})
    stage = scene(owner, single)
    found = findings(claims(stage), stage)
    assert [(finding.code, finding.object.name) for finding in found] == [("ClaimMissing", "data-db-0")]
    assert "controller" not in found[0].remedies[0].command
    single["metadata"]["creationTimestamp"] = at(10)
    assert [type(entry) for entry in claims(scene(owner, single))] == [InProgress]


def test_an_ephemeral_volume_names_its_claim_by_the_pod() -> None:
    spec = {"volumes": [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]}
    stage = scene(pod("job", spec=spec, status={"phase": "Pending"}))
    assert [finding.object.name for finding in findings(claims(stage), stage)] == ["job-scratch"]


# -- resizing


@pytest.mark.parametrize(
    ("objects", "status", "said", "words"),
    [
        ((storage_class("std"),), {}, "", "does not allow it"),
        (
            (storage_class("std", allowVolumeExpansion=True),),
            {"allocatedResourceStatuses": {"storage": "ControllerResizeInfeasible"}},
            "",
            "cannot do it",
        ),
        ((storage_class("std", allowVolumeExpansion=True),), {}, "backend is full", "backend is full"),
    ],
)
def test_a_volume_that_does_not_grow_says_why(
    objects: tuple[dict[str, Any], ...], status: dict[str, Any], said: str, words: str
) -> None:
    grown = claim(
        phase="Bound", storageClassName="std", size="20Gi", status={"capacity": {"storage": "10Gi"}, **status}
    )
    events = [event(grown, "VolumeResizeFailed", said)] if said else []
    stage = scene(grown, *objects, *events, *mounting(phase="Running"))
    found = findings(claims(stage), stage)
    assert [(finding.code, finding.severity) for finding in found] == [("ClaimResizeFailed", Severity.LOW)]
    assert words in found[0].summary.en
    assert "20Gi" in found[0].summary.en
