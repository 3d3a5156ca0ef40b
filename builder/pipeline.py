"""From a tree to an image that was run: prepare, build, try out. Each step is told as it begins."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Literal

from builder.build.buildah import Buildah
from builder.build.executor import BuildRequest, Image, Line, Network
from builder.check.loopback import Loopback
from builder.check.report import Report
from builder.check.trying import Wanted, tried
from builder.dockerfile.health import check
from builder.dockerfile.serving import PORT, served
from builder.files import Prepared
from builder.plan import Kind
from builder.staging import staged

Stage = Literal["stage", "build", "check", "repair"]
Tell = Callable[[Stage, Line], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is built and how: the folder of the tree, the image's name, variables for the trial."""

    source: Path
    prepared: Prepared
    name: str
    network: Network = field(default_factory=Network)
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1_500.0
    try_out: bool = True
    start_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The image, and what its trial showed (None: it was not tried)."""

    image: Image
    report: Report | None


async def carried_out(order: Order, executor: Buildah, tell: Tell, work: Path) -> Outcome:
    """Build and try the image. Raises ``BuildFailed``, ``ExecutorMissing``, ``CheckerMissing``."""
    one = order.prepared
    with tempfile.TemporaryDirectory(dir=work, prefix="order-") as folder:
        tell("stage", Line(text=f"{one.component.name}: {one.dockerfile}"))
        context = await asyncio.to_thread(staged, order.source, one.component.context, one.beside, Path(folder))
        image = await executor.build(request_of(order, context), lambda line: tell("build", line))
    if not order.try_out:
        return Outcome(image=image, report=None)
    tell("check", Line(text=image.name))
    report = await tried_out(order, executor, work)
    return Outcome(image=image, report=report)


def request_of(order: Order, context: Path) -> BuildRequest:
    """Return what an executor is asked for; ``context`` is the folder that was put together."""
    one = order.prepared
    return BuildRequest(
        context=context,
        dockerfile=one.text,
        ignore=one.ignore,
        name=order.name,
        network=order.network,
        seconds=order.seconds,
    )


async def tried_out(order: Order, executor: Buildah, work: Path) -> Report:
    """Run the image in a network of its own. Raises ``CheckerMissing``."""
    loopback = Loopback()
    await loopback.open()
    try:
        return await tried(executor, wanted(order), loopback, work)
    finally:
        await loopback.close()


def wanted(order: Order) -> Wanted:
    """Return what the image must do, by its plan."""
    component, recipe = order.prepared.component, order.prepared.recipe
    kind = component.kind.value or Kind.WEB
    final = served(component, recipe).final if kind == Kind.STATIC else recipe.final
    probe = component.health.value
    port = PORT if kind == Kind.STATIC else component.port.value if kind == Kind.WEB else None
    asked = check(final.health_tool, (probe and probe.port) or port, probe) if port is not None else None
    return Wanted(
        image=order.name,
        kind=kind,
        port=port,
        path=probe.path if probe and not probe.port else "",
        health=asked or (),
        writable=tuple(dict.fromkeys(("/tmp", *final.writable))),  # noqa: S108 - a folder of the image
        environment=order.environment,
        start_seconds=order.start_seconds,
        stop=Signals[final.stop_signal],
    )
