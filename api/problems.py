"""Errors as RFC 9457 problems: one shape, one place that makes it.

Beside the tree of ``core.errors`` there are the few errors that only HTTP knows::

    SextantError
    ├── UsageError
    │   ├── BodyBroken            the body is not what its media type says         HTTP 400
    │   ├── BodyTooLarge          more bytes than such a request needs             HTTP 413
    │   └── MediaTypeUnknown      a body of a type that is not read                HTTP 415
    └── Denied
        ├── WrongHost             a Host header that is not ours (DNS rebinding)   HTTP 421
        └── WrongOrigin           a request that another site's page sent          HTTP 403
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from core.errors import Denied, SextantError, UsageError
from core.runs import RunFailure

MEDIA_TYPE = "application/problem+json"
TYPES = "https://sextant.dev/problems/"
RETRY_SECONDS = 5
"""What a retryable problem asks to wait: a refused connection or a busy cluster seldom heals sooner."""
BEARER = {"WWW-Authenticate": 'Bearer realm="sextant"'}


class BodyBroken(UsageError):
    """The body is not what its media type says."""

    code, title = "body_broken", "The body cannot be read"


class BodyTooLarge(UsageError):
    """The body has more bytes than such a request needs."""

    code, status, title = "body_too_large", 413, "The body is too large"


class MediaTypeUnknown(UsageError):
    """The body is of a type that is not read here."""

    code, status, title = "media_type_unknown", 415, "Bodies of this type are not read"


class WrongHost(Denied):
    """The Host header names another server: somebody's page reached this one through DNS."""

    code, status, title = "wrong_host", 421, "This is not the server that was asked for"


class WrongOrigin(Denied):
    """A page of another site sent the request."""

    code, title = "wrong_origin", "Requests from other sites are not answered"


class InvalidField(BaseModel):
    """One field of a request that cannot be accepted."""

    field: str = Field(examples=["body.namespace"], description="Where it stands.")
    message: str = Field(examples=["String should match pattern"], description="What is expected there.")


class Problem(BaseModel):
    """An error, as RFC 9457 writes it, with a stable code and what to do now."""

    type: str = Field(examples=[TYPES + "target_not_found"], description="A URI that names the kind of problem.")
    title: str = Field(examples=["No such object"], description="The kind of problem in a few words.")
    status: int = Field(examples=[404], description="The HTTP status.")
    detail: str = Field(examples=["there is no Deployment 'chekout' in shop"], description="What happened, to what.")
    code: str = Field(examples=["target_not_found"], description="Stable: programs may rely on it.")
    request_id: str = Field(
        examples=["5f0c2b1e9a7d4c3e8b6a1d2f3e4c5b6a"], description="Names this request in the logs."
    )
    next_step: str = Field(examples=["Did you mean checkout?"], description="What to do now; may be empty.")
    retryable: bool = Field(examples=[False], description="Whether the same request may succeed later.")
    errors: list[InvalidField] = Field(default_factory=list, description="The fields at fault, where fields are.")


_HTTP = {
    400: ("bad_request", "The request cannot be understood"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This method does not exist here"),
    406: ("not_acceptable", "No such representation"),
    413: ("body_too_large", "The body is too large"),
    415: ("media_type_unknown", "Bodies of this type are not read"),
}


def of_error(error: SextantError, request_id: str = "") -> Problem:
    """Return the problem of an error of the tree."""
    return Problem(
        type=TYPES + error.code,
        title=error.title,
        status=error.status,
        detail=error.message,
        code=error.code,
        request_id=request_id,
        next_step=error.next_step,
        retryable=error.retryable,
    )


def of_failure(failure: RunFailure, request_id: str = "") -> Problem:
    """Return the problem of a run that failed, with the status that its error has in the tree."""
    kind = kinds_of_error().get(failure.code, SextantError)
    interrupted = failure.code == "interrupted"
    return Problem(
        type=TYPES + failure.code,
        title="The server stopped before it was done" if interrupted else kind.title,
        status=503 if interrupted else kind.status,
        detail=failure.message,
        code=failure.code,
        request_id=request_id,
        next_step=failure.next_step,
        retryable=interrupted or kind.retryable,
    )


def of_crash(request_id: str) -> Problem:
    """Return the problem of a fault in this program: it says nothing of the inside."""
    return Problem(
        type=TYPES + SextantError.code,
        title=SextantError.title,
        status=500,
        detail="The request failed because of a fault in this program.",
        code=SextantError.code,
        request_id=request_id,
        next_step=f"Report it with the log lines of request {request_id}.",
        retryable=False,
    )


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries a problem."""
    extra = dict(headers or {})
    if problem.status == 401:
        extra |= BEARER
    if problem.retryable and problem.status in {429, 503}:
        extra.setdefault("Retry-After", str(RETRY_SECONDS))
    content = json.dumps(problem.model_dump(exclude_defaults=True), ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=extra)


def request_id_of(request: Request) -> str:
    """Return the id that the edge gave to a request."""
    return str(getattr(request.state, "request_id", ""))


def fields_of(errors: list[ErrorDetails] | list[Any]) -> list[InvalidField]:
    """Return the fields at fault, without the values that were sent: they may be secret."""
    return [
        InvalidField(field=".".join(str(part) for part in entry["loc"]), message=str(entry["msg"]))
        for entry in errors[:20]
    ]


def of_fields(fields: list[InvalidField], request_id: str) -> Problem:
    """Return the problem of fields that cannot be accepted."""
    first = f"{fields[0].field}: {fields[0].message}" if fields else "a field cannot be accepted"
    return Problem(
        type=TYPES + "request_invalid",
        title="The request has fields that cannot be accepted",
        status=422,
        detail=first,
        code="request_invalid",
        request_id=request_id,
        next_step="Compare the request with its description at /docs.",
        retryable=False,
        errors=fields,
    )


def of_http(status: int, detail: str, path: str, request_id: str) -> Problem:
    """Return the problem of what the framework refuses: unknown paths and methods."""
    code, title = _HTTP.get(status, ("http_error", "The request was refused"))
    return Problem(
        type=TYPES + code,
        title=title,
        status=status,
        detail=f"There is nothing at {path}." if status == 404 else f"{detail}.",
        code=code,
        request_id=request_id,
        next_step="The paths and methods that exist are listed at /docs.",
        retryable=False,
    )


@cache
def kinds_of_error() -> Mapping[str, type[SextantError]]:
    """Return every kind of error by its code."""
    return {kind.code: kind for kind in _kinds(SextantError)}


def _kinds(root: type[SextantError]) -> Iterator[type[SextantError]]:
    for kind in root.__subclasses__():
        yield from _kinds(kind)
    yield root


def documented(*kinds: type[SextantError]) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these errors, one entry a status."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = found.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {"schema": _REFERENCE}}})
        entry["description"] += f"{'; ' if entry['description'] else ''}`{kind.code}`: {kind.title}"
    return found


_REFERENCE = {"$ref": "#/components/schemas/Problem"}
INVALID: dict[int | str, dict[str, Any]] = {
    422: {
        "description": "`request_invalid`: The request has fields that cannot be accepted",
        "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
    }
}
