"""What a build does, as the work of a run: open, plan, files, and for each component build, check and repair."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from api.build_views import BuildDocument, FileView, ImageView, image_view, works_of
from api.building import Builds
from api.building_files import told, told_artefact
from api.building_following import Followed
from api.building_lines import Lines
from api.building_machines import require
from api.building_places import Place
from api.building_plans import Asked, cleaned, model_for, plan_for, unreadable
from api.building_sources import open_source
from builder.artefacts import provenance, source_of
from builder.build.configured import network_of
from builder.check.services.forms import forms_of
from builder.detect.languages import PROVIDERS
from builder.files import Prepared, prepared
from builder.machines import Machine
from builder.mending import Means, Mended, mended
from builder.order import Order
from builder.pinning import pinned, resolved
from builder.plan import BuildPlan
from builder.render import as_data
from builder.screening import Screen
from builder.secrets import secrets_for
from builder.source.opening import Opened
from core.errors import SextantError, UsageError
from core.runs import Json, RunProgress, Work


def build_work(builds: Builds, asked: Asked) -> Work:
    """Return the work of a run. Its result is a ``BuildDocument``."""

    async def work(progress: RunProgress) -> Json:
        async with builds.place() as place:
            options = asked.wanted.options
            screen = Screen((place.path, builds.folder), options.environment, options.secrets.values())
            try:
                return await _Building(builds, asked, progress, place, screen).whole()
            except SextantError as exc:
                screen.error(exc)
                raise
            except OSError as exc:
                raise unreadable(exc) from exc

    return work


class _Building:
    """One build, step by step."""

    def __init__(self, builds: Builds, asked: Asked, progress: RunProgress, place: Place, screen: Screen) -> None:
        self._builds = builds
        self._asked = asked
        self._options = asked.wanted.options
        self._progress = progress
        self._place = place
        self._screen = screen
        self._lines = Lines(progress)
        self._digests: Mapping[str, str] = {}

    async def whole(self) -> Json:
        """Do all steps that are asked for, and return the document."""
        progress, options = self._progress, self._options
        async with progress.step("open") as note:
            opened = await open_source(self._builds, self._asked.wanted, self._place)
            note.text = f"{len(opened.tree.sizes)} files" + (f", commit {opened.commit[:12]}" if opened.commit else "")
        await progress.report(0.1)
        async with progress.step("plan") as note:
            found = await plan_for(self._builds, self._place, self._asked, opened)
            note.text = ", ".join(one.name for one in found.deployable) or "nothing that can be put online"
        await progress.report(0.15)
        data = cleaned(as_data(found, self._asked.language), self._screen)
        if options.plan_only:
            return _document(opened, data, (), ())
        async with progress.step("files") as note:
            each = await self._files(opened, found)
            note.text = self._screen.clean(", ".join(file.path for one in each for file in one.files))
        await progress.report(0.2)
        if options.files_only:
            return _document(opened, data, each, ())
        machine = self._builds.machine(self._asked.owner, self._asked.who)
        require(machine)
        done: list[tuple[Prepared, ImageView]] = []
        for at, one in enumerate(each):
            self._lines.fraction = 0.2 + 0.75 * at / len(each)
            done.append(await self._image(machine, opened, one))
        return _document(opened, data, [one for one, _ in done], [image for _, image in done])

    async def _files(self, opened: Opened, found: BuildPlan) -> Sequence[Prepared]:
        """Write the files as text, and tell them, so that they can be fetched also when the build fails."""
        only = self._options.component
        each: Sequence[Prepared] = await self._place.in_thread(
            lambda: prepared(found, opened.tree, PROVIDERS, only=only)
        )
        if (self._options.tag or self._options.push) and len(each) > 1:
            names = ", ".join(one.component.name for one in each)
            raise UsageError(
                "`tag` and `push` are about one image, and there are several components.",
                next_step=f"Choose one with `component`: {names}.",
            )
        if self._options.digests:
            build = self._builds.services.context.settings.build
            self._digests = (await resolved(each, build)).digests
            each = pinned(each, opened.tree, self._digests)
        await self._told(each)
        return each

    async def _told(self, each: Sequence[Prepared], fraction: float = 0.2) -> None:
        files = {file.path: file.text for one in each for file in reversed(one.files)}
        await told(self._builds.services.context.store, self._progress.run_id, files, fraction)

    async def _image(self, machine: Machine, opened: Opened, one: Prepared) -> tuple[Prepared, ImageView]:
        """Build one component, try it and repair it. What it was really built from takes the place of its files."""
        services = self._builds.services
        provider = next(known for known in PROVIDERS if known.name == one.component.provider)
        followed = Followed(
            component=one.component.name,
            language=self._asked.language,
            progress=self._progress,
            store=services.context.store,
            lines=self._lines,
            screen=self._screen,
        )
        order = self._order(opened, one)
        self._builds.keep(machine, order.name)
        means = Means(machine=machine, provider=provider, tree=opened.tree, model=model_for(self._builds, self._asked))
        done = await mended(order, means, followed, self._place.path)
        if done.prepared.files != one.files:
            await self._told([done.prepared], self._lines.fraction)
        digest = await self._pushed(machine, done) if done.outcome.works is not False else ""
        await self._made(machine, opened, order, done, digest)
        return done.prepared, image_view(
            done, self._asked.language, pushed=self._options.push if digest else "", digest=digest
        )

    async def _pushed(self, machine: Machine, done: Mended) -> str:
        """Push the image where that is asked for, and return its digest."""
        if not self._options.push:
            return ""
        async with self._progress.step("push") as note:
            digest = await machine.pushed(done.outcome.image, self._options.push)
            note.text = f"{self._options.push}@{digest}"
        return digest

    async def _made(self, machine: Machine, opened: Opened, order: Order, done: Mended, digest: str) -> None:
        """Tell how the image was made."""
        services = self._builds.services
        text = provenance(
            done,
            order,
            await source_of(opened),
            executor=machine.executor.name,
            version=services.context.version,
            run=self._progress.run_id,
            digest=digest,
        )
        name = f"provenance/{done.prepared.component.name}.json"
        await told_artefact(services.context.store, self._progress.run_id, name, text.decode())

    def _order(self, opened: Opened, one: Prepared) -> Order:
        settings = self._builds.services.context.settings.build
        secrets = {name: text.encode("utf-8", "replace") for name, text in self._options.secrets.items()}
        found = secrets_for(one, opened.tree, secrets)
        texts = [text.decode("utf-8", "replace") for text in found.values()]
        screen = Screen((self._place.path, self._builds.folder), self._options.environment, texts)
        return Order(
            source=opened.folder,
            prepared=one,
            name=f"localhost/{self._options.tag or f'{one.component.name}:{self._progress.run_id[:12]}'}",
            network=network_of(settings),
            environment=self._options.environment,
            secrets=found,
            screen=screen,
            digests=self._digests,
            forms=forms_of(opened.tree, one.component),
            seconds=settings.seconds,
            try_out=self._options.check,
        )


def _document(opened: Opened, data: dict[str, Any], each: Sequence[Prepared], images: Sequence[ImageView]) -> Json:
    files = {file.path: file.text.encode() for one in each for file in reversed(one.files)}
    document = BuildDocument(
        commit=opened.commit,
        plan=data,
        files=[
            FileView(path=path, bytes=len(text), sha256=hashlib.sha256(text).hexdigest())
            for path, text in sorted(files.items())
        ],
        images=list(images),
        works=works_of(images),
    )
    dumped: dict[str, Any] = document.model_dump(mode="json")
    return dumped
