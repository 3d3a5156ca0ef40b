"""The trial of an image: what it must do by its plan, in a network of its own."""

from pathlib import Path
from signal import Signals

from builder.check.loopback import Loopback
from builder.check.report import Report
from builder.check.trying import Images, Wanted, tried
from builder.dockerfile.health import check
from builder.dockerfile.serving import PORT, served
from builder.order import Order
from builder.plan import Kind


async def tried_out(order: Order, images: Images, work: Path) -> Report:
    """Run the image in a network of its own. Raises ``CheckerMissing``."""
    loopback = Loopback()
    await loopback.open()
    try:
        return await tried(images, wanted(order), loopback, work)
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
        component=component,
        forms=order.forms,
        stop=Signals[final.stop_signal],
    )
