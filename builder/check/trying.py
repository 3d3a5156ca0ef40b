"""Try an image out: start it as a strict cluster would, ask it, end it, and say how each went."""

import asyncio
import signal
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from builder.check import judging
from builder.check.bundle import Bounds, Trial
from builder.check.container import Container
from builder.check.errors import CheckerMissing
from builder.check.hosts import hosts
from builder.check.loopback import Listening, Loopback
from builder.check.migrating import Migrated, keeps_files, migrated, migrations_of, not_migrated, shared
from builder.check.report import Checked, Report, said
from builder.check.services.known import DATABASES, title_of
from builder.check.services.standing import Needs, Stood, stood_in
from builder.plan import Component, Kind

LOOK_SECONDS = 0.1
"""Between looks at what listens: a program that starts within one is not made to wait for a second."""

SETTLE_SECONDS = 2.0
"""How long a program without a port must run before it counts as started."""

HEALTH_SECONDS = 15.0
"""For one health command: an interpreter that starts on a busy machine, and the answer."""

KEPT_LINES = 200


class Images(Protocol):
    """The part of an executor that a trial needs: an image's files and configuration."""

    async def mount(self, name: str) -> tuple[str, Path]:
        """Make a container of an image and return its id and the folder of its files."""
        ...

    async def unmount(self, container: str) -> None:
        """Remove a container that ``mount`` made."""
        ...

    async def configuration(self, name: str) -> dict[str, Any]:
        """Return the image's OCI configuration."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the image must do. ``port`` None: it need not listen. ``path`` empty: any answer below 500 is well.

    ``health`` are the words of its health command. With its ``component``, the services that this needs are stood in
    for, its own secrets are made up and its migrations run before it starts; ``environment`` comes over all that.
    ``forms`` has the schemes of its addresses as the project writes them, see ``services.forms.forms_of``.
    """

    image: str
    kind: Kind
    port: int | None = None
    path: str = ""
    health: tuple[str, ...] = ()
    writable: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a folder of the image
    environment: Mapping[str, str] = field(default_factory=dict)
    start_seconds: float = 60.0
    grace_seconds: float = 10.0
    stop: signal.Signals = signal.SIGTERM
    bounds: Bounds = field(default_factory=Bounds)
    component: Component | None = None
    forms: Mapping[str, str] = field(default_factory=dict)


async def tried(images: Images, wanted: Wanted, loopback: Loopback, work: Path) -> Report:
    """Run the image in a network of its own and return what it showed. Raises ``CheckerMissing``.

    ``loopback`` is open; other services that the program needs may listen in it already.
    """
    began = perf_counter()
    async with AsyncExitStack() as stack:
        name, root = await images.mount(wanted.image)
        stack.push_async_callback(images.unmount, name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work, prefix="trial-")))
        told = (await images.configuration(wanted.image)).get("config", {})
        user = str(told.get("User", "") or "0").partition(":")[0]
        if not user.isdigit():
            text = f"The image's user is a name ({user}).", f"镜像的用户是名称（{user}）。"
            return Report(checks=(said("user", "failed", *text),), log=(), seconds=0.0)
        stood = Stood()
        if wanted.component is not None:
            stood = await stack.enter_async_context(stood_in(_needs(wanted, wanted.component), loopback, folder))
        trial = Trial(
            root=root,
            configuration=told,
            environment={**stood.environment, **wanted.environment},
            writable=wanted.writable,
            namespace=loopback.path,
            binds=(hosts(folder, stood.hosts),),
            bounds=wanted.bounds,
        )
        before = Migrated()
        if wanted.component is not None and migrations_of(wanted.component):
            trial = trial if _of_service(wanted.component) else shared(trial, folder)
            before = await _migrated(wanted.component, stood, trial, folder)
        container = Container(folder, trial)
        stack.push_async_callback(container.remove)
        await container.start(seconds=wanted.start_seconds + wanted.grace_seconds + 60)
        checks = await _checks(container, wanted, loopback, before=frozenset(loopback.listening()))
        if container.refused:
            raise CheckerMissing(
                f"The container could not be started: {container.refused}",
                next_step="That is no fault of the image: run the builder where runc may start containers.",
            )
        log = tuple(container.log)
    logged = judging.logged(log, started=checks[0].outcome == "passed")
    return Report(
        checks=(*stood.checks, *before.checks, *checks, *logged),
        log=(*before.log, *log[-KEPT_LINES:]),
        seconds=perf_counter() - began,
    )


def _needs(wanted: Wanted, component: Component) -> Needs:
    return Needs(component=component, forms=wanted.forms, given=wanted.environment, port=wanted.port)


def _of_service(component: Component) -> bool:
    """Say whether the component's database is a service, and not a file of its own."""
    return any(one.value.name in DATABASES for one in component.services)


async def _migrated(component: Component, stood: Stood, trial: Trial, folder: Path) -> Migrated:
    """Run the migrations where there is a database for them."""
    needs = [one.value.name for one in component.services]
    if missing := stood.lacks_database(needs):
        title = title_of(missing)
        return not_migrated(f"{title} does not stand in here", f"此处没有 {title} 可用")
    if not stood.services & set(DATABASES) and not keeps_files(component):
        return not_migrated(
            "the database is no service, and no folder of its own that can be written to is known for it",
            "数据库不是独立服务，也没有已知的可写目录",
        )
    return await migrated(migrations_of(component), trial, folder)


async def _checks(
    container: Container, wanted: Wanted, loopback: Loopback, *, before: frozenset[Listening]
) -> list[Checked]:
    if wanted.kind == Kind.JOB:
        ended = await container.wait(wanted.start_seconds)
        return [judging.done(ended, tuple(container.log))]
    opened = await _until_listening(container, wanted, loopback, before)
    checks = [judging.started(container.ended, tuple(container.log))]
    if container.ended is not None:
        return checks
    if wanted.port is not None:
        checks.append(judging.listens(wanted.port, opened))
        if checks[-1].outcome == "passed":
            checks.append(await _answers(wanted, wanted.port, loopback))
            if wanted.health:
                checks.append(judging.health(*await container.execute(wanted.health, seconds=HEALTH_SECONDS)))
    checks.append(judging.user(await container.users()))
    checks.append(await _stops(container, wanted))
    return checks


async def _until_listening(
    container: Container, wanted: Wanted, loopback: Loopback, before: frozenset[Listening]
) -> tuple[Listening, ...]:
    """Wait until the wanted port is open, or time is up; return all that the container listens on."""
    most = wanted.start_seconds if wanted.port is not None else SETTLE_SECONDS
    deadline = perf_counter() + most
    while True:
        opened = tuple(one for one in loopback.listening() if one not in before)
        if any(one.port == wanted.port for one in opened) or container.ended or perf_counter() >= deadline:
            return opened
        await container.wait(LOOK_SECONDS)


async def _answers(wanted: Wanted, port: int, loopback: Loopback) -> Checked:
    path, worst = (wanted.path, 400) if wanted.path else ("/", 500)
    status = None
    deadline = perf_counter() + wanted.start_seconds
    while (status is None or status >= worst) and perf_counter() < deadline:
        status = await loopback.ask(port, path, seconds=10.0)
        if status is None or status >= worst:
            await asyncio.sleep(LOOK_SECONDS)
    return judging.answered(path, status, worst)


async def _stops(container: Container, wanted: Wanted) -> Checked:
    began = perf_counter()
    ended = await container.stop(wanted.stop, seconds=wanted.grace_seconds)
    return judging.stopped(ended, perf_counter() - began, wanted.stop.name, wanted.grace_seconds)
