"""The port of executors: what is asked for, what is told while it runs, what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How a build reaches the registries of packages. Nothing of it reaches a layer.

    ``mounts`` are files of this machine (a CA bundle, ``pip.conf``) by the path at which the build sees them.
    """

    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    mounts: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """A build: the folder that is sent, the Dockerfile's text, the name of the image, limits.

    ``ignore`` is the text of a .dockerignore that takes the place of the folder's own; empty: that of the folder.
    ``secrets`` are by the id under which the Dockerfile mounts them. ``seconds`` bounds the whole build.
    """

    context: Path
    dockerfile: str
    name: str
    ignore: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    seconds: float = 1_500.0
    cached: bool = True
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that a build printed, secrets masked. ``step`` is the instruction it belongs to, as far as is known."""

    text: str
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that was built. ``id`` is ``sha256:…`` of its configuration; ``size`` in bytes, uncompressed.

    ``reference`` says where it can be pulled, by its ``digest``; both are empty where it is on this machine only.
    """

    id: str
    name: str
    size: int
    steps_cached: int
    steps: int
    seconds: float
    digest: str = ""
    reference: str = ""


class Executor(Protocol):
    """Builds images. It tells each line as it comes and raises ``BuildFailed`` with the end of the log."""

    @property
    def name(self) -> str:
        """``buildah``, ``buildkit``, ``kubernetes``."""
        ...

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Build the image. Raises ``BuildFailed``, ``BuildTooLong``, ``ExecutorMissing``."""
        ...

    async def push(self, image: Image, destination: str) -> str:
        """Push the image to ``destination`` (``registry/name:tag``) and return its digest. Raises ``PushFailed``."""
        ...

    async def remove(self, name: str) -> None:
        """Forget an image by its name. Nothing happens when there is none."""
        ...
