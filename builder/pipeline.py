"""From files to an image that was run: put the folder together, build, try out."""

import tempfile
from pathlib import Path

from builder.build.errors import BuildFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.check.errors import CheckerMissing
from builder.following import Following
from builder.machines import Machine
from builder.order import Order, Outcome
from builder.staging import put_together


async def carried_out(order: Order, machine: Machine, following: Following, work: Path) -> Outcome:
    """Build the image and try it. Raises ``BuildFailed``, ``ExecutorMissing``.

    All that is told, raised and returned has gone through the order's screen.
    """
    one = order.prepared
    async with following.step("build", f"{one.component.name}: {one.dockerfile}") as note:
        image = await _built(order, machine, following, work)
        note.text = f"{image.name}, {image.size:,} bytes"
    if not order.try_out:
        return Outcome(image=image)
    async with following.step("check", image.name) as note:
        try:
            report = order.screen.report(await machine.try_out(order, image, work))
        except CheckerMissing as exc:
            order.screen.error(exc)
            note.text = exc.message
            return Outcome(image=image, untried=exc)
        for line in report.log:
            following.line("check", Line(text=line))
        note.text = "works" if report.works else "does not work"
    return Outcome(image=image, report=report)


async def _built(order: Order, machine: Machine, following: Following, work: Path) -> Image:
    one, seen = order.prepared, 0

    def tell(line: Line) -> None:
        nonlocal seen
        seen += 1
        following.line("build", order.screen.line(line))

    with tempfile.TemporaryDirectory(dir=work, prefix="order-") as folder:
        context = await put_together(order.source, one.component.context, one.beside, Path(folder))
        try:
            return await machine.executor.build(request_of(order, context), tell)
        except BuildFailed as failed:
            order.screen.error(failed)
            if not seen:  # an executor far away may give its log only with the failure
                for line in failed.log:
                    following.line("build", line)
            raise


def request_of(order: Order, context: Path) -> BuildRequest:
    """Return what an executor is asked for; ``context`` is the folder that was put together."""
    one = order.prepared
    return BuildRequest(
        context=context,
        dockerfile=one.text,
        ignore=one.ignore,
        name=order.name,
        secrets=order.secrets,
        network=order.network,
        seconds=order.seconds,
    )
