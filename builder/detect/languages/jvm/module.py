"""A module while rules look at it: its folder, its build file, its sources and its configuration."""

import re
from dataclasses import dataclass
from posixpath import relpath

from builder.detect.languages.jvm.mains import Main
from builder.detect.languages.jvm.model import Dependency, Plugin, Project
from builder.detect.languages.jvm.settings import Settings
from builder.detect.languages.jvm.sources import Sources
from builder.look import Place

_PROGRAM = re.compile(
    r"main|app|cli|launch|run|start|boot|game|program|server|client|tool|demo|driver|test", re.IGNORECASE
)
MANY = 25
"""Source files beyond which a main function of any name is rather a tool in a library than the program."""

MANY_PUBLISHED = 5
"""The same where the module is published for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Everything that rules ask about. ``context`` is the folder that it is built from."""

    place: Place
    project: Project
    context: str
    sources: Sources
    settings: Settings

    @property
    def inside(self) -> str:
        """The module's folder below the context, empty for the context itself."""
        found = relpath(self.place.path or ".", self.context or ".")
        return "" if found == "." else found

    def uses(self, *names: str) -> Dependency | None:
        """Return the first dependency that starts with one of these names."""
        return self.project.using(*names)

    def plugin(self, *ids: str) -> Plugin | None:
        """Return the first plugin of the build with one of these ids."""
        return self.project.plugin(*ids)

    @property
    def main(self) -> Main | None:
        """The program that is meant: the one that the build names, one with a framework's mark, one by its name."""
        mains = self.sources.mains
        named = self.project.main_class.replace("$", ".")
        found = next((one for one in mains if named and one.name.replace("$", ".") == named), None)
        return found or min(mains, key=_rank, default=None)

    @property
    def main_class(self) -> str:
        """The class that is started, empty where none is known."""
        return self.project.main_class or (self.main.name if self.main else "")

    @property
    def incidental(self) -> bool:
        """Whether a main function is only a tool inside of a library: undeclared, of many files, not named for it."""
        short = re.sub(r"Kt$|\$.*$", "", self.main_class.rpartition(".")[2])
        if self.project.main_class or self.project.tool == "none" or _PROGRAM.search(short):
            return False
        published = self.plugin("java-library", "maven-publish", "maven-source-plugin", "maven-gpg-plugin")
        return len(self.sources.files) > (MANY_PUBLISHED if published else MANY)


def _rank(one: Main) -> tuple[int, int, int, str]:
    marked = bool(one.marks & {"SpringBootApplication", "QuarkusMain", "EnableAutoConfiguration", "AbstractVerticle"})
    short = one.name.rpartition(".")[2].lower().removesuffix("kt")
    words = ("application", "main", "app", "server", "bootstrap", "launcher", "boot")
    telling = next((at for at, word in enumerate(words) if word in short), len(words))
    return (0 if marked else 1, telling, one.name.count("."), one.name)
