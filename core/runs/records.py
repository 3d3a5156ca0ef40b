"""Runs and events as rows of the database, and cursors as text."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import UsageError
from core.runs.model import Run, RunEvent, RunFailure, RunId, Step
from core.storage.schema import EPOCH


def run_of(row: sa.RowMapping) -> Run:
    """Read a run from its row. A row without the column ``result`` (lists) gives a run without result."""
    return Run(
        id=RunId(row["id"]),
        kind=row["kind"],
        state=row["state"],
        owner=row["owner"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        deadline_at=row["deadline_at"],
        progress=row["progress"],
        steps=tuple(_step_of(step) for step in row["steps"]),
        result=row.get("result"),
        error=RunFailure(**row["error"]) if row["error"] else None,
        idempotency_key=row["idempotency_key"],
        cancel_requested=row["cancel_requested"],
    )


def event_of(row: sa.RowMapping, result: Any) -> RunEvent:
    """Read an event. The body of a ``result`` event is the run's result, which is stored once."""
    body = result if row["type"] == "result" else row["body"]
    return RunEvent(seq=row["seq"], type=row["type"], body=body, at=row["at"], last=row["last"])


def step_json(step: Step) -> dict[str, Any]:
    """Write a step as it is stored."""
    return {
        "name": step.name,
        "state": step.state,
        "started_at": step.started_at.isoformat(),
        "finished_at": step.finished_at.isoformat() if step.finished_at else None,
        "note": step.note,
    }


def failure_json(failure: RunFailure) -> dict[str, str]:
    """Write a failure as it is stored and told."""
    return {"code": failure.code, "message": failure.message, "next_step": failure.next_step}


def _step_of(stored: dict[str, Any]) -> Step:
    finished = stored["finished_at"]
    return Step(
        name=stored["name"],
        state=stored["state"],
        started_at=datetime.fromisoformat(stored["started_at"]),
        finished_at=datetime.fromisoformat(finished) if finished else None,
        note=stored["note"],
    )


def cursor_of(run: Run) -> str:
    """Write the place of a run in a list, newest first."""
    micros = (run.created_at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{run.id}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """Read a cursor. Raises ``UsageError`` when it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        micros, _, run_id = text.partition(":")
        return EPOCH + timedelta(microseconds=int(micros)), run_id
    except (binascii.Error, ValueError, OverflowError) as exc:
        raise UsageError("The cursor is not one that a list returned.", next_step="Start without a cursor.") from exc
