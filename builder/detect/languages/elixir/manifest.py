"""mix.exs: the project, its dependencies, what is started, what releases are made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import commonpath, join, normpath

from builder.detect.languages.elixir.terms import Atom, Pairs, module_of, value
from builder.look import Look, Place
from builder.parsing.code import line_of
from core.evidence import Evidence

_LOCKED = re.compile(r'^\s*"([\w.]+)":\s*\{:(hex|git|path)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A dependency, and whether it is there in production."""

    requirement: str
    runs: bool
    inside: bool
    """It is another folder of the tree."""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A mix.exs. ``apps_path`` is that of an umbrella, ``starts`` the module of the application, if it has one."""

    place: Place
    app: str
    elixir: str
    apps_path: str
    escript: bool
    package: bool
    starts: str
    releases: tuple[str, ...]
    """Names of releases, the one first that is made when none is named."""
    borrows: frozenset[str]
    """Releases that bring no Erlang of their own."""
    dependencies: Mapping[str, Dependency]
    locked: frozenset[str]
    aliases: frozenset[str]
    bare: bool
    """Its list of dependencies is empty, as it is written."""

    def needs(self, *names: str) -> str:
        """Return the first of these dependencies that production has, empty for none."""
        return next((one for one in names if one in self.dependencies and self.dependencies[one].runs), "")

    @property
    def context(self) -> str:
        """The folder that holds the project and all folders that it depends on."""
        here = self.place.path or "."
        paths = (".", *(one.path for one in self.dependencies.values() if one.path))
        inside = [one for path in paths if not (one := normpath(join(here, path))).startswith("..")]
        return normpath(commonpath(inside)).removeprefix(".") if inside and "." not in inside else ""

    def cite(self, name: str) -> Evidence | None:
        """Return the line of a dependency or key."""
        return self.place.cite("mix.exs", re.compile(rf"[{{\s(\[]:?{re.escape(name)}(?:,|:|\s)"))


def mix_of(place: Place) -> Mix:
    """Return what a folder's mix.exs says."""
    module = module_of(place.syntax("mix.exs"))
    project = _pairs(value(module.functions.get("project"), module))
    application = _pairs(value(module.functions.get("application"), module))
    held = value(module.functions.get("deps"), module)
    dependencies = project.get("deps") if isinstance(project.get("deps"), tuple | Pairs) else held
    started = application.get("mod")
    releases = _pairs(project.get("releases"))
    default = project.get("default_release")
    lock = place.text("mix.lock") or (place.look.tree.text(place.above("mix.lock")) or "")
    return Mix(
        place=place,
        app=str(project.get("app") or ""),
        elixir=_text(project.get("elixir")),
        apps_path=_text(project.get("apps_path")),
        escript=bool(project.get("escript")),
        package="package" in project,
        starts=str(started[0]) if isinstance(started, tuple) and started else "",
        releases=tuple(sorted(releases, key=lambda one: one != default)),
        borrows=frozenset(name for name, one in releases.items() if _pairs(one).get("include_erts") == "false"),
        dependencies=dict(_dependencies(dependencies)),
        locked=frozenset(found[1] for found in _LOCKED.finditer(lock)),
        aliases=frozenset(_pairs(project.get("aliases"))),
        bare=isinstance(dependencies, tuple | Pairs) and not dependencies,
    )


def umbrellas(look: Look) -> Mapping[str, str]:
    """Return the folders of umbrella projects, each with the folder of its applications."""
    found = {}
    for path in look.tree.named("mix.exs"):
        if "apps_path" in (look.tree.text(path) or ""):
            folder = path.removesuffix("mix.exs").rstrip("/")
            if apps := mix_of(look.at(folder)).apps_path:
                found[folder] = f"{folder}/{apps}".lstrip("/")
    return found


def line_in(place: Place, name: str) -> int:
    """Return the line on which a function of mix.exs ends in its value, 0 for none."""
    node = module_of(place.syntax("mix.exs")).functions.get(name)
    return line_of(node) if node is not None else 0


def _dependencies(held: object) -> list[tuple[str, Dependency]]:
    if isinstance(held, Pairs):
        plain = {name: one if isinstance(one, str) else "" for name, one in held.values.items()}
        return [(name, Dependency(requirement=one, runs=True, inside=False)) for name, one in plain.items()]
    found = []
    for one in held if isinstance(held, tuple) else ():
        if not isinstance(one, tuple) or not one or not isinstance(one[0], str):
            continue
        options = _pairs(one[-1])
        requirement = one[1] if len(one) > 1 and isinstance(one[1], str) and not isinstance(one[1], Atom) else ""
        only = options.get("only")
        given = only if isinstance(only, tuple) else (only,) if only else ()
        runs = (not given or "prod" in given) and options.get("runtime") != "false"
        inside, path = "path" in options or "in_umbrella" in options, _text(options.get("path"))
        found.append((str(one[0]), Dependency(requirement=requirement, runs=runs, inside=inside, path=path)))
    return found


def _pairs(one: object) -> Mapping[str, object]:
    return one.values if isinstance(one, Pairs) else {}


def _text(one: object) -> str:
    return one if isinstance(one, str) else ""
