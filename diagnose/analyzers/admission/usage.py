"""Who uses the resources that a quota counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, name, objects, text
from cluster.quantities import quantity
from diagnose.requests import effective_requests
from diagnose.scene import Scene

_ENDED = frozenset({"Succeeded", "Failed"})
TOP = 3
"""How many of the biggest users are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A workload (kind and name) and how much of a quota key it uses."""

    label: str
    amount: Fraction


class Usage:
    """Answers about the pods of a namespace, each worked out once: many refusals ask the same."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._biggest: dict[tuple[str, str], list[User]] = {}
        self._usual: dict[tuple[str, str, str], str] = {}

    def biggest(self, space: str, key: str) -> list[User]:
        """Return the workloads of a namespace that use most of a quota key, at most ``TOP``."""
        if (space, key) not in self._biggest:
            self._biggest[space, key] = _biggest_users(self.scene, space, key)
        return self._biggest[space, key]

    def usual(self, space: str, side: str, resource: str) -> str:
        """Return what most containers of a namespace state as ``side`` of a resource, or an empty string."""
        if (space, side, resource) not in self._usual:
            self._usual[space, side, resource] = _usual(self.scene, space, side, resource)
        return self._usual[space, side, resource]


def _biggest_users(scene: Scene, space: str, key: str) -> list[User]:
    totals: dict[str, Fraction] = {}
    for label, amount in _usage(scene, space, key):
        if amount > 0:
            totals[label] = totals.get(label, Fraction(0)) + amount
    ranked = sorted(totals.items(), key=lambda entry: (-entry[1], entry[0]))
    return [User(label=label, amount=amount) for label, amount in ranked[:TOP]]


def _usual(scene: Scene, space: str, side: str, resource: str) -> str:
    counts = Counter(
        value
        for pod in scene.snapshot.all("Pod", space)
        for container in objects(pod, "spec", "containers")
        if (value := text(container, "resources", side, resource))
    )
    return min(counts, key=lambda value: (-counts[value], value)) if counts else ""


def _usage(scene: Scene, space: str, key: str) -> Iterator[tuple[str, Fraction]]:
    if key in {"requests.storage", "persistentvolumeclaims"}:
        for claim in scene.snapshot.all("PersistentVolumeClaim", space):
            size = quantity(dig(claim, "spec", "resources", "requests", "storage")) or Fraction(0)
            yield f"claim {name(claim)}", size if key == "requests.storage" else Fraction(1)
        return
    side = "limits" if key.startswith("limits.") else "requests"
    resource = key.removeprefix("requests.").removeprefix("limits.")
    counted = key in {"pods", "count/pods"}
    if not counted and resource not in {"cpu", "memory", "ephemeral-storage"} and "/" not in resource:
        return
    for pod in scene.snapshot.all("Pod", space):
        if text(pod, "status", "phase") in _ENDED:
            continue
        holder = scene.graph.holder(pod)
        label = f"{text(holder, 'kind')} {name(holder)}"
        yield label, Fraction(1) if counted else asked_by(pod, side, resource)


def asked_by(pod: Obj, side: str, resource: str) -> Fraction:
    """Return what a pod asks for (``requests``) or may use (``limits``) of a resource, as the quota counts it.

    For limits: the larger of all containers together (with native sidecars) and of the largest step of the start.
    """
    if side == "requests":
        return effective_requests(mapping(pod, "spec")).get(resource, Fraction(0))
    at_once = sum((_of(entry, side, resource) for entry in objects(pod, "spec", "containers")), Fraction(0))
    sidecars, start = Fraction(0), Fraction(0)
    for entry in objects(pod, "spec", "initContainers"):
        amount = _of(entry, side, resource)
        if text(entry, "restartPolicy") == "Always":
            sidecars += amount
            start = max(start, sidecars)
        else:
            start = max(start, sidecars + amount)
    whole_pod = quantity(dig(pod, "spec", "resources", side, resource))
    overhead = quantity(dig(pod, "spec", "overhead", resource)) or Fraction(0)
    return (whole_pod if whole_pod is not None else max(at_once + sidecars, start)) + overhead


def _of(container: Obj, side: str, resource: str) -> Fraction:
    return quantity(dig(container, "resources", side, resource)) or Fraction(0)
