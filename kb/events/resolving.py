"""Keep what a person confirmed of a diagnosis: checked, without secrets, cut to size."""

from dataclasses import replace

from core.errors import Forbidden, UsageError
from core.storage import Database
from kb.events.model import Incident
from kb.events.sightings import LONGEST_NAME, LONGEST_SAMPLE, clean, redacted
from kb.events.tables import incident
from kb.events.writing import insert
from kb.stores.selection import Access, namespace_label

LONGEST_FIX = 4_000
"""Characters of a fix and of a note. More is a document, and belongs into a runbook."""
REQUIRED = ("id", "namespace", "workload", "fix", "author")


def checked(given: Incident) -> Incident:
    """Return an incident as it is kept. Raises ``UsageError`` when it does not say what was done, where, by whom."""
    if missing := [name for name in REQUIRED if not getattr(given, name).strip()]:
        raise UsageError(
            f"A resolved incident lacks {', '.join(missing)}.",
            next_step="Say what was done, to which workload, by whom.",
        )
    if given.resolved_at.tzinfo is None:
        raise UsageError("The time of a resolved incident has no zone.", next_step="Give it in UTC.")
    return replace(
        given,
        id=_short(given.id),
        namespace=_short(given.namespace),
        workload=_short(given.workload),
        author=_short(given.author),
        code=_short(given.code),
        variant=_short(given.variant),
        reason=_short(given.reason),
        image=_short(given.image),
        origin=_short(given.origin),
        cluster=_short(given.cluster),
        fix=redacted(given.fix.strip())[:LONGEST_FIX],
        note=redacted(given.note.strip())[:LONGEST_FIX],
        message=redacted(given.message)[:LONGEST_SAMPLE],
    )


async def keep(database: Database, access: Access, kept: Incident) -> None:
    """Write an incident, or over the one of the same id. Raises ``Forbidden`` where either is not the caller's."""
    label = namespace_label(kept.namespace)
    if label not in access.labels:
        raise Forbidden(
            f"Resolving an incident in namespace {kept.namespace} is for those who may read its pods.",
            next_step="Ask somebody who may.",
        )
    columns = [column.name for column in incident.c if column.name not in {"access", "owner_name"}]
    values = {name: getattr(kept, name) for name in columns} | {"access": label, "owner_name": kept.owner.name}
    changed = {name: value for name, value in values.items() if name != "id"}
    readable = incident.c.access.in_(sorted(access.labels))
    statement = insert(database, incident).values(values)
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=readable)
    async with database.write() as connection:
        done = (await connection.execute(statement.returning(incident.c.id))).one_or_none()
    if done is None:
        raise Forbidden(f"There is an incident {kept.id} that is not yours.", next_step="Give it another id.")


def _short(value: str) -> str:
    return clean(value.strip(), LONGEST_NAME)
