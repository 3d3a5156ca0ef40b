"""The nodes of a snapshot as a pending pod meets them: what is free, who stands there, which ports are taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from cluster.fields import Obj, labels, mapping, name, namespace, objects, text, truth, uid, whole
from diagnose.graph import selector_matches
from diagnose.requests import amounts, effective_requests
from diagnose.scene import Scene

_ENDED = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, eq=False)
class NodeView:
    """One node with the pods that hold its resources."""

    node: Obj
    pods: tuple[Obj, ...]

    @property
    def name(self) -> str:
        """The node's name."""
        return name(self.node)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The node's labels."""
        return labels(self.node, "metadata", "labels")

    @cached_property
    def allocatable(self) -> Mapping[str, Fraction]:
        """What pods may use of it."""
        return amounts(self.node, "status", "allocatable")

    @cached_property
    def requested(self) -> Mapping[str, Fraction]:
        """The sum of what its pods request."""
        total: dict[str, Fraction] = {}
        for pod in self.pods:
            for key, value in effective_requests(mapping(pod, "spec")).items():
                total[key] = total.get(key, Fraction(0)) + value
        return total

    def free(self, resource: str) -> Fraction:
        """Return what is left of a resource; a resource that the node does not have is 0."""
        return self.allocatable.get(resource, Fraction(0)) - self.requested.get(resource, Fraction(0))

    @cached_property
    def host_ports(self) -> Mapping[tuple[str, int], Obj]:
        """The node's own ports that its pods use, by protocol and number."""
        return {port: pod for pod in self.pods for port in host_ports(mapping(pod, "spec"))}

    def largest(self, resource: str) -> list[tuple[Fraction, Obj]]:
        """Return the three pods that request most of a resource, largest first."""
        wanted = [(effective_requests(mapping(pod, "spec")).get(resource, Fraction(0)), pod) for pod in self.pods]
        ranked = sorted((entry for entry in wanted if entry[0] > 0), key=lambda e: (-e[0], namespace(e[1]), name(e[1])))
        return ranked[:3]


def host_ports(spec: Obj) -> Iterator[tuple[str, int]]:
    """Yield the ports of the node itself that a pod spec asks for."""
    for container in objects(spec, "containers"):
        for port in objects(container, "ports"):
            number = whole(port, "hostPort") or (whole(port, "containerPort") if truth(spec, "hostNetwork") else 0)
            if number:
                yield text(port, "protocol") or "TCP", number


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeller:
    """A placed pod with one of its anti-affinity terms: ``key`` names the domain that it claims for itself."""

    pod: Obj
    view: NodeView
    key: str
    selector: Obj


@dataclass(frozen=True)
class Fleet:
    """All nodes, made once for all pending pods."""

    scene: Scene

    @cached_property
    def nodes(self) -> tuple[NodeView, ...]:
        """Every node with its pods."""
        placed: dict[str, list[Obj]] = {}
        for pod in self.scene.snapshot.all("Pod"):
            if text(pod, "status", "phase") not in _ENDED and (node := text(pod, "spec", "nodeName")):
                placed.setdefault(node, []).append(pod)
        return tuple(
            NodeView(node=node, pods=tuple(placed.get(name(node), ()))) for node in self.scene.snapshot.all("Node")
        )

    @cached_property
    def placed(self) -> tuple[tuple[Obj, NodeView], ...]:
        """Every pod that stands on a node, with it."""
        return tuple((pod, view) for view in self.nodes for pod in view.pods)

    @cached_property
    def _repellers(self) -> Mapping[str | None, tuple[Repeller, ...]]:
        found: dict[str | None, list[Repeller]] = {}
        for pod, view in self.placed:
            for term in objects(mapping(pod, "spec"), *ANTI_AFFINITY):
                key, selector = text(term, "topologyKey"), mapping(term, "labelSelector")
                if key not in view.labels or not selector:
                    continue
                spaces = _spaces(term, pod, self.scene)
                entry = Repeller(pod=pod, view=view, key=key, selector=selector)
                for space in (None,) if spaces is None else spaces:
                    found.setdefault(space, []).append(entry)
        return {space: tuple(entries) for space, entries in found.items()}

    def repelling(self, pod: Obj) -> Iterator[Repeller]:
        """Yield the placed pods that keep ``pod`` away by a required anti-affinity."""
        carried = labels(pod, "metadata", "labels")
        for space in (None, namespace(pod)):
            for entry in self._repellers.get(space, ()):
                if selector_matches(entry.selector, carried):
                    yield entry

    def matching(self, term: Obj, of: Obj) -> list[tuple[Obj, NodeView]]:
        """Return the placed pods that a pod affinity term of ``of`` means."""
        spaces = _spaces(term, of, self.scene)
        selector = mapping(term, "labelSelector")
        return [
            (pod, view)
            for pod, view in self.placed
            if (spaces is None or namespace(pod) in spaces)
            and selector
            and selector_matches(selector, labels(pod, "metadata", "labels"))
            and uid(pod) != uid(of)
        ]


ANTI_AFFINITY = ("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
AFFINITY = ("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")


def _spaces(term: Obj, of: Obj, scene: Scene) -> frozenset[str] | None:
    """Return the namespaces that a term speaks of; None means all."""
    named = frozenset(entry for entry in term.get("namespaces") or () if isinstance(entry, str))
    selector = term.get("namespaceSelector")
    if not isinstance(selector, Mapping):
        return named or frozenset({namespace(of)})
    if not selector:
        return None
    chosen = (
        name(entry)
        for entry in scene.snapshot.all("Namespace")
        if selector_matches(selector, labels(entry, "metadata", "labels"))
    )
    return named | frozenset(chosen)


def term_means(term: Obj, owner: Obj, pod: Obj, scene: Scene) -> bool:
    """Say whether a term of ``owner`` means ``pod``."""
    spaces = _spaces(term, owner, scene)
    selector = mapping(term, "labelSelector")
    if (spaces is not None and namespace(pod) not in spaces) or not selector:
        return False
    return selector_matches(selector, labels(pod, "metadata", "labels"))
