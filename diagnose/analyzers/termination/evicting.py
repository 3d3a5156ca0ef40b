"""Who wants to evict: nodes that are being emptied, and refusals that were written down.

A node that is closed and on which only protected pods are left (beside those that a drain leaves alone) is one whose
drain has come this far.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, labels, mapping, name, namespace, numbered, objects, text, truth, whole
from cluster.snapshot import controller_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.findings import Confidence, inferred, matched, proved
from diagnose.graph import selector_matches
from diagnose.scene import Scene

_DRAINING = frozenset({"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"})
"""Taints of programs that empty a node in order to remove it."""

_REFUSED = re.compile(
    r"cannot evict pod|pdb .{0,80}prevents pod evictions|violate the pod's disruption budget|"
    r"more than one poddisruptionbudget|not enough pod disruption budget",
    re.IGNORECASE,
)
_BUDGET = re.compile(r"disruption budget \"?([a-z0-9][a-z0-9.-]{0,252}) needs (\d{1,6}) healthy pods and has (\d{1,6})")
_WORDS = ("evict", "isruption")
MAX_LINES = 400
"""Lines at the end of a log that are searched for a refused eviction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody who wants to evict: a node that is being emptied, or a refusal that was written down."""

    words: Phrase
    evidence: tuple[Evidence, ...]
    node: Obj | None
    confidence: Confidence


@dataclass(frozen=True)
class Evictions:
    """Which pods each budget protects, and who wants them gone."""

    scene: Scene

    @cached_property
    def _protected(self) -> Mapping[int, tuple[Obj, ...]]:
        """The pods of each budget, by the budget's identity in this snapshot."""
        found: dict[int, tuple[Obj, ...]] = {}
        for budget in self.scene.snapshot.all("PodDisruptionBudget"):
            found[id(budget)] = tuple(self._selected(budget))
        return found

    def _selected(self, budget: Obj) -> Iterator[Obj]:
        selector, space = mapping(budget, "spec", "selector"), namespace(budget)
        if not selector:
            return
        equal = labels(selector, "matchLabels")
        pods = self.scene.graph.selected(space, equal) if equal else self.scene.snapshot.all("Pod", space)
        for pod in pods:
            ended = text(pod, "status", "phase") in {"Succeeded", "Failed"}
            if not ended and selector_matches(selector, labels(pod, "metadata", "labels")):
                yield pod

    @cached_property
    def _budgets_of(self) -> Mapping[int, tuple[Obj, ...]]:
        found: dict[int, list[Obj]] = {}
        for budget in self.scene.snapshot.all("PodDisruptionBudget"):
            for pod in self._protected[id(budget)]:
                found.setdefault(id(pod), []).append(budget)
        return {key: tuple(value) for key, value in found.items()}

    def pods_of(self, budget: Obj) -> tuple[Obj, ...]:
        """Return the pods that a budget protects."""
        return self._protected[id(budget)]

    def rival_of(self, budget: Obj) -> Obj | None:
        """Return another budget that protects one of the same pods: evictions of such a pod are always refused."""
        for pod in self.pods_of(budget):
            for other in self._budgets_of.get(id(pod), ()):
                if other is not budget:
                    return other
        return None

    def _closed(self, pod: Obj) -> bool:
        """Say whether the eviction of a pod would be refused now."""
        budgets = self._budgets_of.get(id(pod), ())
        if len(budgets) > 1:
            return True
        return any(whole(entry, "status", "disruptionsAllowed", default=-1) == 0 for entry in budgets)

    @cached_property
    def _emptied(self) -> Mapping[str, tuple[Obj, Evidence, bool]]:
        """Nodes that are being emptied, by name, with the proof, and whether it is one (not only likely)."""
        found: dict[str, tuple[Obj, Evidence, bool]] = {}
        on: dict[str, list[Obj]] = {}
        nodes = list(self.scene.snapshot.all("Node"))
        if not any(_closing(node) for node in nodes):
            return found
        for pod in self.scene.snapshot.all("Pod"):
            if text(pod, "status", "phase") not in {"Succeeded", "Failed"}:
                on.setdefault(text(pod, "spec", "nodeName"), []).append(pod)
        for node in nodes:
            for index, taint in numbered(node, "spec", "taints"):
                if text(taint, "key") in _DRAINING:
                    found[name(node)] = (node, self.scene.field(node, "spec", "taints", index), True)
            if name(node) in found or not truth(node, "spec", "unschedulable"):
                continue
            movable = [pod for pod in on.get(name(node), ()) if _drainable(pod)]
            if movable and all(self._closed(pod) for pod in movable):
                found[name(node)] = (node, self.scene.field(node, "spec", "unschedulable"), False)
        return found

    @cached_property
    def _refusals(self) -> tuple[tuple[str, str, Evidence], ...]:
        """Refused evictions that were written down: (namespace or nothing, text, evidence)."""
        found: list[tuple[str, str, Evidence]] = []
        recent = self.scene.numbers.restart_recent_seconds
        for event in self.scene.snapshot.iter_events():
            if any(word in event.message for word in _WORDS) and _REFUSED.search(event.message[:1000]):
                space = event.ref.namespace if event.ref.kind != "Node" else ""
                if self.scene.age(event.last) <= recent:
                    found.append((f"{space}/{event.ref.name}", event.message, self.scene.event(event)))
        found += self._logged()
        return tuple(found)

    def _logged(self) -> Iterator[tuple[str, str, Evidence]]:
        for (space, pod_name, container, previous), excerpt in self.scene.snapshot.logs.items():
            pod = self.scene.snapshot.get("Pod", space, pod_name)
            if previous or pod is None:
                continue
            first = max(len(excerpt.lines) - MAX_LINES, 0)
            for number, line in enumerate(excerpt.lines[first:], start=first + 1):
                if "disruption budget" in line and _REFUSED.search(line[:1000]):
                    yield "/", line, self.scene.line(pod, container, number)
                    break

    def wish(self, budget: Obj) -> Wish | None:
        """Return who wants to evict a pod of this budget, the surest first."""
        pods = self.pods_of(budget)
        for about, said, evidence in self._refusals:
            cause = _BUDGET.search(said)
            named = cause is not None and cause[1] == name(budget)
            own = any(f"{namespace(pod)}/{name(pod)}" == about or _names(said, pod) for pod in pods)
            bare = f"{namespace(budget)}/{name(budget)}" in said
            if named or own or bare:
                return Wish(
                    words=Phrase(en="an eviction was refused", zh="驱逐请求被拒绝"),
                    evidence=(evidence,),
                    node=None,
                    confidence=proved(
                        "the refusal was recorded and the budget allows none",
                        "拒绝已被记录，且预算不允许驱逐",
                        twice=True,
                    ),
                )
        for pod in pods:
            entry = self._emptied.get(text(pod, "spec", "nodeName"))
            if entry is None or not _drainable(pod):
                continue
            node, evidence, sure = entry
            all_seen = not self.scene.snapshot.namespace and self.scene.snapshot.coverage.complete("Pod")
            return Wish(
                words=Phrase(en=f"node {name(node)} is being emptied", zh=f"节点 {name(node)} 正在腾空"),
                evidence=(evidence,),
                node=node,
                confidence=proved(
                    "the node is marked for removal and the budget allows no eviction",
                    "节点已标记为待移除，且预算不允许驱逐",
                    twice=True,
                )
                if sure
                else matched(
                    "the node is closed and only protected pods are left on it",
                    "节点已封锁，且其上只剩受保护的 Pod",
                    value=0.75,
                )
                if all_seen
                else inferred(
                    "the node is closed; the pods of other namespaces on it were not read",
                    "节点已封锁；未读取其上其他命名空间的 Pod",
                ),
            )
        return None


def _names(said: str, pod: Obj) -> bool:
    label = name(pod)
    return len(label) > 5 and label in said and (namespace(pod) in said or "/" not in said)


def _closing(node: Obj) -> bool:
    return truth(node, "spec", "unschedulable") or any(
        text(taint, "key") in _DRAINING for taint in objects(node, "spec", "taints")
    )


def _drainable(pod: Obj) -> bool:
    """Say whether a drain would evict a pod: not those of a DaemonSet, of the kubelet itself, or without an owner."""
    owner = text(controller_of(pod), "kind")
    marks = labels(pod, "metadata", "annotations")
    deleted = text(pod, "metadata", "deletionTimestamp")
    return owner not in {"", "DaemonSet", "Node"} and "kubernetes.io/config.mirror" not in marks and not deleted
