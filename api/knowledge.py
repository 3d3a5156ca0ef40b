"""The knowledge base as one caller may see and change it. The server makes the access; no body can widen it.

A ``local`` caller is the person at this machine: everything that is there may be read, and anything may be added.
A ``cluster`` caller reads what is open to all and what belongs to namespaces whose pods they may list, and changes
sources where the API server lets them change ``knowledgesources.sextant.dev``: adding needs ``create``, changing and
reading again ``update``, removing ``delete``; for what is open to all, in all namespaces.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, Literal

from api.clusters import Clusters
from api.reviews import REFUSED_SECONDS, Remembered, digest
from cluster.access import allowed
from core.errors import Forbidden
from core.identity import Caller
from kb.records.model import SourceKind
from kb.stores import PLATFORM, Access, namespace_label, namespace_of

Verb = Literal["create", "update", "delete"]
GROUP: Final = "sextant.dev"
RESOURCE: Final = "knowledgesources"
REVIEWS_AT_ONCE: Final = 8
"""Access reviews of one request that are under way together: a cluster of 500 namespaces is asked in seconds."""

LOCAL_KINDS: Final[frozenset[SourceKind]] = frozenset({"directory", "seed"})
"""What only the person at this machine may add: it reads the server's own files."""

_PLACES: Final = frozenset({"location", "url"})
"""The options that say where a source is."""
_REMOTE: Final = ("http://", "https://")
_WORDS: Final = frozenset({"crds", "diagnoses", "events", "upload"})


class KnowledgeRights:
    """What callers may read and change of the knowledge base; the API server's answers are kept for ``seconds``."""

    def __init__(self, clusters: Clusters, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clusters = clusters
        self._seconds = seconds
        self._changes: Remembered[bool] = Remembered(clock=clock)

    async def access(self, caller: Caller, labels: Iterable[str]) -> Access:
        """Return which of the ``labels`` that exist this caller may read. What is open to all is always among them."""
        found = frozenset(labels) | {PLATFORM}
        if caller.kind == "local":
            return Access(labels=found)
        return Access(labels=await readable(found, lambda space: self.may_read(caller, space)))

    async def may_read(self, caller: Caller, namespace: str) -> bool:
        """Say whether the caller may read what belongs to a namespace (empty: to every one)."""
        if caller.kind == "local":
            return True
        try:
            await self._clusters.require_pods(caller, namespace)
        except Forbidden:
            return False
        return True

    async def may_change(self, caller: Caller, verb: Verb, label: str) -> bool:
        """Say whether the caller may do ``verb`` to sources of this label."""
        if caller.kind == "local":
            return True
        client = self._clusters.client(caller)
        namespace = namespace_of(label)

        async def ask() -> tuple[bool, float]:
            may = await allowed(client, verb=verb, group=GROUP, resource=RESOURCE, namespace=namespace)
            return may, self._seconds if may else REFUSED_SECONDS

        return await self._changes.get((digest(caller.token), verb, namespace), ask)

    async def require_change(self, caller: Caller, verb: Verb, label: str) -> None:
        """Raise ``Forbidden`` unless the caller may do ``verb`` to sources of this label."""
        if await self.may_change(caller, verb, label):
            return
        namespace = namespace_of(label)
        where = f"namespace {namespace}" if namespace else "all namespaces, which what everybody finds needs"
        raise Forbidden(
            f"{caller.name} may not {verb} {RESOURCE}.{GROUP} in {where}.",
            next_step=f"Ask for a role that may {verb} {RESOURCE}.{GROUP} there."
            if namespace
            else f"Ask for that right, or give the access namespace:NAME where you may {verb} them.",
        )


async def readable(labels: frozenset[str], may_read: Callable[[str], Awaitable[bool]]) -> frozenset[str]:
    """Return the labels whose namespaces may be read. ``may_read("")`` speaks for all of them and is asked first."""
    spaces = sorted(filter(None, map(namespace_of, labels)))
    if not spaces or await may_read(""):
        return frozenset({PLATFORM, *map(namespace_label, spaces)})
    turn = asyncio.Semaphore(REVIEWS_AT_ONCE)

    async def ask(space: str) -> bool:
        async with turn:
            return await may_read(space)

    answers = await asyncio.gather(*map(ask, spaces))
    return frozenset({PLATFORM, *(namespace_label(space) for space, may in zip(spaces, answers, strict=True) if may)})


def narrowed(access: Access, namespace: str) -> Access:
    """Return the access within one namespace and what is open to all; it is never more than ``access``."""
    if not namespace:
        return access
    return Access(labels=access.labels & {PLATFORM, namespace_label(namespace)})


def require_location(caller: Caller, location: str) -> None:
    """Raise ``Forbidden`` where a caller of a shared service types what could be a path: not even looked at."""
    typed = location.strip().lower()
    if caller.kind == "local" or not typed or typed in _WORDS or typed.startswith(_REMOTE):
        return
    raise Forbidden(
        "Only addresses that begin with https:// or http:// can be added here.",
        next_step=f"Give such an address, upload the documents, or say one of {', '.join(sorted(_WORDS))}.",
    )


def require_place(caller: Caller, kind: SourceKind, options: Mapping[str, Any]) -> None:
    """Raise ``Forbidden`` where a caller of a shared service names a place that only its operator may open."""
    if caller.kind == "local":
        return
    if kind in LOCAL_KINDS:
        raise Forbidden(
            f"Sources of kind {kind} read this server's own files, so callers cannot add them.",
            next_step="Upload the documents, or give the address of a web site or a Git repository.",
        )
    for name, value in options.items():
        if name in _PLACES and not str(value).lower().startswith(_REMOTE):
            raise Forbidden(
                f"The option {name} must begin with https:// or http:// here: other places are read with this "
                "server's own files and keys.",
                next_step="Give such an address, or upload the documents.",
            )
