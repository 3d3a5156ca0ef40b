"""Ask every node again, from fields: what keeps the pod out of it.

Placement comes first (the pod's own wish and that of its bound volumes); only nodes that satisfy it are asked for the
rest, as the catalogue says.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import get_args

from cluster.fields import Obj, labels, mapping, namespace, objects, text, whole
from diagnose.analyzers.scheduling.message import Reason
from diagnose.analyzers.scheduling.nodes import AFFINITY, ANTI_AFFINITY, Fleet, NodeView, host_ports, term_means
from diagnose.graph import references, selector_matches
from diagnose.placement import (
    CONTROL_PLANE,
    CORDON_TAINT,
    SICK_TAINTS,
    Taint,
    cordoned,
    meets_terms,
    required_terms,
    selector_misses,
    taints,
    tolerates,
)
from diagnose.requests import effective_requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One reason why a node does not take the pod. ``detail``: the resource, taint, topology key or port."""

    reason: Reason
    detail: str = ""
    sick: bool = False


@dataclass(frozen=True, eq=False)
class Recount:
    """A pending pod against all nodes."""

    fleet: Fleet
    pod: Obj

    @property
    def spec(self) -> Obj:
        """The pod's spec."""
        return mapping(self.pod, "spec")

    @cached_property
    def requests(self) -> Mapping[str, Fraction]:
        """What the pod asks of a node."""
        return effective_requests(self.spec)

    @cached_property
    def _meant(self) -> dict[int, list[tuple[Obj, NodeView]]]:
        return {}

    def matching(self, term: Obj) -> list[tuple[Obj, NodeView]]:
        """Return the placed pods that one of the pod's own affinity terms means; asked once for each term."""
        if id(term) not in self._meant:
            self._meant[id(term)] = self.fleet.matching(term, self.pod)
        return self._meant[id(term)]

    # -- placement

    @cached_property
    def by_selector(self) -> tuple[NodeView, ...]:
        """Nodes that carry all pairs of the nodeSelector."""
        return tuple(view for view in self.fleet.nodes if not selector_misses(self.spec, view.node))

    @cached_property
    def by_affinity(self) -> tuple[NodeView, ...]:
        """Those of them that meet the required node affinity."""
        terms = required_terms(self.spec)
        return tuple(view for view in self.by_selector if meets_terms(terms, view.node))

    @cached_property
    def volumes(self) -> tuple[Obj, ...]:
        """The bound volumes of the pod's claims that only some nodes may use."""
        snapshot, found = self.fleet.scene.snapshot, []
        for reference in references(self.spec):
            if reference.kind != "PersistentVolumeClaim":
                continue
            claim = snapshot.get("PersistentVolumeClaim", namespace(self.pod), reference.name)
            volume = snapshot.get("PersistentVolume", "", text(claim, "spec", "volumeName")) if claim else None
            if volume is not None and objects(volume, *VOLUME_TERMS):
                found.append(volume)
        return tuple(found)

    @cached_property
    def suited(self) -> tuple[NodeView, ...]:
        """Nodes that satisfy the pod's own placement and that of its volumes."""
        return tuple(
            view
            for view in self.by_affinity
            if all(meets_terms(objects(volume, *VOLUME_TERMS), view.node) for volume in self.volumes)
        )

    # -- everything else

    @cached_property
    def blockers(self) -> Mapping[str, tuple[Blocker, ...]]:
        """What keeps the pod out of each suited node, by node name."""
        return {view.name: tuple(self._blockers(view)) for view in self.suited}

    @cached_property
    def open(self) -> tuple[NodeView, ...]:
        """Suited nodes on which nothing that was recounted keeps the pod out."""
        return tuple(view for view in self.suited if not self.blockers[view.name])

    @cached_property
    def workers(self) -> tuple[NodeView, ...]:
        """Suited nodes without those of the control plane that are closed by its taint, when others exist."""
        others = tuple(view for view in self.suited if not self._control_plane(view))
        return others or self.suited

    def _control_plane(self, view: NodeView) -> bool:
        return any(taint.key in CONTROL_PLANE and not tolerates(self.spec, taint) for taint in taints(view.node))

    def cause(self, named: Set[Reason]) -> Blocker | None:
        """Return what blocks most suited nodes as the only reason; when none is alone, what blocks most of them.

        Only reasons that the scheduler ``named`` count: it names at least one for each node.
        """
        alone: Counter[Blocker] = Counter()
        shared: Counter[Blocker] = Counter()
        for view in self.workers:
            reasons = tuple(entry for entry in self.blockers[view.name] if entry.reason in named)
            shared.update(reasons)
            if len(self.blockers[view.name]) == 1:
                alone.update(reasons)
        counted = alone or shared
        if not counted:
            return None
        return min(counted, key=lambda entry: (-counted[entry], _ORDER.index(entry.reason), entry.detail))

    def blocked_by(self, blocker: Blocker) -> tuple[NodeView, ...]:
        """Return the suited nodes that a blocker keeps out."""
        return tuple(view for view in self.workers if blocker in self.blockers[view.name])

    def _blockers(self, view: NodeView) -> Iterator[Blocker]:
        for resource, wanted in sorted(self.requests.items()):
            if view.free(resource) < wanted:
                yield Blocker(reason="resource", detail=resource)
        if len(view.pods) + 1 > view.allocatable.get("pods", Fraction(10**9)):
            yield Blocker(reason="pods")
        if cordoned(view.node, self.spec):
            yield Blocker(reason="cordon")
        if taint := self.repelled(view):
            yield Blocker(reason="taint", detail=str(taint), sick=taint.key in SICK_TAINTS)
        yield from self._by_pods(view)
        for protocol, number in host_ports(self.spec):
            if (protocol, number) in view.host_ports:
                yield Blocker(reason="ports", detail=str(number))

    def repelled(self, view: NodeView) -> Taint | None:
        """Return the first taint of a node that the pod does not tolerate; the one of a cordon is told apart."""
        return next(
            (taint for taint in taints(view.node) if taint.key != CORDON_TAINT and not tolerates(self.spec, taint)),
            None,
        )

    def _by_pods(self, view: NodeView) -> Iterator[Blocker]:
        for term in objects(self.spec, *AFFINITY):
            key = text(term, "topologyKey")
            meant = self.matching(term)
            first = not meant and term_means(term, self.pod, self.pod, self.fleet.scene)
            places = {other.labels.get(key) for _, other in meant}
            if view.labels.get(key) is None or (not first and view.labels.get(key) not in places):
                yield Blocker(reason="pod_affinity", detail=key)
        for key, domains in self._forbidden.items():
            if view.labels.get(key) in domains:
                yield Blocker(reason="anti_affinity", detail=key)
        for constraint in objects(self.spec, "topologySpreadConstraints"):
            key = text(constraint, "topologyKey")
            if text(constraint, "whenUnsatisfiable") != "ScheduleAnyway" and self._uneven(constraint, view):
                yield Blocker(reason="spread", detail=key)

    @cached_property
    def _forbidden(self) -> dict[str, set[str]]:
        """Return the domains, by topology key, in which anti-affinity forbids the pod: its own or that of others."""
        found: dict[str, set[str]] = {}
        for term in objects(self.spec, *ANTI_AFFINITY):
            key = text(term, "topologyKey")
            found.setdefault(key, set()).update(
                other.labels[key] for _, other in self.matching(term) if key in other.labels
            )
        for repeller in self.fleet.repelling(self.pod):
            found.setdefault(repeller.key, set()).add(repeller.view.labels[repeller.key])
        return found

    @cached_property
    def _counted(self) -> dict[int, dict[str, int]]:
        return {}

    def domains(self, constraint: Obj) -> dict[str, int]:
        """Count the matching pods in each domain of a spread constraint; asked once for each constraint."""
        if id(constraint) not in self._counted:
            self._counted[id(constraint)] = self._count(constraint)
        return self._counted[id(constraint)]

    def _count(self, constraint: Obj) -> dict[str, int]:
        key, selector = text(constraint, "topologyKey"), mapping(constraint, "labelSelector")
        counts: dict[str, int] = {}
        for view in self.by_affinity:
            if (domain := view.labels.get(key)) is None:
                continue
            counts.setdefault(domain, 0)
            counts[domain] += sum(
                namespace(pod) == namespace(self.pod)
                and selector_matches(selector, labels(pod, "metadata", "labels"))
                and not text(pod, "metadata", "deletionTimestamp")
                for pod in view.pods
            )
        return counts

    def _uneven(self, constraint: Obj, view: NodeView) -> bool:
        domain = view.labels.get(text(constraint, "topologyKey"))
        if domain is None:
            return True
        counts = self.domains(constraint)
        few = 0 if len(counts) < whole(constraint, "minDomains", default=0) else min(counts.values(), default=0)
        own = selector_matches(mapping(constraint, "labelSelector"), labels(self.pod, "metadata", "labels"))
        return counts.get(domain, 0) + int(own) - few > (whole(constraint, "maxSkew") or 1)

    # -- capacity

    def best_free(self, resource: str) -> NodeView | None:
        """Return the node with most left of a resource, of those that only this resource keeps the pod out of."""
        short = Blocker(reason="resource", detail=resource)
        alone = [view for view in self.workers if self.blockers[view.name] == (short,)]
        return max(alone or self.workers, key=lambda view: (view.free(resource), view.name), default=None)

    def largest_node(self, resource: str) -> NodeView | None:
        """Return the suited node with most allocatable of a resource."""
        zero = Fraction(0)
        return max(self.workers, key=lambda view: (view.allocatable.get(resource, zero), view.name), default=None)


VOLUME_TERMS = ("spec", "nodeAffinity", "required", "nodeSelectorTerms")
_ORDER: tuple[Reason, ...] = get_args(Reason)
"""The order of the catalogue's table: it decides between reasons that block equally many nodes."""
