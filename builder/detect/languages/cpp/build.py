"""What every build system of C and C++ comes down to: programs and libraries with their sources, and what they need."""

from dataclasses import dataclass, field

from core.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A program or library. ``output`` is where the build leaves it, ``aside``: a test, an example, a benchmark."""

    name: str
    program: bool
    sources: tuple[str, ...]
    links: tuple[str, ...] = ()
    output: str = ""
    aside: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that the build looks for: ``find_package(OpenSSL)``. ``form`` tells how its name is to be read."""

    name: str
    form: str
    evidence: Evidence | None = None


@dataclass(slots=True, kw_only=True)
class Build:
    """A project as its build files describe it."""

    tool: str
    name: str = ""
    file: str = ""
    languages: set[str] = field(default_factory=set)
    targets: list[Target] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    """What the build downloads by itself."""
    other: str = ""
    """A word for projects that are no programs for servers: ``firmware``."""
