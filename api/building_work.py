"""What a build does, as the work of a run: open, plan, files, build, check."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.build_bodies import Wanted
from api.build_models import BuildDocument, CheckView, FileView, ImageView, TrialView
from api.build_overrides import decided
from api.building import Builds
from api.building_files import told
from api.building_lines import Lines, Screen
from api.building_machines import Machine
from api.building_places import Place
from api.building_sources import Opened, open_source
from builder.build.configured import network_of
from builder.build.errors import BuildFailed
from builder.build.executor import Image, Line
from builder.check.errors import CheckerMissing
from builder.check.report import Report
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.files import Prepared, prepared
from builder.pipeline import Order, request_of
from builder.plan import BuildPlan
from builder.render import as_data
from builder.source.errors import TreeRefused
from builder.staging import staged
from core.errors import DeadlineExceeded, SextantError, UsageError
from core.phrase import Language
from core.runs import Json, RunProgress, Work

PLAN_SECONDS = 30.0
"""For a plan that is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a build, by whom, and in which language its sentences are."""

    owner: str
    wanted: Wanted
    language: Language


async def planned(builds: Builds, asked: Asked) -> dict[str, Any]:
    """Return a plan at once. Raises ``DeadlineExceeded`` after ``PLAN_SECONDS``, and what opening and planning do."""
    try:
        async with asyncio.timeout(PLAN_SECONDS), builds.place() as place:
            screen = Screen((place.path, builds.folder), {})
            try:
                opened = await open_source(builds, asked.wanted, place)
                found = await _plan(place, asked, opened)
                return {"commit": opened.commit, "plan": _cleaned(as_data(found, asked.language), screen)}
            except SextantError as exc:
                raise _screened(exc, screen) from exc
            except OSError as exc:
                raise _unreadable(exc) from exc
    except TimeoutError as exc:
        raise DeadlineExceeded(
            f"The plan was not made within {PLAN_SECONDS:g} s.",
            next_step="Start it as a build with `plan_only`, which may take longer.",
        ) from exc


def build_work(builds: Builds, asked: Asked) -> Work:
    """Return the work of a run. Its result is a ``BuildDocument``."""

    async def work(progress: RunProgress) -> Json:
        async with builds.place() as place:
            screen = Screen((place.path, builds.folder), asked.wanted.options.environment)
            try:
                return await _Building(builds, asked, progress, place, screen).whole()
            except SextantError as exc:
                raise _screened(exc, screen) from exc
            except OSError as exc:
                raise _unreadable(exc) from exc

    return work


async def _plan(place: Place, asked: Asked, opened: Opened) -> BuildPlan:
    overrides = asked.wanted.options.overrides
    return await place.in_thread(lambda: decided(plan(opened.tree), overrides))


def _screened(error: SextantError, screen: Screen) -> SextantError:
    """Return the same error, with nothing in it that must not be seen."""
    error.message, error.next_step = screen.clean(error.message), screen.clean(error.next_step)
    return error


def _unreadable(error: OSError) -> TreeRefused:
    return TreeRefused(
        f"The source cannot be kept here: {error.strerror or 'it cannot be written'}.",
        next_step="Look for names that file systems do not take, or try again later.",
    )


def _cleaned(value: Any, screen: Screen) -> Any:
    """Return JSON values whose texts are fit to be seen."""
    match value:
        case str():
            return screen.clean(value)
        case list():
            return [_cleaned(one, screen) for one in value]
        case dict():
            return {key: _cleaned(one, screen) for key, one in value.items()}
        case _:
            return value


class _Building:
    """One build, step by step."""

    def __init__(self, builds: Builds, asked: Asked, progress: RunProgress, place: Place, screen: Screen) -> None:
        self._builds = builds
        self._asked = asked
        self._options = asked.wanted.options
        self._progress = progress
        self._place = place
        self._screen = screen
        self._lines = Lines(progress, screen)

    async def whole(self) -> Json:
        """Do all steps that are asked for, and return the document."""
        progress, options = self._progress, self._options
        async with progress.step("open") as note:
            opened = await open_source(self._builds, self._asked.wanted, self._place)
            note.text = f"{len(opened.tree.sizes)} files" + (f", commit {opened.commit[:12]}" if opened.commit else "")
        await progress.report(0.1)
        async with progress.step("plan") as note:
            found = await _plan(self._place, self._asked, opened)
            note.text = ", ".join(one.name for one in found.deployable) or "nothing that can be put online"
        await progress.report(0.15)
        data = _cleaned(as_data(found, self._asked.language), self._screen)
        if options.plan_only:
            return _document(opened, data, (), ())
        async with progress.step("files") as note:
            each = await self._files(opened, found)
            note.text = self._screen.clean(", ".join(file.path for one in each for file in one.files))
        await progress.report(0.2)
        if options.files_only:
            return _document(opened, data, each, ())
        machine = self._builds.machine(self._asked.owner)
        machine.require()
        images: list[ImageView] = []
        for at, one in enumerate(each):
            self._lines.fraction = 0.2 + 0.75 * at / len(each)
            images.append(await self._image(machine, opened, one))
        return _document(opened, data, each, images)

    async def _files(self, opened: Opened, found: BuildPlan) -> Sequence[Prepared]:
        """Write the files as text, and tell them, so that they can be fetched also when the build fails."""
        only = self._options.component
        each = await self._place.in_thread(lambda: prepared(found, opened.tree, PROVIDERS, only=only))
        if self._options.tag and len(each) > 1:
            names = ", ".join(one.component.name for one in each)
            raise UsageError(
                "`tag` names one image, and there are several components.",
                next_step=f"Choose one with `component`: {names}.",
            )
        files = {file.path: file.text for one in each for file in one.files}
        await told(self._builds.services.context.store, self._progress.run_id, files)
        return each

    async def _image(self, machine: Machine, opened: Opened, one: Prepared) -> ImageView:
        order = Order(
            source=opened.folder,
            prepared=one,
            name=self._name(one),
            network=network_of(self._builds.services.context.settings.build),
            environment=self._options.environment,
            seconds=self._builds.services.context.settings.build.seconds,
            try_out=self._options.check,
        )
        async with self._progress.step("build") as note, self._lines.written():
            image = await self._built(machine, order)
            note.text = f"{image.name}, {image.size:,} bytes"
        self._builds.keep(machine, image.name)
        trial = None
        if order.try_out:
            async with self._progress.step("check") as note, self._lines.written():
                trial = await self._tried(machine, order)
                note.text = trial.why or ("works" if trial.works else "does not work")
        return ImageView(
            component=one.component.name,
            name=image.name,
            id=image.id,
            bytes=image.size,
            seconds=round(image.seconds, 3),
            steps=image.steps,
            steps_cached=image.steps_cached,
            check=trial,
        )

    def _name(self, one: Prepared) -> str:
        return f"localhost/{self._options.tag or f'{one.component.name}:{self._progress.run_id[:12]}'}"

    async def _built(self, machine: Machine, order: Order) -> Image:
        one = order.prepared
        self._lines.tell(f"{one.component.name}: {one.dockerfile}")
        folder = self._place.path / f"context-{one.component.name}"
        folder.mkdir()
        context = await self._place.in_thread(lambda: staged(order.source, one.component.context, one.beside, folder))
        request = request_of(order, context)
        seen = 0

        def tell(line: Line) -> None:
            nonlocal seen
            seen += 1
            self._lines.tell(line.text)

        try:
            return await machine.executor.build(request, tell)
        except BuildFailed as failed:
            if not seen:  # an executor far away may give its log only with the failure
                for line in failed.log:
                    self._lines.tell(line.text)
            raise

    async def _tried(self, machine: Machine, order: Order) -> TrialView:
        self._lines.tell(order.name)
        try:
            report = await machine.try_out(order, self._place.path)
        except CheckerMissing as exc:
            why = self._screen.clean(f"{exc.message} {exc.next_step}".strip())
            return TrialView(works=None, why=why, seconds=0.0, checks=[], log=[])
        for line in report.log:
            self._lines.tell(line)
        return self._view(report)

    def _view(self, report: Report) -> TrialView:
        clean = self._screen.clean
        return TrialView(
            works=report.works,
            why="",
            seconds=round(report.seconds, 3),
            checks=[
                CheckView(
                    check=one.check,
                    outcome=one.outcome,
                    text=clean(one.text.in_language(self._asked.language)),
                    proof=[clean(line) for line in one.proof],
                )
                for one in report.checks
            ],
            log=[clean(line) for line in report.log],
        )


def _document(opened: Opened, data: dict[str, Any], each: Sequence[Prepared], images: Sequence[ImageView]) -> Json:
    files = {file.path: file.text.encode() for one in each for file in one.files}
    worked = [one.check.works if one.check else None for one in images]
    works = False if False in worked else None if None in worked or not worked else True
    document = BuildDocument(
        commit=opened.commit,
        plan=data,
        files=[
            FileView(path=path, bytes=len(text), sha256=hashlib.sha256(text).hexdigest())
            for path, text in sorted(files.items())
        ],
        images=list(images),
        works=works,
    )
    dumped: dict[str, Any] = document.model_dump(mode="json")
    return dumped
