"""Claims on a storage: many at once, the last one cleans up. A lock of a file opened anew is as of another process."""

import asyncio
from pathlib import Path

from builder.build.claim import Claim


async def test_the_last_one_cleans_up_and_no_other(tmp_path: Path) -> None:
    cleaned: list[str] = []

    async def clean() -> None:
        cleaned.append("once")

    first, second = await Claim.taken(tmp_path / "claimed"), await Claim.taken(tmp_path / "claimed")
    await first.leave(clean)
    assert cleaned == []
    await second.leave(clean)
    assert cleaned == ["once"]


async def test_nobody_begins_while_one_cleans_up(tmp_path: Path) -> None:
    ours = await Claim.taken(tmp_path / "claimed")
    waiting: list[asyncio.Task[Claim]] = []

    async def clean() -> None:
        waiting.append(asyncio.create_task(Claim.taken(tmp_path / "claimed")))
        done, _ = await asyncio.wait(waiting, timeout=0.2)
        assert not done

    await ours.leave(clean)
    await (await waiting[0]).leave()


async def test_one_who_stops_waiting_holds_nothing(tmp_path: Path) -> None:
    ours = await Claim.taken(tmp_path / "claimed")

    async def clean() -> None:
        waiting = asyncio.create_task(Claim.taken(tmp_path / "claimed"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})

    await ours.leave(clean)
    alone: list[str] = []

    async def noted() -> None:
        alone.append("yes")

    await (await Claim.taken(tmp_path / "claimed")).leave(noted)
    assert alone == ["yes"]
