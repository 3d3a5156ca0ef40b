"""Cluster events as knowledge: patterns instead of single events, what is new, what helped the last time.

Belongs here: fingerprints, occurrences and their decay, incidents with the fix that a person confirmed.
Does not belong here: watching a cluster (``cluster.watching``), diagnosing (``diagnose``).

``EventFeed`` reads the events of a cluster into an ``EventMemory``, which answers within a caller's ``Access``;
``RememberedSource`` gives patterns and incidents to the knowledge base as documents.
"""

from kb.events.documents import incident_document, pattern_document
from kb.events.feed import EventFeed, FeedHealth, FeedLimits
from kb.events.memory import EventMemory
from kb.events.model import (
    EventLimits,
    Incident,
    MemoryHealth,
    Novelty,
    NoveltyKind,
    Occurrences,
    Outcome,
    Pattern,
    PatternPage,
    Remedy,
    Remembered,
    Score,
    Similar,
    Subject,
)
from kb.events.owners import Owner, owner_of
from kb.events.source import RememberedSource

__all__ = [
    "EventFeed",
    "EventLimits",
    "EventMemory",
    "FeedHealth",
    "FeedLimits",
    "Incident",
    "MemoryHealth",
    "Novelty",
    "NoveltyKind",
    "Occurrences",
    "Outcome",
    "Owner",
    "Pattern",
    "PatternPage",
    "Remedy",
    "Remembered",
    "RememberedSource",
    "Score",
    "Similar",
    "Subject",
    "incident_document",
    "owner_of",
    "pattern_document",
]
