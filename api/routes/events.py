"""``/v1/events``: what keeps happening in a cluster, what is new, and what helped the last time."""

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.context import CallerOf, ServicesOf
from api.event_models import (
    IncidentBody,
    IncidentList,
    IncidentView,
    PatternList,
    PatternView,
    RemedyView,
    SimilarList,
    SimilarView,
)
from api.knowledge_bodies import json_body, read_body
from api.knowledge_callers import BODIES, Cursor, in_utc, refusals
from api.knowledge_models import CLEAN, PROSE
from api.models import Sentence
from api.routes.parameters import QueryNamespace
from core.errors import ClusterUnreachable, Forbidden, UsageError
from kb.events.model import Incident, Novelty, Pattern, Remedy, Similar, Subject
from kb.stores import Access, namespace_label

router = APIRouter(prefix="/v1/events", tags=["knowledge"])

Workload = Annotated[
    str, Query(max_length=320, pattern=CLEAN, description="KIND/NAME, or a name.", examples=["deploy/checkout"])
]
Word = Annotated[str, Query(max_length=400, pattern=CLEAN)]
Limit = Annotated[int, Query(ge=1, le=200, examples=[50])]


async def events_access(caller: CallerOf, services: ServicesOf, namespace: QueryNamespace = "") -> Access:
    """Return what the caller may read of events: of one namespace, or of all those that are remembered."""
    events, rights = services.knowledge.events, services.rights
    if namespace:
        allowed = await rights.may_read(caller, namespace)
        return Access(labels=frozenset({namespace_label(namespace)} if allowed else ()))
    return await rights.access(caller, await events.labels())


EventsAccess = Annotated[Access, Depends(events_access)]


@router.get(
    "/patterns",
    summary="List patterns of events",
    description="Equal events of a workload as one pattern, last seen first. With `novel` only warnings that are new, "
    "each with the reason why that is believed.",
    response_model=PatternList,
    responses=refusals(UsageError, ClusterUnreachable),
)
async def list_patterns(
    services: ServicesOf,
    access: EventsAccess,
    workload: Workload = "",
    since: Annotated[
        datetime | None, Query(description="Only what was seen since; with `novel` by default a day.")
    ] = None,
    novel: Annotated[bool, Query(description="Only what is new.")] = False,
    warnings: Annotated[bool, Query(description="Only warnings.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PatternList:
    """Return one page."""
    events, since = services.knowledge.events, in_utc(since)
    if novel:
        found = await events.novel(access, workload=workload, since=since, limit=limit)
        return PatternList(patterns=[pattern_view(one.pattern, one) for one in found], next_cursor=None)
    page = await events.patterns(access, workload=workload, since=since, warnings=warnings, limit=limit, cursor=cursor)
    return PatternList(patterns=[pattern_view(one) for one in page.patterns], next_cursor=page.next_cursor)


@router.get(
    "/incidents",
    summary="List incidents",
    description="Troubles that somebody resolved, with what was done and whether it helped.",
    response_model=IncidentList,
    responses=refusals(UsageError, ClusterUnreachable),
)
async def list_incidents(
    services: ServicesOf, access: EventsAccess, workload: Workload = "", limit: Limit = 50, cursor: Cursor = None
) -> IncidentList:
    """Return one page."""
    found = await services.knowledge.events.incidents(access, workload=workload, after=cursor or "", limit=limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return IncidentList(
        incidents=[incident_view(one) for one in shown], next_cursor=shown[-1].id if more and shown else None
    )


@router.post(
    "/incidents",
    summary="Resolve an incident",
    description="Keep what was done about a trouble and whether it helped: it is offered when the like happens again. "
    "The author is the caller. It needs the right to add knowledge in that namespace.",
    status_code=201,
    response_model=IncidentView,
    responses=refusals(UsageError, *BODIES, Forbidden, ClusterUnreachable),
    openapi_extra=json_body(
        IncidentBody,
        fix_that_worked={
            "namespace": "shop",
            "workload": "deploy/checkout",
            "code": "OOM_KILLED",
            "fix": "raised the memory limit to 512Mi",
            "outcome": "worked",
        },
    ),
)
async def resolve_incident(request: Request, caller: CallerOf, services: ServicesOf) -> IncidentView:
    """Check the rights, and keep it under the caller's name."""
    body = await read_body(request, IncidentBody)
    label = namespace_label(body.namespace)
    services.knowledge  # noqa: B018 - raises what keeps it closed
    access = await services.rights.access(caller, {label})
    await services.rights.require_change(caller, "create", label)
    said = body.model_dump(exclude={"id", "resolved_at"})
    moment = in_utc(body.resolved_at) or datetime.now(UTC)
    incident = Incident(id=body.id or uuid.uuid4().hex, author=caller.name, resolved_at=moment, **said)
    knowledge = services.context.knowledge
    assert knowledge is not None  # noqa: S101 - its parts were asked for
    return incident_view(await knowledge.resolve(access, incident))


@router.get(
    "/similar",
    summary="Find what happened before",
    description="Incidents and patterns that are like a finding or an event, best first, and the fixes that worked.",
    response_model=SimilarList,
    responses=refusals(UsageError, ClusterUnreachable),
)
async def find_similar(
    services: ServicesOf,
    access: EventsAccess,
    code: Word = "",
    variant: Word = "",
    reason: Word = "",
    message: Annotated[str, Query(max_length=2000, pattern=PROSE)] = "",
    workload: Workload = "",
    image: Word = "",
    namespace: QueryNamespace = "",
    limit: Annotated[int, Query(ge=1, le=50, examples=[10])] = 10,
) -> SimilarList:
    """Compare."""
    if not (code or reason or message or workload):
        raise UsageError(
            "Nothing says what it should be like.", next_step="Give code, reason, message or workload in the query."
        )
    subject = Subject(
        code=code,
        variant=variant,
        reason=reason,
        message=message,
        workload=workload,
        image=image,
        namespace=namespace,
    )
    events = services.knowledge.events
    return SimilarList(
        similar=[similar_view(one) for one in await events.similar(access, subject, limit=limit)],
        worked_before=[remedy_view(one) for one in await events.worked_before(access, subject)],
    )


def pattern_view(pattern: Pattern, novelty: Novelty | None = None) -> PatternView:
    """Return how a pattern is shown."""
    owner = pattern.owner
    return PatternView(
        id=pattern.id,
        cluster=pattern.cluster,
        namespace=pattern.namespace,
        workload=f"{owner.kind}/{owner.name}" if owner.kind else owner.name,
        kind=pattern.kind,
        reason=pattern.reason,
        type=pattern.type,
        wording=pattern.wording,
        sample=pattern.sample,
        image=pattern.image,
        component=pattern.component,
        count=pattern.count,
        first_seen=pattern.first_seen,
        last_seen=pattern.last_seen,
        returned_at=pattern.returned_at,
        novelty=novelty.kind if novelty else None,
        why=Sentence(en=novelty.why.en, zh=novelty.why.zh) if novelty else None,
    )


def incident_view(incident: Incident) -> IncidentView:
    """Return how an incident is shown."""
    return IncidentView(**asdict(incident))


def similar_view(similar: Similar) -> SimilarView:
    """Return how something similar is shown."""
    found, score = similar.found, similar.score
    return SimilarView(
        incident=incident_view(found) if isinstance(found, Incident) else None,
        pattern=pattern_view(found) if isinstance(found, Pattern) else None,
        score=round(score.total, 6),
        match=round(score.match, 6),
        decay=round(score.decay, 6),
        boosts={name: round(factor, 6) for name, factor in score.boosts},
    )


def remedy_view(remedy: Remedy) -> RemedyView:
    """Return how a remedy is shown."""
    return RemedyView(
        fix=remedy.fix,
        worked=remedy.worked,
        failed=remedy.failed,
        unknown=remedy.unknown,
        advisable=remedy.advisable,
        last_at=remedy.last_at,
        author=remedy.author,
        incidents=list(remedy.incidents),
        says=Sentence(en=remedy.says.en, zh=remedy.says.zh),
    )
