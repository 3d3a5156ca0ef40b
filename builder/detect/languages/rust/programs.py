"""A program of a Rust package as its files tell it, and the crates of the tree that it is built with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import join

from builder.detect.languages.rust.facts import Facts, facts
from builder.detect.languages.rust.manifest import Manifest, Target, manifest
from builder.detect.languages.rust.modules import MAX_FILES, Unit, units
from builder.detect.languages.rust.servers import FRAMEWORKS, Framework, framework_of, opens_a_socket
from builder.look import Place

FEW_FILES = 12
"""Files that are read of a program that cannot serve: no crate for it, no socket named in any file."""
_SOCKETS = ("TcpListener", "TcpSocket", "UdpSocket", "UnixListener")

MAX_CRATES = 60
"""Packages of the tree that are followed from one program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program with what its files say. ``used`` are the crates that they name, as crates.io calls them."""

    target: Target
    found: tuple[Facts, ...]
    used: frozenset[str]
    framework: Framework | None
    socket: bool

    @property
    def serves(self) -> bool:
        """Whether it listens on anything."""
        return self.framework is not None or self.socket

    @property
    def subcommands(self) -> list[str]:
        """The subcommands of its command line."""
        return list(dict.fromkeys(name for one in self.found for name in one.subcommands))


def programs(place: Place, package: Manifest) -> Iterator[Program]:
    """Tell the programs of a package, the one that ``cargo run`` starts first."""
    packages = {place.path: package, **dict(_inside_the_tree(place, package))}
    libraries = {one.crate: join(path, one.library) for path, one in packages.items() if one.library}
    for one in packages.values():
        for dependency in one.dependencies:
            if dependency.path in packages and packages[dependency.path].library:
                libraries[dependency.alias] = join(dependency.path, packages[dependency.path].library)
    most = MAX_FILES if _may_serve(place, packages) else FEW_FILES
    known: dict[str, Unit | None] = {}
    told: dict[str, Facts] = {}
    targets = sorted(package.programs, key=lambda one: (one.name != package.default_run, one.file != "src/main.rs"))
    for target in targets:
        reached = units(place.look, place.file(target.file), libraries, known, most)
        found = []
        for unit in reached:
            if unit.path not in told:
                told[unit.path] = facts(unit)
            found.append(told[unit.path])
        names = dict(_names(packages.values(), target))
        imports = frozenset().union(*(unit.crates for unit in reached))
        used = frozenset(names[one] for one in imports if one in names) if names else imports
        framework = framework_of(frozenset(one.replace("-", "_") for one in used), found)
        yield Program(target=target, found=tuple(found), used=used, framework=framework, socket=opens_a_socket(found))


def _names(packages: Iterable[Manifest], target: Target) -> Iterator[tuple[str, str]]:
    """Tell what the crates are called in code that are compiled into a program."""
    for one in packages:
        for dependency in one.dependencies:
            if one.uses(dependency, target.needs):
                yield dependency.alias, dependency.crate


def _may_serve(place: Place, packages: dict[str, Manifest]) -> bool:
    """Say whether it is worth looking for a server at all. A socket must be named somewhere, whoever opens it."""
    crates = {one.crate for one in FRAMEWORKS}
    if any(
        dependency.crate.replace("-", "_") in crates for one in packages.values() for dependency in one.dependencies
    ):
        return True
    for path in packages:
        inner = place.look.at(path, place.inner)
        if any(word in inner.text(name) for name in inner.sources(".rs") for word in _SOCKETS):
            return True
    return not place.has("Cargo.toml")


def _inside_the_tree(place: Place, package: Manifest) -> Iterator[tuple[str, Manifest]]:
    todo, seen = [package], {place.path}
    for one in todo:
        for dependency in one.dependencies:
            path = dependency.path
            if path is not None and path not in seen and len(seen) < MAX_CRATES:
                seen.add(path)
                if join(path, "Cargo.toml") in place.tree:
                    inner = manifest(place.look.at(path))
                    todo.append(inner)
                    yield path, inner
