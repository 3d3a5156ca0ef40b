"""Claims that get no volume, in shapes of real clusters."""

from typing import Any

from tests.diagnose.build import Obj, ago, event, obj, pod
from tests.diagnose.examination_workloads_build import ANY, FAILING, FINE, Case, machine
from tests.diagnose.situations_build import storage_class, unscheduled, up
from tests.diagnose.situations_world import deploy, stateful

NODES = [machine("worker-1"), machine("worker-2")]
IMMEDIATE = (
    "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are "
    "available: 2 Preemption is not helpful for scheduling."
)


def mounting(name: str) -> Obj:
    """Write the volumes of a pod that mounts a claim."""
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


def waiting(name: str, **spec: Any) -> Obj:
    """Make a claim that waits for a volume."""
    body: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}, **spec}
    return obj("PersistentVolumeClaim", name, created=1200, spec=body, status={"phase": "Pending"})


def volume(name: str, *, phase: str = "Available", labels: dict[str, str] | None = None, **spec: Any) -> Obj:
    """Make a volume made by hand."""
    body: Obj = {
        "capacity": {"storage": "10Gi"},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "nfs-manual",
        "nfs": {"server": "10.0.0.9", "path": "/exports/a"},
        **spec,
    }
    return obj(
        "PersistentVolume", name, namespace="", metadata={"labels": labels or {}}, spec=body, status={"phase": phase}
    )


def blocked(name: str, claim: str, message: str = IMMEDIATE, **spec: Any) -> list[Obj]:
    """Return a StatefulSet whose only pod waits for a claim."""
    return stateful(name, unscheduled(f"{name}-0", created=1200, message=message, spec=mounting(claim)), **spec)


TEMPLATE = [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast-sdd"}}]


def plain(name: str, *, default: bool = False, **fields: Any) -> Obj:
    """Make a storage class."""
    marks = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}} if default else {}
    return obj(
        "StorageClass",
        name,
        namespace="",
        metadata=marks,
        **{"provisioner": "ebs.csi.aws.com", "volumeBindingMode": "Immediate", **fields},
    )


_gone = 'persistentvolumeclaim "uploads-pv" not found'
_uploads = deploy(
    "django",
    unscheduled(
        "django-1",
        created=600,
        message=(
            f"0/2 nodes are available: {_gone}. preemption: 0/2 nodes are available: 2 Preemption is not "
            "helpful for scheduling."
        ),
        spec=mounting("uploads-pv"),
    ),
)
_bare = {
    **pod("importer", phase="Pending", node="", created=600, spec=mounting("import-data")),
}
_bare["status"] = {
    "phase": "Pending",
    "conditions": [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": '0/2 nodes are available: persistentvolumeclaim "import-data" not found.',
        }
    ],
}
_fast = waiting("data-kafka-0", storageClassName="fast-sdd")
_nodefault = waiting("data-mysql-0")
_small = waiting("data-nfs-0", storageClassName="nfs-manual", resources={"requests": {"storage": "20Gi"}})
_many = waiting("data-nfs-0", storageClassName="nfs-manual", accessModes=["ReadWriteMany"])
_marked = waiting("data-nfs-0", storageClassName="nfs-manual", selector={"matchLabels": {"tier": "gold"}})
_other = waiting("data-nfs-0", storageClassName="")
_raw = waiting("data-nfs-0", storageClassName="nfs-manual", volumeMode="Block")
_again = waiting("data-nfs-0", storageClassName="nfs-manual")
_lost = {**waiting("data-erp-0", storageClassName="ebs", volumeName="pv-erp"), "status": {"phase": "Lost"}}
_prov = waiting("data-es-0", storageClassName="gp3")
_none = waiting("data-es-0", storageClassName="longhorn")
_grown = obj(
    "PersistentVolumeClaim",
    "data-pg-0",
    created=9_000_000,
    spec={
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "plain",
        "resources": {"requests": {"storage": "50Gi"}},
        "volumeName": "pv-pg",
    },
    status={"phase": "Bound", "capacity": {"storage": "20Gi"}},
)
_infeasible = {
    **_grown,
    "spec": {**_grown["spec"], "storageClassName": "gp3"},
    "status": {
        "phase": "Bound",
        "capacity": {"storage": "20Gi"},
        "allocatedResourceStatuses": {"storage": "ControllerResizeInfeasible"},
        "conditions": [
            {
                "type": "ControllerResizeError",
                "status": "True",
                "message": "rpc error: code = OutOfRange desc = size exceeds the maximum",
                "lastTransitionTime": ago(900),
            }
        ],
    },
}
_running = stateful("pg", up("pg-0", node="worker-1", spec=mounting("data-pg-0")))
_pvpg = volume(
    "pv-pg",
    phase="Bound",
    capacity={"storage": "20Gi"},
    storageClassName="plain",
    claimRef={
        "kind": "PersistentVolumeClaim",
        "name": "data-pg-0",
        "namespace": "shop",
        "uid": _grown["metadata"]["uid"],
    },
)
_idle = waiting("spare", storageClassName="standard")

CASES: tuple[Case, ...] = (
    Case(
        id="a Deployment names a claim with a letter too few",
        objects=[
            *NODES,
            storage_class(),
            *_uploads,
            {
                **waiting("uploads-pvc", storageClassName="standard"),
                "status": {"phase": "Bound"},
            },
        ],
        code="ClaimMissing",
        on="PersistentVolumeClaim uploads-pv",
        verdicts=FAILING,
        says=("uploads-pv", "uploads-pvc"),
        target="deploy/django",
    ),
    Case(
        id="a bare pod names a claim that nobody made",
        objects=[*NODES, storage_class(), _bare],
        code="ClaimMissing",
        on="PersistentVolumeClaim import-data",
        verdicts=FAILING,
        target="pod/importer",
    ),
    Case(
        id="a class with swapped letters in a StatefulSet",
        objects=[
            *NODES,
            plain("fast-ssd", default=True),
            *blocked("kafka", "data-kafka-0", volumeClaimTemplates=TEMPLATE),
            _fast,
            event(_fast, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-sdd" not found'),
        ],
        code="StorageClassMissing",
        on="PersistentVolumeClaim data-kafka-0",
        verdicts=FAILING,
        says=("fast-sdd", "fast-ssd"),
        target="sts/kafka",
    ),
    Case(
        id="classes may not be read and the event tells",
        objects=[
            *NODES,
            *blocked("kafka", "data-kafka-0"),
            _fast,
            event(_fast, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-sdd" not found'),
        ],
        unread=("StorageClass", "PersistentVolume"),
        code="StorageClassMissing",
        verdicts=FAILING,
    ),
    Case(
        id="no class is the default",
        objects=[
            *NODES,
            plain("gp3"),
            plain("gp2"),
            *blocked("mysql", "data-mysql-0"),
            _nodefault,
            event(
                _nodefault,
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
                kind="Normal",
            ),
        ],
        code="DefaultStorageClassMissing",
        verdicts=FAILING,
        target="statefulset/mysql",
    ),
    Case(
        id="no class is named, and classes may not be read",
        objects=[
            *NODES,
            *blocked("mysql", "data-mysql-0"),
            _nodefault,
            event(
                _nodefault,
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
                kind="Normal",
            ),
        ],
        code="DefaultStorageClassMissing",
        verdicts=FAILING,
        unread=("StorageClass",),
        target="statefulset/mysql",
    ),
    *(
        Case(
            id=f"a volume made by hand differs in {variant}",
            objects=[*NODES, *blocked("nfs", "data-nfs-0"), asked, given],
            code="ClaimVolumeMismatch",
            variant=variant,
            on="PersistentVolumeClaim data-nfs-0",
            verdicts=FAILING,
            target="sts/nfs",
            never=("StorageClassMissing",),
        )
        for variant, asked, given in (
            ("size", _small, volume("nfs-a")),
            ("access_mode", _many, volume("nfs-a")),
            ("selector", _marked, volume("nfs-a", labels={"tier": "silver"})),
            ("class", _other, volume("nfs-a")),
            ("volume_mode", _raw, volume("nfs-a", volumeMode="Filesystem")),
        )
    ),
    Case(
        id="the volume still belongs to a claim that was deleted",
        objects=[
            *NODES,
            *blocked("nfs", "data-nfs-0"),
            {**_again, "spec": {**_again["spec"], "volumeName": "nfs-a"}},
            volume(
                "nfs-a",
                phase="Released",
                claimRef={
                    "kind": "PersistentVolumeClaim",
                    "name": "data-nfs-0",
                    "namespace": "shop",
                    "uid": "an-older-one",
                },
            ),
        ],
        code="ClaimVolumeTaken",
        verdicts=FAILING,
        says=("nfs-a",),
        target="sts/nfs",
    ),
    Case(
        id="somebody deleted the volume of a bound claim",
        objects=[
            *NODES,
            plain("ebs"),
            *blocked("erp", "data-erp-0"),
            _lost,
            event(_lost, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
        ],
        code="ClaimLost",
        verdicts=FAILING,
        says=("pv-erp",),
    ),
    Case(
        id="the cloud refuses another disk",
        objects=[
            *NODES,
            plain("gp3"),
            obj("CSIDriver", "ebs.csi.aws.com", namespace="", spec={}),
            *blocked("es", "data-es-0"),
            _prov,
            event(
                _prov,
                "Provisioning",
                'External provisioner is provisioning volume for claim "shop/data-es-0"',
                kind="Normal",
            ),
            event(
                _prov,
                "ProvisioningFailed",
                (
                    'failed to provision volume with StorageClass "gp3": rpc error: code = ResourceExhausted '
                    "desc = Could not create volume: VolumeLimitExceeded: You have exceeded your maximum gp3 "
                    "storage limit"
                ),
            ),
        ],
        code="ClaimProvisioningFailed",
        variant="error",
        verdicts=FAILING,
        says=("VolumeLimitExceeded",),
        target="sts/es",
    ),
    Case(
        id="the driver of the class was never installed",
        objects=[
            *NODES,
            plain("longhorn", provisioner="driver.longhorn.io"),
            *blocked("es", "data-es-0"),
            _none,
            event(
                _none,
                "ExternalProvisioning",
                (
                    "Waiting for a volume to be created either by the external provisioner "
                    "'driver.longhorn.io' or manually by the system administrator. If volume creation is "
                    "delayed, please verify that the provisioner is running and correctly registered."
                ),
                kind="Normal",
                first=1100,
            ),
        ],
        code="ClaimProvisioningFailed",
        variant="no_provisioner",
        verdicts=FAILING,
        says=("driver.longhorn.io",),
        target="sts/es",
    ),
    Case(
        id="a class that does not grow volumes",
        objects=[
            *NODES,
            plain("plain"),
            obj("CSIDriver", "ebs.csi.aws.com", namespace="", spec={}),
            *_running,
            _grown,
            _pvpg,
        ],
        code="ClaimResizeFailed",
        on="PersistentVolumeClaim data-pg-0",
        verdicts=ANY,
        says=("50Gi", "20Gi"),
        target="pvc/data-pg-0",
    ),
    Case(
        id="the driver says that the size is out of range",
        objects=[
            *NODES,
            plain("gp3", allowVolumeExpansion=True),
            obj("CSIDriver", "ebs.csi.aws.com", namespace="", spec={}),
            *_running,
            _infeasible,
            _pvpg,
        ],
        code="ClaimResizeFailed",
        target="pvc/data-pg-0",
        says=("50Gi",),
        verdicts=ANY,
    ),
    Case(
        id="a claim that waits for its first pod",
        objects=[
            *NODES,
            storage_class(),
            _idle,
            event(
                _idle, "WaitForFirstConsumer", "waiting for first consumer to be created before binding", kind="Normal"
            ),
            *deploy("web", up("web-1")),
        ],
        verdicts=FINE,
    ),
)
