import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from api.reviews import Remembered, Reviews
from cluster.fake import Account, FakeCluster
from core.errors import StorageError, Unauthenticated
from tests.cluster.asking import asking


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_an_answer_is_kept_for_its_time() -> None:
    clock, asked = Clock(), 0
    kept: Remembered[int] = Remembered(clock=clock)

    async def ask() -> tuple[int, float]:
        nonlocal asked
        asked += 1
        return asked, 60

    assert [await kept.get("k", ask), await kept.get("k", ask)] == [1, 1]
    clock.now = 59.9
    assert await kept.get("k", ask) == 1
    clock.now = 60
    assert await kept.get("k", ask) == 2


async def test_of_equal_questions_at_once_one_is_asked() -> None:
    kept: Remembered[str] = Remembered()
    go, asked = asyncio.Event(), 0

    async def ask() -> tuple[str, float]:
        nonlocal asked
        asked += 1
        await go.wait()
        return "yes", 60

    waiting = [asyncio.ensure_future(kept.get("k", ask)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    go.set()
    assert await asyncio.gather(*waiting[1:]) == ["yes"] * 4
    assert asked == 1


async def test_a_failure_is_not_kept() -> None:
    kept: Remembered[str] = Remembered()

    async def fails() -> tuple[str, float]:
        raise StorageError("away")

    async def works() -> tuple[str, float]:
        return "back", 60

    with pytest.raises(StorageError):
        await kept.get("k", fails)
    assert await kept.get("k", works) == "back"


async def test_the_number_of_answers_is_bounded() -> None:
    kept: Remembered[int] = Remembered(kept=3)
    asked: list[int] = []

    async def question(number: int) -> int:
        async def ask() -> tuple[int, float]:
            asked.append(number)
            return number, 60

        return await kept.get(number, ask)

    for number in (1, 2, 3, 4, 4, 3, 1):
        await question(number)
    assert asked == [1, 2, 3, 4, 1]


def token_until(moment: datetime) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": moment.timestamp()}).encode()).decode().rstrip("=")
    return f"e30.{claims}.sig"


async def test_a_token_is_not_trusted_beyond_its_own_end() -> None:
    token = token_until(datetime.now(UTC) + timedelta(seconds=20))
    fake = FakeCluster(accounts={"service": Account(user="service"), token: Account(user="alice")})
    clock = Clock()
    reviews = Reviews(60, clock=clock)
    async with asking(fake, token="service") as client:
        assert (await reviews.caller(client, token)).name == "alice"
        del fake.accounts[token]
        clock.now = 10
        assert (await reviews.caller(client, token)).name == "alice"
        clock.now = 21
        with pytest.raises(Unauthenticated):
            await reviews.caller(client, token)


def test_a_caller_never_shows_their_token() -> None:
    from core.identity import Caller

    assert "s3cret" not in repr(Caller(name="a", token="s3cret", kind="cluster"))
