"""Builds over HTTP: real sources and plans, an executor by script."""

import asyncio
import contextlib
import io
import json
import tarfile
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.building import Builds
from api.building_errors import BuildsBusy
from api.building_machines import Who
from builder.build.errors import BuildFailed, BuildTooLong, ExecutorMissing
from builder.build.executor import Executor, Image, Line
from builder.build.fake import FakeExecutor
from builder.check.errors import CheckerMissing
from builder.check.report import Checked, Report
from builder.errors import BuilderError
from builder.machines import Machine
from builder.order import Order
from core.phrase import Phrase
from core.runs import Run
from core.settings import BuildSettings, KnowledgeSettings, ModelSettings
from tests.api.harness import BASE, TOKEN, Service, events_of, make_context, tar_bytes

GO = {
    "go.mod": "module example.com/shop\n\ngo 1.19\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
}
PLAIN = {"source": {"type": "files", "files": GO}}
INLINE = {**PLAIN, "digests": False}
"""No test asks a registry."""
WORKS = Report(
    checks=(Checked(check="starts", outcome="passed", text=Phrase(en="It starts.", zh="已启动。")),),
    log=("listening",),
    seconds=0.1,
)


@dataclass(kw_only=True)
class Trial:
    """A trial by script: it records orders, and gives a report or raises."""

    report: Report = WORKS
    error: BuilderError | None = None
    orders: list[Order] = field(default_factory=list)

    async def __call__(self, order: Order, _image: Image, _work: Path) -> Report:
        self.orders.append(order)
        if self.error is not None:
            raise self.error
        return self.report


@contextlib.asynccontextmanager
async def serving(
    tmp_path: Path,
    executor: FakeExecutor,
    trial: Trial | None = None,
    *,
    missing: str = "",
    owners: list[str] | None = None,
    private: bool = False,
    model: ModelSettings | None = None,
    **settings: Any,
) -> AsyncIterator[Service]:
    """Start an app whose builds go to ``executor``."""
    context = make_context(tmp_path)
    changed = context.settings.model_copy(
        update={
            "build": BuildSettings(**settings),
            "knowledge": KnowledgeSettings(allow_private_addresses=private),
            "model": model or ModelSettings(),
        }
    )
    context = replace(context, settings=changed)
    app = create_app(context)

    def machine(owner: str, _who: Who) -> Machine:
        (owners if owners is not None else []).append(owner)
        return Machine(executor=executor, try_out=trial or Trial(), missing=lambda: missing)

    app.state.machines = machine
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}
        ) as client,
    ):
        yield Service(app=app, context=context, client=client)


async def started(service: Service, body: dict[str, Any], **more: Any) -> str:
    said = await service.client.post("/v1/builds", json=body, **more)
    assert said.status_code == 202, said.text
    assert said.json()["kind"] == "build"
    run_id: str = said.json()["id"]
    assert said.headers["Location"] == f"/v1/runs/{run_id}"
    return run_id


async def ended(service: Service, run_id: str) -> httpx.Response:
    """Wait for the end and return the result."""
    await service.context.store.wait_finished(run_id, 30)
    return await service.client.get(f"/v1/builds/{run_id}")


async def followed(service: Service, run_id: str) -> list[dict[str, Any]]:
    return events_of((await service.client.get(f"/v1/runs/{run_id}/events")).text)


def notes(events: list[dict[str, Any]]) -> list[str]:
    told = (event["data"]["note"] for event in events if event["event"] == "progress" and "files" not in event["data"])
    return [line for note in told for line in note.split("\n") if line]


def scratch(service: Service) -> list[Path]:
    """Return the folders of runs that are still there."""
    builds: Builds = service.app.state.builds
    return sorted((builds.folder / "scratch").glob("*/run-*"))


def packed(**files: str) -> bytes:
    return tar_bytes({f"shop/{path}": text.encode() for path, text in files.items()})


async def test_files_as_text_become_an_image_that_was_tried(tmp_path: Path) -> None:
    executor, trial = FakeExecutor(lines=("STEP 1/2: FROM x", "STEP 2/2: RUN y")), Trial()
    async with serving(tmp_path, executor, trial) as service:
        run_id = await started(service, {**INLINE, "tag": "shop:1", "environment": {"GREETING": "hello"}})
        result = (await ended(service, run_id)).json()
        run = (await service.client.get(f"/v1/runs/{run_id}")).json()
        events = await followed(service, run_id)
        dockerfile = await service.client.get(f"/v1/builds/{run_id}/files/Dockerfile")
        archive = await service.client.get(f"/v1/builds/{run_id}/archive")
        left = scratch(service)
    (seen,) = executor.seen
    (order,) = trial.orders
    (image,) = result["images"]
    assert [(step["name"], step["state"]) for step in run["steps"]] == [
        (name, "succeeded") for name in ("open", "plan", "files", "build", "check")
    ]
    assert (result["works"], image["name"], image["check"]["works"]) == (True, "localhost/shop:1", True)
    assert image["check"]["checks"][0]["text"] == "It starts."
    assert result["plan"]["components"][0]["port"]["value"] == 8080
    assert order.environment == {"GREETING": "hello"}
    assert "hello" not in seen.request.dockerfile
    assert seen.files["main.go"] == GO["main.go"].encode()
    assert {"STEP 1/2: FROM x", "STEP 2/2: RUN y", "listening"} <= set(notes(events))
    assert dockerfile.text == seen.request.dockerfile
    assert dockerfile.headers["content-type"] == "text/plain; charset=utf-8"
    with tarfile.open(fileobj=io.BytesIO(archive.content), mode="r:gz") as tar:
        assert sorted(tar.getnames()) == [one["path"] for one in result["files"]]
    assert left == []


@pytest.mark.parametrize(
    ("option", "steps"), [("plan_only", ["open", "plan"]), ("files_only", ["open", "plan", "files"])]
)
async def test_a_build_stops_where_it_is_told(option: str, steps: list[str], tmp_path: Path) -> None:
    executor = FakeExecutor()
    async with serving(tmp_path, executor, missing="nothing is installed.") as service:
        run_id = await started(service, {**INLINE, option: True})
        result = (await ended(service, run_id)).json()
        run = (await service.client.get(f"/v1/runs/{run_id}")).json()
    assert [step["name"] for step in run["steps"]] == steps
    assert (result["images"], result["works"], executor.seen) == ([], None, [])
    assert bool(result["files"]) == (option == "files_only")


async def test_an_archive_is_unpacked_and_its_options_count(tmp_path: Path) -> None:
    executor, trial = FakeExecutor(), Trial()
    async with serving(tmp_path, executor, trial) as service:
        said = await service.client.post(
            "/v1/builds",
            files={"archive": ("shop.tar", packed(**GO))},
            data={"options": json.dumps({"check": False, "component": "shop", "digests": False})},
        )
        result = (await ended(service, said.json()["id"])).json()
    assert said.status_code == 202
    assert set(GO) <= set(executor.seen[0].files)
    assert (trial.orders, result["images"][0]["check"], result["works"]) == ([], None, None)


async def test_what_a_person_decides_is_taken_over_what_was_found(tmp_path: Path) -> None:
    chosen = {"": {"port": 9090, "start": "/app/shop --fast"}}
    async with serving(tmp_path, FakeExecutor()) as service:
        run_id = await started(service, {**INLINE, "files_only": True, "overrides": chosen})
        (component,) = (await ended(service, run_id)).json()["plan"]["components"]
        dockerfile = (await service.client.get(f"/v1/builds/{run_id}/files/Dockerfile")).text
    assert (component["port"]["value"], component["port"]["grounds"][0]["rule"]) == (9090, "person.said")
    assert component["port"]["rivals"][0]["value"] == 8080
    assert component["start"]["value"]["argv"] == ["/app/shop", "--fast"]
    assert "9090" in dockerfile


async def test_a_plan_is_answered_at_once(tmp_path: Path) -> None:
    async with serving(tmp_path, FakeExecutor()) as service:
        said = await service.client.post("/v1/builds/plan", json=PLAIN)
        chinese = await service.client.post("/v1/builds/plan", json=PLAIN, params={"lang": "zh"})
        packed_one = await service.client.post("/v1/builds/plan", files={"archive": ("a.tar", packed(**GO))})
        left, runs = scratch(service), (await service.client.get("/v1/runs")).json()["runs"]
    assert said.json()["plan"]["components"][0]["kind"]["value"] == "web"
    assert said.json()["plan"] == packed_one.json()["plan"]
    assert chinese.json()["plan"] != said.json()["plan"]
    assert left == runs == []


@dataclass(frozen=True, kw_only=True)
class Refused:
    id: str
    status: int
    code: str
    body: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def hostile(name: str) -> bytes:
    return tar_bytes({name: b"x"})


AT_ONCE = (
    Refused(id="nothing", status=415, code="media_type_unknown"),
    Refused(id="no source", status=422, code="request_invalid", body={"tag": "a"}),
    Refused(id="tag with options", status=422, code="request_invalid", body={**PLAIN, "tag": "--root=/"}),
    Refused(id="tag of a registry", status=422, code="request_invalid", body={**PLAIN, "tag": "host:80/a/b:c"}),
    Refused(id="variable", status=422, code="request_invalid", body={**PLAIN, "environment": {"A=B": "c"}}),
    Refused(id="port", status=422, code="request_invalid", body={**PLAIN, "overrides": {"": {"port": 0}}}),
    Refused(id="kind", status=422, code="request_invalid", body={**PLAIN, "overrides": {"": {"kind": "x"}}}),
    Refused(id="unknown option", status=422, code="request_invalid", body={**PLAIN, "colour": "x"}),
    Refused(id="path of the server", status=422, code="request_invalid", body={"source": {"type": "directory"}}),
    Refused(
        id="not json",
        status=400,
        code="body_broken",
        sent={"content": b"{", "headers": {"Content-Type": "application/json"}},
    ),
    Refused(id="form without archive", status=400, code="body_broken", sent={"files": {"other": ("a", b"x")}}),
    Refused(
        id="form with broken options",
        status=400,
        code="body_broken",
        sent={"files": {"archive": ("a", b"x")}, "data": {"options": "{"}},
    ),
    Refused(
        id="archive too large",
        status=413,
        code="body_too_large",
        sent={"files": {"archive": ("a", b"x" * 2_000)}},
        settings={"max_upload_bytes": 1_000},
    ),
    Refused(
        id="text too large",
        status=413,
        code="body_too_large",
        body={"source": {"type": "files", "files": {"a": "x" * 2_000}}},
        settings={"max_upload_bytes": 1_000},
    ),
)


@pytest.mark.parametrize("case", AT_ONCE, ids=lambda case: case.id)
@pytest.mark.parametrize("path", ["/v1/builds", "/v1/builds/plan"])
async def test_what_cannot_be_accepted_is_refused_at_once(case: Refused, path: str, tmp_path: Path) -> None:
    async with serving(tmp_path, FakeExecutor(), **case.settings) as service:
        sent = {"json": case.body} if case.body else case.sent
        said = await service.client.post(path, **sent)
        runs = (await service.client.get("/v1/runs")).json()["runs"]
    assert (said.status_code, said.json()["code"]) == (case.status, case.code), said.text
    assert runs == []


LATER = (
    Refused(
        id="archive that leads out",
        status=422,
        code="tree_hostile",
        sent={"files": {"archive": ("a", hostile("../x"))}},
    ),
    Refused(id="no archive", status=422, code="tree_refused", sent={"files": {"archive": ("a", b"x" * 100)}}),
    Refused(
        id="paths that lead out",
        status=422,
        code="tree_hostile",
        body={"source": {"type": "files", "files": {"../a": ""}}},
    ),
    Refused(
        id="unpacks to too much",
        status=413,
        code="tree_too_large",
        body=PLAIN,
        settings={"max_source_bytes": 20},
    ),
    Refused(id="too many files", status=413, code="tree_too_large", body=PLAIN, settings={"max_source_files": 1}),
    Refused(
        id="repository of the server",
        status=422,
        code="tree_refused",
        body={"source": {"type": "git", "url": "file:///etc"}},
    ),
    Refused(
        id="git option", status=422, code="tree_refused", body={"source": {"type": "git", "url": "--upload-pack=x"}}
    ),
    Refused(
        id="remote helper", status=422, code="tree_refused", body={"source": {"type": "git", "url": "ext::sh -c x"}}
    ),
    Refused(
        id="ref as option",
        status=422,
        code="tree_refused",
        body={"source": {"type": "git", "url": "https://a.test/b", "ref": "--x"}},
    ),
    Refused(
        id="path upwards",
        status=422,
        code="tree_refused",
        body={"source": {"type": "git", "url": "https://a.test/b", "path": "../x"}},
    ),
    Refused(
        id="unknown component decided", status=400, code="usage", body={**PLAIN, "overrides": {"web": {"port": 1}}}
    ),
)


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.id)
@pytest.mark.parametrize("path", ["/v1/builds", "/v1/builds/plan"])
async def test_sources_that_cannot_be_opened_are_problems(case: Refused, path: str, tmp_path: Path) -> None:
    async with serving(tmp_path, FakeExecutor(), **case.settings) as service:
        sent = {"json": case.body} if case.body else case.sent
        said = await service.client.post(path, **sent)
        if path == "/v1/builds":
            said = await ended(service, said.json()["id"])
        left = scratch(service)
    assert (said.status_code, said.json()["code"]) == (case.status, case.code), said.text
    assert str(tmp_path) not in said.text
    assert left == []


FAILURES: tuple[tuple[BuilderError, int], ...] = (
    (BuildFailed("step RUN x failed", log=(Line(text="E: x"),)), 422),
    (BuildTooLong("after 3 s"), 504),
    (ExecutorMissing("buildah from failed", next_step="Run `sextant doctor`."), 503),
)


@pytest.mark.parametrize(("error", "status"), FAILURES, ids=lambda one: getattr(one, "code", str(one)))
async def test_a_build_that_fails_leaves_its_files_and_its_log(
    error: BuilderError, status: int, tmp_path: Path
) -> None:
    async with serving(tmp_path, FakeExecutor(error=error)) as service:
        run_id = await started(service, INLINE)
        result = await ended(service, run_id)
        events = await followed(service, run_id)
        dockerfile = await service.client.get(f"/v1/builds/{run_id}/files/Dockerfile")
        other = await service.client.get(f"/v1/builds/{run_id}/files/../../etc/passwd")
        left = scratch(service)
    assert (result.status_code, result.json()["code"]) == (status, error.code)
    assert "STEP 1/1: FROM scratch" in notes(events)
    assert dockerfile.status_code == 200
    assert other.status_code == 404
    assert left == []


async def test_without_an_executor_a_build_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with serving(tmp_path, FakeExecutor(), missing="the program buildah is not installed.") as service:
        said = await service.client.post("/v1/builds", json=INLINE)
        runs = (await service.client.get("/v1/runs")).json()["runs"]
    assert (said.status_code, said.json()["code"]) == (503, "executor_missing")
    assert "files_only" in said.json()["next_step"]
    assert runs == []


async def test_an_image_that_cannot_be_tried_here_is_told_as_such(tmp_path: Path) -> None:
    trial = Trial(error=CheckerMissing("runc is not installed.", next_step="Install it."))
    async with serving(tmp_path, FakeExecutor(), trial) as service:
        result = (await ended(service, await started(service, INLINE))).json()
    assert (result["works"], result["images"][0]["check"]["works"]) == (None, None)
    assert result["images"][0]["check"]["why"] == "runc is not installed. Install it."


async def test_cancel_ends_the_build_and_removes_its_folder(tmp_path: Path) -> None:
    executor = FakeExecutor(holds=True)
    async with serving(tmp_path, executor) as service:
        run_id = await started(service, INLINE)
        await executor.started.wait()
        before = scratch(service)
        cancelled = await service.client.post(f"/v1/runs/{run_id}/cancel")
        result = await ended(service, run_id)
        builds: Builds = service.app.state.builds
        await builds.runner.close()
        left = scratch(service)
    assert len(before) == 1
    assert cancelled.json()["state"] == "cancelled"
    assert (result.status_code, result.json()["code"]) == (409, "run_cancelled")
    assert (executor.cancelled, left) == (1, [])


async def test_only_so_many_builds_run_at_once(tmp_path: Path) -> None:
    executor = FakeExecutor(holds=True)
    async with serving(tmp_path, executor, at_once=1) as service:
        runs = [await started(service, INLINE) for _ in range(3)]
        await executor.started.wait()
        await asyncio.sleep(0)
        running = executor.building
        executor.let_go.set()
        results = [(await ended(service, run_id)).status_code for run_id in runs]
    assert (running, executor.most_at_once, results) == (1, 1, [200, 200, 200])


async def test_more_builds_than_may_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.building.WAITING", 1)
    executor = FakeExecutor(holds=True)
    async with serving(tmp_path, executor, at_once=1) as service:
        first = await started(service, INLINE)
        await executor.started.wait()
        second = await started(service, INLINE)
        third = await service.client.post("/v1/builds", json=INLINE)
        executor.let_go.set()
        for run_id in (first, second):
            await ended(service, run_id)
    assert (third.status_code, third.json()["code"]) == (503, "builds_busy")
    assert third.headers["Retry-After"]


async def test_a_key_gives_the_run_that_the_first_request_began(tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "k"}
    async with serving(tmp_path, FakeExecutor()) as service:
        first = await started(service, INLINE, headers=headers)
        second = await started(service, INLINE, headers=headers)
        other = await service.client.post("/v1/builds", json={**INLINE, "check": False}, headers=headers)
        await ended(service, first)
    assert first == second
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


async def test_secrets_and_folders_of_the_server_are_in_no_answer(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    place = str(tmp_path / "state" / "builds")
    executor = FakeExecutor(
        lines=(f"password is {secret}", f"cannot open {place}/images/x"),
        error=BuildFailed(f"in {place}/scratch: {secret}"),
    )
    async with serving(tmp_path, executor) as service:
        run_id = await started(service, {**INLINE, "environment": {"DATABASE_PASSWORD": secret}})
        result = await ended(service, run_id)
        stream = (await service.client.get(f"/v1/runs/{run_id}/events")).text
    assert result.json()["code"] == "build_failed"
    for text in (result.text, stream):
        assert secret not in text
        assert str(tmp_path) not in text
    assert "cannot open <build>/images/x" in stream


async def test_a_long_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    executor = FakeExecutor(lines=[f"line {at}" for at in range(20_000)])
    async with serving(tmp_path, executor) as service:
        run_id = await started(service, {**INLINE, "check": False})
        await ended(service, run_id)
        told = [line for line in notes(await followed(service, run_id)) if "line" in line]
    assert told[:2] == ["line 0", "line 1"]
    assert told[-1] == "line 19999"
    assert any("are left out" in line for line in told)
    assert len(told) < 3_300


async def test_files_are_kept_for_a_time(tmp_path: Path) -> None:
    executor = FakeExecutor()
    async with serving(tmp_path, executor, keep_seconds=0.001) as service:
        run_id = await started(service, INLINE)
        await ended(service, run_id)
        said = await service.client.get(f"/v1/builds/{run_id}/archive")
        builds: Builds = service.app.state.builds
        await builds.forget_images()
    assert (said.status_code, said.json()["code"]) == (410, "build_files_gone")
    assert executor.removed == [executor.seen[0].request.name]


async def test_a_build_without_files_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, FakeExecutor()) as service:
        run_id = await started(service, {**INLINE, "plan_only": True})
        await ended(service, run_id)
        said = await service.client.get(f"/v1/builds/{run_id}/archive")
    assert (said.status_code, said.json()["code"]) == (404, "build_file_not_found")


async def test_a_build_of_somebody_else_and_runs_of_other_kinds_do_not_exist(tmp_path: Path) -> None:
    async def work(_: Any) -> None:
        return None

    async with serving(tmp_path, FakeExecutor()) as service:
        runner = service.context.runner
        foreign = await runner.start(kind="build", owner="cluster:eve", work=work)
        other = await runner.start(kind="diagnosis", owner="local:local", work=work)
        said = [
            await service.client.get(f"/v1/builds/{run.id}{rest}")
            for run in (foreign, other)
            for rest in ("", "/archive", "/files/Dockerfile")
        ]
    assert {(one.status_code, one.json()["code"]) for one in said} == {(404, "run_not_found")}


async def test_images_are_kept_apart_by_owner(tmp_path: Path) -> None:
    owners: list[str] = []
    async with serving(tmp_path, FakeExecutor(), owners=owners) as service:
        await ended(service, await started(service, INLINE))
    assert set(owners) == {"local:local"}


async def test_folders_of_processes_that_died_are_removed_at_the_start(tmp_path: Path) -> None:
    above = tmp_path / "state" / "builds" / "scratch"
    dead = above / "dead"
    (dead / "run-x").mkdir(parents=True)
    (above / "dead.lock").touch()
    async with serving(tmp_path, FakeExecutor()) as service:
        after = sorted(above.iterdir())
        await ended(service, await started(service, INLINE))
        during = sorted(path.suffix for path in above.iterdir())
    assert after == []
    assert during == ["", ".lock"]
    assert sorted(above.iterdir()) == []


async def test_a_folder_outlives_the_threads_that_work_in_it(tmp_path: Path) -> None:
    go, begun = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go.wait(30)

    async with serving(tmp_path, FakeExecutor()) as service:
        builds: Builds = service.app.state.builds

        async def working() -> None:
            async with builds.place() as place:
                await place.in_thread(slow)

        work = asyncio.create_task(working())
        await asyncio.to_thread(begun.wait)
        work.cancel()
        await asyncio.wait({work})
        while_it_works = scratch(service)
        go.set()
    assert work.cancelled()
    assert len(while_it_works) == 1
    assert sorted((tmp_path / "state" / "builds" / "scratch").iterdir()) == []


async def test_a_stop_of_the_server_ends_builds_and_removes_their_folders(tmp_path: Path) -> None:
    executor = FakeExecutor(holds=True)
    async with serving(tmp_path, executor) as service:
        await started(service, INLINE)
        await executor.started.wait()
    assert executor.cancelled == 1
    assert sorted((tmp_path / "state" / "builds" / "scratch").iterdir()) == []


async def test_one_caller_of_many_takes_a_quarter_of_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.building.WAITING", 4)
    executor = FakeExecutor(holds=True)

    async def work(_: Any) -> None:
        await executor.let_go.wait()

    async with serving(tmp_path, executor, at_once=1) as service:
        builds: Builds = service.app.state.builds
        settings = service.context.settings
        many = settings.model_copy(update={"server": settings.server.model_copy(update={"auth": "cluster"})})
        builds.services.context = replace(service.context, settings=many)

        async def begin(owner: str) -> Run:
            return await builds.start(owner=owner, work=work, idempotency_key=None, fingerprint="")

        first = await begin("cluster:eve")
        await service.context.store.wait_after(first.id, 1, 10)
        runs = [first, await begin("cluster:eve")]
        with pytest.raises(BuildsBusy):
            await begin("cluster:eve")
        runs.append(await begin("cluster:bob"))
        executor.let_go.set()
        ends = [(await builds.runner.wait(run.id, 10)).state for run in runs]
    assert ends == ["succeeded"] * 3


def a_contract(_: Callable[[], Executor]) -> None:
    """Let the type checker say that the fake is an executor."""


a_contract(FakeExecutor)
