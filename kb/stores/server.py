"""The store on a Qdrant server or cluster, over gRPC: for several processes, replicas and more than fits one of them.

Importing this module costs a second of CPU (the client's models): import it where such a store is configured.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from qdrant_client import AsyncQdrantClient, models

from core.errors import SettingInvalid
from kb.stores.entry import DENSE, KEYWORDS, LEXICAL, UPDATED_AT
from kb.stores.errors import CollectionNotFound, StoreError, StoreMismatch
from kb.stores.server_collection import Calls, ServerCollection, call
from kb.stores.store import CollectionSpec, Health

ADMIN_FACTOR = 6.0
"""Making a collection and its indexes takes longer than a search: its limit is this many times that of a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the server is and how collections are spread over its nodes.

    ``url`` is the HTTP address; gRPC goes to ``grpc_port`` of the same host, with TLS when the address says https.
    """

    url: str
    grpc_port: int = 6334
    api_key: str = field(default="", repr=False)
    seconds: float = 10.0
    shards: int | None = None
    replicas: int = 1
    write_consistency: int | None = None
    """Replicas that must acknowledge a write. All of them means no write while one node is down."""


class ServerStore:
    """Collections on a server. ``connect`` makes one from settings."""

    def __init__(self, client: AsyncQdrantClient, settings: ServerSettings, *, indexes: bool = True) -> None:
        self._client = client
        self._settings = settings
        self._indexes = indexes  # the client's local mode, used in tests, has none
        self._seconds = settings.seconds
        several = settings.replicas > 1  # replicas may differ after a write that failed half-way
        self._calls = Calls(
            seconds=settings.seconds, read_consistency=models.ReadConsistencyType.MAJORITY if several else None
        )

    async def create(self, spec: CollectionSpec) -> ServerCollection:
        """Make a collection with its indexes, or open the one that is there and complete it."""
        name, patience = spec.name, self._seconds * ADMIN_FACTOR
        if not await call(name, self._client.collection_exists(name), self._seconds):
            try:
                await call(name, self._make(spec), patience)
            except StoreError:
                if not await call(name, self._client.collection_exists(name), self._seconds):
                    raise  # else another process made it at the same moment
        found = await self.open(name)
        if found.dimensions != spec.dimensions:
            raise StoreMismatch(f"{name} has {found.dimensions} dimensions, not {spec.dimensions}")
        if self._indexes:
            await call(name, self._index(name), patience)
        return found

    async def _make(self, spec: CollectionSpec) -> None:
        await self._client.create_collection(
            spec.name,
            vectors_config={DENSE: models.VectorParams(size=spec.dimensions, distance=models.Distance.COSINE)},
            sparse_vectors_config={LEXICAL: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            shard_number=self._settings.shards,
            replication_factor=self._settings.replicas,
            write_consistency_factor=self._settings.write_consistency,
        )

    async def _index(self, name: str) -> None:
        for key in KEYWORDS:
            schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=key == "access")
            await self._client.create_payload_index(name, key, schema, wait=True)
        await self._client.create_payload_index(name, UPDATED_AT, models.PayloadSchemaType.FLOAT, wait=True)

    async def open(self, name: str) -> ServerCollection:
        """Open a collection by its name or an alias. What was opened by an alias stays with its collection."""
        real = await self.target(name) or name
        if not await call(real, self._client.collection_exists(real), self._seconds):
            raise CollectionNotFound(f"there is no collection {name}")
        params = (await call(real, self._client.get_collection(real), self._seconds)).config.params
        vectors = params.vectors
        if not isinstance(vectors, dict) or DENSE not in vectors or LEXICAL not in (params.sparse_vectors or {}):
            raise StoreMismatch(f"the collection {real} was not made by this program")
        return ServerCollection(self._client, real, vectors[DENSE].size, self._calls)

    async def names(self) -> tuple[str, ...]:
        """Return the names of all collections, in order."""
        found = await call("collections", self._client.get_collections(), self._seconds)
        return tuple(sorted(one.name for one in found.collections))

    async def switch(self, alias: str, name: str) -> None:
        """Let an alias point at a collection: one step on the server, no moment without it."""
        if name not in await self.names():
            raise CollectionNotFound(f"there is no collection {name}")
        steps: list[models.AliasOperations] = []
        if await self.target(alias):
            steps.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
        create = models.CreateAlias(collection_name=name, alias_name=alias)
        steps.append(models.CreateAliasOperation(create_alias=create))
        await call(name, self._client.update_collection_aliases(steps), self._seconds)

    async def target(self, alias: str) -> str | None:
        """Return the name of the collection that an alias points at."""
        found = await call(alias, self._client.get_aliases(), self._seconds)
        return next((one.collection_name for one in found.aliases if one.alias_name == alias), None)

    async def drop(self, name: str) -> None:
        """Remove a collection."""
        if name not in await self.names():
            raise CollectionNotFound(f"there is no collection {name}")
        aliases = await call(name, self._client.get_aliases(), self._seconds)
        if any(one.collection_name == name for one in aliases.aliases):
            raise StoreMismatch(f"{name} is in use: an alias points at it")
        await call(name, self._client.delete_collection(name), self._seconds * ADMIN_FACTOR)

    async def health(self) -> Health:
        """Ask over the same port as searches do: ``/readyz`` answers before gRPC listens."""
        try:
            names = await self.names()
            counts = [await call(name, self._client.count(name, exact=False), self._seconds) for name in names]
        except StoreError as exc:
            return Health(ok=False, detail=exc.message)
        return Health(ok=True, detail=f"Qdrant at {self._settings.url}", points=sum(one.count for one in counts))

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


def connect(settings: ServerSettings) -> ServerStore:
    """Return the store on the server that the settings name. Nothing is sent yet."""
    address = urlsplit(settings.url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise SettingInvalid(f"{settings.url!r} is not the address of a Qdrant server: http://HOST:PORT")
    client = AsyncQdrantClient(
        url=settings.url,
        grpc_port=settings.grpc_port,
        prefer_grpc=True,
        api_key=settings.api_key or None,
        timeout=max(1, round(settings.seconds * ADMIN_FACTOR)),
        check_compatibility=False,  # it would ask over HTTP, synchronously, and warn
    )
    return ServerStore(client, settings)
