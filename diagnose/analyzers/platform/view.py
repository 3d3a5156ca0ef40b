"""Apps and what belongs to them, as their status tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, moment, name, namespace, numbered, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.findings import Edge, NextCheck, Reach
from diagnose.scene import Scene

GROUP = "sextant.dev"
APP = f"App.{GROUP}"
BUILD = f"ImageBuild.{GROUP}"
REVISION = f"AppRevision.{GROUP}"

_RUNS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"})
MAX_WORDS = 200
"""Characters of a message in a summary; the evidence quotes it whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A condition of an object, with its place."""

    holder: Obj
    index: int
    entry: Obj

    @property
    def status(self) -> str:
        """``True``, ``False`` or ``Unknown``."""
        return text(self.entry, "status")

    @property
    def reason(self) -> str:
        """The reason in one word."""
        return text(self.entry, "reason")

    @property
    def message(self) -> str:
        """The sentence beside it, cut to what a summary bears."""
        said = " ".join(text(self.entry, "message").split())
        return said if len(said) <= MAX_WORDS else said[: MAX_WORDS - 1] + "…"

    @property
    def since(self) -> datetime | None:
        """When it began."""
        return moment(self.entry, "lastTransitionTime")

    @property
    def current(self) -> bool:
        """Whether it speaks of the spec as it is now, not of an earlier one."""
        seen = whole(self.entry, "observedGeneration") or whole(self.holder, "status", "observedGeneration")
        return not seen or seen >= whole(self.holder, "metadata", "generation")

    def quote(self, scene: Scene, key: str = "reason", *, current: bool = True) -> Evidence:
        """Quote a field of the condition."""
        return scene.field(self.holder, "status", "conditions", self.index, key, current=current)


def stated(obj: Obj, kind: str) -> Stated | None:
    """Return the condition of that type, or None."""
    for index, entry in numbered(obj, "status", "conditions"):
        if text(entry, "type") == kind:
            return Stated(holder=obj, index=index, entry=entry)
    return None


def label(obj: Obj) -> str:
    """Name an object in a sentence."""
    return f"{text(obj, 'kind')} {name(obj)}"


def workloads_of(scene: Scene, app: Obj) -> tuple[Obj, ...]:
    """Return the workloads that an App owns directly."""
    return tuple(child for child in scene.graph.children(app) if text(child, "kind") in _RUNS)


def reach_of(scene: Scene, app: Obj) -> Iterator[Reach]:
    """Point at the App and at the workloads that it owns."""
    yield Reach(ref=ref_of(app), edge=Edge.OWNER)
    for workload in workloads_of(scene, app):
        yield Reach(ref=ref_of(workload), edge=Edge.OWNER)


def look_at(obj: Obj, en: str, zh: str) -> NextCheck:
    """Name the command that shows an object with its conditions."""
    ref = ref_of(obj)
    return NextCheck(command=f"kubectl -n {namespace(obj)} describe {ref.slug}", why=Phrase(en=en, zh=zh))
