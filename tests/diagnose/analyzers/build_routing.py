"""Builders for the tests of autoscaling, routes and certificates: custom resources and what covers them."""

from collections.abc import Iterable, Sequence
from typing import Any

from cluster.fields import text
from cluster.kinds import BUILTIN, group_of, kind_key
from cluster.snapshot import KindCoverage, SnapshotBuilder, ref_of
from core.settings import DiagnoseSettings
from diagnose.scene import Scene
from tests.diagnose.build import NOW, SPACE, Logs, Obj, ago

TODAY = frozenset(kind.kind for kind in BUILTIN) - {"IngressClass", "APIService"}
"""Kinds that a live snapshot lists; the others are unread unless a test lists them."""


def custom(api: str, kind: str, name: str, *, namespace: str = SPACE, created: float = 3600, **rest: Any) -> Obj:
    """Make a custom resource."""
    meta = {"name": name, "uid": f"{kind.lower()}-{namespace}-{name}", "creationTimestamp": ago(created)}
    if namespace:
        meta["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": {**meta, **rest.pop("metadata", {})}, **rest}


def state(kind: str, status: str, reason: str = "", message: str = "", *, age: float = 600) -> Obj:
    """Write one condition."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "lastTransitionTime": ago(age),
        **({"message": message} if message else {}),
    }


def routed(*objects: Obj, listed: Sequence[str] = (), unread: Iterable[str] = (), logs: Logs | None = None) -> Scene:
    """Prepare objects as a live snapshot holds them: custom kinds are complete when one of them is here or listed."""
    builder = SnapshotBuilder(origin="test")
    custom_kinds = {kind_key(text(entry, "kind"), group_of(text(entry, "apiVersion"))) for entry in objects}
    left_out = set(unread)
    for key in sorted((TODAY | custom_kinds | set(listed)) - left_out):
        builder.covered(KindCoverage(kind=key, state="complete"))
    pods = {entry["metadata"]["name"]: entry for entry in objects if text(entry, "kind") == "Pod"}
    for entry in objects:
        builder.add(entry)
    for (owner, part, previous), lines in (logs or {}).items():
        builder.add_log(ref_of(pods[owner]), part, lines, previous=previous)
    return Scene(snapshot=builder.build(now=NOW), numbers=DiagnoseSettings())
