"""What no form shows is not concluded: a code, an object and a sentence that the text can tell, and no sharper ones."""

from dataclasses import dataclass

import pytest

from diagnose.engine import diagnose
from tests.cluster.recording.transcript.samples import read
from tests.cluster.recording.transcript.test_implied import happened

DEPLOYMENTS = """\
NAME   READY   UP-TO-DATE   AVAILABLE   AGE
cart   {ready}/1     1            {ready}           2h
"""
PODS = """\
NAME                    READY   STATUS             RESTARTS       AGE   LABELS
cart-7c9d8f6b5c-4xk2p   {row}   2h    app=cart,pod-template-hash=7c9d8f6b5c
"""
RUNNING = "1/1     Running            0           "
CRASHING = "0/1     CrashLoopBackOff   8 (2m ago)  "
SERVICE = """\
Name:              cart
Namespace:         shop
Selector:          app=cart-v2
Type:              ClusterIP
IP:                10.96.0.7
Port:              <unset>  80/TCP
TargetPort:        8080/TCP
Endpoints:         <none>
"""
POD = "pod/cart-7c9d8f6b5c-4xk2p"
CREATED = "2h  Normal  SuccessfulCreate  replicaset/cart-7c9d8f6b5c  Created pod: cart-7c9d8f6b5c-4xk2p"
SCALED = "2h  Normal  ScalingReplicaSet  deployment/cart  Scaled up replica set cart-7c9d8f6b5c from 0 to 1"
UNPLACED = (
    f"9s  Warning  FailedScheduling  {POD}  0/3 nodes are available: "
    "3 node(s) didn't match Pod's node affinity/selector."
)
NO_TOOL = (
    'Readiness probe errored: rpc error: failed to exec in container: OCI runtime: exec: "/probe": '
    "stat /probe: no such file or directory"
)
DEMANDED = (
    'Error creating: pods "cart-7c9d8f6b5c-x8x8x" is forbidden: failed quota: team: must specify limits.cpu for: web'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """Commands with what they printed, and the code and object of the only cause."""

    id: str
    parts: tuple[tuple[str, str], ...]
    code: str
    object: str = "Deployment/cart"


CASES = (
    Partial(
        id="a-deployment-of-a-plain-table-is-what-must-be-changed",
        parts=(
            ("get deploy -n shop", DEPLOYMENTS.format(ready=0)),
            ("get pods -n shop --show-labels", PODS.format(row=CRASHING)),
        ),
        code="AppCrashed",
    ),
    Partial(
        id="labels-of-pods-stand-in-for-a-template-that-is-not-shown",
        parts=(
            ("get deploy -n shop", DEPLOYMENTS.format(ready=1)),
            ("get pods -n shop --show-labels", PODS.format(row=RUNNING)),
            ("describe svc cart -n shop", SERVICE),
        ),
        code="ServiceSelectorMismatch",
        object="Service/cart",
    ),
    Partial(
        id="selector-or-affinity-cannot-be-told-from-the-schedulers-words",
        parts=(("get events -n shop", happened(SCALED, CREATED, UNPLACED)),),
        code="Unschedulable",
    ),
    Partial(
        id="a-quota-names-the-containers-that-no-template-shows",
        parts=(
            (
                "get events -n shop",
                happened(SCALED, f"9s  Warning  FailedCreate  replicaset/cart-7c9d8f6b5c  {DEMANDED}"),
            ),
        ),
        code="QuotaRequiresResources",
    ),
    Partial(
        id="a-check-whose-program-is-missing-names-it-itself",
        parts=(
            (
                "get events -n shop",
                happened(
                    SCALED,
                    CREATED,
                    f"2h  Normal  Started  {POD}  Started container web",
                    f"5s  Warning  Unhealthy  {POD}  {NO_TOOL}",
                ),
            ),
        ),
        code="ProbeCommandMissing",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_partial_text_names_what_it_can_tell(case: Partial) -> None:
    roots = diagnose(read(*case.parts)).roots
    assert [(root.code, f"{root.object.kind}/{root.object.name}") for root in roots] == [(case.code, case.object)]
