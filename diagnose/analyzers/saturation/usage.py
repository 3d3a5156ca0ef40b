"""How much CPU pods and nodes use, as the metrics API says."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from cluster.fields import Obj, dig, moment, name, namespace, numbered, text
from cluster.quantities import quantity
from diagnose.containers import Container, FieldPath
from diagnose.scene import Scene

PODS = "PodMetrics.metrics.k8s.io"
NODES = "NodeMetrics.metrics.k8s.io"
STALE_SECONDS = 600
"""A sample older than this says nothing of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount of CPU, as written and in CPUs, and where it stands."""

    holder: Obj
    path: FieldPath
    written: str
    amount: Fraction


class Usage:
    """The newest samples of one snapshot; nothing where the metrics API did not answer."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @cached_property
    def pods(self) -> dict[tuple[str, str], Obj]:
        """Fresh samples of pods by namespace and name."""
        return {(namespace(entry), name(entry)): entry for entry in self.scene.snapshot.all(PODS) if self._fresh(entry)}

    @cached_property
    def nodes(self) -> dict[str, Obj]:
        """Fresh samples of nodes by name."""
        return {name(entry): entry for entry in self.scene.snapshot.all(NODES) if self._fresh(entry)}

    def _fresh(self, entry: Obj) -> bool:
        taken = moment(entry, "timestamp")
        return taken is None or self.scene.age(taken) <= STALE_SECONDS

    def of(self, container: Container) -> Amount | None:
        """Return what a container uses, or None where it was not measured."""
        entry = self.pods.get((namespace(container.pod), name(container.pod)))
        for index, part in numbered(entry, "containers"):
            if text(part, "name") == container.name:
                return amount_at(entry or {}, "containers", index, "usage", "cpu")
        return None

    def of_pod(self, entry: Obj) -> Fraction:
        """Return what all containers of a sample use together."""
        found = (quantity(dig(part, "usage", "cpu")) for _, part in numbered(entry, "containers"))
        return sum((amount for amount in found if amount is not None), Fraction(0))


def amount_at(holder: Obj, *path: str | int) -> Amount | None:
    """Read an amount of CPU, or None where none stands there."""
    value = dig(holder, *path)
    amount = quantity(value)
    if amount is None or amount < 0:
        return None
    return Amount(holder=holder, path=path, written=str(value), amount=amount)


def cpu_limit(container: Container) -> Amount | None:
    """Return the CPU limit that holds: what the kubelet reports, else the spec's, else that of the whole pod."""
    for path in (
        (*container.status_path, "resources", "limits", "cpu") if container.status_path else (),
        (*container.spec_path, "resources", "limits", "cpu"),
        ("spec", "resources", "limits", "cpu"),
    ):
        if path and (found := amount_at(container.pod, *path)) is not None and found.amount > 0:
            return found
    return None
