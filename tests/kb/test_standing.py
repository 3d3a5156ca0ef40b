"""How a source stands: its listing and its documents together, in one word and one sentence."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from kb.feeding import Watch
from kb.records.model import Progress, SourceKind, SourceRecord, SourceState
from kb.standing import SourceStanding, standing

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def source(state: SourceState, *, kind: SourceKind = "directory", read: bool = True) -> SourceRecord:
    return SourceRecord(id="s", name="docs", kind=kind, state=state, created_at=NOON, synced_at=NOON if read else None)


def progress(documents: int = 0, **states: int) -> Progress:
    names = ("pending", "indexing", "ready", "failed", "dead", "skipped", "passages")
    return Progress(documents=documents, **{name: states.get(name, 0) for name in names})


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    source: SourceRecord
    progress: Progress
    state: SourceStanding
    said: str
    watch: Watch | None = None


WATCHED = Watch(namespace="shop", live=True, since=NOON)
CASES = (
    Case(id="new", source=source("new", read=False), progress=progress(), state="new", said="waits to be read"),
    Case(
        id="first reading",
        source=source("syncing", read=False),
        progress=progress(12, pending=12),
        state="syncing",
        said="reading, 12 so far",
    ),
    Case(
        id="read again",
        source=source("syncing"),
        progress=progress(40, ready=40),
        state="syncing",
        said="reading it again, 40 known",
    ),
    Case(
        id="indexing",
        source=source("ready"),
        progress=progress(40, ready=11, dead=1, pending=27, indexing=1),
        state="indexing",
        said="indexing 12 of 40, 1 given up",
    ),
    Case(id="ready", source=source("ready"), progress=progress(3, ready=2, skipped=1), state="ready", said="ready"),
    Case(
        id="some failed",
        source=source("ready"),
        progress=progress(9, ready=3, failed=2, dead=3),
        state="ready",
        said="ready, 2 to be tried again, 3 given up, 1 cancelled",
    ),
    Case(
        id="only retries",
        source=source("ready"),
        progress=progress(2, failed=2),
        state="indexing",
        said="indexing 0 of 2, 2 to be tried again",
    ),
    Case(
        id="all failed",
        source=source("ready"),
        progress=progress(1, dead=1),
        state="failed",
        said="none of 1 document could be indexed",
    ),
    Case(
        id="unread",
        source=source("failed"),
        progress=progress(4, ready=4, passages=9),
        state="failed",
        said="could not be read; 4 documents of before are searchable",
    ),
    Case(id="nothing", source=source("ready"), progress=progress(), state="ready", said="ready, no documents"),
    Case(
        id="upload without documents",
        source=source("new", kind="upload", read=False),
        progress=progress(),
        state="ready",
        said="ready, no documents yet",
    ),
    Case(
        id="upload",
        source=source("new", kind="upload", read=False),
        progress=progress(1, ready=1),
        state="ready",
        said="ready",
    ),
    Case(
        id="watched",
        source=source("ready", kind="events"),
        progress=progress(),
        watch=WATCHED,
        state="ready",
        said="watching, no warnings yet",
    ),
    Case(
        id="watched with events",
        source=source("ready", kind="events"),
        progress=progress(2, ready=2),
        watch=Watch(namespace="shop", live=True, since=NOON, patterns=2, events=17, last_seen=NOON),
        state="ready",
        said="watching, 2 patterns of warnings, 17 events",
    ),
    Case(
        id="not watched, and why",
        source=source("ready", kind="events"),
        progress=progress(),
        watch=Watch(namespace="shop", live=False, error="bob may not list events"),
        state="failed",
        said="not watched: bob may not list events",
    ),
    Case(
        id="not watched here",
        source=source("ready", kind="events"),
        progress=progress(),
        watch=Watch(namespace="shop", live=False, since=NOON),
        state="new",
        said="not watched at the moment, no warnings yet",
    ),
    Case(
        id="never watched",
        source=source("new", kind="events", read=False),
        progress=progress(),
        watch=Watch(namespace="shop", live=False),
        state="new",
        said="waits to be watched",
    ),
    Case(id="removed", source=source("removing"), progress=progress(3), state="removing", said="being removed"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_source_stands_as_its_listing_and_its_documents_do(case: Case) -> None:
    found = standing(case.source, case.progress, case.watch)
    assert (found.state, found.said.en) == (case.state, case.said)
    assert found.said.zh != found.said.en
