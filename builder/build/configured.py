"""What the settings say of builds, as executors take it."""

from pathlib import Path

from builder.build.executor import Network
from builder.build.registries import Registries
from core.settings import BuildSettings


def network_of(settings: BuildSettings) -> Network:
    """Return how builds reach registries of packages."""
    return Network(
        http_proxy=settings.http_proxy,
        https_proxy=settings.https_proxy,
        no_proxy=settings.no_proxy,
        mounts={inside: Path(outside) for inside, outside in settings.mounts.items()},
    )


def registries_of(settings: BuildSettings) -> Registries:
    """Return which registry of images answers for which."""
    return Registries(mirrors=settings.mirrors, insecure=frozenset(settings.insecure_registries))
