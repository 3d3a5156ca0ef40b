"""What was asked about: the workloads, and everything whose fault would be theirs.

A target's scope is what it depends on, plus what stands in front of it (its Services, the Ingresses that lead to
them, autoscalers that drive it) and its owners, since a person who asks about an app means all of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cluster.fields import Obj, namespace, text
from cluster.kinds import BY_KEY, WORKLOAD_KINDS, Kind, kind_key, spoken
from cluster.names import closest
from cluster.snapshot import Snapshot, ref_of
from core.errors import NamespaceNotFound, TargetInvalid, TargetNotFound
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.causes import Causes, anchors, touches
from diagnose.findings import Finding
from diagnose.graph import Graph


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The workloads that carry a verdict, and the objects whose findings count. ``objects`` None means all."""

    label: Phrase
    workloads: tuple[Obj, ...]
    target: ObjectRef | None = None
    namespace: str = ""
    objects: frozenset[ObjectRef] | None = None

    def holds(self, ref: ObjectRef) -> bool:
        """Say whether an object belongs to what was asked about."""
        if self.objects is not None:
            return ref in self.objects
        own = ref.kind == "Namespace" and ref.name == self.namespace
        return not self.namespace or own or ref.namespace == self.namespace

    def concerns(self, finding: Finding) -> bool:
        """Say whether a finding is about something in scope."""
        if finding.object == self.target or any(reach.ref == self.target for reach in finding.affected):
            return True
        if self.objects is not None:
            return touches(finding, self.objects)
        return any(self.holds(ref) for ref in (*anchors(finding), finding.object))


ROUTES = ("Ingress", "HTTPRoute.gateway.networking.k8s.io", "GRPCRoute.gateway.networking.k8s.io")
"""Kinds that lead requests to Services."""

EVERYWHERE = Phrase(en="all namespaces", zh="所有命名空间")


def _named(ref: ObjectRef) -> Phrase:
    if not ref.namespace:
        return Phrase(en=ref.slug, zh=ref.slug)
    return Phrase(en=f"{ref.slug} in {ref.namespace}", zh=f"{ref.namespace} 中的 {ref.slug}")


def parse_target(words: str, snapshot: Snapshot) -> tuple[str, str]:
    """Read ``KIND/NAME`` as people type it; return the kind key and the name.

    Raises:
        TargetInvalid: not of that form, or a kind that is neither built in nor in the snapshot.
    """
    kind_word, slash, name = words.partition("/")
    if not slash or not kind_word or not name or "/" in name:
        raise TargetInvalid(
            f"{words!r} is not of the form KIND/NAME",
            next_step="Name the workload like kubectl does, for instance deploy/checkout or pod/checkout-0.",
        )
    if kind := spoken(kind_word):
        return kind.key, name
    for key in snapshot.kinds():
        bare, _, group = key.partition(".")
        if kind_word.lower() in {bare.lower(), f"{bare.lower()}s", key.lower(), f"{bare.lower()}s.{group}"}:
            return key, name
    known = closest(kind_word.lower(), sorted({word for kind in BY_KEY.values() for word in _words(kind)}))
    hint = f" Did you mean {' or '.join(known)}?" if known else ""
    raise TargetInvalid(
        f"{kind_word!r} is no kind that is known here.{hint}",
        next_step="Use a kind such as deploy, sts, ds, job, cronjob, pod, svc, pvc, ingress or hpa.",
    )


def _words(kind: Kind) -> tuple[str, ...]:
    return (kind.kind.lower(), kind.plural, *kind.short)


def resolve(snapshot: Snapshot, graph: Graph, *, target: str, space: str) -> Scope:
    """Find what was asked about in the snapshot.

    ``target`` is KIND/NAME or empty; ``space`` a namespace or empty for all.

    Raises:
        TargetInvalid, TargetNotFound, NamespaceNotFound: with the closest names that exist.
    """
    if target:
        return _resolve_target(snapshot, graph, target, space)
    if space:
        _require_namespace(snapshot, space)
    return Scope(
        label=Phrase(en=f"namespace {space}", zh=f"命名空间 {space}") if space else EVERYWHERE,
        workloads=tuple(workloads(snapshot, graph, space)),
        namespace=space,
    )


def _resolve_target(snapshot: Snapshot, graph: Graph, target: str, space: str) -> Scope:
    key, name = parse_target(target, snapshot)
    kind = BY_KEY.get(key)
    namespaced = kind is None or kind.namespaced
    where = space or "default" if namespaced else ""
    obj = snapshot.get(key, where, name)
    if obj is None and namespaced and not space:
        found = [entry for entry in snapshot.all(key) if text(entry, "metadata", "name") == name]
        obj = found[0] if len(found) == 1 else None
    if obj is None:
        raise _not_found(snapshot, key, where, name)
    ref = ref_of(obj)
    around = _around(snapshot, graph, obj)
    front = _in_front(snapshot, graph, around)
    below = [graph.top(entry) for entry in around if text(entry, "kind") == "Pod"] or [graph.top(obj)]
    chosen = [obj] if key in WORKLOAD_KINDS else below
    return Scope(
        label=_named(ref),
        workloads=_unique(entry for entry in chosen if kind_of(entry) in WORKLOAD_KINDS or graph.pods_of(entry)),
        target=ref,
        namespace=ref.namespace,
        objects=Causes(graph, ()).closure(ref_of(entry) for entry in around) | {ref_of(entry) for entry in front},
    )


def _around(snapshot: Snapshot, graph: Graph, obj: Obj) -> list[Obj]:
    """Return the object, its owners and its pods; of a Service or an Ingress also what stands behind it."""
    found = [obj, *graph.owners(obj), *graph.pods_of(obj)]
    if kind_of(obj) in {"Service", *ROUTES}:
        found += _behind(snapshot, graph, obj)
    return found


def _in_front(snapshot: Snapshot, graph: Graph, found: list[Obj]) -> list[Obj]:
    """Return the Services of these pods, the Ingresses that lead to them, and what scales their workloads.

    Only these themselves: other pods behind the same Service are not what was asked about.
    """
    services = [service for entry in found if kind_of(entry) == "Pod" for service in graph.services_of(entry)]
    services += _intended_services(snapshot, graph, found[0])
    space = namespace(found[0])
    served = {ref_of(service) for service in services}
    routes = [
        route
        for kind in ROUTES
        for route in snapshot.all(kind, space)
        if any(reach.ref in served for reach in graph.depends_on(route))
    ]
    gateways = _gateways(snapshot, graph, routes)
    wanted = {ref_of(entry) for entry in found}
    scalers = [
        scaler
        for kind in ("HorizontalPodAutoscaler", "ScaledObject.keda.sh")
        for scaler in snapshot.all(kind, space)
        if any(reach.ref in wanted for reach in graph.depends_on(scaler))
    ]
    return [*services, *routes, *gateways, *scalers]


def _gateways(snapshot: Snapshot, graph: Graph, routes: list[Obj]) -> list[Obj]:
    """Return the Gateways that these routes hang on."""
    needed = {reach.ref for route in routes for reach in graph.depends_on(route) if reach.ref.kind == "Gateway"}
    return [found for ref in sorted(needed) if (found := snapshot.find(ref)) is not None]


def _behind(snapshot: Snapshot, graph: Graph, obj: Obj) -> list[Obj]:
    """Return the Services of an Ingress, the pods of these Services and their owners."""
    services = [obj] if kind_of(obj) == "Service" else []
    if kind_of(obj) in ROUTES:
        found = (snapshot.find(reach.ref) for reach in graph.depends_on(obj) if reach.ref.kind == "Service")
        services = [entry for entry in found if entry is not None]
    pods = [pod for service in services for pod in graph.pods_of_service(service)]
    return [*services, *(entry for pod in pods for entry in (pod, *graph.owners(pod)))]


def _intended_services(snapshot: Snapshot, graph: Graph, obj: Obj) -> list[Obj]:
    """Return Services of the same name as the workload that select no pod: they were meant for it."""
    if kind_of(obj) not in WORKLOAD_KINDS:
        return []
    names = {text(entry, "metadata", "name") for entry in (obj, *graph.owners(obj))}
    return [
        service
        for service in snapshot.all("Service", namespace(obj))
        if text(service, "metadata", "name") in names and not graph.pods_of_service(service)
    ]


def workloads(snapshot: Snapshot, graph: Graph, space: str) -> Iterable[Obj]:
    """Yield what runs something and is owned by nothing else here, by kind, namespace and name."""
    seen: set[str] = set()
    for kind in WORKLOAD_KINDS:
        for obj in snapshot.all(kind, space):
            if graph.owner(obj) is None and not _retired(obj):
                seen.add(text(obj, "metadata", "uid"))
                yield obj
    for pod in snapshot.all("Pod", space):
        top = graph.top(pod)
        if kind_of(top) not in WORKLOAD_KINDS and text(top, "metadata", "uid") not in seen:
            seen.add(text(top, "metadata", "uid"))
            yield top


def _retired(obj: Obj) -> bool:
    """Say whether an object without an owner here is a leftover: an empty ReplicaSet, a finished pod."""
    if kind_of(obj) == "ReplicaSet":
        return not obj.get("spec", {}).get("replicas") if isinstance(obj.get("spec"), dict) else True
    return kind_of(obj) == "Pod" and text(obj, "status", "phase") == "Succeeded"


def kind_of(obj: Obj) -> str:
    """Return the kind key of a raw object."""
    return kind_key(text(obj, "kind"), text(obj, "apiVersion").rpartition("/")[0])


def _unique(objs: Iterable[Obj]) -> tuple[Obj, ...]:
    found = {ref_of(obj): obj for obj in objs}
    return tuple(found[ref] for ref in sorted(found))


def _require_namespace(snapshot: Snapshot, space: str) -> None:
    if snapshot.get("Namespace", "", space) is not None:
        return
    used = {key[0] for kind in snapshot.kinds() for key in snapshot.objects[kind]}
    known = sorted({*used, *(key[1] for key in snapshot.objects.get("Namespace", {}))} - {""})
    if space in used:
        return
    if not snapshot.absent("Namespace", "", space) and not known:
        return
    raise NamespaceNotFound(
        f"there is no namespace {space!r} in {snapshot.origin}",
        next_step=_did_you_mean(closest(space, known), known, "namespaces"),
    )


def _not_found(snapshot: Snapshot, key: str, where: str, name: str) -> TargetNotFound:
    here = [text(entry, "metadata", "name") for entry in snapshot.all(key, where)]
    elsewhere = sorted({namespace(entry) for entry in snapshot.all(key) if text(entry, "metadata", "name") == name})
    place = f" in namespace {where!r}" if where else ""
    if elsewhere:
        hint = f"It exists in namespace {', '.join(elsewhere[:3])}: add -n {elsewhere[0]}."
    elif not snapshot.coverage.complete(key, where) and not here:
        hint = f"{key} objects could not be read completely there, so it may exist."
    else:
        hint = _did_you_mean(closest(name, here), here, f"{key} objects{place}")
    return TargetNotFound(f"there is no {key} {name!r}{place} in {snapshot.origin}", next_step=hint)


def _did_you_mean(near: list[str], known: list[str], what: str) -> str:
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if known:
        shown = ", ".join(sorted(known)[:8])
        return f"There are these {what}: {shown}{', …' if len(known) > 8 else ''}."
    return f"There are no {what}."
