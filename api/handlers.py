"""One handler for each way in which an error reaches the framework; all of them make a problem."""

from collections.abc import Mapping

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import problems
from api.pages.failure import failure_page, wants_page
from api.problems import Problem
from core.errors import SextantError


def reply(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Answer a problem: as a page to browsers outside of ``/v1``, as ``application/problem+json`` otherwise."""
    return failure_page(request, problem) if wants_page(request) else problems.answer(problem, headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer an error of the tree."""
    assert isinstance(error, SextantError)  # noqa: S101 - registered for this class only
    return reply(request, problems.of_error(error, problems.request_id_of(request)))


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer fields that do not fit their description."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    fields = problems.fields_of(list(error.errors()))
    return reply(request, problems.of_fields(fields, problems.request_id_of(request)))


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    request_id = problems.request_id_of(request)
    problem = problems.of_http(error.status_code, str(error.detail), request.scope["path"], request_id)
    return reply(request, problem, error.headers)
