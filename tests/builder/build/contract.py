"""What every executor does, as a table: a build, and what must come of it. Run against the fake and the real ones."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from builder.build.errors import BuildFailed, BuildTooLong
from builder.build.executor import BuildRequest, Executor, Image, Line

BASE = "docker.io/library/debian:bookworm-slim"
CANARY = "c4n4ry-of-a-secret"
FILES = {"main.txt": "hello\n", ".env": f"TOKEN={CANARY}\n", "folder/inner.txt": "inner\n"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A build and what must come of it. ``script`` is what a fake prints for it; ``holds``: it goes on for ever.

    ``files`` are files of the image, None for one that must not be there; ``error`` is what is raised instead.
    """

    id: str
    dockerfile: str
    ignore: str = ""
    target: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    seconds: float = 300.0
    script: tuple[str, ...] = ()
    holds: bool = False
    steps: int = 0
    step: str = ""
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    error: type[BuildFailed] | None = None

    def request(self, folder: Path, name: str) -> BuildRequest:
        """Return the request, with its files written below ``folder``."""
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return BuildRequest(
            context=folder,
            dockerfile=self.dockerfile,
            ignore=self.ignore,
            target=self.target,
            arguments=self.arguments,
            secrets=self.secrets,
            seconds=self.seconds,
            name=name,
            cached=False,
        )


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One executor with what a test sees of its surroundings.

    ``content`` gives the files of an image, ``raw`` every byte that is kept of it; both None for one that keeps none.
    ``left`` names what a build has left behind, ``served`` the digest that the registry has under a name. ``seconds``
    bounds a build that goes on for ever: long enough for all that comes before it.
    """

    executor: Executor
    registry: str
    script: Callable[[Case], None]
    content: Callable[[Image], Awaitable[Mapping[str, bytes]]] | None
    raw: Callable[[Image], Awaitable[bytes]] | None
    left: Callable[[], Awaitable[list[str]]]
    served: Callable[[str], Awaitable[str]]
    seconds: float | None = None
    described: bool = True
    """Whether an image tells its size, and counts instructions that run nothing as steps."""


WAITS = "RUN echo begun && sleep 1000"
SECRET = "RUN --mount=type=secret,id=token cat /run/secrets/token && test -s /run/secrets/token"

PLAIN = Case(
    id="steps-and-their-lines",
    dockerfile=f"FROM {BASE}\nWORKDIR /app\nCOPY . /app/\nRUN echo told by its step\nUSER 10001:10001\n",
    script=(
        f"STEP 1/5: FROM {BASE}",
        "STEP 2/5: WORKDIR /app",
        "STEP 3/5: COPY . /app/",
        "STEP 4/5: RUN echo told by its step",
        "told by its step",
        "STEP 5/5: USER 10001:10001",
    ),
    steps=5,
    step="RUN echo told by its step",
    said=("told by its step",),
    files={"app/main.txt": b"hello\n", "app/folder/inner.txt": b"inner\n"},
)

CASES = (
    PLAIN,
    Case(
        id="a-step-that-fails",
        dockerfile=f"FROM {BASE}\nRUN echo why it failed && exit 3\n",
        script=(f"STEP 1/2: FROM {BASE}", "STEP 2/2: RUN echo why it failed && exit 3", "why it failed"),
        step="RUN echo why it failed && exit 3",
        said=("why it failed",),
        error=BuildFailed,
    ),
    Case(
        id="a-base-that-is-not-there",
        dockerfile="FROM docker.io/library/nothing:1\n",
        script=("STEP 1/1: FROM docker.io/library/nothing:1", "manifest unknown"),
        step="FROM docker.io/library/nothing:1",
        error=BuildFailed,
    ),
    Case(
        id="a-build-that-waits-for-ever",
        dockerfile=f"FROM {BASE}\n{WAITS}\n",
        seconds=8,
        script=(f"STEP 1/2: FROM {BASE}", f"STEP 2/2: {WAITS}", "begun"),
        holds=True,
        step=WAITS,
        said=("begun",),
        error=BuildTooLong,
    ),
    Case(
        id="a-secret",
        dockerfile=f"FROM {BASE}\n{SECRET}\nRUN test ! -e /run/secrets/token\n",
        secrets={"token": CANARY.encode()},
        script=(f"STEP 1/3: FROM {BASE}", f"STEP 2/3: {SECRET}", CANARY, "STEP 3/3: RUN test ! -e /run/secrets/token"),
        steps=3,
        unsaid=(CANARY,),
        files={"run/secrets/token": None},
    ),
    Case(
        id="an-ignore-file",
        dockerfile=f"FROM {BASE}\nCOPY . /app/\n",
        ignore="**/.env\nfolder\n",
        script=(f"STEP 1/2: FROM {BASE}", "STEP 2/2: COPY . /app/"),
        steps=2,
        files={"app/main.txt": b"hello\n", "app/.env": None, "app/folder/inner.txt": None},
    ),
    Case(
        id="a-target",
        dockerfile=f"FROM {BASE} AS first\nRUN echo one > /one\nFROM {BASE} AS second\nRUN echo two > /two\n",
        target="first",
        script=(f"STEP 1/2: FROM {BASE} AS first", "STEP 2/2: RUN echo one > /one"),
        steps=2,
        files={"one": b"one\n", "two": None},
    ),
    Case(
        id="arguments",
        dockerfile=f'FROM {BASE}\nARG WHO\nRUN echo "for $WHO; and more" > /who && cat /who\n',
        arguments={"WHO": "the 'quoted' one"},
        script=(f"STEP 1/3: FROM {BASE}", "STEP 2/3: ARG WHO", "STEP 3/3: RUN", "for the 'quoted' one; and more"),
        steps=3,
        said=("for the 'quoted' one; and more",),
        files={"who": b"for the 'quoted' one; and more\n"},
    ),
)


async def carried_out(bench: Bench, case: Case, folder: Path) -> None:
    """Build, and see that what came of it is what the case says."""
    bench.script(case)
    lines: list[Line] = []
    request = case.request(folder, f"localhost/{case.id}:1")
    if bench.seconds is not None and case.holds:
        request = replace(request, seconds=bench.seconds)
    if case.error is not None:
        with pytest.raises(case.error) as caught:
            await bench.executor.build(request, lines.append)
        assert type(caught.value) is case.error
        assert caught.value.step == case.step
        assert caught.value.next_step
        log = [line.text for line in caught.value.log]
        assert [one for one in case.said if one not in log] == []
    else:
        image = await bench.executor.build(request, lines.append)
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", image.id)
        assert image.name == request.name
        if bench.described:
            assert image.steps == case.steps
            assert image.size > 0
        await _holds(bench, case, image)
    by_step = {line.text for line in lines if line.step == case.step}
    assert [one for one in case.said if one not in (by_step if case.step else {line.text for line in lines})] == []
    assert [line.text for line in lines for one in case.unsaid if one in line.text] == []
    assert await bench.left() == []


async def _holds(bench: Bench, case: Case, image: Image) -> None:
    if bench.content is not None:
        content = await bench.content(image)
        assert {path: content.get(path) for path in case.files} == dict(case.files)
    if bench.raw is not None and case.secrets:
        raw = await bench.raw(image)
        assert [name for name, value in case.secrets.items() if value in raw] == []


async def cancelled(bench: Bench, folder: Path) -> None:
    """Cancel a build in the middle of a step: it ends, and leaves nothing behind."""
    case = next(one for one in CASES if one.holds)
    bench.script(case)
    begun = asyncio.Event()

    def tell(line: Line) -> None:
        if line.text == "begun":
            begun.set()

    request = replace(case.request(folder, "localhost/cancelled:1"), seconds=300.0)
    building = asyncio.create_task(bench.executor.build(request, tell))
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait({building, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert not building.done(), building.exception()
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    waiting.cancel()
    assert await bench.left() == []


async def the_same_twice(bench: Bench, folder: Path) -> None:
    """Build the same twice from nothing: one id. Build something else: another."""
    bench.script(PLAIN)
    request = PLAIN.request(folder, "localhost/twice:1")
    first = await bench.executor.build(request, lambda _line: None)
    again = await bench.executor.build(request, lambda _line: None)
    assert first.id == again.id
    (folder / "main.txt").write_text("changed\n", encoding="utf-8")
    assert (await bench.executor.build(request, lambda _line: None)).id != first.id


async def pushed(bench: Bench, folder: Path) -> None:
    """Push an image: the registry serves what the digest says."""
    bench.script(PLAIN)
    image = await bench.executor.build(PLAIN.request(folder, "localhost/pushed:1"), lambda _line: None)
    digest = await bench.executor.push(image, f"{bench.registry}/elsewhere/pushed:2")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
    assert await bench.served("elsewhere/pushed:2") == digest
    await bench.executor.remove(image.name)
    await bench.executor.remove("localhost/never-built:1")
    assert await bench.left() == []


Whole = Callable[[Bench, Path], Awaitable[None]]
"""A behaviour that takes more than one build to show."""
