"""Texts as people paste them: the right cause about the right object comes first, and nothing false is said.

The texts are files of the folder ``pasted``, as they would be sent: with prompts, prose, colours and Windows line ends.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster.recording import open_recording
from diagnose.engine import diagnose
from diagnose.render import text

FOLDER = Path(__file__).parent / "pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A file and the code and object of the only root in it; an empty code means that nothing may be found."""

    id: str
    code: str = ""
    object: str = ""


CASES = (
    Pasted(
        id="bash-prompt-table-and-events-image-tag-missing",
        code="ImageTagNotFound",
        object="Deployment/ledger",
    ),
    Pasted(
        id="powershell-described-pod-registry-wants-a-login", code="ImageRegistryUnauthorized", object="Pod/billing"
    ),
    Pasted(
        id="zsh-arrow-prompt-with-git-branch-secret-missing-plain-table-and-events",
        code="SecretMissing",
        object="Secret/orders-db",
    ),
    Pasted(id="chinese-described-pod-config-map-missing", code="ConfigMapMissing", object="ConfigMap/gateway-conf"),
    Pasted(
        id="markdown-fence-get-says-not-found-secret-key-reference", code="SecretMissing", object="Secret/api-token"
    ),
    Pasted(id="numbered-lines-command-not-found", code="CommandNotFound", object="Pod/tool"),
    Pasted(id="fish-prompt-too-little-memory-anywhere", code="InsufficientResources", object="Deployment/train"),
    Pasted(id="root-prompt-node-selector-without-node", code="NodeSelectorMismatch", object="Pod/gpu-job"),
    Pasted(id="taint-on-every-node-wrapped-event-message", code="TaintNotTolerated", object="Pod/web"),
    Pasted(
        id="claim-without-a-class-described-claim", code="StorageClassMissing", object="PersistentVolumeClaim/pg-data"
    ),
    Pasted(id="claim-named-by-the-pod-is-denied-by-name", code="ClaimMissing", object="PersistentVolumeClaim/uploads"),
    Pasted(id="oh-my-posh-prompt-multi-attach", code="VolumeMultiAttach", object="Pod/db-7c6d5f4b88-l9x2q"),
    Pasted(id="memory-limit-described", code="OOMKilled", object="Pod/cache"),
    Pasted(id="memory-limit-bare-description-from-a-pipe", code="OOMKilled", object="Pod/cache"),
    Pasted(id="killed-for-memory-in-a-plain-table-alone", code="OOMKilled", object="Pod/worker-0"),
    Pasted(id="crash-with-a-log-missing-variable", code="EnvVarMissing", object="Pod/api"),
    Pasted(id="chinese-crash-with-a-python-trace-module-missing-colours", code="AppModuleMissing", object="Pod/api"),
    Pasted(id="database-refuses-the-password-log-after-the-table", code="DatastoreAuthFailed", object="Pod/api"),
    Pasted(id="readiness-path-misspelt", code="ProbeWrongPath", object="Pod/web"),
    Pasted(id="liveness-port-that-nobody-listens-on", code="ProbeWrongPort", object="Pod/slow"),
    Pasted(id="service-selects-nothing-markdown-quote", code="ServiceSelectorMismatch", object="Service/shop"),
    Pasted(id="ingress-leads-to-a-service-that-is-not-there", code="IngressBackendMissing", object="Ingress/front"),
    Pasted(id="quota-is-used-up-described-replica-set", code="QuotaExceeded", object="ResourceQuota/compute"),
    Pasted(id="node-is-not-ready-nothing-comes-from-it", code="NodeUnreachable", object="Node/w2"),
    Pasted(id="job-gave-up", code="JobBackoffLimitExceeded", object="Job/migrate"),
    Pasted(id="autoscaler-without-metrics", code="AutoscalerMetricsUnavailable", object="HorizontalPodAutoscaler/web"),
    Pasted(id="load-balancer-waits-prose-in-between", code="LoadBalancerPending", object="Service/edge"),
    Pasted(id="rollout-over-its-deadline", code="ImageTagNotFound", object="Deployment/app"),
    Pasted(id="stern-over-two-containers", code="DependencyUnreachable", object="Pod/api"),
    Pasted(id="yaml-of-a-pod-evicted", code="EvictedByNodePressure", object="Node/n1"),
    Pasted(id="healthy-tables"),
    Pasted(id="pending-in-a-plain-table-without-an-event"),
    Pasted(id="completed-job-and-old-restarts"),
    Pasted(id="an-applied-manifest-whose-secret-nobody-asked-for"),
    Pasted(id="here-document-with-a-secret"),
    Pasted(id="table-filtered-by-grep"),
    Pasted(id="usage-and-rights-only"),
    Pasted(id="an-evening-later-the-rollout-is-through"),
    Pasted(id="chinese-service-and-endpoints-are-fine-prose-between"),
    Pasted(id="budget-quota-limits-roles-and-custom-resources-that-are-well"),
    Pasted(id="ingress-and-policies-in-tables"),
    Pasted(id="a-described-node-that-is-well-with-the-pods-on-it"),
    Pasted(id="refusals-are-not-absence"),
    Pasted(
        id="get-all-of-a-namespace-with-a-registry-name-that-does-not-resolve",
        code="ImageRegistryNameUnresolved",
        object="Deployment/mall",
    ),
    Pasted(id="table-broken-at-the-width-of-the-terminal", code="OOMKilled", object="Pod/worker-0"),
    Pasted(id="fenced-description-without-a-command-in-an-issue", code="OOMKilled", object="Pod/cache"),
    Pasted(id="commands-without-any-prompt", code="EnvVarMissing", object="Pod/api"),
    Pasted(id="all-containers-with-prefixes", code="AppConfigInvalid", object="Pod/api"),
    Pasted(id="continued-command-crash-in-json", code="EnvVarMissing", object="Pod/api"),
    Pasted(id="hostile-log-lines-change-nothing", code="OOMKilled", object="Pod/cache"),
    Pasted(id="certificate-of-a-custom-kind-is-not-ready", code="CertificateNotIssued", object="Certificate/shop-tls"),
    Pasted(id="claim-that-waits-for-its-first-pod"),
    Pasted(id="events-of-an-earlier-pod-of-the-same-name"),
    Pasted(id="a-healthy-shop-under-microk8s-and-oc"),
    Pasted(id="other-tools-in-the-same-session"),
    Pasted(id="described-workload-and-all-around-it-is-well"),
    Pasted(id="only-the-events-of-a-description", code="SandboxCreationFailed", object="DaemonSet/agent"),
    Pasted(id="init-container-told-by-its-log", code="AppCrashed", object="Pod/app"),
    Pasted(
        id="chinese-commands-without-a-prompt-image-name-invalid",
        code="ImageReferenceInvalid",
        object="Pod/nginx-7c5ddbdf54-abcde",
    ),
    Pasted(
        id="service-account-missing-in-tables-alone",
        code="ServiceAccountMissing",
        object="Deployment/app",
    ),
    Pasted(id="readiness-port-wrong-under-nginx", code="ProbeWrongPort", object="Pod/web-6c7f9d8b54-9kz2x"),
    Pasted(
        id="all-namespaces-and-a-log-of-a-workload-unknown-host",
        code="ClientAddressUnknown",
        object="Pod/user-service-6b8f7c9d5c-zz4kb",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_pasted_text_leads_to_its_cause(case: Pasted) -> None:
    snapshot = open_recording(io.BytesIO((FOLDER / f"{case.id}.txt").read_bytes()))
    found = diagnose(snapshot)
    named = [(root.code, f"{root.object.kind}/{root.object.name}") for root in found.roots]
    assert named == ([(case.code, case.object)] if case.code else []), text(found)


def test_every_text_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {case.id for case in CASES}
    assert len(CASES) >= 40
