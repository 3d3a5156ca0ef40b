"""Vector stores: hybrid search inside a filter that always carries the caller's access.

Belongs here: the port, its adapters (``edge`` in process, ``server`` over gRPC, ``memory`` as the reference that the
others are measured against), and the fusion of the two legs. Only here are ``qdrant_edge`` and ``qdrant_client``
imported, and only inside their adapters.
Does not belong here: texts and states of documents (SQL), embedding, wording.

Others may use the names below, and ``kb.stores.edge.EdgeStore``, ``kb.stores.server.connect``,
``kb.stores.memory.MemoryStore`` where a store is opened.
"""

from kb.stores.entry import Entry, Page, Record
from kb.stores.errors import (
    CollectionNotFound,
    StoreError,
    StoreFailed,
    StoreHeld,
    StoreInterrupted,
    StoreMismatch,
    StoreUnreachable,
    VectorInvalid,
)
from kb.stores.fusion import Fusion, Hit, Leg, Scored
from kb.stores.selection import PLATFORM, Access, Filter, namespace_label, namespace_of
from kb.stores.store import Collection, CollectionSpec, Health, HybridQuery, LegQuery, VectorStore

__all__ = [
    "PLATFORM",
    "Access",
    "Collection",
    "CollectionNotFound",
    "CollectionSpec",
    "Entry",
    "Filter",
    "Fusion",
    "Health",
    "Hit",
    "HybridQuery",
    "Leg",
    "LegQuery",
    "Page",
    "Record",
    "Scored",
    "StoreError",
    "StoreFailed",
    "StoreHeld",
    "StoreInterrupted",
    "StoreMismatch",
    "StoreUnreachable",
    "VectorInvalid",
    "VectorStore",
    "namespace_label",
    "namespace_of",
]
