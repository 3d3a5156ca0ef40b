"""Which fields of an object a hand wrote after the manifest was applied last, and what the manifest wants there."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cluster.fields import Obj, dig, labels, mapping, moment, numbered, text
from cluster.snapshot import written
from diagnose.containers import FieldPath
from diagnose.remedies import keeper_of

_HAND = re.compile(r"^kubectl-(?:edit|patch|set|replace|scale|rollout|create|run|annotate|label)$")
_APPLIER = re.compile(
    r"^(?:kubectl-client-side-apply|kubectl|argocd-controller|argocd-application-controller|kustomize-controller|"
    r"helm-controller|helm|before-first-apply|fleetagent|pulumi.{0,60}|terraform.{0,60})$",
    re.IGNORECASE,
)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
MAX_FIELDS = 60
"""Fields of one entry that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One field that a hand wrote: ``wanted`` is what was applied, None where that is not known."""

    path: FieldPath
    live: str
    wanted: str | None
    index: int
    manager: str
    time: datetime


def touched(obj: Obj) -> bool:
    """Say cheaply whether a hand wrote anything."""
    return any(_HAND.match(text(entry, "manager")) for _, entry in numbered(obj, "metadata", "managedFields"))


def edits_by_hand(obj: Obj, *, replicas_free: bool) -> Iterator[Edit]:
    """Yield what differs by hand; ``replicas_free`` says that an autoscaler may set the size."""
    applied = _applied(obj)
    last = _last_sync(obj)
    if applied is None and (last is None or not keeper_of(obj)):
        return
    for index, entry in numbered(obj, "metadata", "managedFields"):
        time, manager = moment(entry, "time"), text(entry, "manager")
        if time is None or not _HAND.match(manager) or text(entry, "subresource") == "status":
            continue
        if last is not None and time <= last:
            continue
        for path in _leaves(mapping(entry, "fieldsV1", "f:spec"), ("spec",), obj, MAX_FIELDS):
            if path == ("spec", "replicas") and (replicas_free or text(entry, "subresource") == "scale"):
                continue
            if _RESTARTED in path:
                continue
            live = written(dig(obj, *path))
            wanted = _in_manifest(applied, obj, path) if applied is not None else None
            if wanted != live:
                yield Edit(path=path, live=live, wanted=wanted, index=index, manager=manager, time=time)


def _applied(obj: Obj) -> Obj | None:
    """Return the manifest that was applied last, when the object keeps a copy."""
    copy = labels(obj, "metadata", "annotations").get(LAST_APPLIED, "")
    if not copy:
        return None
    try:
        manifest = json.loads(copy)
    except (ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) and mapping(manifest, "spec") else None


def _last_sync(obj: Obj) -> datetime | None:
    """Return when a tool applied the manifest last."""
    times = [
        time
        for _, entry in numbered(obj, "metadata", "managedFields")
        if (text(entry, "operation") == "Apply" or _APPLIER.match(text(entry, "manager")))
        and not _HAND.match(text(entry, "manager"))
        and (time := moment(entry, "time")) is not None
    ]
    return max(times, default=None)


def _leaves(fields: Any, path: FieldPath, obj: Obj, left: int, depth: int = 0) -> Iterator[FieldPath]:
    """Yield the paths of the fields that an entry owns, list items by their index in the object."""
    count = 0
    if not isinstance(fields, dict) or depth > 24:
        return
    for key, below in fields.items():
        if count >= left or not isinstance(key, str) or key == ".":
            continue
        step = _step(key, dig(obj, *path))
        if step is None:
            continue
        inner = {part for part in below if part != "."} if isinstance(below, dict) else set()
        if not inner:
            count += 1
            yield (*path, step)
            continue
        for found in _leaves(below, (*path, step), obj, left - count, depth + 1):
            count += 1
            yield found


def _step(key: str, here: Any) -> str | int | None:
    if key.startswith("f:"):
        return key[2:]
    if not key.startswith("k:") or not isinstance(here, list):
        return None
    try:
        wanted = json.loads(key[2:])
    except (ValueError, RecursionError):
        return None
    if not isinstance(wanted, dict):
        return None
    return next((i for i, item in enumerate(here) if isinstance(item, dict) and _has(item, wanted)), None)


def _has(item: Obj, wanted: Obj) -> bool:
    return all(item.get(key) == value for key, value in wanted.items() if not (key == "protocol" and key not in item))


def _in_manifest(applied: Obj, obj: Obj, path: FieldPath) -> str:
    """Read the field at ``path`` in the manifest; items of lists are found by their name, else by port."""
    here: Any = applied
    live: Any = obj
    for step in path:
        live = dig(live, step)
        if isinstance(step, str):
            here = dig(here, step)
            continue
        key = next((entry for entry in ("name", "containerPort", "port", "mountPath") if dig(live, entry)), "")
        items = here if isinstance(here, list) else []
        here = next((item for item in items if key and dig(item, key) == dig(live, key)), None)
    return written(here)
