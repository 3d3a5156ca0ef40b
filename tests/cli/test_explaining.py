"""``--explain`` as the command line calls it: a scripted endpoint in a thread, the demo, the settings."""

import json

import pytest
from pydantic import SecretStr

from cli.explaining import explained, structure, write
from cli.options import Output
from cli.recordings import recorded
from cli.wanted import Wanted
from core.llm.live import SWITCH
from core.llm.scripted import Answer, ScriptedModel
from core.settings import ModelSettings, Settings
from diagnose.engine import diagnose
from diagnose.explain import Audience
from diagnose.findings import Diagnosis


@pytest.fixture(autouse=True)
def no_live_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")


@pytest.fixture(scope="module")
def demo() -> Diagnosis:
    return diagnose(recorded(Wanted(demo=True), Settings()))


def test_without_a_model_one_sentence_says_so(demo: Diagnosis) -> None:
    got = explained(demo, Settings())

    assert got.note is not None
    assert "no language model is set up" in got.note.en
    assert got.sentences == ()


@pytest.mark.parametrize("audience", Audience)
def test_the_demo_is_explained_by_the_model_of_the_settings(demo: Diagnosis, audience: Audience) -> None:
    pytest.importorskip("openai", reason="openai is not installed: pip install 'sextant-ops[model]'")
    text = "The ConfigMap checkout-settings has no key PAYMENT_URL, so the container checkout cannot start."
    endpoint = ScriptedModel(Answer(text=json.dumps({"sentences": [{"text": text, "evidence": [1, 3]}]})))

    with endpoint.serve_in_thread() as url:
        model = ModelSettings(base_url=url, name="tiny", api_key=SecretStr("k"))
        got = explained(demo, Settings(model=model), "en", audience)

    assert [entry.text for entry in got.sentences] == [text]
    assert got.dropped == ()


def test_the_forms_for_people_and_programs_say_why_there_is_none(
    demo: Diagnosis, capsys: pytest.CaptureFixture[str]
) -> None:
    for output in (Output.TEXT, Output.MARKDOWN):
        write(demo, Settings(), output, "zh", "expert")
        assert "未配置语言模型" in capsys.readouterr().out

    assert "未配置语言模型" in structure(demo, Settings(), "en", "novice")["note"]["zh"]
