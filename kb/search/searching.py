"""Search the knowledge base: by meaning and by words at once, inside the caller's access."""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Collection as Group
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from core.phrase import Phrase
from kb.embed import Embedder, EmbeddingError, shorten
from kb.embed.embedder import Vector, unit
from kb.embed.recent import RecentQuestions
from kb.records.model import StoredPassage
from kb.records.passages import Standing
from kb.search.halves import Half, best_of, share_across
from kb.search.model import Found, SearchRequest, SearchResult
from kb.search.question import Question, understand
from kb.search.ranking import Ranked, folded, shown, spread, weighed, within
from kb.search.rerank import Reranker, reranked
from kb.search.settings import SearchSettings
from kb.search.surroundings import around
from kb.stores import Collection, Filter, Hit
from kb.stores.store import MAX_LIMIT, made_by

MORE = 4
"""Where too few candidates can be shown (old revisions, copies), so many times more are fetched."""


class PassageReader(Protocol):
    """Read passages from the database."""

    async def current(self, ids: Group[str]) -> dict[str, StoredPassage]:
        """Return those of the passages that belong to their document's current revision."""
        ...

    async def standing(self, documents: Group[str]) -> dict[str, Standing]:
        """Return how searchable documents stand, by id."""
        ...

    async def of_document(self, document: str) -> tuple[StoredPassage, ...]:
        """Return the passages of a document's current revision, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vectors:
    """The question for its own languages and for the others; None where that half has no dense leg."""

    own: Vector | None
    across: Vector | None


@dataclass(slots=True, kw_only=True)
class _Work:
    """One search under way."""

    request: SearchRequest
    question: Question
    collection: Collection
    embedder: Embedder | None
    notes: list[Phrase]
    standings: dict[str, Standing | None] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"embed": 0.0, "query": 0.0, "read": 0.0})


Former = Callable[[Collection], Awaitable[Embedder | None]]
"""Gives the model that made a collection, None where it is not at hand."""


class Search:
    """Answer search requests. ``collection`` gives the collection that is current at the moment of a search.

    Where another model than ``embedder`` made it (the new one's is still being built), ``former`` gives that model.
    """

    def __init__(
        self,
        collection: Callable[[], Awaitable[Collection]],
        embedder: Embedder,
        passages: PassageReader,
        settings: SearchSettings | None = None,
        *,
        reranker: Reranker | None = None,
        former: Former | None = None,
    ) -> None:
        self._collection = collection
        self._embedder = embedder
        self._passages = passages
        self._settings = settings or SearchSettings()
        self._reranker = reranker
        self._former = former
        self._recent = RecentQuestions(self._settings.remembered)

    async def search(self, request: SearchRequest) -> SearchResult:
        """Return the best passages that the caller may read. Raises ``QuestionEmpty``, ``StoreError``.

        Where the embedding model fails, the words alone are searched and a note says so.
        """
        began = perf_counter()
        question = understand(request, self._settings)
        collection = await self._collection()
        work = _Work(
            request=request,
            question=question,
            collection=collection,
            embedder=await self._model_of(collection),
            notes=list(question.notes),
        )
        vectors = await self._vectors(work)
        found = await self._found(work, vectors)
        found = await self._judged(work, found)
        kept, left_out = within(found, request.token_budget)
        if left_out:
            work.notes.append(
                Phrase(
                    en=f"{left_out} passages did not fit into {request.token_budget} tokens.",
                    zh=f"有 {left_out} 个段落超出了 {request.token_budget} 个词元的预算。",
                )
            )
        beside = await around(self._passages, kept, request.access, request.beside) if request.beside else ()
        work.seconds["total"] = perf_counter() - began
        return SearchResult(
            found=tuple(kept),
            asked=question.text,
            language=question.language,
            additions=question.additions,
            notes=tuple(work.notes),
            seconds=work.seconds,
            model=work.embedder.name if work.embedder else "",
            beside=beside,
        )

    async def _model_of(self, collection: Collection) -> Embedder | None:
        if self._former is None or made_by(collection.name, self._embedder.fingerprint):
            return self._embedder
        return await self._former(collection)

    async def _vectors(self, work: _Work) -> _Vectors:
        began = perf_counter()
        question = work.question
        if work.embedder is None:
            work.notes.append(
                Phrase(
                    en="Only words were searched, not meaning: the index is being built for another model.",
                    zh="只检索了词语，没有检索语义：正在为另一个模型建立索引。",
                )
            )
            return _Vectors(own=None, across=None)
        try:
            own = (
                await self._vector(work, work.embedder, question.text) if question.own or not question.across else None
            )
            across = own
            if question.across and (own is None or question.translated != question.text):
                across = await self._vector(work, work.embedder, question.translated)
            if own is not None and question.named_symptoms != question.text:
                own = unit(own + await self._vector(work, work.embedder, question.named_symptoms))
        except EmbeddingError as exc:
            if not question.terms:
                raise
            work.notes.append(
                Phrase(
                    en=f"Only words were searched, not meaning: {exc.message}.",
                    zh=f"只检索了词语，没有检索语义：{exc.message}。",
                )
            )
            own = across = None
        finally:
            work.seconds["embed"] = perf_counter() - began
        return _Vectors(own=own, across=across)

    async def _vector(self, work: _Work, embedder: Embedder, text: str) -> Vector:
        fitting = shorten(embedder, text)
        if fitting != text and text == work.question.text:
            work.notes.append(
                Phrase(
                    en=f"The question is longer than the model reads: its meaning was searched by its first "
                    f"{len(fitting)} characters, its words by all.",
                    zh=f"问题超出了模型的长度：语义按前 {len(fitting)} 个字符检索，词语按全文检索。",
                )
            )
        return await self._recent.vector(embedder, fitting)

    async def _found(self, work: _Work, vectors: _Vectors) -> list[Found]:
        """Return the results; while old revisions and copies leave too few, more candidates are fetched."""
        limit = work.request.limit
        candidates = min(max(self._settings.candidates, MORE * limit), MAX_LIMIT)
        while True:
            began = perf_counter()
            hits, exhausted = await self._hits(work, vectors, candidates)
            work.seconds["query"] += perf_counter() - began
            current, standings = await self._current(work, hits)
            ranked = folded(weighed(current, standings, self._settings, self._settings.now()))
            if len(ranked) >= limit or exhausted or candidates >= MAX_LIMIT:
                return await self._shown(work, spread(ranked, limit, self._settings.per_document))
            candidates = min(candidates * MORE, MAX_LIMIT)

    async def _hits(self, work: _Work, vectors: _Vectors, candidates: int) -> tuple[list[Hit], bool]:
        """Ask both halves; return the best of both, and whether there is nothing beyond them."""
        question, settings = work.question, self._settings
        own = across = None
        if question.own:
            own = Half(
                only=_filter(work.request, question.own),
                dense=vectors.own,
                lexical=question.terms,
                fusion=settings.fusion,
            )
        if question.across:
            across = Half(
                only=_filter(work.request, question.across),
                dense=vectors.across,
                lexical=question.names,
                fusion=share_across(settings, named=question.named),
            )
        return await best_of(work.collection, own, across, settings, candidates)

    async def _current(self, work: _Work, hits: list[Hit]) -> tuple[list[Hit], dict[str, Standing]]:
        """Return the hits of current revisions that the caller may read, and how their documents stand.

        Access is checked again: the database may be ahead of the store.
        """
        began = perf_counter()
        unknown = {hit.record.document for hit in hits} - work.standings.keys()
        read = await self._passages.standing(unknown) if unknown else {}
        work.standings.update((key, read.get(key)) for key in unknown)
        work.seconds["read"] += perf_counter() - began
        labels = work.request.access.labels
        open_ = {key: one for key, one in work.standings.items() if one is not None and one.access in labels}
        return [hit for hit in hits if _is_current(hit, open_)], open_

    async def _shown(self, work: _Work, ranked: list[Ranked]) -> list[Found]:
        """Read the passages of the results, the only ones whose text is needed."""
        began = perf_counter()
        labels = work.request.access.labels
        read = await self._read([key for one in ranked for key in (one.hit.record.id, *one.variants)])
        work.seconds["read"] += perf_counter() - began
        return shown(ranked, {key: one for key, one in read.items() if one.access in labels})

    async def _read(self, ids: list[str]) -> dict[str, StoredPassage]:
        found: dict[str, StoredPassage] = {}
        for at in range(0, len(ids), MAX_LIMIT):
            found |= await self._passages.current(ids[at : at + MAX_LIMIT])
        return found

    async def _judged(self, work: _Work, found: list[Found]) -> list[Found]:
        if self._reranker is None or len(found) < 2:
            return found
        began = perf_counter()
        settings = self._settings
        judged, note = await reranked(
            self._reranker, work.question.text, found, most=settings.reranked, seconds=settings.rerank_seconds
        )
        work.seconds["rerank"] = perf_counter() - began
        if note:
            work.notes.append(note)
        return list(judged)


def _is_current(hit: Hit, standings: Mapping[str, Standing]) -> bool:
    standing = standings.get(hit.record.document)
    return standing is not None and standing.revision == hit.record.revision


def _filter(request: SearchRequest, languages: tuple[str, ...]) -> Filter:
    return Filter(
        access=request.access,
        sources=request.sources,
        languages=languages,
        kinds=request.kinds,
        versions=request.versions,
        updated_since=request.updated_since,
    )
