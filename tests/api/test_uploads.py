from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from core.settings import ServerSettings
from tests.api.harness import TOKEN, Service, bundle_bytes, make_context, running


async def test_a_bundle_as_raw_body_and_as_form_give_the_same_diagnosis(tmp_path: Path) -> None:
    bundle = bundle_bytes(tmp_path)
    asked = {"target": "deploy/checkout", "namespace": "shop"}
    async with running(make_context(tmp_path)) as service:
        raw = await service.client.post(
            "/v1/diagnoses", params=asked, content=bundle, headers={"Content-Type": "application/zstd"}
        )
        form = await service.client.post("/v1/diagnoses", data=asked, files={"bundle": ("demo.tar.zst", bundle)})
    assert raw.status_code == form.status_code == 200
    assert raw.json() == form.json()
    assert raw.json()["verdict"] == "failing"


@dataclass(frozen=True, kw_only=True)
class Large:
    id: str
    sent: dict[str, Any]


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 1024


LARGE = (
    Large(id="announced", sent={"content": b"x" * 5000, "headers": {"Content-Type": "application/zstd"}}),
    Large(id="form", sent={"files": {"bundle": ("b.tar", b"x" * 40_000)}}),
    Large(id="never ending", sent={"headers": {"Content-Type": "application/octet-stream"}}),
)


@pytest.mark.parametrize("large", LARGE, ids=lambda large: large.id)
async def test_an_upload_over_the_limit_is_refused_while_it_streams(large: Large, tmp_path: Path) -> None:
    server = ServerSettings(request_seconds=20, shutdown_seconds=0, max_upload_bytes=4096)
    sent = large.sent if large.id != "never ending" else {**large.sent, "content": _endless()}
    async with running(make_context(tmp_path, server=server)) as service:
        said = await service.client.post("/v1/diagnoses", **sent)
        runs = (await service.client.get("/v1/runs")).json()["runs"]
    assert (said.status_code, said.json()["code"]) == (413, "bundle_too_large")
    assert runs == []


async def test_a_key_covers_the_bytes_of_an_upload(tmp_path: Path) -> None:
    bundle = bundle_bytes(tmp_path)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/octet-stream"}

    async def send(service: Service, content: bytes) -> httpx.Response:
        return await service.client.post("/v1/diagnoses", content=content, headers=headers)

    async with running(make_context(tmp_path)) as service:
        first, second = await send(service, bundle), await send(service, bundle)
        third = await send(service, bundle[:-1])
    assert first.headers["X-Run-Id"] == second.headers["X-Run-Id"]
    assert third.status_code == 409


async def test_a_caller_who_leaves_during_an_upload_leaves_nothing_behind(tmp_path: Path) -> None:
    said: list[Message] = []
    messages: list[Message] = [
        {"type": "http.request", "body": b"x" * 100, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    headers = {"host": "127.0.0.1", "content-type": "application/zstd", "authorization": f"Bearer {TOKEN}"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/diagnoses",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    with capture_logs() as logs:
        async with running(make_context(tmp_path)) as service:
            await service.app(scope, receive, send)
            runs = (await service.client.get("/v1/runs")).json()["runs"]
    assert said == runs == []
    assert {entry["log_level"] for entry in logs} == {"info"}
