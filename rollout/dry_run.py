"""Let the API server judge a change without making it: would it be accepted, and what would differ.

The caller's own credential is used, so that a refusal is the refusal that the caller would meet. Nothing is changed.
"""

import difflib
import json
from collections.abc import Mapping
from typing import Any, Literal

import yaml

from cluster.client import ClusterClient
from cluster.fields import mapping, text
from cluster.kinds import Kind
from cluster.redaction import redact_object
from core.errors import ClusterRejected, Forbidden
from core.evidence import ObjectRef
from diagnose.findings import DryRun

PatchType = Literal["strategic", "merge", "json", "create"]

MEDIA: dict[str, str] = {
    "strategic": "application/strategic-merge-patch+json",
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
}
MAX_DIFF_LINES = 60
_BOOKKEEPING = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


async def dry_run(
    client: ClusterClient, kind: Kind, target: ObjectRef, patch_type: PatchType, patch: Mapping[str, Any]
) -> DryRun:
    """Try a change of one object (or its creation) and return what the API server says.

    Raises what ``ClusterClient.get`` raises for a server that cannot be asked; a refusal is an answer.
    """
    collection = kind.path(target.namespace)
    try:
        if patch_type == "create":
            before: Mapping[str, Any] = {}
            after = await client.dry_run("POST", collection, patch)
        else:
            path = f"{collection}/{target.name}"
            before = await client.get(path, attempts=1)
            body = patch.get("operations", []) if patch_type == "json" else patch
            after = await client.dry_run("PATCH", path, body, media=MEDIA[patch_type])
    except Forbidden as exc:
        return DryRun(accepted=False, message=exc.message)
    except ClusterRejected as exc:
        return DryRun(accepted=False, message=exc.message)
    return DryRun(accepted=True, diff=_difference(before, after))


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    lines = list(difflib.unified_diff(_written(before), _written(after), n=2, lineterm=""))[2:]
    left = len(lines) - MAX_DIFF_LINES
    return tuple(lines[:MAX_DIFF_LINES]) + ((f"… {left} more lines",) if left > 0 else ())


def _written(obj: Mapping[str, Any]) -> list[str]:
    """Write an object as the lines of its YAML, without what the server keeps for itself."""
    if not obj:
        return []
    whole = redact_object(json.loads(json.dumps(obj)))
    kept = {key: value for key, value in whole.items() if key != "status"}
    kept["metadata"] = {key: value for key, value in mapping(whole, "metadata").items() if key not in _BOOKKEEPING}
    if not text(kept, "kind"):
        kept.pop("kind", None)
    return yaml.safe_dump(kept, sort_keys=True, allow_unicode=True, width=1000).splitlines()
