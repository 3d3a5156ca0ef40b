"""What a build file says of a program of the Java virtual machine, alike for all build tools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from builder.look import Look
from core.evidence import Evidence

Tool = Literal["maven", "gradle", "sbt", "lein", "clojure", "none"]

Scope = Literal["compile", "provided", "test", "processor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A line that is only looked up when somebody wants to see it."""

    look: Look
    path: str
    line: int

    @property
    def evidence(self) -> Evidence | None:
        """The line as evidence."""
        return self.look.cite(self.path, self.line)


Cited = Evidence | Where | None


def _evidence(cited: Cited) -> Evidence | None:
    return cited.evidence if isinstance(cited, Where) else cited


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A library that is used. sbt's ``%%`` and Gradle's catalogs are resolved to plain names."""

    group: str
    name: str
    version: str = ""
    scope: Scope = "compile"
    own: bool = True
    """Whether the module names it itself; otherwise a sibling that it is built upon does."""
    cited: Cited = field(default=None, repr=False)

    @property
    def evidence(self) -> Evidence | None:
        """The line that names it."""
        return _evidence(self.cited)

    @property
    def full(self) -> str:
        """``group:name``."""
        return f"{self.group}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin of the build. ``settings`` are its plain values by dotted path, ``goals`` the goals that are bound."""

    id: str
    version: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    goals: frozenset[str] = frozenset()
    cited: Cited = field(default=None, repr=False)

    @property
    def evidence(self) -> Evidence | None:
        """The line that names it."""
        return _evidence(self.cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A Java version that the build names. ``exact``: a toolchain or a pin, otherwise the level of the sources."""

    text: str
    exact: bool
    rule: str
    cited: Cited = field(default=None, repr=False)

    @property
    def evidence(self) -> Evidence | None:
        """The line that names it."""
        return _evidence(self.cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One module. Paths are of the whole tree. ``version`` and ``artifact`` are None where only the build knows."""

    tool: Tool
    path: str
    manifest: str
    group: str = ""
    name: str = ""
    version: str | None = None
    packaging: str = "jar"
    artifact: str | None = None
    """Name of the file that is built, without its suffix: ``demo-0.0.1``."""
    parents: tuple[str, ...] = ()
    """``group:name:version`` of the manifests that it inherits from, in the tree or not, the nearest first."""
    modules: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    levels: tuple[Level, ...] = ()
    main_class: str = ""
    main_evidence: Evidence | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    siblings: tuple[str, ...] = ()
    """Folders of the same build that it depends on."""
    tool_version: str = ""
    wrapper: bool = False
    evidence: Evidence | None = None

    def plugin(self, *ids: str) -> Plugin | None:
        """Return the first plugin with one of these ids (Maven: the artifact's name)."""
        return next((one for name in ids for one in self.plugins if one.id == name), None)

    def using(self, *names: str) -> Dependency | None:
        """Return the first dependency that starts with one of these (``group:``, ``group:name``), tests left out."""
        return next((one for one in self.used() if one.full.startswith(names)), None)

    def used(self) -> Iterator[Dependency]:
        """Tell the dependencies that the program runs with, or that its server provides."""
        return (one for one in self.dependencies if one.scope in {"compile", "provided"})
