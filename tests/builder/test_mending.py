"""The loop of build, trial and repair, with a machine by script: the rules and the patches are real."""

import json
from pathlib import Path

import pytest

from builder.build.errors import BuildTooLong, ExecutorMissing
from builder.check.errors import CheckerMissing
from builder.following import Recorded
from builder.mending import Mended, NotMended, mended
from builder.render.attempts import attempts_data
from builder.repair.repairing import MAX_ATTEMPTS, Mend, Retry, Stop
from builder.screening import Screen
from core.llm import Model
from core.llm.scripted import Answer, ScriptedModel
from core.redaction import MASK
from core.settings import ModelSettings
from tests.builder.scripted import GO, UNKNOWN, Set, failure, listens_elsewhere, set_of

NO_COMPILER = "/bin/sh: 1: gcc: not found"
UNREACHABLE = "Could not resolve host: proxy.example"


async def run(given: Set, tmp_path: Path) -> tuple[Mended, Recorded]:
    recorded = Recorded()
    return await mended(given.order, given.means, recorded, tmp_path), recorded


async def ended(given: Set, tmp_path: Path) -> tuple[NotMended, Recorded]:
    recorded = Recorded()
    with pytest.raises(NotMended) as raised:
        await mended(given.order, given.means, recorded, tmp_path)
    return raised.value, recorded


async def test_what_works_at_once_is_neither_repaired_nor_built_twice(tmp_path: Path) -> None:
    given = set_of(tmp_path)
    done, recorded = await run(given, tmp_path)
    assert (done.outcome.works, done.attempts, done.stop) == (True, (), None)
    assert [stage for stage, _ in recorded.steps] == ["build", "check"]
    assert len(given.executor.seen) == 1


async def test_a_build_that_fails_is_repaired_by_a_rule_and_built_again(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[failure(NO_COMPILER)])
    done, recorded = await run(given, tmp_path)
    (attempt,) = done.attempts
    assert isinstance(attempt.decision, Mend)
    assert (attempt.decision.code, attempt.decision.by) == ("shell.command-not-found", "rule")
    assert attempt.matches[0].evidence[0].text == NO_COMPILER
    assert recorded.attempts == [attempt]
    assert [stage for stage, _ in recorded.steps] == ["build", "repair", "build", "check"]
    first, second = (seen.request.dockerfile for seen in given.executor.seen)
    assert "gcc" not in first
    assert "gcc" in second
    assert done.prepared.text == second


async def test_a_trial_that_fails_is_repaired_in_the_plan(tmp_path: Path) -> None:
    given = set_of(tmp_path, trials=[listens_elsewhere(9090)])
    done, _ = await run(given, tmp_path)
    (attempt,) = done.attempts
    assert isinstance(attempt.decision, Mend)
    assert done.prepared.component.port.value == 9090
    assert given.trials.orders[-1].prepared.component.port.value == 9090
    assert "EXPOSE 9090" in done.prepared.text


async def test_what_passes_by_itself_is_tried_again_after_a_pause(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[failure(UNREACHABLE)])
    done, _ = await run(given, tmp_path)
    assert [type(one.decision) for one in done.attempts] == [Retry]
    assert given.pauses == [5.0]
    assert len({seen.request.dockerfile for seen in given.executor.seen}) == 1


async def test_the_end_says_what_a_person_must_look_at_and_has_all_attempts(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[failure(UNREACHABLE)] * 3)
    error, recorded = await ended(given, tmp_path)
    assert [type(one.decision) for one in error.attempts] == [Retry, Retry, Stop]
    assert recorded.attempts == list(error.attempts)
    assert "3 times" in error.message
    assert error.next_step
    assert error.code == "build_failed"


async def test_no_more_than_five_attempts_are_made(tmp_path: Path) -> None:
    tools = ["gcc", "make", "cmake", "git", "curl", "unzip"]
    given = set_of(tmp_path, builds=[failure(f"/bin/sh: 1: {tool}: not found") for tool in tools])
    error, _ = await ended(given, tmp_path)
    assert len(error.attempts) == len(given.executor.seen) == MAX_ATTEMPTS


async def test_no_further_build_begins_when_the_time_is_used_up(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[failure(NO_COMPILER)], seconds=1e-9)
    error, _ = await ended(given, tmp_path)
    assert "time" in error.message
    assert "build.seconds" in error.next_step


async def test_a_build_that_took_too_long_stays_that(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[BuildTooLong("The build was stopped after 3 s, in: RUN sleep 9")])
    recorded = Recorded()
    with pytest.raises(BuildTooLong):
        await mended(given.order, given.means, recorded, tmp_path)
    assert len(recorded.attempts) == 1


async def test_a_machine_that_cannot_build_is_no_failure_of_the_build(tmp_path: Path) -> None:
    recorded = Recorded()
    given = set_of(tmp_path, builds=[ExecutorMissing("buildah is not installed.")])
    with pytest.raises(ExecutorMissing):
        await mended(given.order, given.means, recorded, tmp_path)
    assert not recorded.attempts


async def test_an_image_that_cannot_be_tried_is_not_taken_for_one_that_works(tmp_path: Path) -> None:
    done, _ = await run(set_of(tmp_path, trials=[CheckerMissing("runc is missing.", next_step="Get it.")]), tmp_path)
    assert (done.outcome.works, done.attempts) == (None, ())
    assert done.outcome.untried is not None
    assert done.outcome.untried.message == "runc is missing."


async def test_a_dockerfile_of_its_own_is_not_repaired(tmp_path: Path) -> None:
    files = {"Dockerfile": 'FROM busybox:1\nEXPOSE 8000\nUSER 1000\nCMD ["httpd", "-f", "-p", "8000"]\n'}
    given = set_of(tmp_path, files=files, builds=[failure(NO_COMPILER)])
    recorded = Recorded()
    with pytest.raises(Exception, match="The build failed"):
        await mended(given.order, given.means, recorded, tmp_path)
    assert not recorded.attempts


async def asked(answers: list[str], given: Set, tmp_path: Path) -> tuple[Mended | NotMended, ScriptedModel]:
    """Run with a model by script."""
    scripted = ScriptedModel(*(Answer(text=text) for text in answers))
    async with scripted.serve() as url:
        given.means = type(given.means)(
            machine=given.means.machine,
            provider=given.means.provider,
            tree=given.means.tree,
            model=Model(settings=ModelSettings(base_url=url, name="scripted", retries=0)),
            pause=given.means.pause,
        )
        try:
            return await mended(given.order, given.means, Recorded(), tmp_path), scripted
        except NotMended as error:
            return error, scripted


PATCH = json.dumps({"patch": {"kind": "use_init"}, "why": "it jams", "line": 1})


async def test_where_rules_end_the_model_may_propose_and_that_is_on_record(tmp_path: Path) -> None:
    given = set_of(tmp_path, builds=[UNKNOWN])
    done, scripted = await asked([PATCH], given, tmp_path)
    assert isinstance(done, Mended)
    (attempt,) = done.attempts
    assert isinstance(attempt.decision, Mend)
    assert attempt.decision.by == "model"
    assert "by a model" in attempts_data(done.attempts, "en")[0]["text"]
    assert len(scripted.requests) == 1


async def test_the_model_is_asked_at_most_four_times(tmp_path: Path) -> None:
    names = ["cmake", "git", "curl", "unzip", "make"]
    answers = [json.dumps({"patch": {"kind": "add_packages", "run": [name]}, "line": 1}) for name in names]
    done, scripted = await asked(answers, set_of(tmp_path, builds=[UNKNOWN] * 9), tmp_path)
    assert isinstance(done, NotMended)
    assert (len(done.attempts), len(scripted.requests)) == (MAX_ATTEMPTS, MAX_ATTEMPTS - 1)


async def test_an_answer_that_is_no_patch_ends_the_repair(tmp_path: Path) -> None:
    done, _ = await asked(["rm -rf /"], set_of(tmp_path, builds=[UNKNOWN]), tmp_path)
    assert isinstance(done, NotMended)
    assert isinstance(done.attempts[-1].decision, Stop)


async def test_a_model_is_not_asked_where_a_rule_knows_the_repair(tmp_path: Path) -> None:
    done, scripted = await asked([PATCH], set_of(tmp_path, builds=[failure(NO_COMPILER)]), tmp_path)
    assert isinstance(done, Mended)
    assert not scripted.requests


async def test_secrets_are_in_nothing_that_is_told_raised_or_returned(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    screen = Screen((), {}, [secret])
    given = set_of(
        tmp_path, builds=[failure(f"{secret} is wrong"), None], trials=[listens_elsewhere(9090)], screen=screen
    )
    given.executor.lines = (f"login with {secret}",)
    told: list[str] = []
    recorded = Recorded(tell=lambda _stage, line: told.append(line.text))
    with pytest.raises(NotMended) as raised:
        await mended(given.order, given.means, recorded, tmp_path)
    assert f"login with {MASK}" in told
    said = repr((told, raised.value.message, raised.value.log, raised.value.attempts, raised.value.args))
    assert secret not in said
    assert MASK in said


def test_the_script_of_these_tests_is_a_go_program() -> None:
    assert "go.mod" in GO
