"""The webhook against a real server: signature, repeats, what is not repeated, and bounds in time."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from core.notify import SIGNATURE, NotDelivered, Webhook, verify_signature
from core.notify.posting import Posting
from core.phrase import Phrase
from tests.core.notify.receiving import Receiver, notice, receiving
from tests.virtual_time import in_virtual_time

SECRET = "k3y"
CLOCK = 1_772_359_500.0


@contextlib.asynccontextmanager
async def hook(receiver: Receiver, *, seconds: float = 20.0, secret: str = SECRET) -> AsyncIterator[Webhook]:
    made = Webhook(
        receiver.url, Posting(seconds=seconds, name="The webhook"), secret=lambda: secret, clock=lambda: CLOCK
    )
    try:
        yield made
    finally:
        await made.close()


async def test_a_notice_arrives_signed_and_in_both_languages() -> None:
    async with receiving() as receiver, hook(receiver) as webhook:
        await webhook.send(notice(fix=Phrase(en="set it", zh="设置"), command="kubectl set image x"))
    (got,) = receiver.got
    assert got.path == "/hook?team=shop"
    assert verify_signature(got.headers[SIGNATURE], got.body, SECRET, CLOCK + 5)
    said = json.loads(got.body)
    assert said["schema"] == "sextant.dev/notice/v1"
    assert said["summary"] == {"en": "cause 1", "zh": "原因 1"}
    assert (said["change"], said["severity"], said["command"]) == ("new", "high", "kubectl set image x")
    assert got.headers["X-Sextant-Delivery"] == said["delivery"] == "delivery-1"


async def test_without_a_secret_there_is_no_signature() -> None:
    async with receiving() as receiver, hook(receiver, secret="") as webhook:
        await webhook.send(notice())
    assert SIGNATURE not in receiver.got[0].headers


@dataclass(frozen=True, kw_only=True)
class Answered:
    id: str
    answers: tuple[tuple[int, dict[str, str]], ...]
    requests: int
    delivered: bool
    says: str = ""


ANSWERS = (
    Answered(id="500 once", answers=((500, {}),), requests=2, delivered=True),
    Answered(id="503 twice", answers=((503, {}), (503, {})), requests=3, delivered=True),
    Answered(id="429 with Retry-After", answers=((429, {"Retry-After": "3"}),), requests=2, delivered=True),
    Answered(id="429 that lasts", answers=((429, {"Retry-After": "900"}),), requests=1, delivered=False, says="429"),
    Answered(id="500 for ever", answers=((500, {}),) * 50, requests=4, delivered=False, says="status 500"),
    Answered(id="404", answers=((404, {}),), requests=1, delivered=False, says="status 404"),
    Answered(id="401", answers=((401, {}),), requests=1, delivered=False, says="status 401"),
    Answered(
        id="a redirect", answers=((302, {"Location": "/elsewhere"}),), requests=1, delivered=False, says="redirect"
    ),
    Answered(id="an odd Retry-After", answers=((503, {"Retry-After": "soon"}),), requests=2, delivered=True),
)


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.id)
@in_virtual_time
async def test_what_may_heal_is_tried_again_and_nothing_else(case: Answered) -> None:
    async with receiving(answers=list(case.answers)) as receiver, hook(receiver) as webhook:
        began = asyncio.get_running_loop().time()
        if case.delivered:
            await webhook.send(notice())
        else:
            with pytest.raises(NotDelivered, match=case.says) as raised:
                await webhook.send(notice())
            assert "127.0.0.1" not in raised.value.message
            assert raised.value.again == (case.answers[0][0] in {429, 500})
        assert asyncio.get_running_loop().time() - began < 21
    assert len(receiver.got) >= case.requests
    if case.delivered or case.requests == 1:
        assert len(receiver.got) == case.requests
    assert {got.headers["X-Sextant-Delivery"] for got in receiver.got} == {"delivery-1"}
    if case.answers[0][1].get("Retry-After") == "3":
        assert receiver.got[1].at - receiver.got[0].at >= 3


@in_virtual_time
async def test_a_receiver_that_hangs_once_gets_it_the_second_time() -> None:
    async with receiving(hang=1) as receiver, hook(receiver) as webhook:
        await webhook.send(notice())
    assert len(receiver.got) == 2


@in_virtual_time
async def test_a_receiver_that_hangs_for_ever_costs_no_more_than_its_time() -> None:
    async with receiving(hang=100) as receiver, hook(receiver) as webhook:
        began = asyncio.get_running_loop().time()
        with pytest.raises(NotDelivered, match="did not answer in time") as raised:
            await webhook.send(notice())
        assert asyncio.get_running_loop().time() - began <= 20.5
    assert raised.value.again


@in_virtual_time
async def test_a_receiver_that_is_gone_is_said_so_without_its_address() -> None:
    async with receiving() as receiver:
        pass
    async with hook(receiver) as webhook:
        with pytest.raises(NotDelivered, match="cannot be reached") as raised:
            await webhook.send(notice())
    assert raised.value.again
    assert "team=shop" not in raised.value.message


async def test_the_machines_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with receiving() as receiver, hook(receiver) as webhook:
        await webhook.send(notice())
    assert len(receiver.got) == 1
