"""The knowledge base of one process: its parts, opened and closed together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from core.errors import SextantError
from core.llm import Model
from core.phrase import Language, Phrase
from core.settings import KnowledgeSettings
from core.storage import Database
from kb.answers import extract, verify, worded
from kb.answers.extracting import refusal
from kb.answers.model import Answer
from kb.backup import BackupSummary, restore
from kb.documents.limits import Limits
from kb.embed import Embedder
from kb.errors import KnowledgeOff
from kb.events import EventLimits, EventMemory, Incident, RememberedSource
from kb.feeding import Feeds
from kb.ingest.collections import ALIAS
from kb.ingest.ingest import Ingest
from kb.ingest.limits import IngestLimits
from kb.opening import bundled_embedder, make_embedder, make_store
from kb.records.documents import Documents
from kb.records.errors import SourceExists
from kb.records.jobs import Jobs
from kb.records.model import SourceRecord
from kb.records.passages import Passages
from kb.records.sources import Sources
from kb.search import Search, SearchRequest, SearchResult
from kb.sources.opening import Surroundings, open_source
from kb.sources.source import Source
from kb.stores import PLATFORM, Access, Collection, VectorStore, namespace_label
from kb.stores.store import made_by

SEED = "seed"
"""The id and the name of the source that ships with the product."""

OpenStore = Callable[[KnowledgeSettings, Path], VectorStore]
OpenEmbedder = Callable[[KnowledgeSettings], Embedder]

CHANGED = Phrase(en="What was found has changed meanwhile: ask again.", zh="找到的内容刚刚有变化：请再问一次。")

log = structlog.get_logger("sextant.kb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an open knowledge base consists of."""

    store: VectorStore
    embedder: Embedder
    sources: Sources
    documents: Documents
    passages: Passages
    jobs: Jobs
    ingest: Ingest
    search: Search
    events: EventMemory
    feeds: Feeds


class Knowledge:
    """The knowledge base of one process. Its database is migrated before it is opened, and closed by its owner.

    What keeps it from opening (another process holds the store, a server that does not answer) is kept as ``trouble``
    and raised by whoever asks for ``parts``: the rest of a service works without it. ``open_store`` and
    ``open_embedder`` stand for what the settings name; tests pass their own.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: KnowledgeSettings,
        state_dir: Path,
        surroundings: Surroundings,
        open_store: OpenStore | None = None,
        open_embedder: OpenEmbedder | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._state_dir = state_dir
        self._surroundings = surroundings
        self._open_store = open_store or make_store
        self._open_embedder = open_embedder or make_embedder
        self._parts: Parts | None = None
        self._former: Embedder | None = None
        self.trouble: SextantError | None = _closed("is not open")

    @property
    def parts(self) -> Parts:
        """The parts of the open knowledge base. Raises what keeps it closed."""
        if self._parts is None:
            raise self.trouble or _closed("is not open")
        return self._parts

    async def open(self) -> None:
        """Open the store and the model, go on with what was begun, and see that the bundled knowledge is there."""
        if not self._settings.enabled:
            return
        store: VectorStore | None = None
        embedder: Embedder | None = None
        try:
            store = await asyncio.to_thread(self._open_store, self._settings, self._state_dir)
            embedder = await asyncio.to_thread(self._open_embedder, self._settings)
            parts = self._assembled(store, embedder)
            await parts.ingest.start()
            await self._see_to_seed(parts)
        except SextantError as exc:
            self.trouble = exc
            if store is not None:
                await store.close()
            if embedder is not None:
                await embedder.close()
            return
        parts.feeds.start()
        self._parts, self.trouble = parts, None

    async def close(self, grace: float = 5.0) -> None:
        """Let what is being indexed end within ``grace`` seconds, then close everything; the rest goes on next time."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        self.trouble = _closed("is closed")
        await parts.feeds.close()
        await parts.ingest.close(grace)
        try:
            await parts.events.close()
        finally:
            await parts.store.close()
            await parts.embedder.close()
            if self._former is not None:
                await self._former.close()
                self._former = None

    async def search(self, request: SearchRequest) -> SearchResult:
        """Find passages inside the request's access."""
        return await self.parts.search.search(request)

    async def ask(self, request: SearchRequest, *, model: Model | None = None, language: Language) -> Answer:
        """Answer a question out of the passages that are found. ``model`` words it; without one they speak.

        Every citation is opened before it is shown: a document may have got a new version since it was found.
        """
        result = await self.search(request)
        answer = extract(request.text, result)
        if model is not None:
            answer = await worded(request.text, result, model, language=language)
        texts = {
            (one.document, one.revision): await self.parts.passages.text(one.document, one.revision)
            for one in answer.citations
        }
        if verify(answer, lambda document, revision: texts.get((document, revision))):
            return answer
        log.warning("an answer was withheld: what it cites has changed", question=request.text[:80])
        return replace(refusal(request.text, result, answer.confidence), notes=(CHANGED,))

    async def resolve(self, access: Access, incident: Incident) -> Incident:
        """Keep the fix that a person confirmed, and let it be found as a document of its namespace."""
        parts = self.parts
        kept = await parts.events.resolve(access, incident)
        label = namespace_label(kept.namespace)
        source = SourceRecord(
            id=f"diagnoses-{kept.namespace}",
            name="resolved incidents",
            kind="diagnoses",
            access=label,
            created_at=datetime.now(UTC),
        )
        try:
            await parts.ingest.add(source)
        except SourceExists:
            await parts.ingest.sync(source.id)
        return kept

    async def restore(self, path: Path) -> BackupSummary:
        """Replace everything by a backup and index it anew. Raises ``BackupBroken``; then nothing was changed."""
        await self.close()
        try:
            summary = await restore(self._database, path)
        finally:
            await self.open()
        parts = self.parts
        for source in await parts.sources.list(None):
            # Jobs are not part of a backup: what was waiting is found again by listing, uploads by trying again.
            if source.kind != "upload" and source.state != "removing":
                await parts.ingest.sync(source.id)
            elif source.state == "removing":
                await parts.ingest.remove(source.id)
            else:
                await parts.ingest.retry(source_id=source.id)
        return summary

    def _assembled(self, store: VectorStore, embedder: Embedder) -> Parts:
        database, settings = self._database, self._settings
        memory = EventMemory(database, limits=EventLimits(occurrence_days=settings.event_days))
        defaults = IngestLimits()
        ingest = Ingest(
            database,
            store,
            embedder,
            lambda record: self._source(memory, record),
            IngestLimits(
                workers=settings.workers or defaults.workers,
                max_attempts=settings.max_attempts,
                alone=settings.store == "edge",
                documents=Limits(max_bytes=settings.max_document_bytes),
            ),
        )
        passages, sources = Passages(database), Sources(database)
        return Parts(
            store=store,
            embedder=embedder,
            sources=sources,
            documents=ingest.documents,
            passages=passages,
            jobs=ingest.jobs,
            ingest=ingest,
            search=Search(lambda: store.open(ALIAS), embedder, passages, former=self._model_of),
            events=memory,
            feeds=Feeds(memory, sources, self._surroundings.open_client, ingest.sync),
        )

    def _source(self, memory: EventMemory, record: SourceRecord) -> Source:
        if record.kind == "events" or record.kind == "diagnoses":
            return RememberedSource(memory, record.access, record.kind)
        return open_source(record, self._surroundings)

    async def _model_of(self, collection: Collection) -> Embedder | None:
        """Return the model of a collection that is searched until the new one is built: the bundled one, or none."""
        if self._former is None:
            self._former = await asyncio.to_thread(bundled_embedder)
        return self._former if made_by(collection.name, self._former.fingerprint) else None

    async def _see_to_seed(self, parts: Parts) -> None:
        """List the bundled knowledge at every start: a new version of the product brings other pages."""
        known = next((one for one in await parts.sources.list(None) if one.id == SEED), None)
        if not self._settings.seed:
            if known is not None and known.state != "removing":
                await parts.ingest.remove(SEED)
        elif known is None:
            now = datetime.now(UTC)
            await parts.ingest.add(SourceRecord(id=SEED, name=SEED, kind="seed", access=PLATFORM, created_at=now))
        elif known.state != "removing":
            await parts.ingest.sync(SEED)


def _closed(how: str) -> KnowledgeOff:
    return KnowledgeOff(f"The knowledge base {how}.", next_step="Set knowledge.enabled, and start the service again.")
