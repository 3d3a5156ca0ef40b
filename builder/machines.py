"""What builds images and what tries them out, as the settings say."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from builder.build.buildah import Buildah
from builder.build.configured import authfile_of, executor_of
from builder.build.executor import Executor, Image
from builder.build.kubernetes import KubernetesExecutor
from builder.check.errors import CheckerMissing
from builder.check.incluster import Place, tried_in_cluster
from builder.check.report import Report
from builder.check.trying import Images
from builder.order import Order
from builder.trial import tried_out, wanted
from cluster.identity import Identity
from core.settings import BuildSettings

TryOut = Callable[[Order, Image, Path], Awaitable[Report]]
"""Run the image that came of an order, with a folder for the trial. Raises ``CheckerMissing``."""

Push = Callable[[Image, str], Awaitable[str]]
"""Push an image to ``registry/name:tag``, with the credentials of the settings; return its digest."""


class Store(Images, Protocol):
    """Images on this machine: their files can be looked at, and they can be written into a file."""

    async def archive(self, image: Image, path: Path) -> str:
        """Write an OCI archive and return the digest of its manifest. Raises ``PushFailed``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An executor, and what runs its images. ``missing`` says why it cannot work here; empty: it can.

    ``store`` is None where images are not on this machine.
    """

    executor: Executor
    try_out: TryOut
    missing: Callable[[], str] = lambda: ""
    push: Push | None = None
    store: Store | None = None

    async def pushed(self, image: Image, destination: str) -> str:
        """Push an image and return its digest. Raises ``PushFailed``."""
        return await (self.push or self.executor.push)(image, destination)


def machine_of(
    settings: BuildSettings, folder: Path, identity: Callable[[], Identity], *, login: Path | None = None
) -> Machine:
    """Return the machine that the settings name; its images live in ``folder``.

    ``identity`` is whom a cluster sees; it is asked for only where builds run in one. ``login`` is a file with
    credentials of registries, where the settings name none.
    """
    executor = executor_of(settings, folder, identity)
    if isinstance(executor, KubernetesExecutor):
        return _in_cluster(executor, settings, identity())
    if not isinstance(executor, Buildah):
        off = "builds are switched off (build.executor)." if settings.executor == "plan-only" else ""
        return Machine(executor=executor, try_out=_not_here, missing=lambda: off)
    authfile = authfile_of(settings, login)
    certificates = Path(settings.registry_certificates) if settings.registry_certificates else None

    async def try_out(order: Order, _image: Image, work: Path) -> Report:
        return await tried_out(order, executor, work)

    async def push(image: Image, destination: str) -> str:
        return await executor.push(image, destination, authfile=authfile, certificates=certificates)

    return Machine(executor=executor, try_out=try_out, missing=_missing, push=push, store=executor)


def _in_cluster(executor: KubernetesExecutor, settings: BuildSettings, who: Identity) -> Machine:
    """Return a machine that builds and tries out where the same person may run pods."""

    async def try_out(order: Order, image: Image, _work: Path) -> Report:
        place = Place(namespace=executor.namespace, pull_secret=settings.kubernetes_registry_secret)
        return await tried_in_cluster(who, executor.pulled_as(image), wanted(order), place)

    return Machine(executor=executor, try_out=try_out)


async def _not_here(_order: Order, image: Image, _work: Path) -> Report:
    raise CheckerMissing(
        f"{image.name} is not on this machine, so it was not tried.",
        next_step="Run it in the cluster, or build with buildah here.",
    )


def _missing() -> str:
    return "" if shutil.which("buildah") else "the program buildah is not installed."
