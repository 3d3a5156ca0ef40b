"""The parts of the adapter that need no endpoint: the missing package, estimates, the switch, the breaker."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.llm import Message, Model, ModelAnswerBroken, ModelNotConfigured, forbid_live_models
from core.llm.breaker import Breaker
from core.llm.exchange import estimated_tokens, parsed
from core.llm.live import SWITCH, live_forbidden, on_loopback
from tests.core.llm.asking import Said, settings


async def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)

    with pytest.raises(ModelNotConfigured) as caught:
        await Model(settings=settings("http://127.0.0.1:9/v1")).complete([Message(role="user", text="Why?")])

    assert "pip install 'sextant-ops[model]'" in caught.value.next_step


def test_the_key_shows_in_no_representation() -> None:
    model = Model(settings=settings("http://127.0.0.1:9/v1"))
    assert "key-of-the-test" not in repr(model) + str(model.settings) + model.settings.model_dump_json()


@pytest.mark.parametrize(
    ("text", "at_least"), [("", 1), ("why does it blink", 4), ("因为灯塔在闪", 6), ("{" * 300, 100), ("é" * 30, 10)]
)
def test_tokens_are_estimated_rather_too_many_than_too_few(text: str, at_least: int) -> None:
    assert estimated_tokens(text) >= at_least


@given(st.text(max_size=300))
def test_what_is_no_json_of_the_form_is_broken_and_nothing_else(text: str) -> None:
    with pytest.raises(ModelAnswerBroken, match=r"\A[ -~]+\Z"):
        parsed(text, Said)


def test_the_switch_holds_for_programs_that_are_started_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH)
    assert not live_forbidden()
    forbid_live_models()
    assert live_forbidden()
    assert os.environ[SWITCH]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost/v1", True),
        ("http://localhost.example.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://10.0.0.1/v1", False),
        ("", False),
    ],
)
def test_the_loopback_is_known_by_address(url: str, here: bool) -> None:
    assert on_loopback(url) is here


def test_a_breaker_opens_after_failures_in_a_row_and_a_success_closes_it() -> None:
    breaker = Breaker(failures=2, seconds=10)
    breaker.failed_at(0)
    breaker.succeeded()
    breaker.failed_at(1)
    assert breaker.enter(1) == 0

    breaker.failed_at(2)
    assert breaker.enter(5) == 7
    assert breaker.enter(12) == 0
    assert breaker.enter(12) > 0

    breaker.failed_at(13)
    assert breaker.enter(14) == 9
    assert breaker.enter(23) == 0

    breaker.left()
    assert breaker.enter(24) == 0

    breaker.succeeded()
    assert [breaker.enter(25), breaker.enter(25)] == [0, 0]
