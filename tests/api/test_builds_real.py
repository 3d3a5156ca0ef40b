"""Builds over HTTP with real parts: a repository behind git's own server, buildah, runc."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from builder.build.buildah import Buildah
from builder.build.fake import FakeExecutor
from builder.build.registries import Registries
from core.settings import BuildSettings
from tests.api.harness import BASE, TOKEN, Service, make_context, tar_bytes
from tests.api.test_builds import ended, notes, scratch, serving, started
from tests.images import RealImages
from tests.kb.sources.repositories import git, repository
from tests.kb.sources.serving import serving as site
from tests.kb.sources.test_git_http import backend

APP = Path(__file__).parents[2] / "datasets" / "builder" / "apps" / "go-http"
BASES = ("library/golang:1.19-alpine", "library/alpine:3.22")
FILES = {path.name: path.read_text(encoding="utf-8") for path in APP.iterdir() if path.is_file()}


async def test_a_repository_is_planned_at_a_ref_and_a_path(tmp_path: Path) -> None:
    repo = repository(tmp_path / "root" / "repo", {f"services/hello/{name}": text for name, text in FILES.items()})
    seen: Counter[str] = Counter()
    async with (
        site(backend(tmp_path / "root", seen)) as port,
        serving(tmp_path, FakeExecutor(), private=True) as service,
    ):
        source = {"type": "git", "url": f"http://127.0.0.1:{port}/repo/.git", "path": "services/hello"}
        run_id = await started(service, {"source": source, "files_only": True})
        first = await ended(service, run_id)
        missing = await service.client.post("/v1/builds/plan", json={"source": {**source, "path": "other"}})
        left = scratch(service)
    assert first.status_code == 200, first.text
    assert first.json()["commit"] == git(repo, "rev-parse", "HEAD")
    assert first.json()["plan"]["components"][0]["language"]["value"] == "go"
    assert (missing.status_code, missing.json()["code"]) == (404, "tree_missing")
    assert left == []


async def test_a_repository_of_a_private_network_is_refused_where_that_is_not_allowed(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    async with site(backend(tmp_path, seen)) as port, serving(tmp_path, FakeExecutor()) as service:
        source = {"type": "git", "url": f"http://127.0.0.1:{port}/repo/.git"}
        said = await service.client.post("/v1/builds/plan", json={"source": source})
    assert (said.status_code, said.json()["code"]) == (403, "source_refused")
    assert not seen


@contextlib.asynccontextmanager
async def real(tmp_path: Path, images: RealImages) -> AsyncIterator[Service]:
    """Start an app with the machine that the settings give, whose base images come from the test's registry."""
    await images.need(*BASES)
    context = make_context(tmp_path)
    build = BuildSettings(
        mirrors={"docker.io": images.address},
        insecure_registries=(images.address,),
        mounts={inside: str(outside) for inside, outside in images.network.mounts.items()},
    )
    app = create_app(replace(context, settings=context.settings.model_copy(update={"build": build})))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}
        ) as client,
    ):
        yield Service(app=app, context=context, client=client)


async def finished(service: Service, run_id: str) -> dict[str, Any]:
    await service.context.store.wait_finished(run_id, 600)
    said = await service.client.get(f"/v1/builds/{run_id}")
    assert said.status_code == 200, said.text
    result: dict[str, Any] = said.json()
    return result


@pytest.mark.images
@pytest.mark.timeout(900)
async def test_an_uploaded_program_becomes_a_container_that_was_run(images: RealImages, tmp_path: Path) -> None:
    archive = tar_bytes({f"go-http/{name}": text.encode() for name, text in FILES.items()})
    async with real(tmp_path, images) as service:
        said = await service.client.post("/v1/builds", files={"archive": ("go-http.tar", archive)})
        run_id = said.json()["id"]
        result = await finished(service, run_id)
        events = await service.context.store.events_after(run_id, 0)
        left = scratch(service)
    lines = notes([{"event": event.type, "data": event.body} for event in events])
    (image,) = result["images"]
    assert result["works"], image["check"]
    assert image["id"].startswith("sha256:")
    assert {one["check"] for one in image["check"]["checks"]} >= {"starts", "listens", "health", "stops"}
    assert any(line.startswith(("STEP", "[")) and "FROM" in line for line in lines)
    assert not any(str(tmp_path) in line for line in lines)
    assert left == []


@pytest.mark.images
@pytest.mark.timeout(900)
async def test_a_cancel_ends_the_programs_of_a_build(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    executor = Buildah(
        tmp_path / "images", Registries(mirrors={"docker.io": images.address}, insecure=frozenset({images.address}))
    )
    # It says so only when the program is there, which is a moment after the shell has started it.
    until = 'until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done'
    dockerfile = f"FROM docker.io/library/debian:bookworm-slim\nRUN sleep 86399 & {until}; echo waiting; wait\n"

    class Sleeping(FakeExecutor):
        async def build(self, request: Any, tell: Any) -> Any:
            changed = type(request)(
                context=request.context, dockerfile=dockerfile, name=request.name, network=images.network
            )

            def heard(line: Any) -> None:
                if line.text.strip() == "waiting":
                    self.started.set()
                tell(line)

            return await executor.build(changed, heard)

    sleeping = Sleeping()
    async with serving(tmp_path, sleeping) as service:
        run_id = await started(service, {"source": {"type": "files", "files": FILES}})
        async with asyncio.timeout(300):
            await sleeping.started.wait()
        assert sleeps()
        cancelled = await service.client.post(f"/v1/runs/{run_id}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert not sleeps()


def sleeps() -> list[str]:
    """Return the programs of the build that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if words[:2] == [b"sleep", b"86399"]:
                found.append(path.parent.name)
    return found
