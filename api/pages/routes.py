"""The paths of the pages."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import problems
from api.answers import language_of
from api.context import CallerOf, ServicesOf
from api.looking import Where, look
from api.pages.diagnosis import diagnosis_html
from api.pages.failure import failure
from api.pages.home import home, other_language
from api.pages.layout import link, page
from api.pages.words import word
from api.reference import reference
from api.routes.parameters import QueryNamespace, QueryTarget
from core.errors import SextantError

router = APIRouter(include_in_schema=False)

Source = Annotated[Literal["", "live", "demo"], Query()]


@router.get("/")
async def front(
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    source: Source = "",
    namespace: QueryNamespace = "",
    everywhere: Annotated[str, Query(alias="all", max_length=5)] = "",
) -> Response:
    """Show what there is and how it is."""
    language = language_of(request)
    configured = services.clusters.configured
    where = chosen(source, configured=configured)
    seen, wrong, status = None, "", 200
    space = namespace
    if where == "live" and not everywhere:
        space = namespace or services.clusters.default_namespace(caller)
    try:
        seen = await look(services, caller, source=where, namespace=space, everywhere=bool(everywhere))
    except SextantError as error:
        problem = problems.of_error(error, problems.request_id_of(request))
        wrong, status = failure(problem, language), problem.status
    body = home(seen, wrong, source=where, configured=configured, namespace=space, language=language)
    other = other_language("/", language, source=source, namespace=namespace, all=everywhere)
    return page(word("home", language), body, language, other=other, status=status)


@router.get("/view")
async def view(
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    target: QueryTarget = "",
    namespace: QueryNamespace = "",
    source: Source = "",
) -> Response:
    """Show one diagnosis."""
    language = language_of(request)
    where = chosen(source, configured=services.clusters.configured)
    status = 200
    try:
        seen = await look(services, caller, source=where, namespace=namespace, target=target.strip())
        body = diagnosis_html(seen.diagnosis, language)
    except SextantError as error:
        problem = problems.of_error(error, problems.request_id_of(request))
        body, status = failure(problem, language), problem.status
    back = link(
        "/", word("home", language), source=source, namespace=namespace if where == "live" else "", lang=language
    )
    other = other_language("/view", language, target=target, namespace=namespace, source=source)
    return page(
        target or namespace or word("home", language), f"<p>← {back}</p>{body}", language, other=other, status=status
    )


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Show the description of the API."""
    language = language_of(request)
    body = reference(request.app.openapi())
    return page(word("api", language), body, language, other=other_language("/docs", language))


def chosen(source: str, *, configured: bool) -> Where:
    """Return where to read: as asked, else the cluster where there is one."""
    if source == "live" or (not source and configured):
        return "live"
    return "demo"
