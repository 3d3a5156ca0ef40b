import asyncio
import contextlib
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.app import RUNS_KEPT
from core.runs import RunStore
from tests.api.harness import DEMO, make_context, running


async def test_health_and_readiness(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        alive = await service.client.get("/healthz")
        ready = await service.client.get("/readyz")
    assert alive.json() == {"status": "ok"}
    assert ready.json() == {"status": "ready", "database": "ok", "cluster": "not configured"}


def _upgrade(path: Path) -> None:
    """Make a database one that a newer program has written."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE alembic_version SET version_num = 'v9999'")
        file.commit()


async def test_with_a_database_of_a_newer_program_the_service_is_not_ready(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    async with running(context) as service:
        # In a thread: the service may hold the file's lock, and gives it back in this loop.
        await asyncio.to_thread(_upgrade, tmp_path / "state" / "sextant.db")
        ready = await service.client.get("/readyz")
        alive = await service.client.get("/healthz")
    assert (ready.status_code, ready.json()["code"]) == (503, "storage")
    assert ready.headers["Retry-After"] == "5"
    assert alive.status_code == 200


async def test_metrics_count_requests_by_template_and_diagnoses_by_verdict(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        run_id = (await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"]
        await service.client.get(f"/v1/runs/{run_id}")
        await service.client.get("/v1/nothing")
        text = (await service.client.get("/metrics")).text
    assert 'sextant_http_requests_total{method="POST",route="/v1/diagnoses",status="200"} 1.0' in text
    assert 'sextant_http_requests_total{method="GET",route="/v1/runs/{run_id}",status="200"} 1.0' in text
    assert 'sextant_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'sextant_diagnoses_total{verdict="failing"} 1.0' in text
    assert 'sextant_runs_total{kind="diagnosis",state="succeeded"} 1.0' in text
    assert run_id not in text
    assert re.search(r"^sextant_event_streams 0.0$", text, re.MULTILINE)


async def test_runs_that_ended_long_ago_are_forgotten(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    async with running(context) as service:
        old = (await service.client.post("/v1/diagnoses", json=DEMO)).headers["X-Run-Id"]
        await context.store.purge(datetime.now(UTC) - RUNS_KEPT)
        kept = await service.client.get(f"/v1/runs/{old}")
        await context.store.purge(datetime.now(UTC) + timedelta(seconds=1))
        gone = await service.client.get(f"/v1/runs/{old}")
    assert kept.status_code == 200
    assert gone.status_code == 404


async def test_two_apps_in_one_process_share_nothing(tmp_path: Path) -> None:
    first, second = make_context(tmp_path / "a"), make_context(tmp_path / "b")
    second = replace(second, store=RunStore(second.database))
    async with running(first) as one, running(second) as other:
        await one.client.post("/v1/diagnoses", json=DEMO)
        runs = (await other.client.get("/v1/runs")).json()["runs"]
        text = (await other.client.get("/metrics")).text
    assert runs == []
    assert "sextant_diagnoses_total{" not in text
