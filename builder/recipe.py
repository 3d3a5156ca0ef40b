"""How a component becomes an image, before it is written as a Dockerfile: stages of steps, and the image that runs.

A language provider says what is installed, built and copied. What every image needs (user, health check, signals,
labels, read-only root) is added by ``dockerfile`` alike for all.
"""

from dataclasses import dataclass, field
from typing import Literal

from builder.plan import Command
from core.phrase import Phrase

SIGNATURE = "written by Sextant"
"""Stands in the first line of every Dockerfile of ours, so that it is not taken for what a person said."""

HealthTool = Literal["python", "node", "deno", "bun", "php", "ruby", "bash", "busybox", "none"]
"""What the image can ask its own port with: curl is not put into an image for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A base image. ``image`` is its full name (``docker.io/library/python``), ``tag`` as exact as is meant."""

    image: str
    tag: str

    def __str__(self) -> str:
        return f"{self.image}:{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Copy files of the build context, or of an earlier stage. Paths of the context are relative to it, and exist."""

    sources: tuple[str, ...]
    to: str
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Run a line in the shell. ``caches`` are folders kept between builds, ``secrets`` ids of mounted secrets.

    ``binds`` are files of the context that are there while it runs but leave nothing in a layer.
    """

    line: str
    caches: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    network: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Install Debian packages (Alpine's where the base is Alpine), without what they recommend."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Set environment variables for what follows. Never a secret: that is a mount of the step that needs it."""

    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A value that may be given while building (``ARG``): the public address that a front end is built with."""

    name: str
    default: str = ""


Step = Copy | Run | Packages | Set | Argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage that builds. Its files reach the final image only by ``Copy(stage=...)``."""

    name: str
    base: Base
    steps: tuple[Step, ...]
    directory: str = "/app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The image that runs. ``writable`` are folders that the program writes to while the root is read-only.

    ``reaps`` says that the main program waits for orphans itself, so that no init is needed before it.
    ``stop_signal`` where the program does not end on SIGTERM.
    """

    base: Base
    steps: tuple[Step, ...]
    command: Command
    directory: str = "/app"
    environment: tuple[tuple[str, str], ...] = ()
    writable: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a folder of the image
    health_tool: HealthTool = "bash"
    reaps: bool = False
    stop_signal: str = "SIGTERM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A check that this image does not meet, and why: shown in the plan and proved by the run check."""

    check: str
    reason: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A file that the build needs and the tree does not hold: a web server's configuration, a wrapper."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All stages in order, and the final image. ``ignored`` are patterns beyond the common ones of .dockerignore."""

    stages: tuple[Stage, ...]
    final: Final
    files: tuple[Generated, ...] = ()
    ignored: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    notes: tuple[Phrase, ...] = field(default=())
