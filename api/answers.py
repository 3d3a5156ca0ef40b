"""How results leave: the representation that the caller prefers, and how long the caller waits for it."""

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api import problems
from api.models import run_view
from core.errors import RunCancelled, RunNotFound
from core.phrase import Language
from core.runs import Run

JSON = "application/json"
FORMS = {JSON: "document", "text/markdown": "markdown", "text/plain": "text"}
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)
_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?:$|[,;])", re.IGNORECASE)


def language_of(request: Request) -> Language:
    """Return the language of the query, else the first one of ``Accept-Language`` that is spoken here."""
    match request.query_params.get("lang"):
        case "en":
            return "en"
        case "zh":
            return "zh"
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en"


def wanted_form(accept: str) -> str:
    """Return the media type that an Accept header prefers among those that exist; JSON when it names none."""
    best, weight = JSON, 0.0
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        name = "text/plain" if name == "text/*" else JSON if name in {"*/*", "application/*"} else name
        if name in FORMS and quality > weight:
            best, weight = name, quality
    return best


def wait_seconds(prefer: str, most: float) -> float:
    """Return how long to wait for a result: ``Prefer: wait=N``, at most and by default ``most`` seconds."""
    if _ASYNC.search(prefer):
        return 0.0
    found = _WAIT.search(prefer)
    return min(float(found.group(1)), most) if found else most


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON in UTF-8. Half a surrogate pair, which foreign text may hold, becomes a question mark."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    return Response(content, status_code=status, media_type=JSON, headers=headers)


def accepted(run: Run) -> Response:
    """Say that a run goes on, and where to look."""
    headers = {"Location": f"/v1/runs/{run.id}", "Retry-After": "1"}
    return json_response(run_view(run).model_dump(mode="json"), 202, headers)


def outcome(request: Request, run: Run) -> Response:
    """Return what a run for a diagnosis has come to: the diagnosis, its failure, or that it goes on."""
    request_id = problems.request_id_of(request)
    where = {"Content-Location": f"/v1/diagnoses/{run.id}"}
    match run.state:
        case "succeeded":
            return _diagnosis(request, run, where)
        case "failed" if run.error is not None:
            return problems.answer(problems.of_failure(run.error, request_id), where)
        case "cancelled":
            error = RunCancelled(f"Run {run.id} was cancelled.", next_step="Ask again to start a new one.")
            return problems.answer(problems.of_error(error, request_id), where)
    return accepted(run)


def _diagnosis(request: Request, run: Run, headers: dict[str, str]) -> Response:
    result = run.result
    if run.kind != "diagnosis" or not isinstance(result, dict):
        raise RunNotFound(f"Run {run.id!r} is no diagnosis.")
    headers = {**headers, "Vary": "Accept, Accept-Language", "X-Run-Id": run.id}
    form = wanted_form(request.headers.get("accept", ""))
    if form == JSON:
        return json_response(result["document"], headers=headers)
    language = language_of(request)
    content = str(result[FORMS[form]][language]).encode("utf-8", "replace")
    return Response(content, media_type=f"{form}; charset=utf-8", headers={**headers, "Content-Language": language})
