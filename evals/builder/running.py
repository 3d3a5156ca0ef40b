"""Run the apps really: plan, files, build, trial, and what the container answers, each against the truth."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final, Protocol

from builder.build.buildah import Buildah
from builder.build.errors import BuildFailed
from builder.build.executor import Image, Network
from builder.check.report import Report
from builder.check.services.forms import forms_of
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import Prepared, prepared
from builder.following import Recorded
from builder.machines import Machine
from builder.mending import Means, Mended, mended
from builder.order import Order
from builder.source.directory import open_directory
from builder.tree import Tree
from builder.trial import wanted
from core.errors import SextantError
from evals.builder.apps import App
from evals.builder.asking import asked, held, laid_out
from evals.builder.scoring import Outcome as Planned
from evals.builder.scoring import judged, primary

START_SECONDS: Final = 30.0
"""For a program to listen on a machine of two cores that builds another image meanwhile."""

BUILD_SECONDS: Final = 900.0
PROOF_LINES: Final = 12
ENDS: Final = ("unbuilt", "built", "repaired", "works")
"""How components end, the one that decides for their app first."""

_FROM = re.compile(r"^FROM (?:--\S+ )*(\S+)(?: AS (\S+))?", re.MULTILINE | re.IGNORECASE)


class Bench(Protocol):
    """What apps are built with: an executor that gets base images from somewhere."""

    @property
    def network(self) -> Network:
        """How builds reach the registries of packages."""
        ...

    @property
    def executor(self) -> Buildah:
        """What builds."""
        ...

    async def need(self, *names: str) -> None:
        """Make base images (``library/debian:bookworm-slim``) that are not there yet."""
        ...

    def makes(self, name: str) -> bool:
        """Say whether there is, or can be made, a base image of this name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How one component went: its image's size in bytes, how long build, repair and trial took together."""

    component: str
    ended: str
    seconds: float
    image: str = ""
    size: int = 0
    attempts: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    stop: str = ""
    proof: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How it ended, in words."""
        why = ", ".join((*sorted(self.failed), *((self.stop,) if self.stop else ())))
        return f"{self.component}: {self.ended}" + (f" ({why})" if why else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How an app went. ``problems`` empty: as the truth says. ``left_out`` says why it was only planned."""

    app: App
    planned: Planned
    files: int = 0
    made: tuple[Made, ...] = ()
    left_out: str = ""
    problems: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """An app that was planned, and what is gathered while it is built."""

    app: App
    source: Path
    tree: Tree
    first: str
    """The primary component's name: answers without a component are about it."""
    ready: tuple[Prepared, ...]
    work: Path
    problems: list[str]
    made: list[Made] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


async def ran(app: App, bench: Bench | None, work: Path) -> Ran:
    """Plan an app and, where there is a bench, build and try it; compare with its truth."""
    began = perf_counter()
    with tempfile.TemporaryDirectory(dir=work, prefix=f"{app.name}-") as place:
        source = await asyncio.to_thread(_copied, app, Path(place) / app.name)
        started = perf_counter()
        tree = open_directory(source)
        found = plan(tree)
        planned = judged(app.case, found, seconds=perf_counter() - started, files=len(tree.sizes))
        problems = [
            f"{one.field}: {one.found or '(nothing)'}, not {one.wanted}"
            for one in planned.verdicts
            if not one.right and one.field != "language, exact"
        ]
        ready: tuple[Prepared, ...] = ()
        try:
            ready = prepared(found, tree, PROVIDERS)
        except SextantError as exc:
            problems += [f"no files: {exc.message}"] if app.expect != "refused" else []
        left_out, made = "", list[Made]()
        if app.expect == "refused":
            problems += ["it was not refused"] if ready else []
        elif ready:
            first = primary(found)
            task = _Task(
                app=app,
                source=source,
                tree=tree,
                first=first.name if first else "",
                ready=ready,
                work=Path(place),
                problems=problems,
                made=made,
            )
            _written(task)
            left_out = await _built(task, bench)
    return Ran(
        app=app,
        planned=planned,
        files=len(ready),
        made=tuple(made),
        left_out=left_out,
        problems=tuple(problems),
        seconds=perf_counter() - began,
    )


def bases(ready: Sequence[Prepared]) -> tuple[str, ...]:
    """Return the base images that Dockerfiles ask for; those of Docker Hub without its name."""
    found: list[str] = []
    for one in ready:
        stages = {"scratch"}
        for name, stage in _FROM.findall(one.text):
            if name not in stages:
                name = name.split("@")[0].removeprefix("docker.io/")
                found.append(name if "/" in name else f"library/{name}")
            stages.add(stage)
    return tuple(dict.fromkeys(found))


def _copied(app: App, into: Path) -> Path:
    shutil.copytree(app.place, into, symlinks=True)
    for path, target in app.links.items():
        (into / path).symlink_to(target)
    return into


def _written(task: _Task) -> None:
    """Compare the components with the truth, and see that nothing unwanted stands in their files."""
    app, names = task.app, tuple(sorted(one.component.name for one in task.ready))
    if app.components and names != app.components:
        task.problems.append(f"components: {', '.join(names)}, not {', '.join(app.components)}")
    for one in task.ready:
        written = "\n".join(file.text for file in one.files) if one.ours else ""
        task.problems.extend(f"{text!r} stands in what was written" for text in app.unsaid if text in written)


async def _built(task: _Task, bench: Bench | None) -> str:
    """Build and try all components; return why nothing is built, empty where all is."""
    app, needed = task.app, bases(task.ready)
    if app.plan_only or bench is None:
        return app.plan_only or "there is nothing to build with"
    if lacking := [one for one in needed if not bench.makes(one)]:
        return f"the base image {', '.join(lacking)} cannot be made"
    await bench.need(*needed)
    if app.canary:
        async with laid_out(lambda: task.log) as (secret, problems):
            for one in task.ready:
                await _component(task, one, bench, (*app.absent, secret))
        task.problems.extend(problems)
    else:
        for one in task.ready:
            await _component(task, one, bench, app.absent)
    ended = {one.ended for one in task.made}
    actual = next((one for one in ENDS if one in ended), "nothing")
    if actual != app.expect:
        task.problems.append(f"{'; '.join(one.told for one in task.made)}: expected {app.expect}")
    return ""


async def _component(task: _Task, one: Prepared, bench: Bench, forbidden: Sequence[str]) -> None:
    began, app, name = perf_counter(), task.app, one.component.name
    order = Order(
        source=task.source,
        prepared=one,
        name=f"localhost/{re.sub(r'[^a-z0-9.-]+', '-', f'{app.name}-{name}'.lower())}:evaluated",
        network=bench.network,
        environment=app.environment,
        forms=forms_of(task.tree, one.component),
        seconds=BUILD_SECONDS,
        start_seconds=START_SECONDS,
    )
    provider = next(known for known in PROVIDERS if known.name == one.component.provider)
    answers = [answer for answer in app.answers if (answer.component or task.first) == name]
    unanswered: list[str] = []

    async def try_out(order: Order, _image: Image, work: Path) -> Report:
        report, unanswered[:] = await asked(bench.executor, wanted(order), answers, work)
        return report

    machine = Machine(executor=bench.executor, try_out=try_out, store=bench.executor)
    following = Recorded(tell=lambda _stage, line: task.log.append(line.text))
    try:
        done = await mended(order, Means(machine=machine, provider=provider, tree=task.tree), following, task.work)
    except BuildFailed as exc:
        codes = tuple(one.decision.code for one in following.attempts)
        made = Made(
            component=name,
            ended="unbuilt",
            seconds=perf_counter() - began,
            attempts=codes,
            stop=codes[-1] if codes else "",
            proof=tuple(line.text for line in exc.log[-PROOF_LINES:]),
        )
        task.made.append(made)
        task.problems.extend(_wrong(app, made))
        return
    made = _tried(done, perf_counter() - began)
    task.made.append(made)
    task.problems.extend(_wrong(app, made))
    if made.ended in {"works", "repaired"}:
        task.problems.extend(unanswered)
        task.problems.extend(await held(bench.executor, order.name, forbidden))


async def forget(bench: Bench, all_ran: Sequence[Ran]) -> None:
    """Remove the images of apps. Not while others are built: a layer that is removed may be what a build stands on."""
    for one in all_ran:
        for made in one.made:
            if made.image:
                await bench.executor.remove(made.image)


def _tried(done: Mended, seconds: float) -> Made:
    report, untried = done.outcome.report, done.outcome.untried
    failed = tuple(one for one in report.checks if one.outcome == "failed") if report else ()
    works = report is not None and report.works
    return Made(
        component=done.prepared.component.name,
        ended=("repaired" if done.attempts else "works") if works else "built",
        seconds=seconds,
        image=done.outcome.image.name,
        size=done.outcome.image.size,
        attempts=tuple(one.decision.code for one in done.attempts),
        failed=frozenset(one.check for one in failed),
        stop=done.stop.code if done.stop else "",
        proof=(untried.message,)
        if untried is not None
        else tuple(f"{one.check}: {one.text.en} {' | '.join(one.proof[-PROOF_LINES:])}" for one in failed),
    )


def _wrong(app: App, made: Made) -> list[str]:
    """Return how a build or a trial that must fail went otherwise."""
    found = []
    if made.ended == "built" and (missed := app.failed - made.failed):
        found.append(f"{made.component}: the trial did not fail in {', '.join(sorted(missed))}")
    if made.ended in {"built", "unbuilt"} and app.stop and made.stop != app.stop:
        found.append(f"{made.component}: it stopped by {made.stop or 'nothing known'}, not {app.stop}")
    return found
