"""Proposals: the exact patch with its evidence, written with the caller's credential where the kind is installed."""

import json
from collections.abc import Iterator

import pytest

from cluster.client import connect
from cluster.discovery import discover
from core.errors import ClusterRejected
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.findings import DryRun, Remedy
from diagnose.remedies import object_patch
from rollout.proposals import proposable, proposal, proposal_kind, propose
from tests.real_cluster import RealCluster
from tests.rollout.test_trials import diagnosis

SPACE = "proposals"
WEB = ObjectRef(kind="Service", namespace=SPACE, name="web")
SAID = Phrase(en="Do it", zh="执行")
FIX = object_patch(WEB, {"spec": {"selector": {"app": "shop"}}}, summary=SAID)
CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: changeproposals.sextant.dev}
spec:
  group: sextant.dev
  scope: Namespaced
  names: {kind: ChangeProposal, plural: changeproposals, singular: changeproposal}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""


def test_the_first_fix_that_is_not_refused_is_proposed() -> None:
    refused = Remedy(
        summary=SAID, patch={"a": 1}, target=WEB, patch_type="merge", dry_run=DryRun(accepted=False, message="no")
    )
    found = proposable(diagnosis(Remedy(summary=SAID, command="kubectl x"), refused, FIX))
    assert found
    assert found[1] is FIX
    assert proposable(diagnosis(refused)) is None


def test_a_proposal_holds_the_exact_patch_and_where_it_comes_from() -> None:
    found = diagnosis(FIX)
    written = proposal(found, found.findings[0], FIX)
    spec = written["spec"]
    assert json.loads(spec["patch"]["body"]) == {"spec": {"selector": {"app": "shop"}}}
    assert (spec["patch"]["type"], spec["target"]["name"]) == ("merge", "web")
    assert spec["cause"]["code"] == "ServiceSelectorMismatch"
    assert written["metadata"]["labels"] == {"sextant.dev/finding": "service-selector-mismatch"}
    with pytest.raises(ValueError, match="without a patch"):
        proposal(found, found.findings[0], Remedy(summary=SAID))


@pytest.fixture(scope="module")
def installed(real_cluster: RealCluster) -> Iterator[RealCluster]:
    real_cluster.kubectl("apply", "-f", "-", stdin=CRD)
    real_cluster.kubectl("wait", "crd/changeproposals.sextant.dev", "--for=condition=Established", "--timeout=60s")
    real_cluster.kubectl("create", "namespace", SPACE)
    yield real_cluster
    real_cluster.kubectl("delete", "crd", "changeproposals.sextant.dev", "--wait=false")
    real_cluster.kubectl("delete", "namespace", SPACE, "--wait=false")


@pytest.mark.cluster
async def test_a_proposal_is_written_and_changes_nothing_else(installed: RealCluster) -> None:
    found = diagnosis(FIX)
    manifest = proposal(found, found.findings[0], FIX)
    async with connect(installed.identity()) as client:
        kind = proposal_kind(await discover(client))
        assert kind
        made = await propose(client, kind, manifest)
        outside = {**manifest, "metadata": {**manifest["metadata"], "namespace": ""}}
        with pytest.raises(ClusterRejected, match="outside any namespace"):
            await propose(client, kind, outside)
    kept = json.loads(installed.kubectl("-n", SPACE, "get", "changeproposal", made.name, "-o", "json"))
    assert kept["spec"] == json.loads(json.dumps(manifest["spec"]))
    assert made.name.startswith("web-")
