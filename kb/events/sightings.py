"""Read raw event objects into what is counted: whose trouble it is, in which wording, how often, since when."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cluster.fields import text
from cluster.snapshot import Event, parse_event
from core.redaction import redact
from kb.events.owners import Owner, owner_of
from kb.events.wording import LONGEST_READ, image_of, wording
from kb.stores.selection import namespace_label

LONGEST_NAME, LONGEST_WORD, LONGEST_SAMPLE = 253, 128, 1_000
"""What Kubernetes allows for a name and for a reason, and about what it allows for a message."""

HIGHEST_COUNT = 1_000_000_000
"""Counts above this are damaged or invented; sums of it still fit into a database's integer."""

WITHOUT_NAMESPACE = "default"
"""Where an API server files events about objects that have no namespace, such as nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What makes two events the same trouble. ``key`` leaves out whose it is."""

    owner: Owner
    kind: str
    reason: str
    wording: str
    image: str

    @property
    def key(self) -> str:
        """Return the key of this kind of trouble: the same for all workloads, namespaces and clusters."""
        return _hash(self.kind, self.reason, self.wording)

    def of_workload(self, cluster: str, namespace: str) -> str:
        """Return the key of this trouble of this workload."""
        return _hash(cluster, namespace, self.owner.kind, self.owner.name, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One event as it stands now. ``count`` is how often it has occurred so far, ``event`` names it for good."""

    event: str
    cluster: str
    namespace: str
    fingerprint: Fingerprint
    type: str
    component: str
    sample: str
    count: int
    first: datetime
    last: datetime

    @property
    def id(self) -> str:
        """Return the id of the pattern of this workload."""
        return self.fingerprint.of_workload(self.cluster, self.namespace)

    @property
    def access(self) -> str:
        """Return the label of who may read it: who may read the events of its namespace."""
        return namespace_label(self.namespace)


def event_name(raw: Mapping[str, Any], cluster: str) -> str:
    """Return what names an event for good: its uid, or where a recording has none, its cluster, namespace and name."""
    metadata = raw.get("metadata")
    uid = text(metadata, "uid")
    return clean(uid or f"{cluster}/{text(metadata, 'namespace')}/{text(metadata, 'name')}", LONGEST_NAME * 2)


def event_namespace(raw: Mapping[str, Any]) -> str:
    """Return the namespace whose readers may read an event. An event lives in one, whatever it is about."""
    about = text(raw, "involvedObject", "namespace") or text(raw, "regarding", "namespace")
    return clean(text(raw, "metadata", "namespace") or about or WITHOUT_NAMESPACE, LONGEST_NAME)


def sighting(raw: Mapping[str, Any], cluster: str, now: datetime) -> Sighting | None:
    """Read a raw event of ``v1`` or ``events.k8s.io``; None where it says nothing that could be counted.

    Times after ``now`` are taken for now: a clock that is ahead must not keep an event alive for years.
    """
    event = parse_event(raw)
    if not event.reason or not event.ref.kind or not event.ref.name:
        return None
    last, said = min(event.last or now, now), redacted(event.message)
    return Sighting(
        event=event_name(raw, cluster),
        cluster=clean(cluster, LONGEST_NAME),
        namespace=event_namespace(raw),
        fingerprint=_fingerprint_of(event, said),
        type="Warning" if event.type == "Warning" else "Normal",
        component=clean(event.component, LONGEST_WORD),
        sample=said[:LONGEST_SAMPLE],
        count=min(event.count, HIGHEST_COUNT),
        first=min(event.first or last, last),
        last=last,
    )


def fingerprint_of(event: Event) -> Fingerprint:
    """Return what makes this event the same trouble as others."""
    return _fingerprint_of(event, redacted(event.message))


def _fingerprint_of(event: Event, said: str) -> Fingerprint:
    ref = event.ref
    return _fingerprint(ref.kind, ref.name, ref.namespace, event.container, event.reason, said)


@lru_cache(maxsize=2_048)  # an event that repeats itself is read again each time that its count grows; at most 10 MB
def _fingerprint(kind: str, name: str, namespace: str, container: str, reason: str, said: str) -> Fingerprint:
    kind, name = clean(kind, LONGEST_WORD), clean(name, LONGEST_NAME)
    owner = owner_of(kind, name)
    return Fingerprint(
        owner=owner,
        kind=kind,
        reason=clean(reason, LONGEST_WORD),
        wording=wording(said, (name, owner.name, namespace, container)),
        image=image_of(said)[:LONGEST_NAME],
    )


def redacted(message: str) -> str:
    """Return a message without secrets and without what a database refuses. Redaction comes before any cutting."""
    return clean(redact(message[: 4 * LONGEST_READ]), LONGEST_READ)


def clean(value: str, longest: int) -> str:
    """Return foreign text as every database takes it: no zero bytes, no halves of characters, not too long."""
    return value.replace("\x00", "�").encode("utf-8", "replace").decode()[:longest]


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
