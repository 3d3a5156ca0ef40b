"""The parts of builds over HTTP that need no server, and the executor that tests build with."""

import asyncio
from pathlib import Path

import pytest

from api.building_files import packed
from builder.build.errors import BuildFailed
from builder.build.executor import BuildRequest, Executor, Line
from builder.build.fake import FakeExecutor


def test_the_same_files_give_the_same_archive() -> None:
    assert packed({"b": "2", "a": "1"}) == packed({"a": "1", "b": "2"})


# -- the executor by script keeps what the port promises


def asked(folder: Path) -> BuildRequest:
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "a").write_text("1", encoding="utf-8")
    return BuildRequest(context=folder, dockerfile="FROM scratch\n", name="localhost/a:1")


async def test_lines_are_told_in_order_and_the_same_input_is_the_same_image(tmp_path: Path) -> None:
    fake = FakeExecutor(lines=("one", "two"))
    executor: Executor = fake
    told: list[Line] = []
    first = await executor.build(asked(tmp_path), told.append)
    second = await executor.build(asked(tmp_path), told.append)
    (tmp_path / "sub" / "a").write_text("2", encoding="utf-8")
    third = await executor.build(
        BuildRequest(context=tmp_path, dockerfile="FROM scratch\n", name="localhost/a:1"), told.append
    )
    assert [line.text for line in told] == ["one", "two"] * 3
    assert first.id == second.id != third.id
    assert first.id.startswith("sha256:")
    assert fake.seen[0].files == {"sub/a": b"1"}
    assert await executor.push(first, "registry.example/a:1") == first.id
    await executor.remove("localhost/a:1")
    await executor.remove("localhost/a:1")
    assert fake.images == {}


async def test_a_scripted_failure_comes_after_the_lines(tmp_path: Path) -> None:
    told: list[Line] = []
    with pytest.raises(BuildFailed):
        await FakeExecutor(error=BuildFailed("no")).build(asked(tmp_path), told.append)
    assert told


async def test_a_build_that_holds_can_be_cancelled(tmp_path: Path) -> None:
    fake = FakeExecutor(holds=True)
    building = asyncio.create_task(fake.build(asked(tmp_path), lambda _line: None))
    await fake.started.wait()
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    assert (fake.cancelled, fake.building, fake.images) == (1, 0, {})
