"""The parts of builds over HTTP that need no server, and the executor that tests build with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.build_models import Override
from api.build_overrides import command_of, decided
from api.building_files import packed
from api.building_lines import Screen
from builder.build.errors import BuildFailed
from builder.build.executor import BuildRequest, Executor, Line
from builder.build.fake import FakeExecutor
from builder.detect.planning import plan
from builder.plan import Command, Kind
from builder.tree import Tree
from core.errors import UsageError
from core.redaction import MASK

LIBRARY = Tree.of({"go.mod": "module example.com/lib\n\ngo 1.22\n", "lib.go": "package lib\n\nfunc One() {}\n"})


@dataclass(frozen=True, kw_only=True)
class Typed:
    id: str
    text: str
    command: Command


TYPED = (
    Typed(id="words", text="node server.js", command=Command(argv=("node", "server.js"))),
    Typed(id="quoted", text="a 'b c'", command=Command(argv=("a", "b c"))),
    Typed(id="two programs", text="a && b", command=Command(line="a && b")),
    Typed(id="variable", text="a $PORT", command=Command(line="a $PORT")),
    Typed(id="assignment", text="A=b c", command=Command(line="A=b c")),
)


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.id)
def test_a_command_is_words_unless_only_a_shell_understands_it(case: Typed) -> None:
    assert command_of(case.text) == case.command


@pytest.mark.parametrize("text", ["a 'b", " "])
def test_a_command_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        command_of(text)


def test_a_kind_that_is_decided_takes_a_refusal_away() -> None:
    found = plan(LIBRARY)
    assert found.refusals
    changed = decided(found, {"": Override(kind=Kind.JOB, start="/app/lib")})
    assert (changed.refusals, changed.questions) == ((), ())
    assert changed.primary == changed.components[0].name


def test_no_decision_leaves_the_plan_as_it_is() -> None:
    found = plan(LIBRARY)
    assert decided(found, {}) is found


@dataclass(frozen=True, kw_only=True)
class Seen:
    id: str
    text: str
    shown: str
    environment: Mapping[str, str] = field(default_factory=dict)


SEEN = (
    Seen(id="plain", text="added 120 packages", shown="added 120 packages"),
    Seen(id="given secret", text="is s3cr3t!", shown=f"is {MASK}", environment={"API_TOKEN": "s3cr3t!"}),
    Seen(id="no secret by name", text="mode production", shown="mode production", environment={"MODE": "production"}),
    Seen(id="folder", text="open /state/builds/run/x: no", shown="open <build>/run/x: no"),
    Seen(id="inner folder first", text="/state/builds/s/run-1/a", shown="<build>/a"),
    Seen(id="zero byte", text="a\0b", shown="ab"),
)


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.id)
def test_what_must_not_be_seen_is_taken_out(case: Seen) -> None:
    screen = Screen((Path("/state/builds"), Path("/state/builds/s/run-1")), case.environment)
    assert screen.clean(case.text) == case.shown


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
