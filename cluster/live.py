"""Take a snapshot of a live cluster: a bounded number of LISTs, and the logs of what is in trouble.

The number of requests depends on the number of kinds and pages, never on the number of objects.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cluster.certificates import PUBLIC, tls_secrets_of
from cluster.client import ClusterClient
from cluster.discovery import discover
from cluster.fields import name, namespace, objects, text, uid
from cluster.followup import POD_METRICS, Followup, Plan, Signs, dns_pods, plan
from cluster.kinds import BY_KEY, Kind, group_of, kind_key
from cluster.listing import read_kind
from cluster.log_choice import LogWanted, choose_logs, pods_of
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
)
"""Built-in kinds of every snapshot, those with the most pages first. Namespaces come in a way of their own."""

KNOWN_GROUPS = (
    "argoproj.io",
    "autoscaling.k8s.io",
    "cert-manager.io",
    "gateway.networking.k8s.io",
    "istio.io",
    "keda.sh",
    "sextant.dev",
    "toolkit.fluxcd.io",
)
"""Groups whose kinds particular findings are about: read before other custom kinds, cluster-wide ones too."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """How much one snapshot may cost. ``page_size`` is large, as a page costs a round trip; ``seconds`` is in all.

    ``thorough`` reads also what nothing so far gives reason to read: for recordings, which are looked at later.
    ``certificates`` is how many TLS Secrets of routes are opened for their dates and names.
    """

    seconds: float = 60.0
    page_size: int = 2500
    max_objects: int = 50_000
    concurrency: int = 8
    custom_kinds: int = 20
    thorough: bool = False
    certificates: int = 20
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
    return await _completed(work, discovery.result())


async def _completed(work: _Collection, discovered: Sequence[Kind]) -> Snapshot:
    """Read what the usual kinds give reason to read, and freeze: custom kinds, logs, then what these ask for."""
    builder, client = work.builder, work.client
    await work.read(_custom_kinds(work, discovered), start=0.6, end=0.7, attempts=2)
    now = client.server_date or datetime.now(UTC)
    asked = pods_of(work.target, builder) if work.target else frozenset()
    most = work.limits.logs.max_containers
    wanted = choose_logs(builder.objects("Pod"), now=now, asked_about=asked, max_containers=most)
    await _read_logs(work, wanted, 0.7, 0.9)
    signs = Signs(
        builder=builder, namespace=work.namespace, asked=work.target is not None, thorough=work.limits.thorough
    )
    await _follow_up(work, plan(signs), now)
    await _read_certificates(work)
    work.progress("done", 1.0)
    return builder.build(now=now)


async def _read_logs(work: _Collection, wanted: Sequence[LogWanted], start: float, end: float) -> None:
    await read_logs(
        work.client,
        work.builder,
        wanted,
        limits=work.limits.logs,
        progress=lambda done: work.progress("logs", start + (end - start) * done),
    )


async def _follow_up(work: _Collection, asked_for: Plan, now: datetime) -> None:
    """Read the kinds that something so far asks for, and the logs of the cluster's DNS when names do not resolve."""
    builder = work.builder
    reads = [entry for entry in asked_for.reads if not builder.read_state(entry.kind.key, entry.namespace)]
    gate = asyncio.Semaphore(work.limits.concurrency)

    async def one(entry: Followup) -> None:
        async with gate:
            await read_kind(
                work.client,
                builder,
                entry.kind,
                namespace=entry.namespace,
                page_size=work.limits.page_size,
                max_objects=work.limits.max_objects,
                attempts=2,
            )
        work.progress(entry.kind.plural, 0.9)

    async with asyncio.TaskGroup() as group:
        for entry in reads:
            group.create_task(one(entry))
    if builder.read_state(POD_METRICS.key, work.namespace) == "absent":
        builder.note("The cluster has no metrics API: CPU and memory in use are not known.")
    if asked_for.dns and (servers := {uid(pod) for pod in dns_pods(builder)}):
        pods = [pod for pod in builder.objects("Pod") if uid(pod) in servers]
        await _read_logs(work, choose_logs(pods, now=now, asked_about=servers, max_containers=2), 0.9, 1.0)


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


async def _read_certificates(work: _Collection) -> None:
    """Read the certificate of each TLS Secret that a route names; its key is dropped before anything is kept."""
    builder = work.builder
    routes = [*builder.objects("Ingress"), *builder.objects("Gateway.gateway.networking.k8s.io")]
    wanted = dict.fromkeys(secret for route in routes for secret in tls_secrets_of(route))
    held = {(namespace(secret), name(secret)): secret for secret in builder.objects("Secret")}
    known = [(key, held[key]) for key in wanted if text(held.get(key), "type") == "kubernetes.io/tls"]
    for (space, called), secret in known[: work.limits.certificates]:
        try:
            found = await work.client.get(f"{BY_KEY['Secret'].path(space)}/{called}", attempts=1)
        except Forbidden as exc:
            builder.note(f"The dates and names of TLS certificates are not known: {exc.message}")
            return
        except (ClusterRejected, ClusterBusy, ClusterUnreachable, DeadlineExceeded):
            continue
        facts = redact_object({**found, "kind": "Secret", "apiVersion": "v1"}).get(PUBLIC)
        if facts is not None:
            builder.add({**secret, PUBLIC: facts})


def _custom_kinds(work: _Collection, discovered: Sequence[Kind]) -> list[Kind]:
    """Choose the custom kinds to read: owners of something here and what is asked about, known groups, then others."""
    builder = work.builder
    related = {kind_key(work.target.kind, work.target.group)} if work.target else set()
    for key in KINDS:
        for obj in builder.objects(key):
            for owner in objects(obj, "metadata", "ownerReferences"):
                related.add(kind_key(text(owner, "kind"), group_of(text(owner, "apiVersion"))))
    unread = [
        kind for kind in discovered if not builder.read_state(kind.key, work.namespace if kind.namespaced else "")
    ]
    first = [kind for kind in unread if kind.key in related]
    known = [kind for kind in unread if kind.key not in related and _known(kind)]
    others = [kind for kind in unread if kind.key not in related and not _known(kind) and kind.namespaced]
    chosen = [*known, *others]
    room = max(0, work.limits.custom_kinds - len(first))
    if left := chosen[room:]:
        listed = ", ".join(f"{kind.plural}.{kind.group}" for kind in left[:10]) + (", …" if len(left) > 10 else "")
        builder.note(f"{len(left)} custom kinds were not read (limit {work.limits.custom_kinds}): {listed}")
    return first + chosen[:room]


def _known(kind: Kind) -> bool:
    return any(kind.group == group or kind.group.endswith(f".{group}") for group in KNOWN_GROUPS)


def _first(group: BaseException) -> BaseException:
    """Return the first error of a group, however nested: side by side, all of them say the same."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
