"""The memory of events: patterns, occurrences, incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kb_event_pattern",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("kb_event_pattern_first", "kb_event_pattern", ["access", "first_seen"])
    op.create_index("kb_event_pattern_key", "kb_event_pattern", ["key"])
    op.create_index("kb_event_pattern_last", "kb_event_pattern", ["last_seen"])
    op.create_index("kb_event_pattern_reason", "kb_event_pattern", ["reason", "access"])
    op.create_index("kb_event_pattern_seen", "kb_event_pattern", ["access", "last_seen", "id"])
    op.create_table(
        "kb_event_occurrence",
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pattern"], ["kb_event_pattern.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pattern", "hour"),
    )
    op.create_index("kb_event_occurrence_hour", "kb_event_occurrence", ["hour"])
    op.create_table(
        "kb_event_scope",
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "access"),
    )
    op.create_table(
        "kb_event_seen",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_index("kb_event_seen_at", "kb_event_seen", ["at"])
    op.create_table(
        "kb_incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("workload", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("kb_incident_access", "kb_incident", ["access", "resolved_at", "id"])
    op.create_index("kb_incident_code", "kb_incident", ["code", "access"])
    op.create_index("kb_incident_reason", "kb_incident", ["reason", "access"])


def downgrade() -> None:
    op.drop_table("kb_incident")
    op.drop_table("kb_event_seen")
    op.drop_table("kb_event_scope")
    op.drop_table("kb_event_occurrence")
    op.drop_table("kb_event_pattern")
