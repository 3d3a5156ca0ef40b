"""``explain`` in the body of a diagnosis: the rules' answer, then a model's checked words or why there are none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.context import ApiContext
from core.llm.live import SWITCH
from core.llm.scripted import Answer, ScriptedModel
from core.settings import ModelSettings
from tests.api.harness import DEMO, make_context, running

ASKED = {**DEMO, "explain": True}


@pytest.fixture(autouse=True)
def no_live_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")


def with_model(context: ApiContext, url: str, **changes: Any) -> ApiContext:
    model = ModelSettings(base_url=url, name="tiny", api_key=SecretStr("key-of-the-test"), **changes)
    return replace(context, settings=context.settings.model_copy(update={"model": model}))


async def test_nobody_is_asked_unless_the_body_says_so(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        said = await service.client.post("/v1/diagnoses", json=DEMO)
    assert "explanation" not in said.json()


async def test_without_a_model_the_answer_is_the_same_and_says_why(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        plain = (await service.client.post("/v1/diagnoses", json=DEMO)).json()
        said = (await service.client.post("/v1/diagnoses", json=ASKED)).json()
        text = await service.client.post("/v1/diagnoses", json=ASKED, headers={"Accept": "text/plain"})

    explanation = said.pop("explanation")
    assert said == plain
    assert "no language model is set up" in explanation["note"]["en"]
    assert "no language model is set up" in text.text


async def test_the_wording_comes_in_the_language_of_the_call(tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="openai is not installed: pip install 'sextant-ops[model]'")
    answer = {
        "sentences": [{"text": "容器 app 的镜像拉取失败。", "evidence": [1]}, {"text": "It fails.", "evidence": [1]}]
    }
    endpoint = ScriptedModel(Answer(text=json.dumps(answer)))
    async with endpoint.serve() as url, running(with_model(make_context(tmp_path), url)) as service:
        said = await service.client.post("/v1/diagnoses?lang=zh", json={**ASKED, "audience": "novice"})

    explanation = said.json()["explanation"]
    assert [entry["text"] for entry in explanation["sentences"]] == ["容器 app 的镜像拉取失败。"]
    assert [entry["reason"] for entry in explanation["dropped"]] == ["language"]
    assert "does not know Kubernetes" in endpoint.requests[0]["messages"][0]["content"]
    assert "key-of-the-test" not in said.text


async def test_an_endpoint_that_is_down_is_left_alone_after_some_calls(tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="openai is not installed: pip install 'sextant-ops[model]'")
    endpoint = ScriptedModel(Answer(fault="status", status=500))
    async with endpoint.serve() as url:
        context = with_model(make_context(tmp_path), url, retries=0, breaker_failures=2)
        async with running(context) as service:
            notes = [
                (await service.client.post("/v1/diagnoses", json=ASKED)).json()["explanation"]["note"]["en"]
                for _ in range(3)
            ]
    assert len(endpoint.requests) == 2
    assert "last calls of the language model failed" in notes[2]


async def test_an_audience_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        said = await service.client.post("/v1/diagnoses", json={**ASKED, "audience": "king"})
    assert said.status_code == 422
    assert "audience" in said.text
