"""What is said of a service that can be stood in for: its programs, how it is run, where it is and with which login."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from builder.check.bundle import MIB, Bounds

Part = Literal[
    "url", "host", "port", "address", "user", "password", "database", "schema", "dialect", "connection", "tls", "vhost"
]
"""What a variable tells of a service. ``address`` is host and port; ``connection`` is a dialect or a URL."""

HOST: Final = "127.0.0.1"
"""Where every stand-in is: the loopback of the trial's own network."""

GIVEN: Final = "/given"
"""The folder in which a service finds its files, read-only."""

DATA: Final = "/data"
"""The folder that a service keeps its data in: memory, so that nothing of a trial stays."""


USUAL_BOUNDS: Final = Bounds(memory_bytes=512 * MIB, processes=128, scratch_bytes=256 * MIB)
"""What a service may use that says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who may use a service, for one trial. An empty password: none is asked for."""

    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a service is that stands in. ``service`` is its name as in ``plan.SERVICES``."""

    service: str
    port: int
    login: Login = field(default_factory=Login)
    version: str = ""
    host: str = HOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server program of this machine. ``version`` as far as its path says it; ``product`` where several serve."""

    path: Path
    product: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a service is run. ``files`` are put into ``GIVEN``; ``probe`` ends with 0 as soon as it answers.

    ``folders`` are those of this machine that it needs besides ``/usr``.
    """

    words: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    probe: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    bounds: Bounds = USUAL_BOUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A service that can be stood in for.

    ``services`` are the names in ``plan.SERVICES`` that it serves, ``package`` the Debian package of its program.
    ``usual`` is the login that programs use which are told nothing, ``own`` are the parts of it that are made up where
    the program can be told them. ``hosts`` are names that compose files usually give it.
    """

    title: str
    services: tuple[str, ...]
    port: int
    package: str
    find: Callable[[], Program | None]
    serve: Callable[[Program, int, Login], Serving]
    usual: Login = field(default_factory=Login)
    own: frozenset[Part] = frozenset()
    hosts: tuple[str, ...] = ()
