"""The knowledge base behind the API: a fake model, a real embedded store, SQLite, and a cluster that grants rights."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from api.app import ApiContext
from api.serving import surroundings
from cluster.fake import Account, FakeCluster
from cluster.identity import Identity
from core.runs import Runner, RunStore
from core.settings import ClusterSettings, KnowledgeSettings, ServerSettings, Settings, StorageSettings
from core.storage import Database
from kb.knowledge import Knowledge
from tests.api.harness import TOKEN, Service, cluster_mode, demo, identity_at, namespace, running

HANDBOOK = {
    "restart.md": "# Restarts\n\n## Exit code 137\n\nThe container was killed because it used more memory than its "
    "limit. Raise the memory limit or let the program use less memory.\n",
    "images.md": "# Images\n\n## ImagePullBackOff\n\nThe image cannot be pulled. Check the name of the image, its tag "
    "and the credentials of the registry.\n",
    "chinese.md": "# 镜像\n\n## 镜像拉取失败\n\n无法拉取镜像。请检查镜像名称、标签以及镜像仓库的凭据。\n",
}
ALICE = {"Authorization": "Bearer alice-token"}
BOB = {"Authorization": "Bearer bob-token"}
VIEWER = {"Authorization": "Bearer viewer-token"}
ADMIN = {"Authorization": "Bearer admin-token"}
ACCOUNTS = {
    "service": Account(user="system:serviceaccount:ops:sextant"),
    "alice-token": Account(user="alice", namespaces=frozenset({"shop"})),
    "bob-token": Account(user="bob", namespaces=frozenset({"bank"})),
    "viewer-token": Account(user="viewer", namespaces=frozenset({"shop"})),
    "admin-token": Account(user="admin"),
}
WRITERS: Mapping[str, frozenset[str]] = {
    "alice": frozenset({"shop"}),
    "bob": frozenset({"bank"}),
    "admin": frozenset({"", "shop", "bank"}),
}
"""Who may change ``knowledgesources.sextant.dev``, and where; empty: in all namespaces."""


class Granting(FakeCluster):
    """A fake cluster whose access reviews also know who may change sources of knowledge."""

    async def _review(self, request: web.Request, account: Account) -> web.Response:
        if request.path.endswith("selfsubjectaccessreviews"):
            asked = (await request.json())["spec"]["resourceAttributes"]
            if (asked["group"], asked["resource"]) == ("sextant.dev", "knowledgesources"):
                allowed = asked["namespace"] in WRITERS.get(account.user, frozenset())
                return self._json({"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}}, status=201)
        return await super()._review(request, account)


async def nowhere(host: str, port: int) -> tuple[str, ...]:
    """Find no address but that of a number: these tests ask no name service."""
    if host.replace(".", "").isdigit():
        return (host,)
    raise OSError(f"no name service for {host}:{port}")


def cluster() -> Granting:
    """Return a cluster with two namespaces, each with one person who may add knowledge there."""
    return Granting([namespace("shop"), namespace("bank")], accounts=ACCOUNTS)


def knowing_context(
    tmp_path: Path,
    *,
    knowledge: KnowledgeSettings | None = None,
    server: ServerSettings | None = None,
    identity: Identity | None = None,
    local_paths: bool = True,
) -> ApiContext:
    """Return a context with a knowledge base of its own, without the bundled knowledge and without a name service."""
    settings = Settings(
        server=server or ServerSettings(request_seconds=20, shutdown_seconds=0),
        storage=StorageSettings(state_dir=tmp_path / "state"),
        cluster=ClusterSettings(retries=0),
        knowledge=knowledge or KnowledgeSettings(seed=False),
    )
    database = Database(settings.storage)
    store = RunStore(database)
    around = surroundings(settings, identity)
    return ApiContext(
        settings=settings,
        database=database,
        store=store,
        runner=Runner(store),
        identity=identity,
        open_demo=demo,
        access_token="" if settings.server.auth == "cluster" else TOKEN,
        version="1.2.3",
        knowledge=Knowledge(
            database=database,
            settings=settings.knowledge,
            state_dir=settings.storage.state_dir,
            surroundings=replace(around, resolve=nowhere, allow_local_paths=around.allow_local_paths and local_paths),
        ),
    )


@contextlib.asynccontextmanager
async def knowing(tmp_path: Path, **more: Any) -> AsyncIterator[Service]:
    """Serve a knowledge base to one person."""
    async with running(knowing_context(tmp_path, **more)) as service:
        yield service


@contextlib.asynccontextmanager
async def shared(tmp_path: Path, **more: Any) -> AsyncIterator[Service]:
    """Serve a knowledge base to the people of a cluster."""
    async with cluster().serve() as endpoint:
        context = knowing_context(tmp_path, server=cluster_mode(), identity=identity_at(endpoint), **more)
        async with running(context) as service:
            yield service


async def ended(service: Service, run: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Wait for the end of a run and return it."""
    while run["state"] in {"queued", "running"}:
        await asyncio.sleep(0.01)
        run = (await service.client.get(f"/v1/runs/{run['id']}", headers=headers)).json()
    return run


async def add(service: Service, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Add a source, wait until it is indexed, and return it as it is then."""
    said = await service.client.post("/v1/sources", json=body, headers=headers)
    assert said.status_code == 202, said.text
    run = await ended(service, said.json()["run"], headers)
    assert run["state"] == "succeeded", run
    found: dict[str, Any] = (
        await service.client.get(f"/v1/sources/{said.json()['source']['id']}", headers=headers)
    ).json()
    return found


async def upload(
    service: Service, source: str, name: str, text: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Upload a document, wait until it is indexed, and return it as it is then."""
    said = await service.client.post(
        f"/v1/sources/{source}/documents", files={"file": (name, text.encode())}, headers=headers
    )
    assert said.status_code == 202, said.text
    await ended(service, said.json()["run"], headers)
    document: dict[str, Any] = (
        await service.client.get(f"/v1/documents/{said.json()['documents'][0]}", headers=headers)
    ).json()
    return document


def handbook(folder: Path, files: Mapping[str, str] = HANDBOOK) -> Path:
    """Write a folder of documents."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
