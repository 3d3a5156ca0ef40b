"""The API as uvicorn serves it: what happens to open connections when it stops."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx

from core.settings import ServerSettings
from tests.api.harness import BEARER, DEMO, SlowDemo, make_context
from tests.api.serving import served


def test_a_stop_ends_streams_with_a_typed_event_and_answers_waiting_calls(tmp_path: Path) -> None:
    slow = SlowDemo()
    server = ServerSettings(request_seconds=20, shutdown_seconds=0)
    context = make_context(tmp_path, server=server, open_demo=slow)
    seen: list[str] = []
    waiting: list[httpx.Response] = []

    def wait_for_result(base: str) -> None:
        waiting.append(httpx.post(f"{base}/v1/diagnoses", json=DEMO, headers=BEARER, timeout=30))

    with httpx.Client(headers=BEARER, timeout=30) as client:
        with served(context) as base:
            run = client.post(f"{base}/v1/diagnoses", json=DEMO, headers={"Prefer": "wait=0"}).json()
            post = threading.Thread(target=wait_for_result, args=(base,))
            post.start()
            stream = client.stream("GET", f"{base}{run['links']['events']}")
            with stream as answer:
                lines = answer.iter_lines()
                seen += [next(lines)]
                follow = threading.Thread(target=lambda: seen.extend(lines))
                follow.start()
                while len(client.get(f"{base}/v1/runs").json()["runs"]) < 2:
                    pass
                context.stopping.set()
                follow.join(30)
        post.join(30)
    slow.go.set()
    assert seen[0] == "event: state"
    assert "event: stopping" in seen
    assert [answer.status_code for answer in waiting] == [202]


def test_a_stream_that_nobody_reads_any_more_is_closed(tmp_path: Path) -> None:
    slow = SlowDemo()
    with served(make_context(tmp_path, open_demo=slow)) as base, httpx.Client(headers=BEARER, base_url=base) as client:
        run = client.post("/v1/diagnoses", json=DEMO, headers={"Prefer": "wait=0"}).json()
        with client.stream("GET", run["links"]["events"]) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: state"
            assert "sextant_event_streams 1.0" in client.get("/metrics").text
        while "sextant_event_streams 1.0" in client.get("/metrics").text:
            pass
        slow.go.set()


def test_a_diagnosis_over_a_real_socket(tmp_path: Path) -> None:
    with served(make_context(tmp_path)) as base, httpx.Client(headers=BEARER, timeout=30, base_url=base) as client:
        said = client.post("/v1/diagnoses", json=DEMO)
        page = client.get("/", headers={"Accept": "text/html"})
    assert said.json()["verdict"] == "failing"
    assert "server" not in said.headers
    assert "deployment/checkout" in page.text


def test_an_upload_over_the_limit_is_refused_while_it_streams(tmp_path: Path) -> None:
    server = ServerSettings(request_seconds=20, shutdown_seconds=0, max_upload_bytes=1024 * 1024)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 512 * 1024 * 1024:
            sent += 65_536
            yield b"x" * 65_536

    with served(make_context(tmp_path, server=server)) as base:
        try:
            said = httpx.post(
                f"{base}/v1/diagnoses",
                content=endless(),
                headers={**BEARER, "Content-Type": "application/zstd"},
                timeout=30,
            )
        except httpx.WriteError:
            said = None  # the server hung up before we had stopped to send, which is its right
    assert said is None or (said.status_code, said.json()["code"]) == (413, "bundle_too_large")
    assert sent < 256 * 1024 * 1024
