"""The product as it stands: the corpus added as a directory source, ingested, searched and answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import SextantError
from core.settings import StorageSettings
from core.storage import Database
from evals.retrieval.measures import Outcome
from evals.retrieval.questions import Question
from kb.answers.model import Answer
from kb.embed.embedder import Embedder
from kb.ingest.collections import ALIAS
from kb.ingest.ingest import Ingest
from kb.records.errors import SourceExists
from kb.records.model import Progress, SourceRecord
from kb.records.passages import Passages
from kb.search.model import SearchRequest, SearchResult
from kb.search.searching import Search
from kb.sources.directory import DirectoryOptions, DirectorySource
from kb.stores import Access, Collection
from kb.stores.edge import EdgeStore

Answering = Callable[[SearchRequest, SearchResult], Awaitable[Answer]]

SOURCE = "corpus"
MAX_BYTES = 32 * 1024 * 1024
MAX_DOCUMENTS = 20_000
INGEST_SECONDS = 3 * 3600.0
"""Enough for a slow machine whose vectors are not kept yet."""

RESULTS = 20
"""Passages of one search: with at most two of a page in a list of ten, enough for ten pages."""

ANSWERED = ("operators", "unanswerable", "alerts", "glossary", "paragraphs")
"""Groups that are answered too: all but those that search the pages of one language alone."""

CALLER = Access.of(())
"""Whoever asks may read what is open to all, as in the product; the corpus is that."""


class IngestionFailed(SextantError):
    """The corpus was not indexed."""

    code = "eval_ingestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A knowledge base that holds the corpus."""

    folder: Path
    search: Search
    passages: Passages
    progress: Progress
    seconds: float

    def page(self, uri: str) -> str:
        """Return the page that an address of the directory source names."""
        return uri.removeprefix(self.folder.as_uri()).lstrip("/")

    async def outcomes(self, questions: Sequence[Question], answer: Answering | None = None) -> list[Outcome]:
        """Ask everything, one question after the other; answer the questions of ``ANSWERED`` where that is wanted."""
        return [await self._outcome(question, answer) for question in questions]

    async def _outcome(self, question: Question, answer: Answering | None) -> Outcome:
        request = SearchRequest(text=question.text, access=CALLER, limit=RESULTS, languages=question.pages)
        began = time.perf_counter()
        result = await self.search.search(request)
        seconds = time.perf_counter() - began
        pages = tuple((self.page(one.passage.uri), *map(self.page, one.also_in)) for one in result.found)
        if answer is None or question.group not in ANSWERED:
            return Outcome(question=question, pages=pages, seconds=seconds)
        given = await self._given(question, answer)
        return Outcome(
            question=question,
            pages=pages,
            seconds=seconds,
            confidence=given.confidence,
            refused=given.verdict == "not_in_knowledge_base",
        )

    async def _given(self, question: Question, answer: Answering) -> Answer:
        """Answer as the product does by default: from its usual number of passages."""
        request = SearchRequest(text=question.text, access=CALLER, languages=question.pages)
        return await answer(request, await self.search.search(request))


@asynccontextmanager
async def indexed(folder: Path, state: Path, embedder: Embedder) -> AsyncIterator[Indexed]:
    """Ingest ``folder``, a whole path, into the knowledge base in ``state`` and give it.

    A state that holds the corpus already is taken as it is. Raises ``IngestionFailed``.
    """
    database = Database(StorageSettings(state_dir=state))
    await database.migrate()
    store = EdgeStore(state / "vectors")

    def opened(record: SourceRecord) -> DirectorySource:
        options = DirectoryOptions(path=record.options["path"])
        return DirectorySource(options, max_bytes=MAX_BYTES, max_documents=MAX_DOCUMENTS)

    async def collection() -> Collection:
        return await store.open(ALIAS)

    ingest = Ingest(database, store, embedder, opened)
    passages = Passages(database)
    try:
        await ingest.start()
        began = time.perf_counter()
        with suppress(SourceExists):  # a state that was kept
            await ingest.add(
                SourceRecord(
                    id=SOURCE,
                    name=SOURCE,
                    kind="directory",
                    options={"path": str(folder)},
                    created_at=datetime.now(UTC),
                )
            )
        idle = await ingest.wait_idle(INGEST_SECONDS)
        seconds = time.perf_counter() - began
        progress = await ingest.progress(SOURCE)
        if not idle or not progress.ready or progress.failed or progress.dead:
            message = f"{progress.ready} of {progress.documents} pages were indexed, {progress.failed} failed."
            raise IngestionFailed(message, next_step="Look at the log above for the first error.")
        search = Search(collection, embedder, passages)
        yield Indexed(folder=folder, search=search, passages=passages, progress=progress, seconds=seconds)
    finally:
        await ingest.close()
        await store.close()
        await database.close()
        await asyncio.sleep(0)
