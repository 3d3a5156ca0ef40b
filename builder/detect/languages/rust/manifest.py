"""Cargo.toml: packages, their programs and dependencies, and workspaces with members as patterns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Any

from builder.look import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A crate that the package depends on. ``alias`` is its name in code, ``path`` its folder in the tree."""

    crate: str
    alias: str
    features: frozenset[str]
    optional: bool = False
    default: bool = True
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A program of the package. ``needs`` are features without which Cargo skips it."""

    name: str
    file: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A package. ``library`` is the file of its library, empty for none, ``crate`` that library's name in code."""

    name: str
    crate: str
    library: str
    kinds: frozenset[str]
    programs: tuple[Target, ...]
    dependencies: tuple[Dependency, ...]
    build_dependencies: tuple[Dependency, ...]
    default_run: str
    default_features: frozenset[str]
    features: Mapping[str, tuple[str, ...]]
    rust_version: str
    metadata: Mapping[str, Any] = field(repr=False)

    def depends_on(self, *crates: str) -> str:
        """Return the first of these crates that the package depends on, empty for none."""
        known = {one.crate for one in self.dependencies}
        return next((one for one in crates if one in known), "")

    def uses(self, dependency: Dependency, needs: tuple[str, ...] = ()) -> bool:
        """Say whether a dependency is compiled in: an optional one by default, for a server or when asked."""
        if not dependency.optional:
            return True
        names = {dependency.crate, dependency.alias, dependency.alias.replace("_", "-")}
        wanted = set(self.default_features)
        for feature in ("ssr", "server", "fullstack"):
            wanted |= _unfolded(self.features, feature)
        for feature in needs:
            wanted |= {feature, *_unfolded(self.features, feature)}
        return any(one.partition("/")[0].rstrip("?") in names for one in wanted if "?" not in one)

    def features_of(self, crate: str) -> frozenset[str]:
        """Return the features that are asked of a dependency, and those that the package's default features add."""
        found = [one.features for one in self.dependencies if one.crate == crate]
        given = frozenset().union(*found)
        added = {one.removeprefix(f"{crate}/") for one in self.default_features if one.startswith(f"{crate}/")}
        return given | added


def manifest(place: Place) -> Manifest:
    """Read the package of a folder; a missing or broken manifest gives what Cargo's layout says alone."""
    table = place.toml("Cargo.toml")
    shared = _shared(place)
    package = table_of(table.get("package") or table.get("project"))
    inherited = table_of(shared.get("package"))
    name = text_of(package.get("name")) or place.name or "app"
    library = table_of(table.get("lib"))
    library_file = text_of(library.get("path")) or place.has("src/lib.rs")
    features = {key: strings(value) for key, value in table_of(table.get("features")).items()}
    normal = tuple(_dependencies(place, table, shared, "dependencies"))
    return Manifest(
        name=name,
        crate=(text_of(library.get("name")) or name).replace("-", "_"),
        library=library_file if place.has(library_file) else "",
        kinds=frozenset(
            {
                *strings(library.get("crate-type") or library.get("crate_type")),
                *(["proc-macro"] if library.get("proc-macro") or library.get("proc_macro") else []),
            }
        ),
        programs=tuple(_programs(place, table, package, name)),
        dependencies=normal,
        build_dependencies=tuple(_dependencies(place, table, shared, "build-dependencies")),
        default_run=text_of(package.get("default-run")),
        default_features=_unfolded(features, "default"),
        features=features,
        rust_version=_inherited(package.get("rust-version"), inherited.get("rust-version")),
        metadata=table_of(package.get("metadata")),
    )


def workspace_table(place: Place) -> dict[str, Any]:
    """Return the ``[workspace]`` table that a package belongs to, empty for none."""
    return _shared(place)


def _programs(place: Place, table: dict[str, Any], package: dict[str, Any], name: str) -> Iterator[Target]:
    told: set[str] = set()
    stated = table.get("bin")
    for one in stated if isinstance(stated, list) else []:
        given = text_of(table_of(one).get("name"))
        file = text_of(table_of(one).get("path")) or place.has(
            f"src/bin/{given}.rs", f"src/bin/{given}/main.rs", *(["src/main.rs"] if given == name else [])
        )
        if given and place.has(file):
            told |= {given, file}
            yield Target(name=given, file=file, needs=strings(table_of(one).get("required-features")))
    if package.get("autobins") is False:
        return
    main = place.has("src/main.rs") or ("" if table else place.has("main.rs"))
    if main and not {main, name} & told:
        yield Target(name=name, file=main)
    folder = place.file("src/bin")
    files = [(one.removesuffix(".rs"), f"src/bin/{one}") for one in place.tree.names(folder) if one.endswith(".rs")]
    files += [(one, f"src/bin/{one}/main.rs") for one in place.tree.folders(folder)]
    for given, file in files:
        if place.has(file) and not {given, file} & told:
            yield Target(name=given, file=file)


def _dependencies(place: Place, table: dict[str, Any], shared: dict[str, Any], section: str) -> Iterator[Dependency]:
    tables = [table_of(table.get(section))]
    for name, target in table_of(table.get("target")).items():
        if "windows" not in name and "macos" not in name:
            tables.append(table_of(table_of(target).get(section)))
    common = table_of(shared.get("dependencies"))
    for one in tables:
        for alias, given in one.items():
            stated = table_of(given)
            base: dict[str, Any] = {}
            if stated.get("workspace") is True:
                base = table_of(common.get(alias)) or {}
            path = text_of(stated.get("path"))
            upper = text_of(base.get("path"))
            folder = inside(place.path, path) if path else inside(_root_of(place), upper) if upper else None
            yield Dependency(
                crate=text_of(stated.get("package")) or text_of(base.get("package")) or alias,
                alias=alias.replace("-", "_"),
                features=frozenset(strings(stated.get("features"))) | frozenset(strings(base.get("features"))),
                optional=stated.get("optional") is True,
                default=stated.get("default-features", base.get("default-features", True)) is not False,
                path=folder,
            )


def _shared(place: Place) -> dict[str, Any]:
    folder = place.path
    while True:
        found = place.look.toml(join(folder, "Cargo.toml")).get("workspace")
        if isinstance(found, dict):
            return found
        if not folder:
            return {}
        folder = dirname(folder)


def _root_of(place: Place) -> str:
    folder = place.path
    while folder and "workspace" not in place.look.toml(join(folder, "Cargo.toml")):
        folder = dirname(folder)
    return folder


def _unfolded(features: Mapping[str, tuple[str, ...]], name: str) -> frozenset[str]:
    found, todo = {name}, [name]
    for one in todo:
        for inner in features.get(one, ()):
            plain = inner.removeprefix("dep:")
            if plain not in found:
                found.add(plain)
                todo.append(plain)
    return frozenset(found - {name})


def inside(folder: str, name: str) -> str:
    """Return the path that a name of a folder means."""
    path = normpath(join(folder, name))
    return "" if path == "." else path


def _inherited(own: Any, shared: Any) -> str:
    given = shared if isinstance(own, dict) else own
    return str(given) if isinstance(given, str | int | float) else ""


def table_of(value: Any) -> dict[str, Any]:
    """Return a value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """Return a value if it is text, else an empty one."""
    return value if isinstance(value, str) else ""


def strings(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, none for anything else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
