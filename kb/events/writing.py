"""The one transaction that writes what was counted, and those that forget."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.storage import Database
from kb.events.counting import Gathered, Tally
from kb.events.model import EventLimits
from kb.events.tables import incident, occurrence, pattern, scope, seen

MICROSECONDS = 1_000_000
ROWS_AT_ONCE = 5_000
"""Rows that one deletion takes, so that other writers get their turn."""


async def write(
    database: Database,
    gathered: Gathered,
    limits: EventLimits,
    *,
    grown: Iterable[str] = (),
    forget_before: datetime | None = None,
) -> None:
    """Write what was counted, all or nothing.

    ``grown`` are the labels under which there may be more patterns now than before. Events that were last counted
    before ``forget_before`` are forgotten.
    """
    async with database.write() as connection:
        for (cluster, access), since in gathered.scopes.items():
            row = insert(database, scope).values(cluster=cluster, access=access, since=since)
            await connection.execute(row.on_conflict_do_nothing())
        ordered = dict(sorted(gathered.tallies.items()))  # two writers lock rows in the same order
        if ordered:
            await connection.execute(_add_patterns(database, limits), [_row(*item) for item in ordered.items()])
            await connection.execute(_add_occurrences(database), _hours(ordered))
            for access in sorted(grown):
                await _keep_newest(connection, access, limits.max_patterns)
        if gathered.events:
            rows = [{"event": name, "count": n, "at": at} for name, (n, at) in sorted(gathered.events.items())]
            await connection.execute(_add_seen(database), rows)
        if forget_before is not None:
            await connection.execute(seen.delete().where(seen.c.at < forget_before))


def insert(database: Database, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can update instead."""
    return sqlite.insert(table) if database.sqlite else postgresql.insert(table)


def _add_patterns(database: Database, limits: EventLimits) -> sa.Insert:
    statement = insert(database, pattern)
    new, old = statement.excluded, pattern.c
    silence = sa.type_coerce(new.first_seen, sa.BigInteger) - sa.type_coerce(old.last_seen, sa.BigInteger)
    returned = silence > limits.quiet_days * 86_400 * MICROSECONDS
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "count": old.count + new["count"],
            "first_seen": sa.case((new.first_seen < old.first_seen, new.first_seen), else_=old.first_seen),
            "last_seen": sa.case((new.last_seen > old.last_seen, new.last_seen), else_=old.last_seen),
            "returned_at": sa.case((returned, new.first_seen), else_=old.returned_at),
            "type": sa.case((new.type == "Warning", new.type), else_=old.type),
        },
    )


def _add_occurrences(database: Database) -> sa.Insert:
    statement = insert(database, occurrence)
    total = occurrence.c["count"] + statement.excluded["count"]
    return statement.on_conflict_do_update(index_elements=["pattern", "hour"], set_={"count": total})


def _add_seen(database: Database) -> sa.Insert:
    statement = insert(database, seen)
    new = statement.excluded
    return statement.on_conflict_do_update(index_elements=["event"], set_={"count": new["count"], "at": new["at"]})


def _row(key: str, tally: Tally) -> Mapping[str, Any]:
    found, of = tally.newest, tally.newest.fingerprint
    return {
        "id": key,
        "key": of.key,
        "cluster": found.cluster,
        "access": found.access,
        "namespace": found.namespace,
        "owner_kind": of.owner.kind,
        "owner_name": of.owner.name,
        "kind": of.kind,
        "reason": of.reason,
        "type": found.type,
        "wording": of.wording,
        "sample": found.sample,
        "image": of.image,
        "component": found.component,
        "count": tally.count,
        "first_seen": tally.first,
        "last_seen": tally.last,
        "returned_at": None,
    }


def _hours(tallies: Mapping[str, Tally]) -> list[dict[str, Any]]:
    return [
        {"pattern": key, "hour": hour, "access": tally.newest.access, "count": count}
        for key, tally in tallies.items()
        for hour, count in sorted(tally.hours.items())
    ]


async def _keep_newest(connection: AsyncConnection, access: str, limit: int) -> None:
    """Forget the patterns of a namespace beyond its limit, those not seen for longest."""
    beyond = (
        sa.select(pattern.c.id)
        .where(pattern.c.access == access)
        .order_by(pattern.c.last_seen.desc(), pattern.c.id.desc())
        .offset(limit)
        .limit(ROWS_AT_ONCE)
    )
    if ids := (await connection.execute(beyond)).scalars().all():
        await connection.execute(pattern.delete().where(pattern.c.id.in_(ids)))


async def purge(database: Database, limits: EventLimits, now: datetime) -> int:
    """Delete what is older than its time to live; return how many rows that were."""
    return (
        await _delete(database, occurrence, [occurrence.c.hour < now - timedelta(days=limits.occurrence_days)])
        + await _delete(database, pattern, [pattern.c.last_seen < now - timedelta(days=limits.pattern_days)])
        + await _delete(database, incident, [incident.c.resolved_at < now - timedelta(days=limits.incident_days)])
        + await _delete(database, seen, [seen.c.at < now - timedelta(seconds=limits.seen_seconds)])
    )


async def _delete(database: Database, table: sa.Table, old: list[sa.ColumnElement[bool]]) -> int:
    key = sa.tuple_(*table.primary_key.columns)
    total = 0
    while True:
        some = sa.select(*table.primary_key.columns).where(*old).limit(ROWS_AT_ONCE)
        async with database.write() as connection:
            done = (await connection.execute(table.delete().where(key.in_(some)))).rowcount
        total += done
        if done < ROWS_AT_ONCE:
            return total
