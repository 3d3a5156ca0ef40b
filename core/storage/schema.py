"""Tables, as SQLAlchemy Core. The migrations build them; a test compares both.

Moments are microseconds since 1970 and JSON is text in ASCII, so that SQLite and PostgreSQL store the same and
neither zero bytes nor lone surrogates of foreign text can stop a write.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(sa.TypeDecorator[datetime]):
    """A point in time, stored as microseconds since 1970 in UTC."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Store a moment."""
        del dialect  # both databases store the same
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """Load a moment."""
        del dialect  # both databases store the same
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(sa.TypeDecorator[Any]):
    """A JSON value, stored as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Store a value; None is NULL."""
        del dialect  # both databases store the same
        return None if value is None else json.dumps(value, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Load a value."""
        del dialect  # both databases store the same
        return None if value is None else json.loads(value)


metadata = sa.MetaData()

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("deadline_at", Moment),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("steps", Json, nullable=False),
    sa.Column("result", Json),
    sa.Column("error", Json),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("lease_token", sa.Text),
    sa.Column("lease_until", Moment),
    sa.UniqueConstraint("owner", "idempotency_key", name="run_owner_idempotency_key"),
    sa.Index("run_owner_created", "owner", "created_at", "id"),
    sa.Index("run_state_lease", "state", "lease_until"),
    sa.Index("run_finished", "finished_at"),
)

run_event = sa.Table(
    "run_event",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", Json),
    sa.Column("at", Moment, nullable=False),
    sa.Column("last", sa.Boolean, nullable=False),
)
