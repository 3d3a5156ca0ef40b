from dataclasses import dataclass

import pytest

from api.answers import wait_seconds, wanted_form


@dataclass(frozen=True, kw_only=True)
class Wait:
    id: str
    prefer: str
    seconds: float


WAITS = (
    Wait(id="nothing said", prefer="", seconds=30),
    Wait(id="wait", prefer="wait=10", seconds=10),
    Wait(id="no wait", prefer="wait=0", seconds=0),
    Wait(id="beyond the limit", prefer="wait=9999", seconds=30),
    Wait(id="among others", prefer='handling=lenient; foo="bar", WAIT = "5"', seconds=5),
    Wait(id="asynchronous", prefer="respond-async, wait=10", seconds=0),
    Wait(id="part of another word", prefer="await=3", seconds=30),
    Wait(id="nonsense", prefer="wait=soon", seconds=30),
)


@pytest.mark.parametrize("case", WAITS, ids=lambda case: case.id)
def test_how_long_a_call_waits(case: Wait) -> None:
    assert wait_seconds(case.prefer, 30) == case.seconds


@dataclass(frozen=True, kw_only=True)
class Accept:
    id: str
    accept: str
    form: str


ACCEPTS = (
    Accept(id="nothing", accept="", form="application/json"),
    Accept(id="browser", accept="text/html,application/xhtml+xml,*/*;q=0.8", form="application/json"),
    Accept(id="any text", accept="text/*", form="text/plain"),
    Accept(id="refused by weight", accept="text/markdown;q=0", form="application/json"),
    Accept(id="broken weight", accept="text/markdown;q=much", form="application/json"),
    Accept(id="first of equals", accept="text/markdown, text/plain", form="text/markdown"),
)


@pytest.mark.parametrize("case", ACCEPTS, ids=lambda case: case.id)
def test_which_form_is_preferred(case: Accept) -> None:
    assert wanted_form(case.accept) == case.form
