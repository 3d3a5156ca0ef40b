"""Rules that make a patch of what a failure names. Each is made once, by what a class says about it."""

import re
from posixpath import dirname, normpath

from builder.repair import packages
from builder.repair.model import Match, Repair
from builder.repair.patches import (
    AddDistribution,
    AddPackages,
    AddWritable,
    ChangePort,
    ChangeProbe,
    ChangeRuntime,
    CopyToo,
    Heap,
    KeepDevelopment,
    LoosenInstall,
    MakeExecutable,
    Patch,
    Place,
    RaiseMemory,
    SetVariable,
    StopWith,
    Tool,
    UnixLines,
    UseInit,
)
from builder.repair.releases import fitting
from builder.repair.subject import Subject

MEBIBYTES = 4096
"""What a heap is raised to: what bundlers of large front ends are documented to need; less than a small builder has."""

SYSTEM = (
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var",
)
"""Folders of the system: a program that writes there is not helped by making them writable."""


def added(match: Match, subject: Subject, build: tuple[str, ...], run: tuple[str, ...] = ()) -> Patch | None:
    """Return the patch that installs packages, by the names of the distribution; None where it has no such name."""
    build, run = tuple(one for one in build if one), tuple(one for one in run if one)
    if match.where != "build":
        build, run = (), run or build
    if build and any("alpine" in str(stage.base) for stage in subject.recipe.stages):
        build = packages.alpine(build)
    if run and subject.alpine:
        run = packages.alpine(run)
    return AddPackages(build=build, run=run, before=match.line) if build or run else None


def system(*build: str, run: tuple[str, ...] = ()) -> Repair:
    """Return a rule that installs these packages."""
    return lambda match, subject: added(match, subject, build, run)


def header(match: Match, subject: Subject) -> Patch | None:
    """Install what holds the header that is named."""
    build, run = packages.HEADERS.get(match.value("header"), ("", ""))
    return added(match, subject, (build,), (run,))


def library(match: Match, subject: Subject) -> Patch | None:
    """Install what holds the shared library that is named."""
    name = packages.LIBRARIES.get(match.value("library"), "")
    return added(match, subject, (name,)) if name else None


def linked(match: Match, subject: Subject) -> Patch | None:
    """Install what holds the library that a linker was told by ``-l``."""
    name = match.value("library")
    build, run = packages.module(name) if name else ("", "")
    if not build:
        build, run = packages.module(f"lib{name}")
    return added(match, subject, (build,), (run,))


def module(match: Match, subject: Subject) -> Patch | None:
    """Install what holds the module of pkg-config, or CMake's package, that is named."""
    build, run = packages.module(match.value("module"))
    return added(match, subject, (build, "pkg-config" if build else ""), (run,)) if build else None


def command(match: Match, subject: Subject) -> Patch | None:
    """Install what holds the command that is named; a compiler comes with the headers of the C library."""
    name = packages.COMMANDS.get(match.value("command").rpartition("/")[2], "")
    headers = ("libc6-dev",) if name in {"gcc", "g++", "clang"} and match.where == "build" else ()
    return added(match, subject, (name, *headers)) if name else None


def loosen(tool: Tool) -> Repair:
    """Return a rule that replaces a frozen install."""
    return lambda _match, _subject: LoosenInstall(tool=tool)


def variable(name: str, value: str, place: Place = "build") -> Repair:
    """Return a rule that sets a variable."""
    return lambda _match, _subject: SetVariable(place=place, name=name, value=value)


def fixed(patch: Patch) -> Repair:
    """Return a rule that is always the same patch."""
    return lambda _match, _subject: patch


def memory(heap: Heap) -> Repair:
    """Return a rule that raises a heap."""
    return fixed(RaiseMemory(heap=heap, mebibytes=MEBIBYTES))


def runtime(name: str) -> Repair:
    """Return a rule that takes the release that ``wanted`` in the lines asks for."""

    def rule(match: Match, subject: Subject) -> Patch | None:
        now = subject.component.runtime.value
        if now is None or now.name != name:
            return None
        found = fitting(name, match.value("wanted"))
        return ChangeRuntime(version=found) if found and found != now.version else None

    return rule


def release(name: str, wanted: str) -> Repair:
    """Return a rule that takes a release that fits a constraint, because a class knows that."""

    def rule(_match: Match, subject: Subject) -> Patch | None:
        now = subject.component.runtime.value
        found = fitting(name, wanted) if now is not None and now.name == name else ""
        return ChangeRuntime(version=found) if found and now is not None and found != now.version else None

    return rule


def distribution(match: Match, _subject: Subject) -> Patch | None:
    """Install the Python distribution that holds a module which build scripts take for granted."""
    match match.value("name").partition(".")[0]:
        case "pkg_resources":
            return AddDistribution(name="setuptools", below="81")
        case "setuptools" | "distutils":
            return AddDistribution(name="setuptools")
        case "wheel":
            return AddDistribution(name="wheel")
        case "numpy":
            return AddDistribution(name="numpy")
        case "Cython":
            return AddDistribution(name="Cython")
        case "packaging":
            return AddDistribution(name="packaging")
    return None


def writable(match: Match, _subject: Subject) -> Patch | None:
    """Make the folder of the file that is named writable, where it is the program's own."""
    path = match.value("path")
    if not path.startswith("/") or ".." in path:
        return None
    folder = normpath(path) if match.value("folder") else dirname(normpath(path))
    if (
        folder in SYSTEM
        or folder == "/app"
        or folder.startswith(("/proc/", "/sys/", "/dev/", "/usr/", "/etc/", "/bin/"))
    ):
        return None
    return AddWritable(path=folder)


def copied(match: Match, subject: Subject) -> Patch | None:
    """Copy the file that is missed, where the context holds it."""
    path = match.value("path")
    for root in (subject.recipe.final.directory, *(stage.directory for stage in subject.recipe.stages)):
        path = path.removeprefix(f"{root}/")
    path = normpath(path)
    if path.startswith(("/", "..")):
        return None
    if path in subject.files:
        return CopyToo(source=path, before=match.line)
    if any(one.startswith(f"{path}/") for one in subject.files):
        return CopyToo(source=f"{path}/", before=match.line)
    return None


def executable(match: Match, subject: Subject) -> Patch | None:
    """Make the script that is named executable."""
    path = _own(match.value("path"), subject)
    return MakeExecutable(path=path, before=match.line) if path else None


def unix_lines(match: Match, subject: Subject) -> Patch | None:
    """Mend the line ends of the script that is named."""
    path = _own(match.value("path"), subject)
    return UnixLines(path=path, before=match.line) if path else None


def _own(path: str, subject: Subject) -> str:
    """Return the path of a file of the context as a command names it, empty where there is none."""
    plain = re.sub(r"^\./", "", path)
    return plain if plain in subject.files else ""


def copied_named(match: Match, subject: Subject, path: str) -> Patch | None:
    """Copy a file that a tool looks for under a documented name, where the context holds it."""
    return CopyToo(source=path, before=match.line) if path in subject.files else None


def placeholder(match: Match, name: str) -> Patch | None:
    """Give a variable a value that says what it is, while building alone: what runs gets the real one, or fails."""
    return SetVariable(place="build", name=name, value="only-while-building") if match.where == "build" else None


def class_version(match: Match, subject: Subject) -> Patch | None:
    """Take the Java that reads a class file: its major version is 44 above the release."""
    major = match.value("major")
    now = subject.component.runtime.value
    found = fitting("java", f">={int(major) - 44}") if major and now is not None and now.name == "java" else ""
    return ChangeRuntime(version=found) if found and now is not None and found != now.version else None


def heap_of_build(match: Match, subject: Subject) -> Patch | None:
    """Raise the heap of the tool that builds; what runs gets its memory from whoever runs it."""
    manager = subject.component.package_manager.value
    if match.where != "build":
        return None
    heaps: dict[str, Heap] = {"maven": "maven", "gradle": "gradle", "sbt": "sbt"}
    heap = heaps.get(manager or "")
    return RaiseMemory(heap=heap, mebibytes=MEBIBYTES) if heap else None


def rails_key(match: Match, _subject: Subject) -> Patch | None:
    """Let Rails make up the key for compiling assets, by the switch that it has for that."""
    return SetVariable(place="build", name="SECRET_KEY_BASE_DUMMY", value="1") if match.where == "build" else None


def command_or_development(match: Match, subject: Subject) -> Patch | None:
    """Install the command that is named; an unknown one is often a tool among development packages."""
    found = command(match, subject)
    if found is None and match.value("command") and "/" not in match.value("command"):
        return KeepDevelopment()
    return found


def copied_or_unix(match: Match, subject: Subject) -> Patch | None:
    """Mend the line ends of a script that is there, as then its interpreter is what is missed; else copy it."""
    return unix_lines(match, subject) or copied(match, subject)


def port(match: Match, subject: Subject) -> Patch | None:
    """Take the port that is listened on, where one program may."""
    found = int(match.value("port") or 0)
    return ChangePort(port=found) if 1024 <= found <= 65535 and found != subject.component.port.value else None


def probe(match: Match, subject: Subject) -> Patch | None:
    """Ask whether the port is open, where the path that was found is no path."""
    health = subject.component.health.value
    return ChangeProbe(path="") if health is not None and health.path == match.value("path") != "" else None


def stopping(_match: Match, subject: Subject) -> Patch | None:
    """Pass signals on by an init; where there is one, ask by the other signal that programs end on."""
    final = subject.recipe.final
    if final.reaps:
        return UseInit()
    return StopWith(signal="SIGINT") if final.stop_signal == "SIGTERM" else None
