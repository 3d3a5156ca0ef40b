"""Take a snapshot of a live cluster: a bounded number of LISTs, and the logs of what is in trouble.

The number of requests depends on the number of kinds and pages, never on the number of objects.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cluster.client import ClusterClient
from cluster.discovery import discover
from cluster.fields import condition, name, objects, text
from cluster.kinds import BY_KEY, Kind, group_of, kind_key
from cluster.listing import read_kind
from cluster.log_choice import choose_logs, pods_of
from cluster.logs import LogLimits, read_logs
from cluster.names import closest
from cluster.redaction import redact_object
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder
from core.errors import (
    ClusterBusy,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    NamespaceNotFound,
    SextantError,
)
from core.evidence import ObjectRef

KINDS: tuple[str, ...] = (
    "Pod",
    "Event",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Service",
    "EndpointSlice",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "LimitRange",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Node",
    "PersistentVolume",
    "StorageClass",
)
"""Built-in kinds of every snapshot, those with the most pages first. Namespaces come in a way of their own."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """How much one snapshot may cost. ``page_size`` is large, as a page costs a round trip; ``seconds`` is in all."""

    seconds: float = 60.0
    page_size: int = 2500
    max_objects: int = 50_000
    concurrency: int = 8
    custom_kinds: int = 20
    logs: LogLimits = field(default_factory=LogLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collection:
    """One snapshot in the making."""

    client: ClusterClient
    builder: SnapshotBuilder
    namespace: str
    limits: CollectLimits
    target: ObjectRef | None
    progress: Progress

    async def read(
        self, kinds: Sequence[Kind], *, start: float, end: float, attempts: int | None = None
    ) -> list[SextantError]:
        """List kinds side by side; return the errors of those that could not be read."""
        gate = asyncio.Semaphore(self.limits.concurrency)
        errors: list[SextantError] = []
        done = 0

        async def one(kind: Kind) -> None:
            nonlocal done
            async with gate:
                error = await read_kind(
                    self.client,
                    self.builder,
                    kind,
                    namespace=self.namespace,
                    page_size=self.limits.page_size,
                    max_objects=self.limits.max_objects,
                    attempts=attempts,
                )
            if error is not None:
                errors.append(error)
            done += 1
            self.progress(kind.plural, start + (end - start) * done / len(kinds))

        async with asyncio.TaskGroup() as group:
            for kind in kinds:
                group.create_task(one(kind))
        return errors


async def collect(
    client: ClusterClient,
    *,
    namespace: str = "",
    limits: CollectLimits | None = None,
    target: ObjectRef | None = None,
    progress: Progress | None = None,
    deadline: float | None = None,
) -> Snapshot:
    """Read one namespace, or (empty) the whole cluster, and return it frozen and redacted.

    ``target`` is what the question is about: its kind is read even when it is not among the usual ones, and its pods'
    logs even when they are healthy. ``deadline`` is a moment of ``time.monotonic``; what is not read by then is missing
    in the coverage. ``progress`` gets a word on what was read and the fraction done.

    Raises ``Unauthenticated``, ``ClusterUnreachable``, ``NamespaceNotFound``, and ``Forbidden`` where nothing may be
    read; a refusal of some kinds is recorded in the coverage.
    """
    limits = limits or CollectLimits()
    own = asyncio.get_running_loop().time() + limits.seconds
    bounded = client.within(own if deadline is None else min(own, deadline))
    work = _Collection(
        client=bounded,
        builder=SnapshotBuilder(origin=client.server, namespace=namespace),
        namespace=namespace,
        limits=limits,
        target=target,
        progress=progress or (lambda _what, _fraction: None),
    )
    try:
        return await _collect(work)
    except BaseExceptionGroup as group:
        error = _first(group)
        if isinstance(error, SextantError):
            raise error from group
        raise


async def _collect(work: _Collection) -> Snapshot:
    client, builder = work.client, work.builder
    try:
        builder.server_version = text(await client.get("/version"), "gitVersion")
    except (Forbidden, ClusterRejected):
        builder.note("The API server does not tell its version.")
    if work.namespace:
        await _read_namespace(work)
    kinds = [BY_KEY[key] for key in (*KINDS, *(() if work.namespace else ("Namespace",)))]
    if work.target and (wanted := BY_KEY.get(kind_key(work.target.kind, work.target.group))) and wanted not in kinds:
        kinds.append(wanted)
    async with asyncio.TaskGroup() as group:
        discovery = group.create_task(_discovered(work))
        reading = group.create_task(work.read(kinds, start=0.02, end=0.6))
    _raise_when_blind(work, kinds, reading.result())
    await work.read(_custom_kinds(work, discovery.result()), start=0.6, end=0.7, attempts=2)
    await _read_scheduler_lease(work)
    now = client.server_date or datetime.now(UTC)
    wanted_logs = choose_logs(
        builder.objects("Pod"),
        now=now,
        asked_about=pods_of(work.target, builder) if work.target else (),
        max_containers=work.limits.logs.max_containers,
    )
    await read_logs(
        client,
        builder,
        wanted_logs,
        limits=work.limits.logs,
        progress=lambda done: work.progress("logs", 0.7 + 0.3 * done),
    )
    work.progress("done", 1.0)
    return builder.build(now=now)


async def _read_namespace(work: _Collection) -> None:
    """Read the namespace itself, and say so with the closest names when there is none of this name."""
    path = f"{BY_KEY['Namespace'].path()}/{work.namespace}"
    try:
        found = await work.client.get(path)
    except Forbidden as exc:
        work.builder.covered(KindCoverage(kind="Namespace", state="refused", note=exc.message))
        return
    except ClusterRejected as exc:
        if exc.http_status != 404:
            raise
        raise await _no_namespace(work) from exc
    work.builder.add(redact_object({**found, "kind": "Namespace", "apiVersion": "v1"}))


async def _no_namespace(work: _Collection) -> NamespaceNotFound:
    known: list[str] = []
    try:
        async for page in work.client.pages(BY_KEY["Namespace"].path(), work.limits.page_size):
            known += [name(item) for item in objects(page.body, "items")]
    except (Forbidden, ClusterRejected, ClusterBusy, ClusterUnreachable, DeadlineExceeded):
        known = []
    near = closest(work.namespace, known)
    offer = f"Did you mean {' or '.join(near)}?" if near else "`kubectl get namespaces` lists those there are."
    return NamespaceNotFound(f"The cluster has no namespace {work.namespace!r}.", next_step=offer)


async def _discovered(work: _Collection) -> tuple[Kind, ...]:
    try:
        return await discover(work.client)
    except (ClusterRejected, ClusterBusy, ClusterUnreachable, DeadlineExceeded) as exc:
        work.builder.note(f"Custom resources were not read: {exc.message}")
        return ()


def _raise_when_blind(work: _Collection, kinds: Sequence[Kind], errors: Sequence[SextantError]) -> None:
    """Raise where nothing at all could be read: an empty snapshot would pass for an empty cluster."""
    if len(errors) < len(kinds):
        return
    for error in errors:
        if not isinstance(error, Forbidden):
            raise error
    where = f"namespace {work.namespace}" if work.namespace else "the whole cluster"
    raise Forbidden(
        f"The API server lets this caller read nothing in {where}: {errors[0].message}",
        next_step="Ask for the ClusterRole `view` in the namespace, or name a namespace that you may read with -n.",
    )


def _custom_kinds(work: _Collection, discovered: Sequence[Kind]) -> list[Kind]:
    """Choose the custom kinds to read: those that own something here or are asked about, then others to the limit."""
    builder = work.builder
    related = {kind_key(work.target.kind, work.target.group)} if work.target else set()
    for key in KINDS:
        for obj in builder.objects(key):
            for owner in objects(obj, "metadata", "ownerReferences"):
                related.add(kind_key(text(owner, "kind"), group_of(text(owner, "apiVersion"))))
    first = [kind for kind in discovered if kind.key in related]
    others = [kind for kind in discovered if kind.key not in related and kind.namespaced]
    room = max(0, work.limits.custom_kinds - len(first))
    if left := others[room:]:
        listed = ", ".join(f"{kind.plural}.{kind.group}" for kind in left[:10]) + (", …" if len(left) > 10 else "")
        builder.note(f"{len(left)} custom kinds were not read (limit {work.limits.custom_kinds}): {listed}")
    return first + others[:room]


async def _read_scheduler_lease(work: _Collection) -> None:
    """Read the scheduler's Lease when some pod waits as if no scheduler had seen it."""
    pods = work.builder.objects("Pod")
    if not any(text(pod, "status", "phase") == "Pending" and not condition(pod, "PodScheduled") for pod in pods):
        return
    lease = BY_KEY["Lease"]
    try:
        found = await work.client.get(f"{lease.path('kube-system')}/kube-scheduler")
    except Forbidden as exc:
        work.builder.covered(KindCoverage(kind="Lease", namespace="kube-system", state="refused", note=exc.message))
    except ClusterRejected as exc:
        if exc.http_status == 404:
            work.builder.note("There is no Lease kube-scheduler in kube-system.")
    except (ClusterBusy, ClusterUnreachable, DeadlineExceeded) as exc:
        work.builder.covered(KindCoverage(kind="Lease", namespace="kube-system", state="failed", note=exc.message))
    else:
        work.builder.add({**found, "kind": "Lease", "apiVersion": "coordination.k8s.io/v1"})


def _first(group: BaseException) -> BaseException:
    """Return the first error of a group, however nested: side by side, all of them say the same."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
