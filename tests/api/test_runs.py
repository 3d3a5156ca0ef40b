import asyncio
from pathlib import Path

from core.identity import Caller
from core.runs import RunProgress
from tests.api.harness import DEMO, SlowDemo, events_of, make_context, running


async def test_runs_are_listed_newest_first_page_by_page(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        made = [(await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"] for _ in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = (
                await service.client.get("/v1/runs", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
            ).json()
            seen += [run["id"] for run in page["runs"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        others = (await service.client.get("/v1/runs", params={"kind": "build"})).json()
        failed = (await service.client.get("/v1/runs", params={"state": "failed"})).json()
        foreign = await service.client.get("/v1/runs", params={"cursor": "!!"})
    assert seen == made[::-1]
    assert others["runs"] == failed["runs"] == []
    assert (foreign.status_code, foreign.json()["code"]) == (400, "usage")


async def test_a_run_shows_its_steps(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        run_id = (await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"]
        run = (await service.client.get(f"/v1/runs/{run_id}")).json()
    assert (run["state"], run["progress"], run["kind"]) == ("succeeded", 1.0, "diagnosis")
    assert [(step["name"], step["state"]) for step in run["steps"]] == [
        ("open", "succeeded"),
        ("analyze", "succeeded"),
        ("render", "succeeded"),
    ]
    assert "result" not in run


async def test_a_stream_cut_anywhere_goes_on_with_every_event_exactly_once(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        run_id = (await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"]
        path = f"/v1/runs/{run_id}/events"
        whole = events_of((await service.client.get(path)).text)
        ids = [event["id"] for event in whole]
        for cut in range(len(whole)):
            rest = events_of((await service.client.get(path, headers={"Last-Event-ID": str(cut)})).text)
            assert whole[:cut] + rest == whole
        after_all = events_of((await service.client.get(path, headers={"Last-Event-ID": str(len(whole))})).text)
    assert ids == list(range(1, len(whole) + 1))
    assert whole[0] == {"id": 1, "event": "state", "data": {"state": "queued"}}
    assert whole[-1]["event"] == "done"
    assert next(event for event in whole if event["event"] == "result")["data"]["verdict"] == "failing"
    assert [event["event"] for event in after_all] == ["done"]


async def test_a_bad_last_event_id_is_a_problem(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        run_id = (await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"]
        said = await service.client.get(f"/v1/runs/{run_id}/events", headers={"Last-Event-ID": "x"})
    assert (said.status_code, said.json()["code"]) == (422, "request_invalid")


async def test_cancel_ends_a_run_and_its_stream(tmp_path: Path) -> None:
    slow = SlowDemo()
    async with running(make_context(tmp_path, open_demo=slow)) as service:
        run = (await service.client.post("/v1/diagnoses", json=DEMO, headers={"Prefer": "wait=0"})).json()
        stream = asyncio.ensure_future(service.client.get(run["links"]["events"]))
        cancelled = await service.client.post(run["links"]["cancel"])
        again = await service.client.post(run["links"]["cancel"])
        events = events_of((await stream).text)
        result = await service.client.get(run["links"]["result"])
        slow.go.set()
    assert cancelled.json()["state"] == again.json()["state"] == "cancelled"
    assert events[-1] == {"id": events[-1]["id"], "event": "done", "data": {"state": "cancelled"}}
    assert (result.status_code, result.json()["code"]) == (409, "run_cancelled")


async def test_a_run_of_somebody_else_does_not_exist(tmp_path: Path) -> None:
    async def work(_: RunProgress) -> None:
        return None

    context = make_context(tmp_path)
    async with running(context) as service:
        other = Caller(name="eve", kind="cluster")
        run = await context.runner.start(kind="diagnosis", owner=f"{other.kind}:{other.name}", work=work)
        said = [
            await service.client.request(method, path)
            for method, path in (
                ("GET", f"/v1/runs/{run.id}"),
                ("GET", f"/v1/runs/{run.id}/events"),
                ("POST", f"/v1/runs/{run.id}/cancel"),
                ("GET", f"/v1/diagnoses/{run.id}"),
                ("GET", "/v1/runs/nothing"),
            )
        ]
        listed = (await service.client.get("/v1/runs")).json()["runs"]
    assert {(answer.status_code, answer.json()["code"]) for answer in said} == {(404, "run_not_found")}
    assert listed == []


async def test_a_run_of_another_kind_is_no_diagnosis(tmp_path: Path) -> None:
    async def work(_: RunProgress) -> dict[str, str]:
        return {"some": "thing"}

    context = make_context(tmp_path)
    async with running(context) as service:
        run = await context.runner.start(kind="chat", owner="local:local", work=work)
        said = await service.client.get(f"/v1/diagnoses/{run.id}")
        shown = (await service.client.get(f"/v1/runs/{run.id}")).json()
    assert (said.status_code, said.json()["code"]) == (404, "run_not_found")
    assert shown["links"]["result"] is None


async def test_a_stop_interrupts_what_runs_and_a_restart_tells_it(tmp_path: Path) -> None:
    slow = SlowDemo()
    async with running(make_context(tmp_path, open_demo=slow)) as service:
        run = (await service.client.post("/v1/diagnoses", json=DEMO, headers={"Prefer": "wait=0"})).json()
    slow.go.set()
    async with running(make_context(tmp_path)) as service:
        said = await service.client.get(run["links"]["result"])
    assert (said.status_code, said.json()["code"], said.json()["retryable"]) == (503, "interrupted", True)
