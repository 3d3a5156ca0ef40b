"""What ingestion may take, and what it tells of itself while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kb.documents.limits import DEFAULT, Limits
from kb.embed.bundled import cores
from kb.records.model import DocumentState, JobKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestLimits:
    """Bounds on ingestion. Times are in seconds.

    ``workers`` documents are worked on at once: for each core one that is read and one that is written, and one more
    that may wait for the network.
    A worker that has died is replaced after ``lease_seconds``. ``max_attempts`` counts tries that failed because of the
    document or its source; a vector store or an embedding model that is away costs none.
    """

    workers: int = field(default_factory=lambda: 2 * cores() + 1)
    lease_seconds: float = 30.0
    alone: bool = False
    """This process is the only one that can work, as it holds the embedded store: what its forerunner had begun when
    it was killed goes on at once."""
    poll_seconds: float = 1.0
    """How often a worker looks for jobs of others. Its own wake it at once."""
    max_attempts: int = 5
    longest_pause_seconds: float = 30.0
    """While a store or a model is away, documents are tried no more seldom: each would be fetched and read in vain."""
    document_seconds: float = 900.0
    """An 8 MB text of 16,000 passages takes about 10 minutes on two cores."""
    sync_seconds: float = 6 * 3600.0
    """A large site crawled at one page a second."""
    drop_after_seconds: float = 30.0
    """How long a collection that was replaced stays, for searches that have it open."""
    readers: int = field(default_factory=cores)
    """Processes that read documents while many come; 0: all are read in this one."""
    keep_jobs_seconds: float = 7 * 24 * 3600.0
    documents: Limits = DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestEvent:
    """Something that a progress bar or a stream of events wants to know."""

    kind: JobKind
    source: str
    document: str = ""
    state: DocumentState | None = None
    error: str = ""


Listener = Callable[[IngestEvent], None]
