"""Alembic migrations, run by ``Database.migrate``. A change of ``schema`` is one new file in ``versions``."""
