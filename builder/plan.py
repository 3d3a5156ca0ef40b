"""What was found in a source tree and what will be made of it: components, each field with its grounds."""

import shlex
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from builder.grounds import Field, Ground
from core.phrase import Phrase

T_co = TypeVar("T_co", bound=Hashable, covariant=True)


class Kind(StrEnum):
    """What a component is. The first five can be put online, the rest is refused with the reason."""

    WEB = "web"
    """Listens on a port."""
    STATIC = "static"
    """Files that any web server can serve."""
    WORKER = "worker"
    """Runs for ever without a port: consumers, bots."""
    SCHEDULED = "scheduled"
    """Runs at times."""
    JOB = "job"
    """Runs once and ends: migrations, seeds, batch programs."""
    LIBRARY = "library"
    CLI = "cli"
    DESKTOP = "desktop"
    MOBILE = "mobile"
    OTHER = "other"
    """Source that nobody runs: an extension, infrastructure code, documents, a collection of examples."""

    @property
    def deployable(self) -> bool:
        """Whether it can be put online."""
        return self in _DEPLOYABLE


_DEPLOYABLE = frozenset({Kind.WEB, Kind.STATIC, Kind.WORKER, Kind.SCHEDULED, Kind.JOB})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: the words of one program, or a line that only a shell understands (then ``argv`` is empty)."""

    argv: tuple[str, ...] = ()
    line: str = ""

    @property
    def text(self) -> str:
        """The command as a person would type it."""
        return self.line or shlex.join(self.argv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Commands that run one after the other, in the working directory."""

    each: tuple[Command, ...]

    @property
    def text(self) -> str:
        """All of them as one line."""
        return " && ".join(one.text for one in self.each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The program that runs or compiles the code: ``python`` ``3.12``. ``constraint`` is the project's own words.

    ``version`` is as exact as the base image's tag will be: major.minor, for Node and Java the major.
    """

    name: str
    version: str
    constraint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How to see that a component is well: ``path`` for HTTP; empty, a connection to the port is enough."""

    path: str = ""
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Generic[T_co]):
    """A value of which there are several: each stands for itself and has no rivals."""

    value: T_co
    confidence: float
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable that the code reads. ``default`` is what the code or an example file gives.

    ``secret``: its value is a credential and becomes a Secret reference. ``build_time``: it is needed while building.
    """

    name: str
    required: bool = False
    secret: bool = False
    build_time: bool = False
    default: str = ""


SERVICES = (
    "postgresql", "mysql", "mariadb", "mongodb", "redis", "kafka", "rabbitmq", "nats", "elasticsearch", "opensearch",
    "memcached", "clickhouse", "cassandra", "object-storage", "smtp", "sqlserver", "oracle", "neo4j", "qdrant",
)  # fmt: skip
"""What a component may need beside itself. SQLite is none: it is a volume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that the code needs, and the variables by which it is told where that is."""

    name: str
    version: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A folder that must survive a restart."""

    path: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A command beside the main one: ``migrate``, ``seed``, ``worker``, ``schedule``, ``assets``.

    ``schedule`` is a cron line. Migrations and seeds become jobs, workers and schedules components of their own.
    """

    name: str
    purpose: str
    command: Command
    schedule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One thing that can be built, or is refused. ``path`` is its folder; ``context`` the folder that it is built from.

    They differ in a workspace, where a member needs the lock file and the siblings above it.
    ``provider`` names the language provider that writes its recipe.
    """

    name: str
    path: str
    context: str
    provider: str
    kind: Field[Kind]
    language: Field[str]
    framework: Field[str]
    package_manager: Field[str]
    runtime: Field[Runtime]
    install: Field[Commands]
    build: Field[Commands]
    start: Field[Command]
    working_directory: Field[str]
    port: Field[int]
    bind: Field[str]
    health: Field[Probe]
    output: Field[str]
    """The folder that the build leaves its result in: what a static site serves, the program of a compiled language."""
    system_packages: tuple[Item[str], ...] = ()
    """Debian packages that running needs (``libpq5``)."""
    build_packages: tuple[Item[str], ...] = ()
    """Debian packages that only building needs (``libpq-dev``)."""
    variables: tuple[Item[Variable], ...] = ()
    services: tuple[Item[Service], ...] = ()
    volumes: tuple[Item[Volume], ...] = ()
    tasks: tuple[Item[Task], ...] = ()
    traits: tuple[Item[str], ...] = ()
    """What the recipe must know beyond the fields, each a word of the provider: ``next.standalone``."""
    assets: tuple["Component", ...] = ()
    """Components whose build makes files for this one: the Vite part of a Rails application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person must decide: a field of a component, the choice, the words."""

    component: str
    field: str
    choices: tuple[str, ...]
    text: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something cannot be put online, and what could be done instead. ``component`` empty: the whole tree."""

    component: str
    reason: Phrase
    next_step: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """Everything that was found. ``primary`` names the component that a person means by "the app"."""

    components: tuple[Component, ...]
    primary: str = ""
    questions: tuple[Question, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def deployable(self) -> tuple[Component, ...]:
        """The components that can be put online."""
        return tuple(one for one in self.components if one.kind.value is not None and one.kind.value.deployable)
