"""What went wrong, for a person in a browser."""

from starlette.requests import Request
from starlette.responses import Response

from api.answers import language_of
from api.pages.layout import page, safe
from api.pages.words import word
from api.problems import BEARER, Problem
from core.phrase import Language


def wants_page(request: Request) -> bool:
    """Say whether a browser asks for a page: programs, and everything below ``/v1``, get problems."""
    return not request.scope["path"].startswith("/v1") and "text/html" in request.headers.get("accept", "")


def failure_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem."""
    language = language_of(request)
    other = f"/?lang={'en' if language == 'zh' else 'zh'}"
    response = page(word("failed", language), failure(problem, language), language, other=other, status=problem.status)
    if problem.status == 401:
        response.headers.update(BEARER)
    return response


def failure(problem: Problem, language: Language) -> str:
    """Return a problem as HTML, for a page of its own or as part of another."""
    step = problem.next_step
    return (
        f'<h1>{word("failed", language)}</h1><div class="box" role="alert">'
        f"<p><strong>{safe(problem.title)}</strong></p><p>{safe(problem.detail)}</p>"
        + (f"<p>{word('next_step', language)}: {safe(step)}</p>" if step else "")
        + f'<p class="soft">{safe(problem.code)} · {word("request", language)} {safe(problem.request_id)}</p></div>'
    )
