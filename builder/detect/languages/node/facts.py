"""What is found in sources: addresses listened on, variables read, packages imported."""

from dataclasses import dataclass, field

from tree_sitter import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A port that is listened on. ``variable``: the environment may change it."""

    port: int
    host: str
    file: str
    line: int
    variable: bool
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read; ``default`` where the code names one."""

    name: str
    file: str
    line: int
    default: str | None = None


@dataclass(slots=True)
class Facts:
    """All that was found in a number of files."""

    files: list[str] = field(default_factory=list)
    imports: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Packages with the place of their first import."""
    listens: list[Listen] = field(default_factory=list)
    listening: tuple[str, int] | None = None
    """Where something listens, whatever the port."""
    reads: list[Read] = field(default_factory=list)
    health: list[tuple[str, str, int]] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    """Last names of what is called."""
    modules: dict[str, dict[str, list[Node]]] = field(default_factory=dict, repr=False)
