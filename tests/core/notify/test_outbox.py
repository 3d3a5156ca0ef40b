"""One for each cause, so many a minute, the rest as a summary, nothing lost while a receiver is down."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.notify import NotDelivered, Notice, Outbox, Webhook
from core.notify.notice import Remembered
from core.notify.outbox import WAITING
from core.notify.posting import Posting
from tests.core.notify.receiving import notice, receiving
from tests.virtual_time import in_virtual_time


@dataclass(frozen=True, kw_only=True)
class Sending:
    box: Outbox
    receiver: Remembered
    outcomes: Counter[str]

    @property
    def sent(self) -> list[Notice]:
        return self.receiver.notices


@contextlib.asynccontextmanager
async def sending(**how: Any) -> AsyncIterator[Sending]:
    receiver, outcomes = Remembered(), Counter[str]()

    def count(outcome: str, number: int) -> None:
        outcomes[outcome] += number

    box = Outbox(receiver, counted=count, **how)
    task = asyncio.create_task(box.run())
    try:
        yield Sending(box=box, receiver=receiver, outcomes=outcomes)
    finally:
        task.cancel()
        await asyncio.wait({task})


@in_virtual_time
async def test_what_comes_is_sent_in_order() -> None:
    async with sending() as it:
        for number in range(3):
            it.box.put(notice(number))
        await asyncio.sleep(1)
    assert [sent.id for sent in it.sent] == [f"image-not-found/{number}" for number in range(3)]
    assert it.outcomes == {"delivered": 3}


@in_virtual_time
async def test_more_than_fits_into_a_minute_comes_as_one_summary() -> None:
    async with sending(per_minute=3) as it:
        for number in range(30):
            it.box.put(notice(number, severity="critical" if number == 29 else "high"))
        await asyncio.sleep(30)
        assert [sent.change for sent in it.sent] == ["new", "new", "summary"]
        summary = it.sent[-1]
        assert summary.lines[0].startswith("new: shop/deployment/web-29"), "the worst comes first"
        assert (len(summary.lines), summary.more) == (20, 8)
        assert "28 new" in summary.summary.en
        it.box.put(notice(100))
        await asyncio.sleep(20)
        assert len(it.sent) == 3
        await asyncio.sleep(30)
    assert it.sent[-1].id == "image-not-found/100"
    assert it.outcomes == {"delivered": 31}


@in_virtual_time
async def test_nothing_is_lost_while_the_receiver_is_down() -> None:
    async with sending() as it:
        it.receiver.failures = [NotDelivered("down", again=True)] * 4
        for number in range(3):
            it.box.put(notice(number))
        await asyncio.sleep(600)
    assert {sent.id for sent in it.sent} == {f"image-not-found/{number}" for number in range(3)}
    assert it.box.waiting == 0


@in_virtual_time
async def test_what_the_receiver_will_never_take_is_not_sent_again() -> None:
    async with sending() as it:
        it.receiver.failures = [NotDelivered("gone", again=False)]
        it.box.put(notice(1))
        await asyncio.sleep(600)
        it.box.put(notice(2))
        await asyncio.sleep(600)
    assert [sent.id for sent in it.sent] == ["image-not-found/2"]
    assert it.outcomes == {"failed": 1, "delivered": 1}


@in_virtual_time
async def test_old_news_is_given_up() -> None:
    async with sending(keep_seconds=60) as it:
        it.receiver.failures = [NotDelivered("down", again=True)] * 20
        it.box.put(notice(1))
        await asyncio.sleep(400)
    assert it.box.waiting == 0
    assert it.outcomes["dropped"] == 1


@in_virtual_time
async def test_so_many_wait_and_no_more() -> None:
    async with sending(per_minute=1) as it:
        it.receiver.failures = [NotDelivered("down", again=True)]
        for number in range(WAITING + 50):
            it.box.put(notice(number))
        await asyncio.sleep(400)
    assert it.sent[0].change == "summary"
    assert len(it.sent[0].lines) + it.sent[0].more == WAITING + 50
    assert it.outcomes["dropped"] == 50


@in_virtual_time
async def test_at_the_end_what_waits_is_sent_as_one() -> None:
    async with sending(per_minute=1) as it:
        for number in range(3):
            it.box.put(notice(number))
        await asyncio.sleep(1)
        it.box.put(notice(7))
        it.box.put(notice(8))
    await it.box.flush(2)
    await it.box.flush(2)
    assert [len(sent.lines) for sent in it.sent] == [3, 2]
    assert it.box.waiting == 0


@in_virtual_time
async def test_what_was_under_way_at_the_end_is_sent_again_under_the_same_name() -> None:
    async with receiving(hang=1) as receiver:
        webhook = Webhook(receiver.url, Posting(seconds=20, name="The webhook"))
        box = Outbox(webhook)
        task = asyncio.create_task(box.run())
        box.put(notice(1))
        await receiver.until(1)
        task.cancel()
        await asyncio.wait({task})
        await box.flush(2)
        await webhook.close()
        assert [got.headers["X-Sextant-Delivery"] for got in receiver.got] == ["delivery-1"] * 2


@dataclass(frozen=True, kw_only=True)
class Joined:
    id: str
    changes: tuple[tuple[str, str, str], ...]
    told: tuple[tuple[str, str, str], ...]


JOINED = (
    Joined(id="came and went", changes=(("new", "", "high"), ("healed", "high", "high")), told=()),
    Joined(
        id="became worse",
        changes=(("new", "", "high"), ("changed", "high", "critical")),
        told=(("new", "", "critical"),),
    ),
    Joined(
        id="changed twice",
        changes=(("changed", "low", "high"), ("changed", "high", "critical")),
        told=(("changed", "low", "critical"),),
    ),
    Joined(id="changed and back", changes=(("changed", "low", "high"), ("changed", "high", "low")), told=()),
    Joined(id="went and came", changes=(("healed", "high", "high"), ("new", "", "high")), told=()),
    Joined(
        id="went and came worse",
        changes=(("healed", "high", "high"), ("new", "", "critical")),
        told=(("changed", "high", "critical"),),
    ),
    Joined(
        id="changed and went",
        changes=(("changed", "medium", "high"), ("healed", "high", "high")),
        told=(("healed", "medium", "high"),),
    ),
)


@pytest.mark.parametrize("case", JOINED, ids=lambda case: case.id)
@in_virtual_time
async def test_of_one_cause_only_what_is_left_to_tell_is_told(case: Joined) -> None:
    async with sending() as it:
        for change, before, severity in case.changes:
            it.box.put(notice(1, change=change, before=before, severity=severity))
        await asyncio.sleep(1)
    assert tuple((sent.change, sent.before, sent.severity) for sent in it.sent) == case.told
