"""Root against symptom: which finding explains which.

A finding absorbs another only when the catalogue lets its code do so (2.4) *and* the two stand on one path of the
object graph. The same namespace or the same minute explains nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cluster.kinds import WORKLOAD_KINDS
from core.evidence import ObjectRef
from diagnose.absorption import LAST_RESORT, depth, may_absorb
from diagnose.findings import Edge, Finding, Folded, Reach, Role, Severity, inferred
from diagnose.graph import Graph

MAX_DEPTH = 8
"""Links of a path from a symptom to its cause: the longest real one (Ingress to storage class) has seven."""

_IN_FRONT = frozenset(
    {"Gateway", "GRPCRoute", "HorizontalPodAutoscaler", "HTTPRoute", "Ingress", "ScaledObject", "Service"}
)
"""Kinds that depend on pods, while pods depend on all others."""


@dataclass(frozen=True)
class Causes:
    """Joins findings over the graph of one snapshot."""

    graph: Graph
    findings: Sequence[Finding]

    @cached_property
    def _needs(self) -> dict[ObjectRef, tuple[ObjectRef, ...]]:
        return {}

    def _next(self, ref: ObjectRef) -> tuple[ObjectRef, ...]:
        found = self._needs.get(ref)
        if found is None:
            obj = self.graph.snapshot.find(ref)
            found = () if obj is None else tuple(reach.ref for reach in self.graph.depends_on(obj))
            self._needs[ref] = found
        return found

    @cached_property
    def _closures(self) -> Mapping[str, frozenset[ObjectRef]]:
        return {finding.id: self.closure(anchors(finding)) for finding in self.findings}

    def closure(self, start: Iterable[ObjectRef]) -> frozenset[ObjectRef]:
        """Return the objects themselves and all that they depend on, along at most ``MAX_DEPTH`` edges."""
        seen = set(start)
        level = list(seen)
        for _ in range(MAX_DEPTH):
            fresh: list[ObjectRef] = []
            for ref in level:
                fresh += [needed for needed in self._next(ref) if needed not in seen]
            seen.update(fresh)
            if not fresh:
                break
            level = fresh
        return frozenset(seen)

    def explains(self, cause: Finding, symptom: Finding) -> bool:
        """Say whether ``cause`` explains ``symptom``: allowed by the catalogue, and reached from it over the graph."""
        if cause is symptom or cause.role in {Role.CONTRIBUTING, Role.HYGIENE}:
            return False
        if may_absorb(cause, symptom) and not self._closures[symptom.id].isdisjoint(anchors(cause)):
            return True
        return self._called(cause, symptom)

    def _called(self, cause: Finding, symptom: Finding) -> bool:
        """Say whether ``symptom`` is a client's, whose log names a Service that ``cause`` puts out of work."""
        called = callees(symptom)
        if not called or cause.role not in {Role.ROOT, Role.SYMPTOM} or cause.object == symptom.object:
            return False
        return not self.closure(called).isdisjoint(concerned(cause))

    def fold(self) -> tuple[tuple[Finding, ...], tuple[Folded, ...]]:
        """Split into what stands for itself and what another finding explains, each ranked.

        A symptom by nature that nothing explains becomes a root of last resort, inferred.
        """
        order = sorted(self.findings, key=lambda finding: (depth(finding.code), rank(finding)))
        standing: list[Finding] = []
        folded: list[Folded] = []
        for finding in order:
            if finding.id in self.circular:
                standing.append(self._in_circle(finding))
                continue
            cause = next(
                (other for other in order if self.explains(other, finding) and not _leads_to(other, finding, folded)),
                None,
            )
            if cause is None:
                standing.append(_last_resort(finding))
            else:
                folded.append(Folded(finding=_as_symptom(finding), explained_by=cause.id))
        roots = {finding.id: finding for finding in standing}
        under = {entry.finding.id: entry.explained_by for entry in folded}
        folded = [replace(entry, explained_by=_top(entry.explained_by, under)) for entry in folded]
        extended = (
            _extended(finding, [f.finding for f in folded if f.explained_by == finding.id])
            for finding in roots.values()
        )
        return tuple(sorted(extended, key=rank)), tuple(sorted(folded, key=lambda entry: rank(entry.finding)))

    @cached_property
    def circular(self) -> frozenset[str]:
        """Ids of clients that wait for each other, directly or through others, while nothing else explains any of them.

        None of them is deeper than the others, so none may be called the cause.
        """
        clients = [finding for finding in self.findings if callees(finding)]
        waits = {
            finding.id: frozenset(
                other.id for other in clients if other is not finding and self._called(other, finding)
            )
            for finding in clients
        }
        circles = {key for key in waits if key in _reached(waits, key)}
        explained = {
            finding.id
            for finding in clients
            if finding.id in circles
            and any(other.id not in circles and self.explains(other, finding) for other in self.findings)
        }
        return frozenset(key for key in circles if explained.isdisjoint({key, *_reached(waits, key)}))

    def _in_circle(self, finding: Finding) -> Finding:
        """Give a finding the whole circle as its chain."""
        own = self.circular
        others = [other for other in self.findings if other.id in own and other is not finding]
        links = [Reach(ref=other.object, edge=Edge.ENV) for other in sorted(others, key=rank)]
        return replace(finding, role=Role.CONTRIBUTING, chain=tuple(dict.fromkeys((*finding.chain, *links))))


CLIENTS = frozenset(
    {"AppCrashed", "BrokerUnavailable", "DependencyUnreachable", "InitContainerHanging", "NameNotResolved"}
)
"""Codes whose chain may name a Service that the log names: the callee's fault explains them."""


def callees(finding: Finding) -> frozenset[ObjectRef]:
    """Return the Services that a client's log names as the reason."""
    if finding.code not in CLIENTS:
        return frozenset()
    return frozenset(reach.ref for reach in finding.chain if reach.edge is Edge.ENV and reach.ref.kind == "Service")


def shared_by(finding: Finding) -> frozenset[ObjectRef]:
    """Return what all clients share where it is at fault: who cannot resolve names is hit by whatever hits the DNS."""
    return frozenset({finding.object}) if finding.code == "ClusterDNSDown" else frozenset()


def _reached(waits: Mapping[str, frozenset[str]], start: str) -> frozenset[str]:
    """Return what can be reached from ``start`` in at least one step."""
    seen: set[str] = set()
    level = set(waits.get(start, ()))
    while level:
        seen |= level
        level = {after for key in level for after in waits.get(key, ())} - seen
    return frozenset(seen)


def _leads_to(cause: Finding, finding: Finding, folded: Sequence[Folded]) -> bool:
    """Say whether ``cause`` is itself explained by ``finding``: two that wait for each other must not both fold."""
    under = {entry.finding.id: entry.explained_by for entry in folded}
    current = cause.id
    for _ in range(len(under)):
        if current == finding.id or current not in under:
            break
        current = under[current]
    return current == finding.id


def _top(cause: str, under: Mapping[str, str]) -> str:
    """Follow explanations to the finding that stands for itself. A circle cannot occur: every step goes deeper."""
    for _ in range(len(under)):
        if cause not in under:
            break
        cause = under[cause]
    return cause


def anchors(finding: Finding) -> frozenset[ObjectRef]:
    """Return the objects by which a finding is joined to others.

    With pods in ``affected`` these stand for the workload, since two faults of one Deployment may hit different pods.
    Whoever is affected also stands for what many share: another user of one ConfigMap or node may be well.
    A Node joins only when it is the object: everything on it would be related otherwise.
    """
    affected = {reach.ref for reach in finding.affected if reach.ref.kind != "Node"}
    pods = finding.object.kind in WORKLOAD_KINDS and any(ref.kind == "Pod" for ref in affected)
    if pods or is_shared(finding):
        return frozenset(affected)
    return frozenset(affected | {finding.object})


def is_shared(finding: Finding) -> bool:
    """Say whether the object is one that others may use unharmed, while the finding names whom it does harm."""
    if finding.object.kind in WORKLOAD_KINDS or finding.object.kind in _IN_FRONT:
        return False
    return any(reach.ref.kind in WORKLOAD_KINDS for reach in finding.affected)


def concerned(finding: Finding) -> frozenset[ObjectRef]:
    """Return the objects that a finding is about or harms: who depends on one of them has this fault."""
    return anchors(finding) if is_shared(finding) else anchors(finding) | {finding.object}


def touches(finding: Finding, objects: frozenset[ObjectRef]) -> bool:
    """Say whether a finding is about one of these objects or harms one of them."""
    return not concerned(finding).isdisjoint(objects)


def rank(finding: Finding) -> tuple[int, int, float, int, str, str]:
    """Order findings: role, severity, confidence, number of affected, then object and id."""
    return (
        list(Role).index(finding.role),
        finding.severity.rank,
        -finding.confidence.value,
        -len(finding.affected),
        str(finding.object),
        finding.id,
    )


def capped(severity: Severity) -> Severity:
    """Return at most medium: what symptoms and contributing findings may carry."""
    return max(severity, Severity.MEDIUM, key=lambda entry: entry.rank)


def answered(standing: Sequence[Finding]) -> tuple[Finding, ...]:
    """Make errors in the log of what was asked about the cause when nothing else is one: they are the answer then."""
    if any(finding.role is Role.ROOT for finding in standing):
        return tuple(standing)
    raised = (replace(f, role=Role.ROOT) if f.code == "AppErrorsInLog" else f for f in standing)
    return tuple(sorted(raised, key=rank))


def _as_symptom(finding: Finding) -> Finding:
    role = finding.role if finding.role is Role.CONTRIBUTING else Role.SYMPTOM
    return replace(finding, role=role, severity=capped(finding.severity))


_ROOTS_TOO = frozenset({"DependencyUnreachable", "NameNotResolved"})
"""Symptoms inside the cluster, causes when what they name lies outside: their analyzers tell which."""


def _last_resort(finding: Finding) -> Finding:
    if finding.role is Role.CONTRIBUTING or finding.role is Role.HYGIENE:
        return replace(finding, severity=capped(finding.severity))
    if finding.code not in LAST_RESORT or (finding.code in _ROOTS_TOO and finding.role is Role.ROOT):
        return replace(finding, role=Role.ROOT)
    confidence = finding.confidence
    if confidence.value > 0.6:
        confidence = inferred(
            f"{confidence.reason.en}; no deeper cause was found",
            f"{confidence.reason.zh}；没有找到更深的原因",
            value=0.6,
        )
    return replace(finding, role=Role.ROOT, confidence=confidence)


def _extended(finding: Finding, symptoms: Sequence[Finding]) -> Finding:
    """Give a root the chain to what the user sees: the objects of the symptoms folded under it."""
    known = {finding.object, *(reach.ref for reach in finding.chain)}
    links: list[Reach] = list(finding.chain)
    for reach in (*finding.affected, *(Reach(ref=s.object, edge=s.affected[0].edge) for s in symptoms if s.affected)):
        if reach.ref not in known:
            known.add(reach.ref)
            links.append(reach)
    return replace(finding, chain=tuple(links[:12]))
