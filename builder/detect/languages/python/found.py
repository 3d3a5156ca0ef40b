"""What a family of frameworks found: a program with its start command, before the strongest is chosen."""

from dataclasses import dataclass, field

from builder.detect.languages.python.hints import Hint
from builder.detect.languages.python.manifest import Manifest
from builder.detect.languages.python.modules import Program
from builder.detect.languages.python.serving import Serve
from builder.look import Place
from builder.plan import Command, Kind
from core.evidence import Evidence
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the families look at."""

    place: Place
    manifest: Manifest
    program: Program
    serves: tuple[Serve, ...]
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port, and why."""

    port: int
    confidence: float
    rule: str
    why: Phrase
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A program. Of several the one with the greatest ``rank`` is meant; ``apart``: it runs beside the others.

    ``directory`` is the folder that the command runs in, ``adds`` are distributions that it needs and that nobody
    asks for, ``environment`` variables without which it would not listen where it must.
    """

    kind: Kind
    framework: str
    rank: float
    confidence: float
    rule: str
    why: Phrase
    evidence: Evidence | None
    start: Command | None = None
    rivals: tuple[Command, ...] = ()
    file: str = ""
    directory: str = ""
    ports: tuple[Port, ...] = ()
    host: str = ""
    health: str = ""
    output: str = ""
    build: tuple[Command, ...] = ()
    adds: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    apart: str = ""
    """The name of a component of its own, empty where it is the program itself."""
    traits: tuple[str, ...] = field(default=())
