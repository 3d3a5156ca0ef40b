"""What builds for each caller: images of one are no base of another's, and a cluster sees who asked."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from api.context import Services
from builder.artefacts import destination
from builder.build.errors import ExecutorMissing
from builder.machines import Machine, machine_of
from cluster.identity import Credentials, Identity
from core.errors import ClusterNotConfigured, Forbidden
from core.identity import Caller
from core.settings import BuildSettings, Settings

Who = Callable[[], Identity]
"""Give whom a cluster sees. Raises ``ClusterNotConfigured``."""

Machines = Callable[[str, Who], Machine]
"""Give the machine of a caller, by the owner's name."""


def machines(settings: BuildSettings, folder: Path, *, alone: bool) -> Machines:
    """Return machines that keep images below ``folder``; ``alone``: one person is served, as on the command line."""

    def machine(owner: str, who: Who) -> Machine:
        place = folder / "images" if alone else folder / "owners" / hashlib.sha256(owner.encode()).hexdigest()[:32]
        return machine_of(settings, place, who)

    return machine


def require(machine: Machine) -> None:
    """Raise ``ExecutorMissing`` where nothing can be built."""
    if why := machine.missing():
        raise ExecutorMissing(
            f"This server cannot build images: {why}",
            next_step="Ask for the files only (`files_only`) and build them where you can, or have an executor "
            "installed: `sextant doctor` says what is missing.",
        )


def who_asks(services: Services, caller: Caller) -> Who:
    """Return whom a cluster sees: the person's own identity, or the token that the request came with."""

    def identity() -> Identity:
        own = services.clusters.identity
        if own is None:
            raise ClusterNotConfigured(
                "Builds run in a cluster here, and none is configured.",
                next_step=services.context.no_cluster or "Set the cluster, or build.executor to buildah.",
            )
        if caller.kind == "local" or not services.clusters.shared:
            return own
        return Identity(
            endpoint=own.endpoint,
            credentials=Credentials(token=caller.token),
            default_namespace="",
            origin="the caller's token",
        )

    return identity


def require_push(settings: Settings, wanted: str) -> None:
    """Raise where an image may not be pushed to that place: the credentials are the service's, not the caller's."""
    if not wanted:
        return
    destination(wanted)
    allowed = settings.build.push_to
    if any(_below(wanted, one) for one in allowed) or (not allowed and settings.server.auth == "token"):
        return
    raise Forbidden(
        f"Images are not pushed to {wanted[:200]!r} from here.",
        next_step=f"Push below one of: {', '.join(allowed)}." if allowed else "Let build.push_to be set.",
    )


def _below(wanted: str, beginning: str) -> bool:
    """Say whether a name begins so, with whole words."""
    rest = wanted.removeprefix(beginning)
    return rest != wanted and (beginning.endswith("/") or rest[:1] in {"", "/", ":"})
