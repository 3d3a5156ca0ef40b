"""Queries for rows by many ids, with one parameter for all of them.

A list in a statement is written out anew for each search, which costs more than reading the rows.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.storage.schema import Json
from kb.records.rows import Connection

WANTED = "wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """A query for the rows whose id is among the parameter ``wanted``, a list, as each database wants it."""

    sqlite: sa.Select[Any]
    postgresql: sa.Select[Any]

    def on(self, connection: Connection) -> sa.Select[Any]:
        """Return the query for the database of a connection."""
        return self.sqlite if connection.dialect.name == "sqlite" else self.postgresql


def among(query: sa.Select[Any], column: sa.Column[str]) -> Among:
    """Narrow a query to the rows whose ``column`` is among the parameter ``wanted``."""
    listed = sa.func.json_each(sa.bindparam(WANTED, type_=Json())).table_valued("value")
    array = sa.bindparam(WANTED, type_=sa.ARRAY(sa.Text()))
    return Among(
        sqlite=query.where(column.in_(sa.select(listed.c.value))), postgresql=query.where(column == sa.any_(array))
    )
