"""A change that a diagnosis suggests, written down for a person to decide on: a ``ChangeProposal``.

Nothing is changed by it. It holds the exact patch, what the API server said of it, the risk, the undo and the evidence,
so that whoever approves it sees what will happen.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cluster.client import ClusterClient
from cluster.fields import text
from cluster.kinds import Kind
from core.errors import ClusterRejected
from core.evidence import ObjectRef
from diagnose.findings import Diagnosis, Finding, Remedy, kebab
from diagnose.render.document import plain, timestamp

GROUP, VERSION, KIND = "sextant.dev", "v1alpha1", "ChangeProposal"
API_VERSION = f"{GROUP}/{VERSION}"


def proposable(diagnosis: Diagnosis) -> tuple[Finding, Remedy] | None:
    """Return the first cause and remedy that can be proposed: computable, and not refused by a dry run."""
    for finding in diagnosis.roots:
        for remedy in finding.remedies:
            refused = remedy.dry_run is not None and not remedy.dry_run.accepted
            if remedy.patch is not None and remedy.target is not None and remedy.patch_type and not refused:
                return finding, remedy
    return None


def proposal_kind(discovered: Sequence[Kind]) -> Kind | None:
    """Return the kind of proposals as the cluster serves it, or None where it is not installed."""
    return next((kind for kind in discovered if (kind.group, kind.kind) == (GROUP, KIND)), None)


def proposal(diagnosis: Diagnosis, finding: Finding, remedy: Remedy) -> dict[str, Any]:
    """Write a proposal. The patch is kept as JSON text, so that no schema can prune it.

    Raises ``ValueError`` for a remedy without a patch.
    """
    target = remedy.target
    if target is None or remedy.patch is None:
        message = "a remedy without a patch cannot be proposed"
        raise ValueError(message)
    body = remedy.patch.get("operations") if remedy.patch_type == "json" else remedy.patch
    spec = {
        "target": _target(target),
        "patch": {"type": remedy.patch_type, "body": json.dumps(plain(body), ensure_ascii=False, sort_keys=True)},
        "summary": plain(remedy.summary),
        "command": remedy.command,
        "verify": remedy.verify,
        "undo": remedy.undo,
        "risk": remedy.risk.value,
        "reversible": remedy.reversible,
        "who": remedy.who.value,
        "cause": {
            "code": finding.code,
            "finding": finding.id,
            "summary": plain(finding.summary),
            "confidence": finding.confidence.value,
            "observedAt": timestamp(diagnosis.now),
            "evidence": plain(finding.evidence),
        },
    }
    if remedy.dry_run is not None:
        spec["dryRun"] = {"accepted": remedy.dry_run.accepted, "diff": list(remedy.dry_run.diff)}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "generateName": f"{target.name[:40].rstrip('-.')}-",
            "namespace": target.namespace,
            "labels": {f"{GROUP}/finding": kebab(finding.code)},
        },
        "spec": spec,
    }


def _target(ref: ObjectRef) -> Mapping[str, str]:
    found = {"group": ref.group, "kind": ref.kind, "name": ref.name, "uid": ref.uid}
    return {key: value for key, value in found.items() if value}


async def propose(client: ClusterClient, kind: Kind, manifest: Mapping[str, Any]) -> ObjectRef:
    """Write a proposal with the caller's own credential and return where it stands.

    Raises what ``ClusterClient.create`` raises.
    """
    namespace = text(manifest, "metadata", "namespace")
    if not namespace:
        raise ClusterRejected(
            "A change of an object outside any namespace cannot be proposed.",
            http_status=422,
            reason="NoNamespace",
            next_step="Ask a cluster administrator to run the command that the diagnosis prints.",
        )
    made = await client.create(kind.path(namespace), manifest)
    return ObjectRef(kind=KIND, group=GROUP, namespace=namespace, name=text(made, "metadata", "name"))
