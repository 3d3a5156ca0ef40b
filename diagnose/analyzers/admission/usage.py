"""Who uses the resources that a quota counts."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, name, objects, text
from cluster.quantities import quantity
from diagnose.requests import effective_requests
from diagnose.scene import Scene

_ENDED = frozenset({"Succeeded", "Failed"})
TOP = 3
"""How many of the biggest users are named."""


def biggest_users(scene: Scene, space: str, key: str) -> list[tuple[str, Fraction, int]]:
    """Return the workloads of a namespace that use most of a quota key: label, amount, number of objects."""
    totals: dict[str, Fraction] = {}
    counts: Counter[str] = Counter()
    for label, amount in _usage(scene, space, key):
        if amount > 0:
            totals[label] = totals.get(label, Fraction(0)) + amount
            counts[label] += 1
    ranked = sorted(totals.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(label, amount, counts[label]) for label, amount in ranked[:TOP]]


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
