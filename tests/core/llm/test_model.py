"""The adapter against the scripted endpoint, over real HTTP; waiting happens in virtual time."""

import asyncio
import logging
from dataclasses import dataclass
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest

from core.llm import (
    Message,
    Model,
    ModelAnswerBroken,
    ModelAnswerTooLong,
    ModelBusy,
    ModelError,
    ModelForbidden,
    ModelNotConfigured,
    ModelRefused,
    ModelResting,
    ModelTooCostly,
    ModelTooSlow,
    ModelUnreachable,
)
from core.llm.scripted import Answer
from core.settings import ModelSettings
from tests.core.llm.asking import PROMPT, Said, asked, settings
from tests.virtual_time import in_virtual_time

pytest.importorskip("openai", reason="openai is not installed: pip install 'sextant-ops[model]'")

GOOD = Answer(text='{"word": "because", "number": 4}')


@in_virtual_time
async def test_an_answer_comes_as_text_with_its_usage() -> None:
    async with asked(Answer(text="It blinks " * 20), input_price=2.0, output_price=10.0) as (model, endpoint):
        reply = await model.complete(PROMPT)

    assert reply.text == "It blinks " * 20
    assert (reply.model, reply.attempts, reply.usage.estimated) == ("tiny", 1, False)
    assert reply.usage.output_tokens == 50
    assert reply.usage.cost == pytest.approx((reply.usage.input_tokens * 2 + 50 * 10) / 1e6)
    assert model.used == reply.usage
    assert endpoint.keys == ["key-of-the-test"]
    assert endpoint.requests[0]["messages"][1] == {"role": "user", "content": PROMPT[1].text}


@in_virtual_time
async def test_usage_is_estimated_where_the_endpoint_does_not_count() -> None:
    async with asked(Answer(text="因为灯塔在闪" * 10, usage=False)) as (model, _):
        reply = await model.complete(PROMPT)

    assert reply.usage.estimated
    assert reply.usage.output_tokens >= 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    id: str
    text: str


FORMS = (
    Form(id="plain", text='{"word": "because", "number": 4}'),
    Form(id="fenced", text='```json\n{"word": "because", "number": 4}\n```'),
    Form(id="between_sentences", text='Here you are:\n{"word": "because", "number": 4}\nAnything else?'),
    Form(id="after_thinking", text='<think>Is it {"word": 1}?</think>\n{"word": "because", "number": 4}'),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_json_is_read_in_the_ways_in_which_models_write_it(form: Form) -> None:
    @in_virtual_time
    async def run() -> None:
        async with asked(Answer(text=form.text)) as (model, endpoint):
            said, _ = await model.complete_json(PROMPT, Said)
        assert said == Said(word="because", number=4)
        assert endpoint.requests[0]["response_format"]["type"] == "json_schema"

    run()


BROKEN = (
    Form(id="empty", text=""),
    Form(id="prose", text="It blinks because of the timer."),
    Form(id="cut", text='{"word": "beca'),
    Form(id="another_form", text='{"term": "because"}'),
    Form(id="a_list", text='["because"]'),
    Form(id="not_a_number", text='{"word": "because", "number": NaN}'),
    Form(id="deep", text="[" * 5000),
)


@pytest.mark.parametrize("form", BROKEN, ids=lambda form: form.id)
def test_an_answer_that_is_not_of_the_form_is_broken_and_is_not_repeated_in_the_message(form: Form) -> None:
    @in_virtual_time
    async def run() -> None:
        async with asked(Answer(text=form.text)) as (model, endpoint):
            with pytest.raises(ModelAnswerBroken) as caught:
                await model.complete_json(PROMPT, Said)
        assert "because" not in caught.value.message
        assert len(endpoint.requests) == 1

    run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A fault that stays: which error it becomes, after how many calls."""

    id: str
    answer: Answer
    error: type[ModelError]
    calls: int
    at_most_seconds: float = 20.5


FAILING = (
    Failing(id="bad_key", answer=Answer(fault="status", status=401), error=ModelRefused, calls=1),
    Failing(id="no_such_model", answer=Answer(fault="status", status=404), error=ModelRefused, calls=1),
    Failing(id="busy", answer=Answer(fault="status", status=429), error=ModelBusy, calls=3),
    Failing(
        id="busy_for_longer_than_there_is_time",
        answer=Answer(fault="status", status=429, retry_after="120"),
        error=ModelBusy,
        calls=1,
        at_most_seconds=1,
    ),
    Failing(
        id="no_credit",
        answer=Answer(fault="status", status=429, error={"message": "pay", "code": "insufficient_quota"}),
        error=ModelRefused,
        calls=1,
    ),
    Failing(id="server_error", answer=Answer(fault="status", status=500), error=ModelBusy, calls=3),
    Failing(id="bad_gateway", answer=Answer(fault="status", status=502), error=ModelBusy, calls=3),
    Failing(id="redirect", answer=Answer(fault="status", status=307), error=ModelRefused, calls=1),
    Failing(id="reset", answer=Answer(fault="reset"), error=ModelUnreachable, calls=3),
    Failing(id="truncated", answer=Answer(text="x" * 200, fault="truncated"), error=ModelUnreachable, calls=3),
    Failing(id="unfinished", answer=Answer(text="x" * 200, fault="unfinished"), error=ModelUnreachable, calls=3),
    Failing(id="silent", answer=Answer(fault="silent"), error=ModelTooSlow, calls=1),
    Failing(id="stalled", answer=Answer(text="x" * 200, fault="stalled"), error=ModelTooSlow, calls=1),
    Failing(id="thirty_seconds", answer=Answer(text="late", delay_seconds=30), error=ModelTooSlow, calls=1),
    Failing(id="garbage", answer=Answer(fault="garbage"), error=ModelError, calls=3),
    Failing(id="cut_by_its_limit", answer=Answer(text="x", finish="length"), error=ModelAnswerTooLong, calls=1),
    Failing(id="rambling", answer=Answer(text="on and on ", fault="rambling"), error=ModelAnswerTooLong, calls=1),
    Failing(id="one_endless_line", answer=Answer(fault="flood"), error=ModelAnswerTooLong, calls=1),
    Failing(
        id="megabytes_in_one_piece",
        answer=Answer(text="x" * 3_000_000, chunk_chars=3_000_000),
        error=ModelAnswerTooLong,
        calls=1,
    ),
)


@pytest.mark.parametrize("case", FAILING, ids=lambda case: case.id)
def test_a_fault_that_stays_becomes_its_error_within_the_deadline(case: Failing) -> None:
    @in_virtual_time
    async def run() -> None:
        clock = asyncio.get_running_loop().time
        async with asked(case.answer) as (model, endpoint):
            began = clock()
            with pytest.raises(case.error) as caught:
                await model.complete(PROMPT)
            took = clock() - began
        assert took <= case.at_most_seconds
        assert caught.value.seconds == pytest.approx(took, abs=0.5)
        assert len(endpoint.requests) <= case.calls
        if case.id != "garbage":
            assert len(endpoint.requests) == case.calls
        assert "harbour" not in str(caught.value)
        assert "key-of-the-test" not in str(caught.value)

    run()


PASSING = (
    Failing(id="busy", answer=Answer(fault="status", status=429, retry_after="2"), error=ModelBusy, calls=2),
    Failing(id="server_error", answer=Answer(fault="status", status=503), error=ModelBusy, calls=2),
    Failing(id="reset", answer=Answer(fault="reset"), error=ModelUnreachable, calls=2),
    Failing(id="truncated", answer=Answer(text="x" * 200, fault="truncated"), error=ModelUnreachable, calls=2),
)


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case.id)
def test_a_fault_that_passes_is_survived(case: Failing) -> None:
    @in_virtual_time
    async def run() -> None:
        async with asked(case.answer, GOOD) as (model, endpoint):
            said, reply = await model.complete_json(PROMPT, Said)
        assert said.word == "because"
        assert reply.attempts == len(endpoint.requests) == case.calls

    run()


@in_virtual_time
async def test_the_time_that_an_endpoint_asks_for_is_waited() -> None:
    clock = asyncio.get_running_loop().time
    async with asked(Answer(fault="status", status=429, retry_after="7"), GOOD) as (model, _):
        began = clock()
        await model.complete(PROMPT)
        assert 7 < clock() - began < 12


@in_virtual_time
async def test_the_caller_may_have_less_time_than_the_settings_and_never_more() -> None:
    async with asked(Answer(fault="silent"), request_seconds=5, breaker_failures=9) as (model, _):
        for wanted, given in ((2.0, 2.0), (60.0, 5.0)):
            with pytest.raises(ModelTooSlow) as caught:
                await model.complete(PROMPT, seconds=wanted)
            assert caught.value.seconds == pytest.approx(given, abs=0.5)


@in_virtual_time
async def test_an_endpoint_that_knows_no_schema_is_asked_in_a_plainer_way_and_that_is_remembered() -> None:
    refused = Answer(fault="status", status=400, error={"message": "no response_format", "code": "unknown"})
    async with asked(refused, refused, GOOD) as (model, endpoint):
        await model.complete_json(PROMPT, Said)
        await model.complete_json(PROMPT, Said)

    forms = [request.get("response_format", {}).get("type") for request in endpoint.requests]
    assert forms == ["json_schema", "json_object", None, None]


@in_virtual_time
async def test_a_model_that_takes_no_temperature_is_asked_without() -> None:
    refused = Answer(
        fault="status", status=400, error={"message": "x", "param": "max_tokens", "code": "unsupported_parameter"}
    )
    async with asked(refused, GOOD) as (model, endpoint):
        await model.complete_json(PROMPT, Said)

    assert "temperature" not in endpoint.requests[1]
    assert endpoint.requests[1]["max_completion_tokens"] == 1_500
    assert endpoint.requests[1]["response_format"]["type"] == "json_schema"


@in_virtual_time
async def test_after_failures_in_a_row_nothing_is_tried_until_one_call_has_decided() -> None:
    down, loop = Answer(fault="status", status=500), asyncio.get_running_loop()
    async with asked(*[down] * 3, GOOD, retries=0, breaker_failures=2, breaker_seconds=30) as (model, endpoint):
        for _ in range(2):
            with pytest.raises(ModelBusy):
                await model.complete(PROMPT)
        with pytest.raises(ModelResting):
            await model.complete(PROMPT)
        assert len(endpoint.requests) == 2

        await asyncio.sleep(31)
        with pytest.raises(ModelBusy):
            await model.complete(PROMPT)
        with pytest.raises(ModelResting):
            await model.complete(PROMPT)

        await asyncio.sleep(31)
        assert (await model.complete(PROMPT)).text == GOOD.text
        assert (await model.complete(PROMPT)).text == GOOD.text
        assert loop.time() > 60


@in_virtual_time
async def test_while_one_call_decides_the_others_wait_and_a_cancelled_one_decides_nothing() -> None:
    down, late = Answer(fault="status", status=500), Answer(text="late", delay_seconds=10)
    async with asked(down, late, GOOD, retries=0, breaker_failures=1, breaker_seconds=5) as (model, _):
        with pytest.raises(ModelBusy):
            await model.complete(PROMPT)
        await asyncio.sleep(6)
        probe = asyncio.create_task(model.complete(PROMPT))
        await asyncio.sleep(1)
        with pytest.raises(ModelResting):
            await model.complete(PROMPT)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert (await model.complete(PROMPT)).text == GOOD.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A call that must not be made at all."""

    id: str
    settings: ModelSettings
    error: type[ModelError]
    says: str


HERE = "http://127.0.0.1:9/v1"
UNASKED = (
    Unasked(id="no_model", settings=ModelSettings(), error=ModelNotConfigured, says="No language model"),
    Unasked(id="no_name", settings=ModelSettings(base_url=HERE), error=ModelNotConfigured, says="No language model"),
    Unasked(id="live", settings=settings("https://api.example.com/v1"), error=ModelForbidden, says="loopback"),
    Unasked(id="looks_local", settings=settings("https://127.0.0.1.example.com/v1"), error=ModelForbidden, says="loop"),
    Unasked(
        id="too_long", settings=settings(HERE, max_input_tokens=200), error=ModelTooCostly, says="max_input_tokens"
    ),
    Unasked(
        id="too_costly",
        settings=settings(HERE, output_price=1_000.0, max_cost=1.0),
        error=ModelTooCostly,
        says="max_cost",
    ),
    Unasked(id="no_key", settings=settings(HERE, api_key_file="/absent/key"), error=ModelNotConfigured, says="/absent"),
    Unasked(id="nobody_there", settings=settings(HERE), error=ModelUnreachable, says="no whole answer"),
)


@pytest.mark.parametrize("case", UNASKED, ids=lambda case: case.id)
def test_a_call_that_must_not_or_cannot_be_made_says_why(case: Unasked) -> None:
    @in_virtual_time
    async def run() -> None:
        long = (*PROMPT, Message(role="user", text="why " * 300))
        with pytest.raises(case.error, match=case.says):
            await Model(settings=case.settings).complete(long)

    run()


@in_virtual_time
async def test_neither_prompts_nor_answers_nor_keys_are_logged() -> None:
    records: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = QueueHandler(records)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        async with asked(Answer(fault="status", status=500), Answer(text="the timer")) as (model, _):
            await model.complete(PROMPT)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)

    written = ""
    while not records.empty():
        written += records.get().getMessage()
    assert "HTTP Request" in written
    assert "harbour" not in written
    assert "the timer" not in written
    assert "key-of-the-test" not in written


@in_virtual_time
async def test_the_stream_is_closed_when_the_caller_leaves() -> None:
    async with asked(Answer(text="on and on ", fault="rambling"), max_output_tokens=100_000) as (model, endpoint):
        call = asyncio.create_task(model.complete(PROMPT))
        await endpoint.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await endpoint.left.wait()
