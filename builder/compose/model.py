"""A compose project as data: everything that has a meaning elsewhere, with the line that says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from builder.compose.reading import Held
from core.evidence import Evidence, FileSource
from core.phrase import Phrase
from core.redaction import redact

Words = tuple[str, ...]
MAX_QUOTE = 200
"""Characters of a line that are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that a person must know: what was left out, changed or is theirs to do. ``service`` may be empty."""

    service: str
    text: Phrase
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of a container. ``published`` None: for the neighbours only, 0: on any port of the machine.

    ``host`` is the address that it is published on.
    """

    target: int
    published: int | None = None
    protocol: str = "TCP"
    host: str = ""
    name: str = ""
    application: str = ""
    line: int = 0

    @property
    def local(self) -> bool:
        """Whether it is published to the machine itself only."""
        return self.host in {"127.0.0.1", "localhost", "::1"} or self.host.startswith("127.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """What is mounted where. ``source`` of a bind is a path of the tree, empty for one that leads out of it."""

    kind: Literal["volume", "bind", "tmpfs", "anonymous", "other"]
    target: str
    source: str = ""
    said: str = ""
    """The source as it is written."""
    read_only: bool = False
    size: int | None = None
    subpath: str = ""
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A config or secret that a service mounts. ``name`` is that of its definition."""

    name: str
    target: str
    mode: int | None = None
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The health check. ``words`` empty with ``disabled`` False: only its times are given, the image says the rest."""

    words: Words = ()
    disabled: bool = False
    interval: float = 30.0
    timeout: float = 30.0
    retries: int = 3
    start: float = 0.0
    start_interval: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """Another service that must be there first."""

    name: str
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"] = "service_started"
    required: bool = True
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a service is built from: paths of the tree, None for a context that is elsewhere."""

    context: str | None
    dockerfile: str = ""
    inline: str = ""
    target: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """How many, how much, where. Amounts: processors, bytes."""

    mode: Literal["replicated", "global", "job"] = "replicated"
    replicas: int = 1
    cpu_limit: float | None = None
    cpu_request: float | None = None
    memory_limit: int | None = None
    memory_request: int | None = None
    gpus: int = 0
    restart: Literal["always", "on-failure", "never"] = "always"
    tries: int | None = None
    headless: bool = False
    stop_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A service's part in a network."""

    name: str
    aliases: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service. ``held`` is its definition after all merging, for what only needs to be said."""

    name: str
    held: Held
    image: str = ""
    build: Build | None = None
    command: Words | None = None
    entry: Words | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """None: the value is that of the machine on which compose runs."""
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    configs: tuple[File, ...] = ()
    secrets: tuple[File, ...] = ()
    health: Health | None = None
    needs: tuple[Dependence, ...] = ()
    deploy: Deploy = field(default_factory=Deploy)
    networks: tuple[Member, ...] = ()
    """Empty: none at all (``network_mode: none``)."""
    links: Words = ()
    """Other names under which this service calls others: ``db:database`` as ``database=db``."""
    hosts: Mapping[str, Words] = field(default_factory=dict)
    """``extra_hosts``: addresses by name."""
    user: str = ""
    directory: str = ""
    read_only: bool = False
    stop_seconds: float | None = None
    restart: str = ""

    @property
    def line(self) -> int:
        """Where its definition begins."""
        return self.held.line


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network. ``internal``: nothing beyond it can be reached."""

    name: str
    internal: bool = False
    external: bool = False
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A named volume. ``external``: it exists, under ``called``."""

    name: str
    external: bool = False
    called: str = ""
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A config or secret. One of ``file`` (a path of the tree), ``content``, ``variable`` and ``external`` is given."""

    name: str
    held: Held
    file: str = ""
    content: str | None = None
    variable: str = ""
    external: bool = False
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All services that are active, and what they share. ``files`` are the texts of mounted files, by their path."""

    name: str
    path: str
    services: tuple[Service, ...]
    networks: Mapping[str, Network] = field(default_factory=dict)
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    configs: Mapping[str, Definition] = field(default_factory=dict)
    secrets: Mapping[str, Definition] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, Words] = field(default_factory=dict)
    """The names of the files of mounted folders, where all are texts."""
    users: Mapping[str, str] = field(default_factory=dict)
    """By service, the last USER of the Dockerfile that it is built by."""
    exposed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By service, the ports that its Dockerfile names."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The compose files themselves, by their path."""
    left_out: Words = ()
    """Services of profiles that are not active."""
    notes: tuple[Note, ...] = ()

    def service(self, name: str) -> Service | None:
        """Return a service by its name."""
        return next((one for one in self.services if one.name == name), None)


def quoted(one: Note, texts: Mapping[str, str]) -> Note:
    """Return a note with the line that it cites, without secrets."""
    source = one.evidence.source
    if not isinstance(source, FileSource) or not source.line:
        return one
    lines = texts.get(source.path, "").splitlines()
    line = lines[source.line - 1].strip() if source.line <= len(lines) else ""
    masked = redact(line)
    same = next((at for at, (left, right) in enumerate(zip(line, masked, strict=False)) if left != right), len(line))
    return replace(one, evidence=Evidence(source=source, quote=line[:same].rstrip()[:MAX_QUOTE]))


def note(service: str, held: Held, en: str, zh: str) -> Note:
    """Return a note that cites where a value stands; its quote is added when the files are at hand."""
    evidence = Evidence(source=FileSource(path=held.path, line=held.line), quote="")
    return Note(service=service, text=Phrase(en=en, zh=zh), evidence=evidence)
