"""Claims on a storage: many at once, one alone to clean up. Locks of two files opened apart are as of two processes."""

import asyncio
from pathlib import Path

from builder.build.claim import Claim


async def test_one_that_is_alone_knows_it(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "claimed")
    await claim.take()
    async with claim.alone() as alone:
        assert alone
    await claim.take()
    async with claim.alone() as alone:
        assert not alone
    await claim.leave()
    await claim.leave()


async def test_another_process_counts(tmp_path: Path) -> None:
    ours, theirs = Claim(tmp_path / "claimed"), Claim(tmp_path / "claimed")
    await ours.take()
    await theirs.take()
    async with ours.alone() as alone:
        assert not alone
    await theirs.leave()
    async with ours.alone() as alone:
        assert alone
    await ours.leave()


async def test_nobody_begins_while_one_cleans_up(tmp_path: Path) -> None:
    ours, theirs = Claim(tmp_path / "claimed"), Claim(tmp_path / "claimed")
    await ours.take()
    async with ours.alone() as alone:
        assert alone
        waiting = asyncio.create_task(theirs.take())
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
    await waiting
    await theirs.leave()
    await ours.leave()
