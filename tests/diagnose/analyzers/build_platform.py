"""Apps, ImageBuilds and AppRevisions for the tests of the platform's codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.diagnose import build

Obj = dict[str, Any]


def custom(kind: str, name: str, *, owner: Obj | None = None, created: float = 3600, **rest: Any) -> Obj:
    """Make an object of the product's own group."""
    metadata: Obj = {
        "name": name,
        "namespace": build.SPACE,
        "uid": f"{kind.lower()}-{name}",
        "creationTimestamp": build.ago(created),
        "generation": 1,
    }
    if owner is not None:
        metadata["ownerReferences"] = build.owned_by(owner)
    return {"apiVersion": "sextant.dev/v1alpha1", "kind": kind, "metadata": metadata, **rest}


def says(kind: str, status: str, reason: str = "", message: str = "", *, since: float = 600) -> Obj:
    """Write a condition."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": build.ago(since),
    }


def app(
    *conditions: Obj, name: str = "shop", spec: Mapping[str, Any] | None = None, generation: int = 1, **status: Any
) -> Obj:
    """Make an App."""
    made = custom("App", name, spec=dict(spec or {}), status={"conditions": list(conditions), **status})
    made["metadata"]["generation"] = generation
    made["status"].setdefault("observedGeneration", generation if generation == 1 else generation - 1)
    return made


def image_build(
    name: str,
    *conditions: Obj,
    owner: Obj | None = None,
    attempts: Sequence[Obj] = (),
    created: float = 900,
    **spec: Any,
) -> Obj:
    """Make an ImageBuild."""
    status = {"conditions": list(conditions), "attempts": list(attempts)}
    return custom("ImageBuild", name, owner=owner, created=created, spec=spec, status=status)
