"""Tables of the knowledge base. The text of passages is the truth here; vectors can be rebuilt from it."""

import sqlalchemy as sa

from core.storage.schema import Json, Moment, metadata

source = sa.Table(
    "kb_source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("schedule_seconds", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("synced_at", Moment),
    sa.Column("next_sync_at", Moment),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("error_code", sa.Text, nullable=False),
    sa.UniqueConstraint("access", "name", name="kb_source_access_name"),
    sa.Index("kb_source_next_sync", "next_sync_at"),
)

document = sa.Table(
    "kb_document",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, sa.ForeignKey("kb_source.id", ondelete="CASCADE"), nullable=False),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("stamp", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("sketch", sa.LargeBinary),
    sa.Column("passages", sa.Integer, nullable=False),
    sa.Column("characters", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("error_code", sa.Text, nullable=False),
    sa.Column("next_try_at", Moment),
    sa.Column("notes", Json, nullable=False),
    sa.Column("updated_at", Moment),
    sa.Column("indexed_at", Moment),
    sa.UniqueConstraint("source", "uri", name="kb_document_source_uri"),
    sa.Index("kb_document_source_state", "source", "state", "id"),
    sa.Index("kb_document_family", "family"),
)

text = sa.Table(
    "kb_text",
    metadata,
    sa.Column("document", sa.Text, sa.ForeignKey("kb_document.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.Text, primary_key=True),
    sa.Column("text", Json, nullable=False),
)

passage = sa.Table(
    "kb_passage",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("document", sa.Text, sa.ForeignKey("kb_document.id", ondelete="CASCADE"), nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("title", Json, nullable=False),
    sa.Column("heading_path", Json, nullable=False),
    sa.Column("text", Json, nullable=False),
    sa.Column("span_start", sa.Integer, nullable=False),
    sa.Column("span_end", sa.Integer, nullable=False),
    sa.Column("parent_start", sa.Integer, nullable=False),
    sa.Column("parent_end", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
    sa.Index("kb_passage_document", "document", "revision", "ordinal"),
)

spool = sa.Table(
    "kb_spool",
    metadata,
    sa.Column("document", sa.Text, sa.ForeignKey("kb_document.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", Json, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("updated_at", Moment),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""Bytes that were given (an upload) or fetched while listing (a crawl). Uploads stay: nobody could fetch them again."""

job = sa.Table(
    "kb_job",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("run_at", Moment, nullable=False),
    sa.Column("lease_token", sa.Text, nullable=False),
    sa.Column("lease_until", Moment),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("error_code", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("again", sa.Boolean, nullable=False),
    sa.Index("kb_job_ready", "state", "priority", "run_at"),
    sa.Index("kb_job_source", "source", "state"),
    sa.Index("kb_job_document", "document"),
)

index = sa.Table(
    "kb_index",
    metadata,
    sa.Column("collection", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
)
"""Collections of the vector store: ``building`` up to a ``position`` (the last document that was copied), ``current``,
``retired``. While one is building, every newly indexed document is written to it as well."""
