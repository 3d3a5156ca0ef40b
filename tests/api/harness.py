"""A running API in process, over a small snapshot built in code."""

import contextlib
import io
import json
import tarfile
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import ApiContext, create_app
from cluster.identity import Credentials, Endpoint, Identity
from cluster.recording.bundle import write_bundle
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder
from core.runs import Runner, RunStore
from core.settings import ClusterSettings, ServerSettings, Settings, StorageSettings
from core.storage import Database

TOKEN = "t0ken-of-the-tests-" + "x" * 24
NOW = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
MADE = "2026-03-01T09:00:00Z"
BASE = "http://127.0.0.1:8484"
DEMO = {"source": {"type": "demo"}}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def deployment(name: str, namespace: str = "shop", *, replicas: int = 1, ready: int = 0) -> list[dict[str, Any]]:
    """Return a Deployment with its ReplicaSet and one pod; with ``ready`` 0 the pod cannot pull its image."""
    labels = {"app": name}
    uid = f"{namespace}-{name}"
    image = f"registry.example/{name}:1"

    def owned(kind: str, owner: str) -> list[dict[str, Any]]:
        return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": owner, "controller": True}]

    def meta(part: str, **more: Any) -> dict[str, Any]:
        base = {
            "name": name,
            "namespace": namespace,
            "uid": f"{uid}-{part}",
            "creationTimestamp": MADE,
            "generation": 1,
        }
        return {**base, "labels": labels, **more}

    template: dict[str, Any] = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "app", "image": image}]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    status = {"replicas": replicas, "readyReplicas": ready, "observedGeneration": 1, "updatedReplicas": replicas}
    if ready:
        container: dict[str, Any] = {"ready": True, "started": True, "state": {"running": {"startedAt": MADE}}}
        status |= {"availableReplicas": ready}
    else:
        message = f'Back-off pulling image "{image}": not found'
        container = {"ready": False, "started": False}
        container |= {"state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}}
    phase = "Running" if ready else "Pending"
    conditions = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True" if ready else "False"}]
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("d"), "spec": spec, "status": status},
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": meta("r", ownerReferences=owned("Deployment", f"{uid}-d")),
            "spec": spec,
            "status": status,
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": meta("p", ownerReferences=owned("ReplicaSet", f"{uid}-r")),
            "spec": {**template["spec"], "nodeName": "node-1"},
            "status": {
                "phase": phase,
                "startTime": MADE,
                "conditions": conditions,
                "containerStatuses": [
                    {"name": "app", "image": image, "imageID": "", "restartCount": 0, **container},
                ],
            },
        },
    ]


def namespace(name: str) -> dict[str, Any]:
    """Return a namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": f"ns-{name}"}}


def snapshot_of(*objects: dict[str, Any], origin: str = "demo") -> Snapshot:
    """Freeze objects, with complete coverage of their kinds."""
    builder = SnapshotBuilder(origin=origin)
    for obj in objects:
        builder.add(obj)
        builder.covered(KindCoverage(kind=obj["kind"], state="complete", count=1))
    return builder.build(now=NOW)


def demo() -> Snapshot:
    """Return a demo with one broken and one healthy workload."""
    return snapshot_of(namespace("shop"), *deployment("checkout"), *deployment("cart", ready=1))


def bundle_bytes(tmp_path: Path) -> bytes:
    """Return the demo as a bundle."""
    path = tmp_path / "demo.tar.zst"
    write_bundle(demo(), path)
    return path.read_bytes()


def identity_at(endpoint: Endpoint, *, token: str = "service", default: str = "shop") -> Identity:
    """Return an identity for a fake cluster."""
    return Identity(endpoint=endpoint, credentials=Credentials(token=token), default_namespace=default)


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running app, its context, and a client that holds the right token."""

    app: FastAPI
    context: ApiContext
    client: httpx.AsyncClient

    def anonymous(self, base: str = BASE) -> httpx.AsyncClient:
        """Return a client without any token."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=base)


def make_context(
    tmp_path: Path,
    *,
    server: ServerSettings | None = None,
    identity: Identity | None = None,
    open_demo: Callable[[], Snapshot] = demo,
    retries: int = 2,
    **more: Any,
) -> ApiContext:
    """Return a context over a SQLite file of its own."""
    settings = Settings(
        server=server or ServerSettings(request_seconds=20, shutdown_seconds=0),
        storage=StorageSettings(state_dir=tmp_path / "state"),
        cluster=ClusterSettings(retries=retries),
    )
    database = Database(settings.storage)
    store = RunStore(database)
    return ApiContext(
        settings=settings,
        database=database,
        store=store,
        runner=Runner(store),
        identity=identity,
        open_demo=open_demo,
        access_token="" if settings.server.auth == "cluster" else TOKEN,
        version="1.2.3",
        **more,
    )


@contextlib.asynccontextmanager
async def running(context: ApiContext, *, token: str = TOKEN) -> AsyncIterator[Service]:
    """Start the app's life cycle and give a client."""
    app = create_app(context)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=BASE, headers={"Authorization": f"Bearer {token}"}
        ) as client,
    ):
        yield Service(app=app, context=context, client=client)


def events_of(stream: str) -> list[dict[str, Any]]:
    """Read server-sent events: ``id``, ``event`` and ``data`` of each."""
    found: list[dict[str, Any]] = []
    for block in stream.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in fields:
            data = json.loads(fields["data"]) if "data" in fields else None
            found.append({"id": int(fields["id"]) if "id" in fields else None, "event": fields["event"], "data": data})
    return found


def cluster_mode() -> ServerSettings:
    """Return server settings for bearer tokens that the cluster reviews."""
    return ServerSettings(request_seconds=20, shutdown_seconds=0, auth="cluster")


def tar_bytes(files: dict[str, bytes]) -> bytes:
    """Pack files as a plain tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


class SlowDemo:
    """A demo that opens when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self) -> Snapshot:
        self.go.wait(30)
        return demo()
