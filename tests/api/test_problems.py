import json

import pytest

from api import problems
from core.errors import ClusterRejected, SextantError
from core.llm.errors import ModelRefused
from core.runs import RunFailure

KINDS = sorted(problems.kinds_of_error().values(), key=lambda kind: kind.code)


def made(kind: type[SextantError]) -> SextantError:
    if issubclass(kind, ClusterRejected | ModelRefused):
        return kind("what happened", http_status=500, next_step="what to do")
    return kind("what happened", next_step="what to do")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_error_is_a_problem_with_its_status_and_code(kind: type[SextantError]) -> None:
    answer = problems.answer(problems.of_error(made(kind), "r1"))
    body = json.loads(bytes(answer.body))
    assert answer.media_type == "application/problem+json"
    assert answer.status_code == body["status"] == kind.status
    assert body == {
        "type": f"https://sextant.dev/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": "what happened",
        "code": kind.code,
        "request_id": "r1",
        "next_step": "what to do",
        "retryable": kind.retryable,
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_failed_run_is_the_problem_of_its_error(kind: type[SextantError]) -> None:
    error = made(kind)
    failure = RunFailure(code=error.code, message=error.message, next_step=error.next_step)
    assert problems.of_failure(failure, "r1") == problems.of_error(error, "r1")


def test_codes_are_unique() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_what_may_heal_says_when_to_come_back() -> None:
    busy = problems.kinds_of_error()["cluster_busy"]
    answer = problems.answer(problems.of_error(made(busy)))
    assert answer.headers["Retry-After"] == "5"


def test_half_a_surrogate_pair_does_not_stop_an_answer() -> None:
    answer = problems.answer(problems.of_error(SextantError("\ud800")))
    assert json.loads(bytes(answer.body))["detail"] == "?"
