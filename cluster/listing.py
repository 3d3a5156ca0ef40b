"""Read all objects of one kind into a snapshot, and record how completely that went."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any, Literal

from cluster.client import TABLE, ClusterClient, Page
from cluster.exchange import JSON
from cluster.fields import objects
from cluster.kinds import Kind
from cluster.redaction import redact_object
from cluster.secret_metadata import secrets_of
from cluster.snapshot import KindCoverage, SnapshotBuilder
from core.errors import (
    ClusterBusy,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    SextantError,
)

WITHOUT_MANAGED_FIELDS = frozenset({"Pod", "Event", "EndpointSlice", "Endpoints", "ReplicaSet"})
"""Kinds that nobody edits by hand, so that who manages which field tells nothing; it is a third of their size."""

_MANY_ITEMS = 200
_NOT_SERVED = frozenset({404, 405, 406})


async def read_kind(
    client: ClusterClient,
    builder: SnapshotBuilder,
    kind: Kind,
    *,
    namespace: str = "",
    page_size: int = 2500,
    max_objects: int = 50_000,
    attempts: int | None = None,
) -> SextantError | None:
    """List a kind in one namespace or (empty) everywhere. Return the error that left it unread, if one did.

    Refusals, kinds that the server lacks and broken reads are recorded, never raised; only missing or bad
    credentials (``Unauthenticated``) are.
    """
    where = namespace if kind.namespaced else ""
    found: list[dict[str, Any]] = []
    error: SextantError | None = None
    note = ""
    limit = page_size
    while True:
        try:
            note = await _read_pages(client, kind, found, where=where, limit=limit, most=max_objects, attempts=attempts)
        except ClusterRejected as exc:
            if exc.reason == "AnswerTooLarge" and limit > 1:
                limit = max(1, limit // 10)
                continue
            error = exc
        except (Forbidden, ClusterBusy, ClusterUnreachable, DeadlineExceeded) as exc:
            error = exc
        break
    for obj in found:
        builder.add(obj)
    builder.covered(coverage_of(kind, where, len(found), error, note))
    return error


async def _read_pages(
    client: ClusterClient,
    kind: Kind,
    found: list[dict[str, Any]],
    *,
    where: str,
    limit: int,
    most: int,
    attempts: int | None,
) -> str:
    """Fill ``found`` and return why it ended early, or nothing."""
    secret = kind.key == "Secret"
    query: dict[str, str | int] = {"includeObject": "Metadata"} if secret else {}
    accept = TABLE if secret else JSON
    async with aclosing(client.pages(kind.path(where), limit, accept=accept, attempts=attempts, **query)) as pages:
        async for page in pages:
            if page.first:
                found.clear()
            found += await _cleaned(page, kind)
            if page.note:
                return page.note
            if len(found) >= most and not page.last:
                return f"reading stopped after {len(found)} objects"
    return ""


async def _cleaned(page: Page, kind: Kind) -> list[dict[str, Any]]:
    if page.kept:
        return list(page.body["items"])
    gathered = items_of(page.body, kind)
    if len(gathered) > _MANY_ITEMS:
        return await asyncio.to_thread(clean, gathered, kind)
    return clean(gathered, kind)


def items_of(body: dict[str, Any], kind: Kind) -> list[Any]:
    """Return the objects of a list, or of the Table in whose form Secrets come."""
    items: Iterable[Any] = secrets_of(body) if kind.key == "Secret" else objects(body, "items")
    return list(items)


def clean(items: Iterable[dict[str, Any]], kind: Kind) -> list[dict[str, Any]]:
    """Give each object its kind, drop bookkeeping that tells nothing, mask secrets."""
    api_version = f"{kind.group}/{kind.version}" if kind.group else kind.version
    cleaned = []
    for item in items:
        item["kind"], item["apiVersion"] = kind.kind, api_version
        metadata = item.get("metadata")
        if kind.key in WITHOUT_MANAGED_FIELDS and isinstance(metadata, dict):
            metadata.pop("managedFields", None)
        cleaned.append(redact_object(item))
    return cleaned


def coverage_of(kind: Kind, where: str, count: int, error: SextantError | None, note: str) -> KindCoverage:
    """Say how completely a kind is known: ``error`` is what ended the reading, ``note`` why objects are missing."""
    state: Literal["complete", "partial", "refused", "failed", "absent"]
    if error is None:
        state = "partial" if note else "complete"
    elif isinstance(error, Forbidden):
        state, note = "refused", error.message
    elif isinstance(error, ClusterRejected) and error.http_status in _NOT_SERVED:
        state, note = "absent", "the server does not have this kind"
    else:
        state, note = ("partial" if count else "failed"), error.message
    return KindCoverage(kind=kind.key, namespace=where, state=state, count=count, note=note)
