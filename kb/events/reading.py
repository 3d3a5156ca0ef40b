"""Questions to the tables of the memory of events. Each takes the caller's access and asks within it."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import UsageError
from core.storage import Database
from core.storage.schema import EPOCH
from kb.events.model import (
    Incident,
    Novelty,
    NoveltyKind,
    Occurrences,
    Pattern,
    PatternPage,
    Remembered,
    Subject,
    workload_of,
)
from kb.events.owners import Owner
from kb.events.phrases import why_new
from kb.events.sightings import clean
from kb.events.tables import incident, occurrence, pattern, scope
from kb.stores.selection import Access

MAX_LIMIT = 500
"""Patterns of one page, and how many of each kind are compared for similarity: the newest."""

EVERYWHERE = ""
"""The access under which a scope says that all namespaces of its cluster are watched."""

_LONGEST_ASKED = 1_000
_HOUR = timedelta(hours=1)


def mine(table: sa.Table, access: Access) -> sa.ColumnElement[bool]:
    """Return the condition that keeps every other tenant's rows out. Without labels nothing is found."""
    return table.c.access.in_(sorted(access.labels))


def asked(
    access: Access, *, cluster: str, namespace: str, workload: str, since: datetime | None, warnings: bool
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a question about patterns; an empty string does not narrow."""
    conditions = [mine(pattern, access)]
    if cluster:
        conditions.append(pattern.c.cluster == _fit(cluster))
    if namespace:
        conditions.append(pattern.c.namespace == _fit(namespace))
    if workload:
        owner = workload_of(_fit(workload))
        conditions.append(pattern.c.owner_name == owner.name)
        if owner.kind:
            conditions.append(pattern.c.owner_kind.in_(sorted({owner.kind, "Pod"})))
    if since is not None:
        conditions.append(pattern.c.last_seen >= since)
    if warnings:
        conditions.append(pattern.c.type == "Warning")
    return conditions


async def page(
    database: Database, conditions: Sequence[sa.ColumnElement[bool]], limit: int, cursor: str | None
) -> PatternPage:
    """Return patterns, last seen first."""
    limit = max(1, min(limit, MAX_LIMIT))
    query = (
        sa.select(pattern).where(*conditions).order_by(pattern.c.last_seen.desc(), pattern.c.id.desc()).limit(limit + 1)
    )
    if cursor is not None:
        moment, key = _place(cursor)
        after = sa.and_(pattern.c.last_seen == moment, pattern.c.id < key)
        query = query.where(sa.or_(pattern.c.last_seen < moment, after))
    async with database.read() as connection:
        found = [pattern_of(row) for row in (await connection.execute(query)).mappings()]
    more = len(found) > limit
    return PatternPage(patterns=tuple(found[:limit]), next_cursor=_cursor(found[limit - 1]) if more else None)


def began_since(since: datetime) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of what is new since a moment: it began, while it was watched, or came back."""
    watched = (
        sa.select(sa.func.min(scope.c.since))
        .where(scope.c.cluster == pattern.c.cluster, scope.c.access.in_([pattern.c.access, EVERYWHERE]))
        .scalar_subquery()
    )
    began = sa.and_(pattern.c.first_seen >= since, pattern.c.first_seen > watched)
    return [sa.or_(began, pattern.c.returned_at >= since)]


async def explained(database: Database, access: Access, found: Sequence[Pattern], since: datetime) -> list[Novelty]:
    """Say for each new pattern in which way it is new, from what the caller may read."""
    keys = sorted({one.key for one in found})
    others = (
        sa.select(pattern.c.key, pattern.c.id, pattern.c.first_seen)
        .where(mine(pattern, access), pattern.c.key.in_(keys))
        .order_by(pattern.c.first_seen)
        .limit(MAX_LIMIT * 10)
    )
    async with database.read() as connection:
        earlier = (await connection.execute(others)).all() if keys else []
        scopes = (await connection.execute(sa.select(scope))).all()
    watched = {(row.cluster, row.access): row.since for row in scopes}
    novelties = []
    for one in found:
        came_back = one.returned_at is not None and one.returned_at >= since
        elsewhere = sum(row.key == one.key and row.id != one.id and row.first_seen < one.first_seen for row in earlier)
        kind: NoveltyKind = "returned" if came_back else "new_here" if elsewhere else "new"
        began = one.returned_at if came_back and one.returned_at else one.first_seen
        known = [watched.get((one.cluster, one.access)), watched.get((one.cluster, EVERYWHERE))]
        watched_since = min((moment for moment in known if moment), default=one.first_seen)
        why = why_new(kind, one, since=began, watched_since=watched_since, elsewhere=elsewhere)
        novelties.append(
            Novelty(pattern=one, kind=kind, since=began, watched_since=watched_since, elsewhere=elsewhere, why=why)
        )
    return sorted(novelties, key=lambda one: (one.since, one.pattern.id), reverse=True)


async def occurrences(database: Database, access: Access, key: str, since: datetime) -> tuple[Occurrences, ...]:
    """Return when a pattern occurred, by hour."""
    query = (
        sa.select(occurrence.c.hour, occurrence.c["count"])
        .where(mine(occurrence, access), occurrence.c.pattern == _fit(key), occurrence.c.hour >= since - _HOUR)
        .order_by(occurrence.c.hour)
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return tuple(Occurrences(hour=row[0], count=row[1]) for row in rows)


async def candidates(database: Database, access: Access, subject: Subject) -> tuple[list[Incident], list[Pattern]]:
    """Return the newest incidents and patterns that share a code, a reason, the workload or the image."""
    owner = subject.owner
    cases = [incident.c.code == _fit(subject.code)] if subject.code else []
    troubles: list[sa.ColumnElement[bool]] = []
    for value, column in ((subject.reason, "reason"), (owner.name, "owner_name"), (subject.image, "image")):
        if value:
            cases.append(incident.c[column] == _fit(value))
            troubles.append(pattern.c[column] == _fit(value))
    if subject.message or not cases:
        cases = [sa.true()]
    of_incidents = sa.select(incident).where(mine(incident, access), sa.or_(*cases))
    of_patterns = sa.select(pattern).where(mine(pattern, access), sa.or_(sa.false(), *troubles))
    async with database.read() as connection:
        newest = of_incidents.order_by(incident.c.resolved_at.desc(), incident.c.id).limit(MAX_LIMIT)
        incidents = [incident_of(row) for row in (await connection.execute(newest)).mappings()]
        last = of_patterns.where(pattern.c.type == "Warning").order_by(pattern.c.last_seen.desc(), pattern.c.id)
        patterns = [pattern_of(row) for row in (await connection.execute(last.limit(MAX_LIMIT))).mappings()]
    return incidents, patterns


async def labels(database: Database) -> frozenset[str]:
    """Return the access labels under which something is remembered."""
    query = sa.union(sa.select(pattern.c.access), sa.select(incident.c.access))
    async with database.read() as connection:
        return frozenset((await connection.execute(query)).scalars())


async def remembered(database: Database, access: Access) -> Remembered:
    """Say how much is remembered of warnings, and since when their events are watched."""
    columns = pattern.c
    counts = sa.select(sa.func.count(), sa.func.sum(columns["count"]), sa.func.max(columns.last_seen))
    counts = counts.where(mine(pattern, access), columns.type == "Warning")
    began = sa.select(sa.func.min(scope.c.since)).where(mine(scope, access))
    async with database.read() as connection:
        patterns, events, last_seen = (await connection.execute(counts)).one()
        since = (await connection.execute(began)).scalar_one()
    return Remembered(since=since, patterns=patterns, events=int(events or 0), last_seen=last_seen)


async def incidents(
    database: Database, access: Access, *, cluster: str, namespace: str, workload: str, after: str, limit: int
) -> list[Incident]:
    """Return incidents by id, from the one after ``after``."""
    conditions = [mine(incident, access)]
    for column, value in (("cluster", cluster), ("namespace", namespace), ("owner_name", workload_of(workload).name)):
        if value:
            conditions.append(incident.c[column] == _fit(value))
    query = sa.select(incident).where(*conditions, incident.c.id > _fit(after)).order_by(incident.c.id)
    async with database.read() as connection:
        rows = (await connection.execute(query.limit(max(1, min(limit, MAX_LIMIT))))).mappings()
        return [incident_of(row) for row in rows]


async def warnings_by_id(database: Database, access: Access, after: str, limit: int) -> list[Pattern]:
    """Return patterns of warnings by id, from the one after ``after``."""
    query = sa.select(pattern).where(mine(pattern, access), pattern.c.type == "Warning", pattern.c.id > _fit(after))
    async with database.read() as connection:
        rows = (await connection.execute(query.order_by(pattern.c.id).limit(limit))).mappings()
        return [pattern_of(row) for row in rows]


def pattern_of(row: sa.RowMapping) -> Pattern:
    """Read a pattern."""
    values = {key: row[key] for key in row if key not in {"owner_kind", "owner_name"}}
    return Pattern(owner=Owner(kind=row["owner_kind"], name=row["owner_name"]), **values)


def incident_of(row: sa.RowMapping) -> Incident:
    """Read an incident."""
    return Incident(**{key: row[key] for key in row if key not in {"access", "owner_name"}})


def _fit(value: str) -> str:
    return clean(value, _LONGEST_ASKED)


def _cursor(last: Pattern) -> str:
    micros = (last.last_seen - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{last.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        micros, _, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        return EPOCH + timedelta(microseconds=int(micros)), _fit(key)
    except (binascii.Error, ValueError, OverflowError) as exc:
        raise UsageError("The cursor is not one that a list returned.", next_step="Start without a cursor.") from exc
