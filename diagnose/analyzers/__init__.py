"""One family of finding codes a file; a family that outgrows one file is a folder of the same name.

An analyzer is a plain function from a ``Scene`` to observations. It reads the snapshot, never the world; it raises
on no input; it yields a finding for each container or object that shows the fault (the engine collapses the pods of
one controller), ``RuledOut`` for what looks like its fault and is none, ``InProgress`` for what is inside its grace.

Register it with ``@analyzer`` and name its family in ``FAMILIES``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from diagnose.findings import Observation
from diagnose.scene import Scene

Run = Callable[[Scene], Iterator[Observation]]

FAMILIES = (
    "image_pull",
    "container_start",
    "sandbox",
    "crash",
    "memory",
    "probes",
    "scheduling",
    "claims",
    "volumes",
    "evictions",
    "nodes",
    "services",
    "clients",
    "dns",
    "network_policies",
    "routes",
    "certificates",
    "autoscaling",
    "rollouts",
    "admission",
    "jobs",
    "access",
    "termination",
    "drift",
    "extensions",
    "datastores",
    "saturation",
    "platform",
)
"""The families in the order of the catalogue. Each is a module of this package with the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyzer:
    """A registered family: ``kinds`` are the kind keys that it cannot do without."""

    family: str
    kinds: tuple[str, ...]
    run: Run


_registered: dict[str, Analyzer] = {}


def analyzer(*, kinds: tuple[str, ...]) -> Callable[[Run], Run]:
    """Register a function as the analyzer of the family that its module is named after."""

    def register(run: Run) -> Run:
        family = run.__module__.removeprefix(f"{__name__}.").partition(".")[0]
        _registered[family] = Analyzer(family=family, kinds=kinds, run=run)
        return run

    return register


def analyzers() -> tuple[Analyzer, ...]:
    """Return all analyzers in the order of ``FAMILIES``, importing them on first use."""
    for family in FAMILIES:
        if family not in _registered:
            import_module(f"{__name__}.{family}")
    return tuple(_registered[family] for family in FAMILIES)
