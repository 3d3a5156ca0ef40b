"""Tables of the memory of events. Every row that a person can be shown carries its access label."""

import sqlalchemy as sa

from core.storage.schema import Moment, metadata

pattern = sa.Table(
    "kb_event_pattern",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("cluster", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("owner_kind", sa.Text, nullable=False),
    sa.Column("owner_name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("wording", sa.Text, nullable=False),
    sa.Column("sample", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("last_seen", Moment, nullable=False),
    sa.Column("returned_at", Moment),
    sa.Index("kb_event_pattern_seen", "access", "last_seen", "id"),
    sa.Index("kb_event_pattern_first", "access", "first_seen"),
    sa.Index("kb_event_pattern_key", "key"),
    sa.Index("kb_event_pattern_reason", "reason", "access"),
    sa.Index("kb_event_pattern_last", "last_seen"),
)

occurrence = sa.Table(
    "kb_event_occurrence",
    metadata,
    sa.Column("pattern", sa.Text, sa.ForeignKey("kb_event_pattern.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("hour", Moment, primary_key=True, autoincrement=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Index("kb_event_occurrence_hour", "hour"),
)
"""How often a pattern occurred within an hour: at most 24 rows a day for a pattern, however hard it storms."""

scope = sa.Table(
    "kb_event_scope",
    metadata,
    sa.Column("cluster", sa.Text, primary_key=True),
    sa.Column("access", sa.Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
)
"""Since when the events of a namespace are watched: what began before cannot be called new."""

seen = sa.Table(
    "kb_event_seen",
    metadata,
    sa.Column("event", sa.Text, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("kb_event_seen_at", "at"),
)
"""How often each single event was counted, so that a list after a restart counts nothing twice. Never shown."""

incident = sa.Table(
    "kb_incident",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("cluster", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("workload", sa.Text, nullable=False),
    sa.Column("owner_name", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("fix", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("resolved_at", Moment, nullable=False),
    sa.Index("kb_incident_access", "access", "resolved_at", "id"),
    sa.Index("kb_incident_code", "code", "access"),
    sa.Index("kb_incident_reason", "reason", "access"),
)
