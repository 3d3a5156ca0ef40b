"""What a recording knows beyond its lists: objects that were denied by name, and fields that a text does not show.

A server that answers ``pods "web-1" not found`` denies one object, in one namespace, at one moment. A table shows no
limits; that a limit is not in it proves nothing, so nothing may be quoted as unset there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from cluster.fields import dig
from cluster.recording.forms import FORM, hides
from cluster.snapshot import Snapshot
from core.evidence import FieldSource, Source

Missing = tuple[str, str, str]
"""(kind key, namespace, name); the namespace is empty for kinds that have none."""


@dataclass(frozen=True, kw_only=True)
class RecordedSnapshot(Snapshot):
    """A snapshot that also knows of objects that were asked for by name and denied, and of forms that hide fields."""

    missing: frozenset[Missing] = frozenset()

    def absent(self, kind: str, namespace: str, name: str) -> bool:
        """Say whether the object is known not to exist: its kind's list lacks it, or the server denied it."""
        denied = (kind, namespace, name) in self.missing and self.get(kind, namespace, name) is None
        return denied or super().absent(kind, namespace, name)

    def read(self, source: Source) -> str | None:
        """Return the text at ``source``; None where a field seems unset only because its form does not show it."""
        if isinstance(source, FieldSource):
            obj = self.find(source.object)
            if obj is not None and dig(obj, *source.path) is None and hides(obj, *source.path):
                return None
        return super().read(source)


def with_missing(snapshot: Snapshot, missing: Iterable[Missing]) -> Snapshot:
    """Return the snapshot with what it is known to lack; the same one where that is nothing and all was shown whole."""
    denied = frozenset(missing)
    if not denied and not any(FORM in obj for table in snapshot.objects.values() for obj in table.values()):
        return snapshot
    return RecordedSnapshot(**{field.name: getattr(snapshot, field.name) for field in fields(Snapshot)}, missing=denied)


def missing_of(snapshot: Snapshot) -> tuple[Missing, ...]:
    """Return what a snapshot knows to be missing by name, in order."""
    return tuple(sorted(snapshot.missing)) if isinstance(snapshot, RecordedSnapshot) else ()
