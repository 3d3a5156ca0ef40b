from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api.context import ApiContext
from tests.api.harness import DEMO, SlowDemo, events_of, make_context, running, tar_bytes


@dataclass(frozen=True, kw_only=True)
class Form:
    id: str
    accept: str
    media_type: str
    begins: str


FORMS = (
    Form(id="json by default", accept="*/*", media_type="application/json", begins="{"),
    Form(id="markdown", accept="text/markdown", media_type="text/markdown; charset=utf-8", begins="# FAILING"),
    Form(id="text", accept="text/plain;q=0.9, text/html", media_type="text/plain; charset=utf-8", begins="FAILING"),
    Form(id="unknown is json", accept="image/png", media_type="application/json", begins="{"),
    Form(id="weights", accept="text/plain;q=0.1, application/json", media_type="application/json", begins="{"),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
async def test_a_diagnosis_comes_in_the_form_that_is_preferred(form: Form, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        said = await service.client.post("/v1/diagnoses", json=DEMO, headers={"Accept": form.accept})
        again = await service.client.get(said.headers["Content-Location"], headers={"Accept": form.accept})
    assert said.status_code == again.status_code == 200
    assert said.headers["Content-Type"] == form.media_type
    assert said.text.startswith(form.begins)
    assert again.content == said.content


async def test_the_document_holds_verdict_cause_and_fix(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        body = {**DEMO, "target": "deploy/checkout", "namespace": "shop"}
        document = (await service.client.post("/v1/diagnoses", json=body)).json()
    assert document["schema"] == "sextant.dev/diagnosis/v1"
    assert document["verdict"] == "failing"
    assert document["findings"][0]["code"] == "ImageTagNotFound"
    assert document["findings"][0]["evidence"][0]["quote"] == "not found"
    assert "registry.example/checkout:1" in document["findings"][0]["remedies"][0]["summary"]["en"]


async def test_text_comes_in_the_language_of_the_query_or_of_the_browser(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        made = await service.client.post("/v1/diagnoses", json=DEMO)
        path, plain = made.headers["Content-Location"], {"Accept": "text/plain"}
        chinese = await service.client.get(path, params={"lang": "zh"}, headers=plain)
        browser = await service.client.get(path, headers={**plain, "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
        english = await service.client.get(path, headers=plain)
    assert chinese.text == browser.text
    assert "故障" in chinese.text
    assert "故障" not in english.text


@dataclass(frozen=True, kw_only=True)
class Bad:
    id: str
    sent: dict[str, Any]
    status: int
    code: str


BAD = (
    Bad(id="no body", sent={}, status=415, code="media_type_unknown"),
    Bad(
        id="html",
        sent={"content": b"<p>", "headers": {"Content-Type": "text/html"}},
        status=415,
        code="media_type_unknown",
    ),
    Bad(
        id="broken json",
        sent={"content": b"{", "headers": {"Content-Type": "application/json"}},
        status=400,
        code="body_broken",
    ),
    Bad(id="json list", sent={"json": []}, status=422, code="request_invalid"),
    Bad(id="no source", sent={"json": {}}, status=422, code="request_invalid"),
    Bad(id="unknown source", sent={"json": {"source": {"type": "moon"}}}, status=422, code="request_invalid"),
    Bad(id="unknown field", sent={"json": {**DEMO, "colour": "red"}}, status=422, code="request_invalid"),
    Bad(id="converted type", sent={"json": {**DEMO, "hygiene": "yes"}}, status=422, code="request_invalid"),
    Bad(id="zero byte", sent={"json": {**DEMO, "target": "pod/a\x00b"}}, status=422, code="request_invalid"),
    Bad(id="path as namespace", sent={"json": {**DEMO, "namespace": "../nodes"}}, status=422, code="request_invalid"),
    Bad(
        id="two scopes",
        sent={"json": {**DEMO, "namespace": "a", "all_namespaces": True}},
        status=422,
        code="request_invalid",
    ),
    Bad(id="huge json", sent={"json": {**DEMO, "target": "x" * 70_000}}, status=413, code="body_too_large"),
    Bad(id="form without file", sent={"data": {"a": "b"}, "files": {"x": b"y"}}, status=400, code="body_broken"),
    Bad(
        id="form without boundary",
        sent={"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        status=400,
        code="body_broken",
    ),
    Bad(
        id="form with unknown field",
        sent={"data": {"moon": "b"}, "files": {"bundle": b"y"}},
        status=422,
        code="request_invalid",
    ),
    Bad(id="unknown target", sent={"json": {**DEMO, "target": "deploy/chekout"}}, status=404, code="target_not_found"),
    Bad(id="unknown namespace", sent={"json": {**DEMO, "namespace": "shpo"}}, status=404, code="namespace_not_found"),
    Bad(id="target without kind", sent={"json": {**DEMO, "target": "checkout"}}, status=422, code="target_invalid"),
    Bad(id="no cluster", sent={"json": {"source": {"type": "live"}}}, status=503, code="cluster_not_configured"),
    Bad(
        id="garbage bundle",
        sent={"content": b"\x28\xb5\x2f\xfd garbage", "headers": {"Content-Type": "application/zstd"}},
        status=422,
        code="bundle_broken",
    ),
    Bad(
        id="traversal",
        sent={
            "content": tar_bytes({"../../etc/cron.d/x": b"x"}),
            "headers": {"Content-Type": "application/x-tar"},
        },
        status=422,
        code="bundle_hostile",
    ),
    Bad(
        id="bad idempotency key",
        sent={"json": DEMO, "headers": {"Idempotency-Key": "with space"}},
        status=422,
        code="request_invalid",
    ),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id)
async def test_what_cannot_be_done_is_a_problem_that_says_why(bad: Bad, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        said = await service.client.post("/v1/diagnoses", **bad.sent)
    problem = said.json()
    assert (said.status_code, problem["code"]) == (bad.status, bad.code), said.text
    assert said.headers["Content-Type"] == "application/problem+json"
    assert problem["type"] == f"https://sextant.dev/problems/{bad.code}"
    assert problem["request_id"] == said.headers["X-Request-Id"]
    assert problem["detail"]


async def test_a_wrong_name_is_answered_with_the_closest(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        body = {**DEMO, "target": "deploy/chekout", "namespace": "shop"}
        problem = (await service.client.post("/v1/diagnoses", json=body)).json()
    assert "checkout" in problem["next_step"]


async def test_what_takes_longer_is_a_run_that_can_be_followed_to_its_result(tmp_path: Path) -> None:
    slow = SlowDemo()
    async with running(make_context(tmp_path, open_demo=slow)) as service:
        said = await service.client.post("/v1/diagnoses", json=DEMO, headers={"Prefer": "wait=0"})
        run = said.json()
        early = await service.client.get(run["links"]["result"])
        slow.go.set()
        stream = await service.client.get(run["links"]["events"])
        late = await service.client.get(run["links"]["result"])
    assert said.status_code == early.status_code == 202
    assert said.headers["Location"] == f"/v1/runs/{run['id']}"
    assert said.headers["Retry-After"] == "1"
    assert run["state"] in {"queued", "running"}
    assert events_of(stream.text)[-1]["event"] == "done"
    assert late.status_code == 200
    assert late.json()["verdict"] == "failing"


async def test_the_event_loop_stays_free_while_a_recording_is_opened(tmp_path: Path) -> None:
    slow = SlowDemo()
    async with running(make_context(tmp_path, open_demo=slow)) as service:
        await service.client.post("/v1/diagnoses", json=DEMO, headers={"Prefer": "respond-async"})
        assert (await service.client.get("/healthz")).status_code == 200
        slow.go.set()


async def test_the_same_key_and_request_give_the_same_run(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        answers = [
            await service.client.post("/v1/diagnoses", json=DEMO, headers={"Idempotency-Key": "k1"}) for _ in range(2)
        ]
        other = await service.client.post("/v1/diagnoses", json=DEMO, headers={"Idempotency-Key": "k2"})
        changed = {**DEMO, "target": "deploy/cart"}
        conflict = await service.client.post("/v1/diagnoses", json=changed, headers={"Idempotency-Key": "k1"})
    first, second = (answer.headers["X-Run-Id"] for answer in answers)
    assert first == second != other.headers["X-Run-Id"]
    assert (conflict.status_code, conflict.json()["code"]) == (409, "conflict")


async def test_a_fault_of_this_program_tells_no_internals(tmp_path: Path) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the password is hunter2")

    with capture_logs() as logs:
        failed, page = await _asked_of(make_context(tmp_path, diagnose=broken))
    for said in (failed, page):
        assert (said.status_code, said.json()["code"]) == (500, "internal")
        assert "hunter2" not in said.text
        assert "Traceback" not in said.text
    crash = next(entry for entry in logs if entry["event"] == "request failed")
    assert (crash["log_level"], crash["path"]) == ("error", "/v1/workloads")


async def _asked_of(context: ApiContext) -> tuple[httpx.Response, httpx.Response]:
    async with running(context) as service:
        failed = await service.client.post("/v1/diagnoses", json=DEMO)
        page = await service.client.get("/v1/workloads", params={"source": "demo"})
    return failed, page
