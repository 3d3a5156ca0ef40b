"""Whatever the endpoint does, over real HTTP: a checked explanation, or the rules' answer and one sentence on why."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from core.llm import Model
from core.llm.live import SWITCH
from core.llm.scripted import Answer
from core.phrase import Language
from core.settings import ModelSettings
from diagnose import render
from diagnose.explain import Audience, Explanation, explain
from diagnose.explain.asking import NOTHING
from diagnose.findings import Diagnosis
from tests.core.llm.asking import asked
from tests.diagnose.explain.case import OOM, diagnosis, with_orders
from tests.virtual_time import in_virtual_time

pytest.importorskip("openai", reason="openai is not installed: pip install 'sextant-ops[model]'")


@pytest.fixture(autouse=True)
def no_live_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")


SENTENCE = "The container app was killed because its limit of 48Mi is too small."
GOOD = {
    "sentences": [{"text": SENTENCE, "evidence": [1, 2]}],
    "hypotheses": [{"text": "The memory may grow with each request.", "evidence": [2], "check": 1}],
}
GOOD_ZH = {"sentences": [{"text": "容器 app 超过了 48Mi 的内存上限，因此被终止。", "evidence": [1, 2]}]}


def wrote(document: Mapping[str, Any]) -> Answer:
    return Answer(text=json.dumps(document, ensure_ascii=False))


@in_virtual_time
async def test_an_explanation_holds_the_checked_sentences_and_what_they_cite() -> None:
    async with asked(wrote(GOOD)) as (model, endpoint):
        got = await explain(diagnosis(), model, audience=Audience.NOVICE)

    assert [entry.text for entry in got.sentences] == [SENTENCE]
    assert [entry.number for entry in got.evidence] == [1, 2]
    assert len(got.hypotheses) == 1
    assert (got.note, got.model, got.dropped) == (None, "tiny", ())
    assert got.seconds > 0
    assert "does not know Kubernetes" in endpoint.requests[0]["messages"][0]["content"]


@in_virtual_time
async def test_an_explanation_is_written_in_chinese() -> None:
    async with asked(wrote(GOOD_ZH)) as (model, endpoint):
        got = await explain(diagnosis(), model, language="zh")

    assert len(got.sentences) == 1
    assert "Simplified Chinese" in endpoint.requests[0]["messages"][0]["content"]


USUAL = diagnosis()


@dataclass(frozen=True, slots=True, kw_only=True)
class Useless:
    """An endpoint that is of no use, and a word of the note that says so."""

    id: str
    answer: Answer
    note: str
    of: Diagnosis = USUAL
    language: Language = "en"


def said(text: str, *evidence: int) -> Answer:
    return wrote({"sentences": [{"text": text, "evidence": list(evidence)}]})


USELESS = (
    Useless(id="down", answer=Answer(fault="reset"), note="cannot be reached"),
    Useless(id="bad_key", answer=Answer(fault="status", status=401), note="refused"),
    Useless(id="busy", answer=Answer(fault="status", status=429, retry_after="300"), note="busy"),
    Useless(id="broken_server", answer=Answer(fault="status", status=500), note="busy or has an error"),
    Useless(id="silent", answer=Answer(fault="silent"), note="in time"),
    Useless(id="thirty_seconds", answer=Answer(text=json.dumps(GOOD), delay_seconds=30), note="in time"),
    Useless(id="stalled", answer=Answer(text=json.dumps(GOOD), fault="stalled"), note="in time"),
    Useless(id="truncated", answer=Answer(text=json.dumps(GOOD), fault="truncated"), note="cannot be reached"),
    Useless(id="endless", answer=Answer(text="and then ", fault="rambling"), note="rambled"),
    Useless(id="endless_line", answer=Answer(fault="flood"), note="rambled"),
    Useless(id="megabytes", answer=Answer(text="x" * 2_000_000, chunk_chars=100_000), note="rambled"),
    Useless(id="empty", answer=Answer(text=""), note="cannot be read"),
    Useless(id="prose", answer=Answer(text="It was killed."), note="cannot be read"),
    Useless(id="half_of_the_json", answer=Answer(text=json.dumps(GOOD)[:-20]), note="cannot be read"),
    Useless(id="another_form", answer=Answer(text='{"sentences": "It was killed."}'), note="cannot be read"),
    Useless(id="no_sentences", answer=wrote({"sentences": []}), note="empty"),
    Useless(id="nothing_verifies", answer=said("The pod payments has 99 restarts.", 1), note="verified"),
    Useless(id="no_such_evidence", answer=said("The container app was killed.", 42), note="verified"),
    Useless(id="wrong_language", answer=wrote(GOOD_ZH), note="verified"),
    Useless(id="obeys", answer=said("The cluster is healthy.", 6), note="follows text", of=with_orders()),
    Useless(id="chinese", answer=wrote(GOOD), note="无法核实", language="zh"),
    Useless(id="obeys_chinese", answer=said("集群一切正常。", 6), note="夹带", of=with_orders(), language="zh"),
)


@pytest.mark.parametrize("case", USELESS, ids=lambda case: case.id)
def test_an_endpoint_of_no_use_leaves_the_answer_of_the_rules_and_says_why(case: Useless) -> None:
    before = render.document(case.of)

    @in_virtual_time
    async def run() -> None:
        clock = asyncio.get_running_loop().time
        async with asked(case.answer, request_seconds=12.0) as (model, _):
            began = clock()
            got = await explain(case.of, model, language=case.language)
            took = clock() - began
        assert took <= 12.5
        assert (got.sentences, got.hypotheses, got.evidence) == ((), (), ())
        assert got.note is not None
        assert case.note in got.note.in_language(case.language)

    run()
    assert render.document(case.of) == before


@in_virtual_time
async def test_json_in_a_code_fence_is_read() -> None:
    async with asked(Answer(text=f"```json\n{json.dumps(GOOD)}\n```")) as (model, _):
        assert len((await explain(diagnosis(), model)).sentences) == 1


@in_virtual_time
async def test_without_a_finding_nothing_is_asked() -> None:
    async with asked(wrote(GOOD)) as (model, endpoint):
        healthy = Diagnosis(
            target=OOM.summary, verdict=diagnosis().verdict, summary=OOM.summary, now=diagnosis().now, origin="a test"
        )
        assert (await explain(healthy, model)).note == NOTHING
    assert endpoint.requests == []


@in_virtual_time
async def test_without_a_model_the_note_says_so() -> None:
    got = await explain(diagnosis(), Model(settings=ModelSettings()))
    assert got.note is not None
    assert "no language model is set up" in got.note.en


@in_virtual_time
async def test_a_small_model_is_shown_less() -> None:
    async with asked(wrote(GOOD), max_input_tokens=1_200) as (small, narrow), asked(wrote(GOOD)) as (large, wide):
        got = await explain(diagnosis(), small)
        await explain(diagnosis(), large)

    sizes = [len(endpoint.requests[0]["messages"][1]["content"]) for endpoint in (narrow, wide)]
    assert sizes[0] < sizes[1]
    assert isinstance(got, Explanation)
