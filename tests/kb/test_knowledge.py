"""The knowledge base as a whole, over every pair of database and vector store."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.settings import KnowledgeSettings
from core.storage import Database
from kb.answers import verify
from kb.embed.fake import FakeEmbedder
from kb.errors import KnowledgeOff
from kb.events import Incident
from kb.knowledge import Knowledge
from kb.records.model import SourceRecord
from kb.search import SearchRequest, SearchResult
from kb.sources import Fetched
from kb.sources.opening import Surroundings
from kb.stores import PLATFORM, Access, StoreHeld, VectorStore, namespace_label
from tests.kb.stores.conftest import opened

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERYTHING = Access.of(["shop", "bank"])
STORES = ("edge", "local")

Opening = Callable[..., Awaitable[Knowledge]]


class Kept:
    """A store that outlives the knowledge base that closes it, as a server does."""

    def __init__(self, store: VectorStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def close(self) -> None:
        """Leave it open for the next one."""


@pytest.fixture
async def opening(database: Database, tmp_path: Path) -> AsyncIterator[Opening]:
    """Open a knowledge base on the test's database; stores but the embedded one live to the end of the test."""
    async with AsyncExitStack() as stack:
        servers: dict[str, VectorStore] = {}

        def store_of(kind: str, _settings: KnowledgeSettings, _folder: Path) -> VectorStore:
            if kind == "edge":
                return opened(kind, tmp_path / "vectors")
            if kind not in servers:
                servers[kind] = opened(kind, tmp_path / "vectors")
                stack.push_async_callback(servers[kind].close)
            return Kept(servers[kind])

        async def open_one(kind: str, *, model: str = "", **settings: Any) -> Knowledge:
            knowledge = Knowledge(
                database=database,
                settings=KnowledgeSettings.model_validate({"seed": False} | settings),
                state_dir=tmp_path,
                surroundings=Surroundings(cache_folder=tmp_path / "cache", allow_local_paths=True),
                open_store=partial(store_of, kind),
                open_embedder=lambda _: FakeEmbedder(variant=model),
            )
            await knowledge.open()
            stack.push_async_callback(knowledge.close)
            return knowledge

        yield open_one


def written(folder: Path) -> str:
    """Write three pages and return the path of their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "rollback.md": "# Rolling back\n\nThe command `kubectl rollout undo` returns a Deployment to its revision.\n",
        "quota.md": "# Quotas\n\nA ResourceQuota limits what all pods of one namespace may request together.\n",
        "probes.zh.md": "# 探针\n\n就绪探针失败时，Service 不再把流量转发到这个 Pod。\n",
    }
    for page, text in pages.items():
        (folder / page).write_text(text, encoding="utf-8")
    return str(folder)


async def filled(knowledge: Knowledge, folder: Path, *, access: str = PLATFORM) -> SourceRecord:
    options = {"path": written(folder)}
    source = SourceRecord(
        id=secrets.token_hex(8), name="handbook", kind="directory", options=options, access=access, created_at=NOON
    )
    added = await knowledge.parts.ingest.add(source)
    assert await knowledge.parts.ingest.wait_idle(30)
    return added


async def found(knowledge: Knowledge, text: str, access: Access = EVERYTHING) -> SearchResult:
    return await knowledge.search(SearchRequest(text=text, access=access))


def uris(result: SearchResult) -> list[str]:
    return [one.passage.uri.rsplit("/", 1)[-1] for one in result.found]


@pytest.mark.parametrize("store", STORES)
async def test_what_is_added_is_found_answers_and_goes_again(store: str, opening: Opening, tmp_path: Path) -> None:
    knowledge = await opening(store)
    source = await filled(knowledge, tmp_path / "docs")
    assert uris(await found(knowledge, "kubectl rollout undo Deployment"))[0] == "rollback.md"
    assert uris(await found(knowledge, "就绪探针失败"))[0] == "probes.zh.md"
    answer = await knowledge.ask(
        SearchRequest(text="What does a ResourceQuota limit?", access=EVERYTHING), language="en"
    )
    texts = {
        (one.document, one.revision): await knowledge.parts.passages.text(one.document, one.revision)
        for one in answer.citations
    }
    assert verify(answer, lambda document, revision: texts[document, revision])
    await knowledge.parts.ingest.remove(source.id)
    assert await knowledge.parts.ingest.wait_idle(30)
    assert (await found(knowledge, "kubectl rollout undo Deployment")).found == ()
    assert await knowledge.parts.documents.list(None) == replace(
        await knowledge.parts.documents.list(None), documents=()
    )


@pytest.mark.parametrize("store", STORES)
async def test_another_namespace_finds_nothing(store: str, opening: Opening, tmp_path: Path) -> None:
    knowledge = await opening(store)
    await filled(knowledge, tmp_path / "docs", access=namespace_label("shop"))
    assert (await found(knowledge, "rollout undo", Access.of(["bank"]))).found == ()
    assert (await found(knowledge, "rollout undo", Access.of(["shop"]))).found != ()


@pytest.mark.parametrize("store", STORES)
async def test_everything_is_there_after_closing_and_opening(store: str, opening: Opening, tmp_path: Path) -> None:
    first = await opening(store)
    await filled(first, tmp_path / "docs")
    await first.close()
    with pytest.raises(KnowledgeOff):
        _ = first.parts
    again = await opening(store)
    assert uris(await found(again, "kubectl rollout undo Deployment"))[0] == "rollback.md"


@pytest.mark.parametrize("store", STORES)
async def test_another_model_takes_over_without_a_moment_in_which_nothing_is_found(
    store: str, opening: Opening, tmp_path: Path
) -> None:
    first = await opening(store)
    await filled(first, tmp_path / "docs")
    await first.close()
    second = await opening(store, model="other")
    while not await second.parts.ingest.wait_idle(0.01):
        assert uris(await found(second, "kubectl rollout undo Deployment"))[0] == "rollback.md"
    result = await found(second, "kubectl rollout undo Deployment")
    assert uris(result)[0] == "rollback.md"
    assert result.model == "fake-other"


@pytest.mark.parametrize("store", STORES)
async def test_a_backup_gives_everything_back(store: str, opening: Opening, tmp_path: Path, database: Database) -> None:
    from kb.backup import backup

    knowledge = await opening(store)
    source = await filled(knowledge, tmp_path / "docs")
    await backup(database, tmp_path / "kb.backup")
    await knowledge.parts.ingest.remove(source.id)
    assert await knowledge.parts.ingest.wait_idle(30)
    await knowledge.restore(tmp_path / "kb.backup")
    assert await knowledge.parts.ingest.wait_idle(30)
    assert uris(await found(knowledge, "kubectl rollout undo Deployment"))[0] == "rollback.md"
    assert (await knowledge.parts.ingest.progress()).ready == 3


@pytest.mark.parametrize("store", STORES)
async def test_a_confirmed_fix_is_found_by_its_namespace_alone(store: str, opening: Opening) -> None:
    knowledge = await opening(store)
    incident = Incident(
        id="i1", namespace="shop", workload="deploy/checkout", code="OOMKilled", fix="Raised the memory limit to 512Mi",
        outcome="worked", author="ada", resolved_at=NOON,
    )  # fmt: skip
    for _ in range(2):
        await knowledge.resolve(Access.of(["shop"]), incident)
        assert await knowledge.parts.ingest.wait_idle(30)
    assert len((await found(knowledge, "memory limit 512Mi checkout", Access.of(["shop"]))).found) == 1
    assert (await found(knowledge, "memory limit 512Mi checkout", Access.of(["bank"]))).found == ()


async def test_uploads_survive_a_restart(opening: Opening) -> None:
    knowledge = await opening("edge")
    source = SourceRecord(id="up", name="uploads", kind="upload", created_at=NOON)
    await knowledge.parts.ingest.add(source)
    content = Fetched(data=b"# Drains\n\nA drain evicts pods from a node.\n", name="drains.md")
    await knowledge.parts.ingest.upload("up", content)
    await knowledge.close(grace=0)
    again = await opening("edge")
    assert await again.parts.ingest.wait_idle(30)
    assert uris(await found(again, "drain evicts pods"))[0].endswith("drains.md")


async def test_a_second_process_is_told_who_holds_the_store(opening: Opening) -> None:
    await opening("edge")
    second = await opening("edge")
    assert isinstance(second.trouble, StoreHeld)
    with pytest.raises(StoreHeld, match=r"process \d+"):
        _ = second.parts


async def test_the_bundled_knowledge_comes_and_goes_with_its_setting(opening: Opening) -> None:
    knowledge = await opening("edge", seed=True)
    assert await knowledge.parts.ingest.wait_idle(120)
    assert (await found(knowledge, "OOMKilled")).found != ()
    await knowledge.close()
    without = await opening("edge", seed=False)
    assert await without.parts.ingest.wait_idle(60)
    assert (await found(without, "OOMKilled")).found == ()


@pytest.mark.enable_socket
async def test_it_works_on_the_server_that_is_named(opening: Opening, tmp_path: Path) -> None:
    knowledge = await opening("server", model=secrets.token_hex(4))  # skips where no server is named
    source = await filled(knowledge, tmp_path / "docs")
    assert uris(await found(knowledge, "kubectl rollout undo Deployment"))[0] == "rollback.md"
    await knowledge.parts.ingest.remove(source.id)
    assert await knowledge.parts.ingest.wait_idle(30)
