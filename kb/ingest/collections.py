"""The collections that passages are written to: the one that is searched and the one that is being built."""

import asyncio

from core.storage import Database
from kb.embed.embedder import Embedder
from kb.records.indexes import Indexes, IndexRecord, add_index, all_indexes, set_index
from kb.records.jobs import Jobs, NewJob
from kb.records.rows import Connection
from kb.stores.errors import CollectionNotFound
from kb.stores.store import Collection, CollectionSpec, VectorStore

ALIAS = "passages"
"""The name under which the collection in use is found, whichever model made it."""

REBUILD = "rebuild"
"""The key of the job that builds a collection: there is one at a time."""


FRESH_SECONDS = 2.0
"""How long it is taken for granted which collections there are. The transaction that makes a document current checks
it, and one that was written to too few is written again."""


class Collections:
    """Opens what SQL says is current or being built."""

    def __init__(self, database: Database, store: VectorStore, embedder: Embedder, jobs: Jobs) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._jobs = jobs
        self.indexes = Indexes(database)
        self._opened: dict[str, Collection] = {}
        self._known_records: tuple[IndexRecord, ...] = ()
        self._read_at = -FRESH_SECONDS

    async def start(self) -> None:
        """See that there is a collection to search, and begin to build one where this model's is missing.

        What a process had begun goes on; a collection that the store has lost is built again from the texts.
        """
        records = await self.indexes.list()
        current = next((one for one in records if one.state == "current"), None)
        names = set(await self._store.names())
        if current is None:
            await self._first()
            return
        lost = current.collection not in names
        if lost:
            await self._store.create(_spec(current))
        if await self._store.target(ALIAS) != current.collection:
            await self._store.switch(ALIAS, current.collection)
        fits = self.fits(current)
        if lost or not fits:
            await self.begin_rebuild()

    async def _first(self) -> None:
        spec = CollectionSpec(fingerprint=self._embedder.fingerprint, dimensions=self._embedder.dimensions)
        await self._store.create(spec)
        await self._store.switch(ALIAS, spec.name)
        async with self._database.write() as connection:
            await self.indexes.lock(connection, shared=False)
            records = await all_indexes(connection)
            if any(one.state == "current" for one in records):
                return  # another process was first
            now = await self._jobs.now(connection)
            await add_index(
                connection,
                IndexRecord(
                    collection=spec.name,
                    fingerprint=spec.fingerprint,
                    dimensions=spec.dimensions,
                    state="current",
                    created_at=now,
                ),
            )
        # Texts without vectors: the database was restored without its vector store.
        await self.begin_rebuild(only_if_documents=True)

    async def begin_rebuild(self, *, only_if_documents: bool = False) -> None:
        """Write down that a collection is being built, and queue the job. One that is being built goes on."""
        names = set(await self._store.names())
        async with self._database.write() as connection:
            await self.indexes.lock(connection, shared=False)
            if only_if_documents and not await _has_versions(connection):
                return
            records = await all_indexes(connection)
            mine = [one for one in records if one.state == "building" and self.fits(one)]
            for other in records:
                if other.state == "building" and not self.fits(other):
                    await set_index(connection, other.collection, state="retired")
            if not mine:
                spec = self._unused({one.collection for one in records} | names)
                now = await self._jobs.now(connection)
                await add_index(
                    connection,
                    IndexRecord(
                        collection=spec.name,
                        fingerprint=spec.fingerprint,
                        dimensions=spec.dimensions,
                        state="building",
                        created_at=now,
                    ),
                )
            await self._jobs.put(connection, [NewJob(key=REBUILD, kind="rebuild")])

    def fits(self, record: IndexRecord) -> bool:
        """Say whether a collection was made for the model of this process."""
        return record.fingerprint == self._embedder.fingerprint

    async def live(self, *, fitting: bool) -> tuple[Collection, ...]:
        """Open the collections that are written to: for new vectors those of this model, else all of them."""
        records = await self._records()
        return tuple(
            [await self.open(one) for one in records if one.state != "retired" and (self.fits(one) or not fitting)]
        )

    async def _records(self) -> tuple[IndexRecord, ...]:
        now = asyncio.get_running_loop().time()
        if now - self._read_at > FRESH_SECONDS:
            self._known_records, self._read_at = await self.indexes.list(), now
        return self._known_records

    def refresh(self) -> None:
        """Read anew which collections there are when that is asked next."""
        self._read_at = -FRESH_SECONDS

    async def open(self, record: IndexRecord) -> Collection:
        """Open a collection; one that is being built is made where it is missing.

        Raises ``CollectionNotFound`` where the store has lost the one that is searched.
        """
        if record.collection not in self._opened:
            opened = self._store.create(_spec(record)) if record.state == "building" else self._known(record)
            self._opened[record.collection] = await opened
        return self._opened[record.collection]

    async def _known(self, record: IndexRecord) -> Collection:
        try:
            return await self._store.open(record.collection)
        except CollectionNotFound as exc:
            message = f"the vector store has no collection {record.collection} any more"
            step = "restart the service: it is built again from the texts"
            raise CollectionNotFound(message, next_step=step) from exc

    def forget(self, collection: str) -> None:
        """Let go of a collection that is dropped."""
        self._opened.pop(collection, None)

    def _unused(self, taken: set[str]) -> CollectionSpec:
        fingerprint, dimensions = self._embedder.fingerprint, self._embedder.dimensions
        spec, generation = CollectionSpec(fingerprint=fingerprint, dimensions=dimensions), 2
        while spec.name in taken:
            spec = CollectionSpec(fingerprint=fingerprint, dimensions=dimensions, generation=f"g{generation}")
            generation += 1
        return spec


def _spec(record: IndexRecord) -> CollectionSpec:
    base, _, rest = record.collection.partition(f"-{record.fingerprint}")
    return CollectionSpec(
        fingerprint=record.fingerprint, dimensions=record.dimensions, base=base, generation=rest.lstrip("-")
    )


async def _has_versions(connection: Connection) -> bool:
    from kb.records.passages import passages_after

    return bool(await passages_after(connection, "", documents=1))
