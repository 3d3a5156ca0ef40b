"""Patches: what a repair may change, as typed data. None is a command; none holds text that a shell would read.

Two of them change the plan, from which the recipe is then made anew; the others change the recipe.
"""

from dataclasses import dataclass
from typing import Literal

Place = Literal["build", "run", "both"]
Tool = Literal[
    "npm", "pnpm", "yarn", "bun", "uv", "poetry", "pdm", "pipenv", "cargo", "go", "bundler", "composer", "mix", "dotnet"
]  # fmt: skip
Heap = Literal["node", "maven", "gradle", "sbt"]
Signal = Literal["SIGTERM", "SIGINT", "SIGQUIT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPackages:
    """Install system packages. ``before`` is the line of the step that needs them: earlier layers stay good."""

    kind: Literal["add_packages"] = "add_packages"
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRuntime:
    """Take another release of the runtime: of those that base images exist for. Changes the plan."""

    kind: Literal["change_runtime"] = "change_runtime"
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePort:
    """Take the port that the program really listens on. Changes the plan."""

    kind: Literal["change_port"] = "change_port"
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProbe:
    """Ask another path for health; empty: a connection is enough. Changes the plan."""

    kind: Literal["change_probe"] = "change_probe"
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoosenInstall:
    """Replace the frozen install of a tool by its named fallback, which chooses versions anew."""

    kind: Literal["loosen_install"] = "loosen_install"
    tool: Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable:
    """Set an environment variable while building, running, or both. Never a secret."""

    kind: Literal["set_variable"] = "set_variable"
    place: Place
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseMemory:
    """Give a build tool a larger heap."""

    kind: Literal["raise_memory"] = "raise_memory"
    heap: Heap
    mebibytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BindAll:
    """Listen on all addresses of the container: by the variables that servers read, and in the start command."""

    kind: Literal["bind_all"] = "bind_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWritable:
    """Let the program write into a folder while the root is read-only."""

    kind: Literal["add_writable"] = "add_writable"
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyToo:
    """Copy a file or folder of the context before the step that misses it; ``before`` empty: into what runs."""

    kind: Literal["copy_too"] = "copy_too"
    source: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDevelopment:
    """Keep the packages for developing: something that runs needs one of them."""

    kind: Literal["keep_development"] = "keep_development"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBase:
    """Take another form of the same base: ``full`` has compilers and tools, ``debian`` has glibc."""

    kind: Literal["change_base"] = "change_base"
    form: Literal["full", "debian"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDistribution:
    """Install a Python distribution beside what the project asks for: one that old projects take for granted."""

    kind: Literal["add_distribution"] = "add_distribution"
    name: Literal["setuptools", "wheel", "Cython", "numpy", "packaging", "pip"]
    below: str = ""
    """Only releases below this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeExecutable:
    """Make a file of the tree executable before the step that runs it: archives forget that."""

    kind: Literal["make_executable"] = "make_executable"
    path: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixLines:
    """Write a script with the line ends that a kernel can read the interpreter's name of."""

    kind: Literal["unix_lines"] = "unix_lines"
    path: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseInit:
    """Put a small init before the program: it passes signals on and waits for orphans."""

    kind: Literal["use_init"] = "use_init"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWith:
    """Ask the program to end with another signal."""

    kind: Literal["stop_with"] = "stop_with"
    signal: Signal


Patch = (
    AddPackages | ChangeRuntime | ChangePort | ChangeProbe | LoosenInstall | SetVariable | RaiseMemory | BindAll
    | AddWritable | CopyToo | KeepDevelopment | ChangeBase | AddDistribution | MakeExecutable | UnixLines | UseInit
    | StopWith
)  # fmt: skip
"""Every change that a repair can make."""

PlanPatch = ChangeRuntime | ChangePort | ChangeProbe
"""Those of the plan."""
