"""What a running server keeps for builds: the runner that carries them, their folders, the images that must go."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, FastAPI, Request

from api.building_errors import BuildsBusy
from api.building_machines import Machines, Who, machines
from api.building_places import Place, Scratch, swept
from api.context import Services
from builder.machines import Machine
from builder.source.limits import SourceLimits
from core.errors import RunNotFound, SextantError
from core.runs import Run, Runner, Work

log = structlog.get_logger("sextant.builds")

KIND: Final = "build"
"""Of runs."""
WAITING: Final = 20
"""Builds that may wait for each that runs: more would pass their deadline in line."""
OWNERS: Final = 4
"""Of the builds that wait, one caller's are at most a quarter: others find room beside them."""
PLANS_AT_ONCE: Final = 4
"""Threads that unpack and plan, apart from those of diagnoses: a source made to exhaust holds only these."""
SWEEP_SECONDS: Final = 300.0
BESIDE_SECONDS: Final = 600.0
"""What opening a source and trying images may take in all, beside the builds themselves."""
STOP_SECONDS: Final = 12.0
"""For builds that are ended with the server: their programs are asked first, then made to."""


@dataclass(slots=True)
class Builds:
    """Builds over HTTP. ``folder`` is ours; sources are unpacked below it and removed at the end of their run."""

    services: Services
    machines: Machines
    folder: Path
    runner: Runner
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(PLANS_AT_ONCE, "sextant-builds"))
    _own: dict[str, Machine] = field(default_factory=dict)
    _open: set[asyncio.Future[Any]] = field(default_factory=set)
    _expiring: list[tuple[float, Machine, str]] = field(default_factory=list)
    _scratch: Scratch | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def machine(self, owner: str, who: Who) -> Machine:
        """Return what builds for a caller. There is one, since it finds out once what works here.

        Only where a cluster builds, each request has its own: its token ends with it.
        """
        if self.services.context.settings.build.executor == "kubernetes":
            return self.machines(owner, who)
        if owner not in self._own:
            self._own[owner] = self.machines(owner, who)
        return self._own[owner]

    def limits(self) -> SourceLimits:
        """Return how much of a source is taken."""
        settings = self.services.context.settings.build
        return SourceLimits(max_files=settings.max_source_files, max_bytes=settings.max_source_bytes)

    def allow_private(self) -> bool:
        """Say whether repositories in private networks are fetched: for the one person whose machine this is."""
        settings = self.services.context.settings
        return settings.server.auth == "token" and settings.knowledge.allow_private_addresses

    async def start(self, *, owner: str, work: Work, idempotency_key: str | None, fingerprint: str) -> Run:
        """Begin a build, or return the one that this owner began under the same key. Raises ``BuildsBusy``."""
        settings = self.services.context.settings.build
        most = settings.at_once * WAITING
        await self._require_room(None, most)
        if self.services.context.settings.server.auth != "token":
            await self._require_room(owner, max(1, most // OWNERS))
        return await self.runner.start(
            kind=KIND,
            owner=owner,
            work=work,
            deadline_seconds=settings.seconds * 3 + BESIDE_SECONDS,  # one build's time in line, two for its attempts
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
        )

    async def _require_room(self, owner: str | None, most: int) -> None:
        """Raise ``BuildsBusy`` where as many builds wait already, of this owner or (None) of all."""
        store = self.services.context.store
        waiting = (await store.list_runs(owner=owner, kind=KIND, state="queued", limit=most)).runs
        if len(waiting) >= most:
            whose = "builds" if owner is None else "builds of yours"
            raise BuildsBusy(f"{len(waiting)} {whose} wait.", next_step="Try again in a few minutes.")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """Give a new folder; at the end it is removed, or as soon as the threads that still work there have ended."""
        async with self._making:
            if self._scratch is None:
                self._scratch = await asyncio.to_thread(Scratch.made, self.folder / "scratch")
        path = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._scratch.folder, prefix="run-"))
        place = Place(path=path, pool=self._pool)
        ending = asyncio.get_running_loop().create_future()
        self._open.add(ending)
        try:
            yield place
        finally:
            removing = asyncio.create_task(place.remove())
            self._open.add(removing)
            removing.add_done_callback(self._open.discard)
            self._open.discard(ending)
            ending.cancel()
            if not place.busy:
                await asyncio.shield(removing)

    def keep(self, machine: Machine, name: str) -> None:
        """Keep an image as long as the settings say."""
        seconds = self.services.context.settings.build.keep_seconds
        self._expiring = [one for one in self._expiring if (one[1], one[2]) != (machine, name)]
        self._expiring.append((asyncio.get_running_loop().time() + seconds, machine, name))

    async def sweep(self) -> None:
        """Remove what is older than the settings keep it, now and then."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.forget_images()

    async def forget_images(self) -> None:
        """Remove the images whose time has come."""
        now = asyncio.get_running_loop().time()
        due = [one for one in self._expiring if one[0] <= now]
        self._expiring = [one for one in self._expiring if one[0] > now]
        for _, machine, name in due:
            try:
                await machine.executor.remove(name)
            except SextantError as exc:
                log.warning("an image could not be removed", image=name, reason=exc.message)

    async def close(self) -> None:
        """End what runs, wait until its programs have ended and its folders are gone, and give the folder back."""
        await self.runner.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while self._open:  # what ends begins to remove its folder
                    await asyncio.wait(set(self._open))
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._scratch is not None:
            await asyncio.to_thread(self._scratch.close)


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    """Open builds for an app that runs, and close them: the life cycle of the router.

    ``app.state.machines`` takes the place of what the settings say, where a test has set it.
    """
    services: Services = app.state.services
    settings = services.context.settings
    folder = settings.storage.state_dir / "builds"
    builds = Builds(
        services=services,
        machines=getattr(app.state, "machines", None)
        or machines(settings.build, folder, alone=settings.server.auth == "token"),
        folder=folder,
        runner=Runner(services.context.store, at_once=settings.build.at_once),
    )
    await asyncio.to_thread(swept, folder / "scratch")
    await builds.runner.open()
    sweeping = asyncio.create_task(builds.sweep())
    app.state.builds = builds
    try:
        yield
    finally:
        sweeping.cancel()
        await asyncio.wait({sweeping})
        await builds.close()


def own_build(run: Run) -> Run:
    """Return a run that is a build. Raises ``RunNotFound`` for others."""
    if run.kind != KIND:
        raise RunNotFound(f"Run {run.id!r} is no build.", next_step="GET /v1/runs lists your runs.")
    return run


def builds_of(request: Request) -> Builds:
    """Return the builds of the app that answers a request."""
    found = request.app.state.builds
    assert isinstance(found, Builds)  # noqa: S101 - its life cycle sets it
    return found


BuildsOf = Annotated[Builds, Depends(builds_of)]
