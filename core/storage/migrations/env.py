"""What Alembic runs for every command. The connection, already in its transaction, comes from ``Database``."""

from alembic import context

from core.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
