"""One package as all rules of this language see it."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import join, relpath

from builder.detect.languages.node.manifest import Package, cite_dependency, cite_script
from builder.detect.languages.node.scripts import steps
from builder.detect.languages.node.stepping import Step
from builder.draft import Draft
from builder.look import Place
from builder.plan import Command, Commands, Kind
from builder.provider import Workspace
from core.evidence import Evidence
from core.phrase import Phrase


@dataclass(frozen=True)
class Seen:
    """A folder, its manifest, the workspace that it is a member of, and the draft that rules add to."""

    place: Place
    package: Package
    draft: Draft
    workspace: Workspace | None = None
    _steps: dict[str, tuple[Step, ...]] = field(default_factory=dict, repr=False)

    @property
    def manager(self) -> str:
        """The package manager as far as it is known."""
        return self.draft.package_manager.best or "npm"

    @property
    def root(self) -> bool:
        """Whether it is the root of a workspace and not one of its members."""
        return self.workspace is not None and self.workspace.path == self.place.path

    def script(self, name: str) -> tuple[Step, ...]:
        """Return what a script runs in the end."""
        if name not in self._steps:
            self._steps[name] = steps(self.package.scripts, name)
        return self._steps[name]

    @cached_property
    def steps(self) -> tuple[tuple[str, Step], ...]:
        """What all scripts run, with the script's name."""
        return tuple((name, one) for name in self.package.scripts for one in self.script(name))

    def running(self, tool: str, *subs: str) -> Iterator[tuple[str, Step]]:
        """Tell the scripts that run a tool, with one of these subcommands if any are given."""
        for name, one in self.steps:
            if one.tool == tool and (not subs or any(word in subs for word in one.words[1:4])):
                yield name, one

    def runs(self, tool: str, *subs: str) -> bool:
        """Say whether a script runs a tool."""
        return next(self.running(tool, *subs), None) is not None

    def dependency(self, *names: str) -> Evidence | None:
        """Return evidence for the first of these packages."""
        return cite_dependency(self.place, self.package.has(*names))

    def line(self, script: str) -> Evidence | None:
        """Return evidence for a script."""
        return cite_script(self.place, script)

    def config(self, *stems: str) -> str:
        """Return the first file with one of these names and any suffix of a JavaScript configuration."""
        return self.place.has(
            *(f"{stem}{suffix}" for stem in stems for suffix in (".ts", ".js", ".mjs", ".mts", ".cjs", ".cts"))
        )

    def kind(self, kind: Kind, confidence: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
        """Add what it is."""
        self.draft.kind.add(kind, confidence, f"node.kind.{rule}", why, *evidence)

    def framework(self, name: str, confidence: float, *evidence: Evidence | None) -> None:
        """Add its framework."""
        why = Phrase(en=f"It is built with {name}.", zh=f"它使用 {name} 构建。")
        self.draft.framework.add(name, confidence, "node.framework.dependency", why, *evidence)

    def start(
        self, words: tuple[str, ...], confidence: float, rule: str, why: Phrase, *evidence: Evidence | None
    ) -> None:
        """Add how it is started."""
        self.draft.start.add(command_of(words), confidence, f"node.start.{rule}", why, *evidence)

    def port(self, port: int, confidence: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
        """Add where it listens."""
        self.draft.port.add(port, confidence, f"node.port.{rule}", why, *evidence)

    def output(self, folder: str, confidence: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
        """Add the folder that its build makes."""
        self.draft.output.add(folder.strip("/").removeprefix("./"), confidence, f"node.output.{rule}", why, *evidence)

    def build(
        self, confidence: float, rule: str, why: Phrase, *each: Command, evidence: Evidence | None = None
    ) -> None:
        """Add how it is built."""
        self.draft.build.add(Commands(each=each), confidence, f"node.build.{rule}", why, evidence)

    @property
    def inside(self) -> str:
        """The folder relative to what is built from, ``.`` for the same."""
        return relpath(self.draft.path or ".", self.draft.context or ".")

    def path(self, name: str) -> str:
        """Return the path of a name in the whole tree."""
        return join(self.place.path, name)


def command_of(words: tuple[str, ...], environment: tuple[tuple[str, str], ...] = (), folder: str = "") -> Command:
    """Return words as a command; as a line where a shell must put in variables, or go to a folder first."""
    if folder or any("$" in word for word in words):
        line = " ".join(word if "$" in word else shlex.quote(word) for word in words)
        there = [f"cd {shlex.quote(folder)} &&"] if folder else []
        return Command(
            line=" ".join([*there, *(f"{name}={shlex.quote(value)}" for name, value in environment), f"exec {line}"])
        )
    if environment:
        return Command(argv=("env", *(f"{name}={value}" for name, value in environment), *words))
    return Command(argv=words)
