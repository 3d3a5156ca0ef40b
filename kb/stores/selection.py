"""What a caller may read, and what of that is asked for.

There is no way to write "everything": a ``Filter`` cannot be made without the caller's ``Access``, and no query,
count or scroll can be made without a ``Filter``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

PLATFORM = "platform"
"""The access label of what every caller may read."""


_NAMESPACE = "namespace:"


def namespace_label(namespace: str) -> str:
    """Return the access label of what those who may read this namespace may read."""
    return f"{_NAMESPACE}{namespace}"


def namespace_of(label: str) -> str:
    """Return the namespace of an access label, empty for what is open to all."""
    return label.removeprefix(_NAMESPACE) if label.startswith(_NAMESPACE) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The labels that a caller may read. Without labels nothing is found, never everything."""

    labels: frozenset[str]

    @classmethod
    def of(cls, namespaces: Iterable[str]) -> "Access":
        """Return the access of somebody who may read these namespaces: theirs and what is open to all."""
        return cls(labels=frozenset({PLATFORM, *map(namespace_label, namespaces)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is searched. An empty tuple does not narrow; values of one field are alternatives."""

    access: Access
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    updated_since: datetime | None = None

    @property
    def choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The fields that are narrowed to some values, the caller's access always first."""
        narrowed = (
            ("source", self.sources),
            ("document", self.documents),
            ("language", self.languages),
            ("kind", self.kinds),
            ("version", self.versions),
        )
        return (("access", tuple(sorted(self.access.labels))), *((key, values) for key, values in narrowed if values))

    @property
    def since_seconds(self) -> float | None:
        """``updated_since`` in seconds since 1970."""
        return self.updated_since.timestamp() if self.updated_since else None
