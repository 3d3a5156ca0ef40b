"""Datastores that answer and refuse: logins, connections, writes, missing objects, locks, versions, brokers, limits."""

from collections.abc import Callable, Iterator, Mapping

from diagnose.analyzers import analyzer
from diagnose.analyzers.datastores.broker import broker_unavailable, rate_limited
from diagnose.analyzers.datastores.capacity import connections_exhausted, read_only
from diagnose.analyzers.datastores.login import auth_failed
from diagnose.analyzers.datastores.server import Store, is_store, store_of
from diagnose.analyzers.datastores.state import lock_contention, object_missing, version_incompatible
from diagnose.complaints import Complaint, complaints
from diagnose.containers import Container, containers
from diagnose.findings import Finding, Observation
from diagnose.scene import Scene

_RULES: Mapping[str, Callable[[Store], Finding | None]] = {
    "DatastoreAuthFailed": auth_failed,
    "DatastoreConnectionsExhausted": connections_exhausted,
    "DatastoreReadOnly": read_only,
    "DatastoreObjectMissing": object_missing,
    "DatastoreLockContention": lock_contention,
    "DatastoreVersionIncompatible": version_incompatible,
    "BrokerUnavailable": broker_unavailable,
    "UpstreamRateLimited": rate_limited,
}
_SAID_BY_SERVERS = frozenset({"DatastoreVersionIncompatible"})
"""Codes that the server's own log speaks for; what it says of its clients is told by these."""


@analyzer(kinds=("Pod",))
def datastores(scene: Scene) -> Iterator[Observation]:
    """Yield what datastores and brokers refuse their clients, by the clients' logs.

    A refused login or object in the log of the server itself is left out: anyone may have knocked.
    """
    for pod in scene.live_pods:
        for container in containers(pod):
            yield from _container(scene, container)


def _ends_itself(complaint: Complaint) -> bool:
    """Say whether a broker ends over its own state."""
    return complaint.fatal and (complaint.code, complaint.variant) == ("BrokerUnavailable", "state")


def _container(scene: Scene, container: Container) -> Iterator[Finding]:
    said = complaints(scene, container)
    codes = {entry.code for entry in said}
    told: set[str] = set()
    for complaint in said:
        rule = _RULES.get(complaint.code)
        if rule is None or complaint.code in told:
            continue
        own = complaint.code in _SAID_BY_SERVERS or complaint.lasting or _ends_itself(complaint)
        if is_store(container) and not own:
            continue
        if complaint.variant == "client" and "DependencyUnreachable" in codes:
            continue  # a pool runs dry while the server is away
        finding = rule(store_of(complaint))
        if finding is not None:
            told.add(complaint.code)
            yield finding
