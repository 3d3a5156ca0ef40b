"""What builds an image and what tries it out, for one caller: images of one are no base of another's."""

import hashlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from builder.build.buildah import Buildah
from builder.build.configured import registries_of
from builder.build.errors import ExecutorMissing
from builder.build.executor import Executor
from builder.check.report import Report
from builder.pipeline import Order, tried_out
from core.settings import BuildSettings

TryOut = Callable[[Order, Path], Awaitable[Report]]
"""Run the image of an order, with a folder for the trial. Raises ``CheckerMissing``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An executor, and what runs its images. ``missing`` says why it cannot work here; empty: it can."""

    executor: Executor
    try_out: TryOut
    missing: Callable[[], str] = lambda: ""

    def require(self) -> None:
        """Raise ``ExecutorMissing`` where nothing can be built."""
        if why := self.missing():
            raise ExecutorMissing(
                f"This server cannot build images: {why}",
                next_step="Ask for the files only (`files_only`) and build them where you can, or have an executor "
                "installed: `sextant doctor` says what is missing.",
            )


Machines = Callable[[str], Machine]
"""Give the machine of a caller, by the owner's name."""


def machines(settings: BuildSettings, folder: Path, *, alone: bool) -> Machines:
    """Return machines that keep images below ``folder``; ``alone``: one person is served, as on the command line."""

    def machine(owner: str) -> Machine:
        place = folder / "images" if alone else folder / "owners" / hashlib.sha256(owner.encode()).hexdigest()[:32]
        executor = Buildah(place, registries_of(settings))

        async def try_out(order: Order, work: Path) -> Report:
            return await tried_out(order, executor, work)

        return Machine(executor=executor, try_out=try_out, missing=_missing)

    return machine


def _missing() -> str:
    return "" if shutil.which("buildah") else "the program buildah is not installed."
