"""The provenance model: what the product asserts points at a source, and the source can be opened again.

``verify`` opens the source and checks that the quoted value stands there. What does not verify is not shown.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

UNSET = "<unset>"
"""What a field source reads when the field is not set: absence of a field is a fact that can be quoted."""

ABSENT = "<absent>"
"""What an object source reads when a complete list does not hold the object."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ObjectRef:
    """Point at one Kubernetes object. ``kind`` is the API kind (``Deployment``), ``group`` its API group."""

    kind: str
    namespace: str = ""
    name: str
    group: str = ""
    uid: str = field(default="", compare=False)

    @property
    def slug(self) -> str:
        """``kind/name`` as kubectl accepts it: ``deployment/checkout``, ``rollout.argoproj.io/web``."""
        kind = self.kind.lower()
        builtin = self.group in BUILTIN_GROUPS
        return f"{kind}/{self.name}" if builtin else f"{kind}.{self.group}/{self.name}"

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


BUILTIN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSource:
    """A field of an object. ``path`` holds keys and list indices: ``("spec", "containers", 0, "image")``."""

    object: ObjectRef
    path: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"{self.object} {render_path(self.path)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """A Kubernetes event, found by its own name; ``object`` is what it is about."""

    object: ObjectRef
    event: str
    reason: str

    def __str__(self) -> str:
        return f"{self.object} event {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A line of a container's log. ``line`` counts from 1 within the excerpt that the snapshot holds."""

    pod: ObjectRef
    container: str
    previous: bool
    line: int

    def __str__(self) -> str:
        which = "previous log" if self.previous else "log"
        return f"{self.pod} container {self.container} {which} line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceSource:
    """The complete list of a kind in which an object does not occur. It reads ``ABSENT``."""

    object: ObjectRef

    def __str__(self) -> str:
        return f"list of {self.object.kind} in {self.object.namespace or 'the cluster'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A line of a source file, counted from 1. Line 0 is the file as such: its path is what stands there."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


Source = FieldSource | EventSource | LogSource | AbsenceSource | FileSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that was read: where it stands, what stands there, when, and whether it still holds."""

    source: Source
    quote: str
    observed_at: datetime | None = None
    still_current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence together with the evidence that carries it."""

    text: str
    evidence: tuple[Evidence, ...]


class SourceReader(Protocol):
    """Open a source and return the text that stands there, or None when the source cannot be opened."""

    def read(self, source: Source) -> str | None:
        """Return the text at ``source``."""
        ...


def verify(evidence: Evidence, reader: SourceReader) -> bool:
    """Say whether the quoted text stands at the source. An empty quote proves nothing and never verifies."""
    if not evidence.quote:
        return False
    text = reader.read(evidence.source)
    return text is not None and evidence.quote in text


def render_path(path: tuple[str | int, ...]) -> str:
    """Write a field path as people do: ``spec.containers[0].image``, ``metadata.annotations["a.b/c"]``."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        elif any(c in part for c in "./[] "):
            out += f'["{part}"]'
        else:
            out += f".{part}" if out else part
    return out
