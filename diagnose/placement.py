"""Which nodes a pod may run on by its own wish: node selectors, node affinity, taints and tolerations."""

from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, labels, mapping, name, objects, strings, text, truth

CORDON_TAINT = "node.kubernetes.io/unschedulable"
CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
SICK_TAINTS = frozenset(
    {
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.kubernetes.io/disk-pressure",
        "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/pid-pressure",
        "node.kubernetes.io/network-unavailable",
        "node.kubernetes.io/out-of-service",
        "node.cloudprovider.kubernetes.io/uninitialized",
    }
)
"""Taints that Kubernetes sets itself on nodes that are not well: nobody should tolerate them away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """A taint that keeps pods away. ``index`` is its place in ``spec.taints``."""

    key: str
    value: str
    effect: str
    index: int

    def __str__(self) -> str:
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"


def taints(node: Obj) -> Iterator[Taint]:
    """Yield the taints of a node that keep new pods away."""
    entries = mapping(node, "spec").get("taints")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if text(entry, "effect") in {"NoSchedule", "NoExecute"} and text(entry, "key"):
            yield Taint(key=text(entry, "key"), value=text(entry, "value"), effect=text(entry, "effect"), index=index)


def tolerates(spec: Obj, taint: Taint) -> bool:
    """Say whether a pod spec tolerates a taint."""
    return any(_tolerates(toleration, taint) for toleration in objects(spec, "tolerations"))


def _tolerates(toleration: Obj, taint: Taint) -> bool:
    key, effect = text(toleration, "key"), text(toleration, "effect")
    exists = text(toleration, "operator") == "Exists"
    if effect not in {"", taint.effect} or (key and key != taint.key) or (not key and not exists):
        return False
    return exists or text(toleration, "value") == taint.value


def cordoned(node: Obj, spec: Obj) -> bool:
    """Say whether a node is closed for new pods and the pod does not tolerate that."""
    closed = truth(node, "spec", "unschedulable")
    return closed and not tolerates(spec, Taint(key=CORDON_TAINT, value="", effect="NoSchedule", index=-1))


def selector_misses(spec: Obj, node: Obj) -> dict[str, str]:
    """Return the pairs of the pod's ``nodeSelector`` that a node does not carry."""
    carried = labels(node, "metadata", "labels")
    return {key: value for key, value in labels(spec, "nodeSelector").items() if carried.get(key) != value}


def required_terms(spec: Obj) -> list[Obj]:
    """Return the required node affinity terms of a pod spec; one of them must hold."""
    return objects(
        spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )


def meets_terms(terms: list[Obj], node: Obj) -> bool:
    """Say whether a node meets one of several node selector terms; no terms ask for nothing."""
    return not terms or any(not unmet(term, node) for term in terms)


def unmet(term: Obj, node: Obj) -> list[Obj]:
    """Return the expressions of a term that a node does not meet. A term without expressions matches nothing."""
    expressions, fields = objects(term, "matchExpressions"), objects(term, "matchFields")
    if not expressions and not fields:
        return [term]
    carried = labels(node, "metadata", "labels")
    return [
        *(entry for entry in expressions if not holds(entry, carried)),
        *(entry for entry in fields if not holds(entry, {"metadata.name": name(node)})),
    ]


def holds(expression: Obj, carried: dict[str, str]) -> bool:
    """Say whether one expression of a node selector holds for labels."""
    key, values = text(expression, "key"), strings(expression, "values")
    value = carried.get(key)
    match text(expression, "operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return _compared(value, values, 1)
        case "Lt":
            return _compared(value, values, -1)
        case _:
            return False


def _compared(value: str | None, values: list[str], sign: int) -> bool:
    numbers = [part for part in (value, *values[:1]) if part and part.removeprefix("-").isdecimal() and len(part) < 19]
    return len(numbers) == 2 and sign * (int(numbers[0]) - int(numbers[1])) > 0


def written(expression: Obj) -> str:
    """Write an expression as people do: ``zone in (a, b)``, ``!spot``."""
    key, values = text(expression, "key"), ", ".join(strings(expression, "values"))
    match text(expression, "operator"):
        case "In":
            return f"{key}={values}" if "," not in values else f"{key} in ({values})"
        case "NotIn":
            return f"{key} not in ({values})"
        case "Exists":
            return key
        case "DoesNotExist":
            return f"!{key}"
        case "Gt":
            return f"{key} > {values}"
        case "Lt":
            return f"{key} < {values}"
        case operator:
            return f"{key} {operator} ({values})"
