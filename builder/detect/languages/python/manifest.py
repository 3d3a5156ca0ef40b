"""What the manifests of a Python project say, put together: name, dependencies, scripts, how it is packaged."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import join
from typing import Any

from packaging.utils import canonicalize_name

from builder.detect.languages.python import conda, pep723, requirements, setup_script
from builder.detect.languages.python.modules import Program
from builder.detect.languages.python.requirements import Dependency, dependency
from builder.look import Place

_DEVELOPMENT = re.compile(
    r"(^|[-_./])(dev|develop|development|test|tests|testing|lint|linting|docs?|documentation|ci|build|types?|typing|"
    r"mypy|style|format|bench|benchmark|qa|local|optional|extras?|gpu|cuda|mac|win|windows|notebook|notebooks|rtd|"
    r"readthedocs|constraints?|overrides?|min|minimal|minimum|oldest|freeze|release|publish|full_old|examples?)"
    r"([-_./]|$)"
)
_PRODUCTION = re.compile(
    r"(^|[-_./])(prod|production|base|main|common|deploy|app|web|server|api|runtime|core)([-_./]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A project. ``installed`` are the requirement files that running needs, in the order of installation.

    ``packaged``: a build backend makes a distribution of it, which is installed beside its dependencies.
    ``file`` is the manifest that names it, for evidence.
    """

    name: str
    summary: str
    file: str
    dependencies: Mapping[str, Dependency]
    development: Mapping[str, Dependency]
    extras: Mapping[str, tuple[Dependency, ...]]
    scripts: Mapping[str, str]
    gui_scripts: Mapping[str, str]
    classifiers: tuple[str, ...]
    backend: str
    packaged: bool
    distribution: bool
    """Whether it is described for others: a version, a licence, classifiers, a readme."""
    installed: tuple[str, ...]
    pyproject: Mapping[str, Any]
    setup: Mapping[str, Any]

    def has(self, *names: str) -> str:
        """Return the first of these distributions that running needs, empty for none."""
        return next((name for name in names if name in self.dependencies), "")

    def asks(self, *names: str) -> str:
        """Return the first of these that is asked for at all: by running, an extra, or development."""
        optional = {one.name for group in self.extras.values() for one in group}
        return next((one for one in names if one in self.dependencies or one in optional), "") or next(
            (one for one in names if one in self.development), ""
        )

    def tool(self, *names: str) -> Any:
        """Return a value below ``[tool]`` of pyproject.toml, None where it is missing."""
        return inner(self.pyproject, "tool", *names)


def inner(value: Any, *names: str) -> Any:
    """Return a value inside of nested tables, None where one of them is missing."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def table(value: Any, *names: str) -> dict[str, Any]:
    """Return a table inside of nested tables, empty where it is missing or something else."""
    found = inner(value, *names)
    return found if isinstance(found, dict) else {}


def words(value: Any) -> list[str]:
    """Return the strings of a list, or the lines of a text; empty for anything else."""
    if isinstance(value, str):
        return [one.strip() for one in value.splitlines() if one.strip()]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def manifest(place: Place, program: Program) -> Manifest:
    """Read all manifests of a folder."""
    project = place.toml("pyproject.toml")
    config = place.ini("setup.cfg")
    setup = setup_script.arguments(program.module("setup.py", needed=True))
    standard, poetry = table(project, "project"), table(project, "tool", "poetry")
    flit = table(project, "tool", "flit", "metadata")
    installed = chosen_requirements(place)
    found = list(_dependencies(place, project, config, setup, installed))
    main: dict[str, Dependency] = {}
    for one in found:
        if one.name and not one.group:
            main.setdefault(one.name, one)
    extras: dict[str, list[Dependency]] = {}
    for one in found:
        if one.group.startswith("extra:"):
            extras.setdefault(one.group[6:], []).append(one)
    gui: dict[str, str] = {**_texts(table(standard, "gui-scripts")), **_entries(config, setup, "gui_scripts")}
    described = config.get("metadata", {})
    name = (standard.get("name") or poetry.get("name") or described.get("name") or setup.get("name")
            or flit.get("module") or "")  # fmt: skip
    file = _file_of(place, standard, poetry, flit, described, setup)
    backend = inner(project, "build-system", "build-backend")
    package_mode = poetry.get("package-mode") is not False and inner(project, "tool", "uv", "package") is not False
    packaged = bool(
        (file == "pyproject.toml" and (isinstance(backend, str) or poetry or flit))
        or setup or described.get("name")
        or inner(project, "tool", "uv", "package") is True
    ) and package_mode  # fmt: skip
    classifiers = words(standard.get("classifiers")) + words(poetry.get("classifiers"))
    classifiers += words(described.get("classifiers")) + words(setup.get("classifiers"))
    return Manifest(
        name=name if isinstance(name, str) else "",
        summary=str(
            next(
                (
                    one
                    for one in (
                        standard.get("description"),
                        poetry.get("description"),
                        described.get("description"),
                        described.get("summary"),
                        setup.get("description"),
                    )
                    if isinstance(one, str)
                ),
                "",
            )
        ),
        file=file,
        dependencies=main,
        development={one.name: one for one in found if one.group and not one.group.startswith("extra:")},
        extras={key: tuple(value) for key, value in extras.items()},
        scripts=_scripts(standard, poetry, flit, config, setup),
        gui_scripts=gui,
        classifiers=tuple(classifiers),
        backend=backend if isinstance(backend, str) else "",
        packaged=packaged,
        distribution=bool(
            classifiers
            or any(
                one.get(key)
                for one in (standard, poetry, described, setup)
                for key in ("license", "license-files", "keywords", "urls", "url", "homepage", "repository")
            )
        ),
        installed=installed,
        pyproject=project,
        setup=setup,
    )


def _file_of(place: Place, standard: Any, poetry: Any, flit: Any, described: Any, setup: Any) -> str:
    if standard.get("name") or poetry.get("name") or flit:
        return "pyproject.toml"
    if described.get("name"):
        return "setup.cfg"
    if setup:
        return "setup.py"
    return place.has("pyproject.toml", "Pipfile", "requirements.txt", "environment.yml", "environment.yaml")


def chosen_requirements(place: Place) -> tuple[str, ...]:
    """Return the requirement files that running needs: the usual name, else what is called production or base."""
    for folder in ("", "requirements", "reqs", "requirement", "deps"):
        path = place.file(folder) if folder else place.path
        names = [one for one in place.tree.names(path) if one.endswith((".txt", ".pip")) and (folder or _is_list(one))]
        if folder == "requirements" and not names:
            continue
        if "requirements.txt" in names:
            return (join(folder, "requirements.txt"),)
        production = [one for one in names if _PRODUCTION.search(one) and not _DEVELOPMENT.search(one)]
        production.sort(key=lambda one: (not re.search(r"prod|deploy", one), "base" not in one, one))
        if production:
            return (join(folder, production[0]),)
        plain = [one for one in names if not _DEVELOPMENT.search(one)]
        if plain:
            return (join(folder, min(plain, key=len)),)
        if place.file(join(folder, "requirements.in")) in place.tree:
            return (join(folder, "requirements.in"),)
    return ()


def _is_list(name: str) -> bool:
    return re.match(r"^(pip[-_]?)?(requirements?|reqs?)([-_.].*)?\.(txt|pip)$", name) is not None


def _dependencies(
    place: Place, project: dict[str, Any], config: dict[str, dict[str, str]], setup: Mapping[str, Any],
    installed: tuple[str, ...],
) -> Iterator[Dependency]:  # fmt: skip
    for file in installed:
        yield from requirements.read(place, file)
    for name in place.names(".txt"):
        if _is_list(name) and name not in installed:
            yield from requirements.read(place, name, group="dev")
    yield from _of_pyproject(project)
    yield from _of_setup(config, setup)
    yield from _of_pipfile(place)
    yield from conda.dependencies(place)
    yield from pep723.dependencies(place)


def _of_pyproject(project: dict[str, Any]) -> Iterator[Dependency]:
    file = "pyproject.toml"
    yield from _lines(words(inner(project, "project", "dependencies")), file)
    for extra, lines in table(project, "project", "optional-dependencies").items():
        yield from _lines(words(lines), file, f"extra:{extra}")
    for group, lines in table(project, "dependency-groups").items():
        yield from _lines(words(lines), file, group)
    yield from _lines(words(inner(project, "tool", "uv", "dev-dependencies")), file, "dev")
    yield from _lines(words(inner(project, "tool", "flit", "metadata", "requires")), file)
    for group, lines in table(project, "tool", "pdm", "dev-dependencies").items():
        yield from _lines(words(lines), file, group)
    poetry = table(project, "tool", "poetry")
    yield from _pairs(table(poetry, "dependencies"), file)
    yield from _pairs(table(poetry, "dev-dependencies"), file, "dev")
    for group, held in table(poetry, "group").items():
        optional = inner(held, "optional") is True or _DEVELOPMENT.search(group)
        yield from _pairs(table(held, "dependencies"), file, group if optional else "")


def _of_setup(config: dict[str, dict[str, str]], setup: Mapping[str, Any]) -> Iterator[Dependency]:
    yield from _lines(words(config.get("options", {}).get("install_requires", "")), "setup.cfg")
    for extra, text in config.get("options.extras_require", {}).items():
        yield from _lines(words(text), "setup.cfg", f"extra:{extra}")
    yield from _lines(words(setup.get("install_requires")), "setup.py")
    held = setup.get("extras_require")
    for extra, value in (held if isinstance(held, dict) else {}).items():
        yield from _lines(words(value), "setup.py", f"extra:{extra}")


def _of_pipfile(place: Place) -> Iterator[Dependency]:
    pipfile = place.toml("Pipfile")
    yield from _pairs(table(pipfile, "packages"), "Pipfile")
    yield from _pairs(table(pipfile, "dev-packages"), "Pipfile", "dev")


def _lines(lines: list[str], file: str, group: str = "") -> Iterator[Dependency]:
    for line in lines:
        if found := dependency(line.split(" #")[0], file=file, group=group, line=line.split(" #")[0]):
            yield found


def _pairs(pairs: Mapping[str, Any], file: str, group: str = "") -> Iterator[Dependency]:
    for name, value in pairs.items():
        if name == "python":
            continue
        held = value[0] if isinstance(value, list) and value else value
        version = inner(held, "version") if isinstance(held, dict) else held
        address = next(
            (str(held[key]) for key in ("path", "git", "url", "file") if isinstance(held, dict) and key in held), ""
        )
        if isinstance(held, dict) and "git" in held:
            address = f"git+{held['git']}"
        extras = words(inner(held, "extras"))
        yield Dependency(
            name=canonicalize_name(name),
            specifier="" if not isinstance(version, str) or version == "*" else version,
            extras=tuple(extras),
            address=address,
            group=group or ("extra:optional" if inner(held, "optional") is True else ""),
            file=file,
            line=name,
        )


def _scripts(
    standard: Any, poetry: Any, flit: Any, config: dict[str, dict[str, str]], setup: Mapping[str, Any]
) -> dict[str, str]:
    found = _texts(table(standard, "scripts"))
    for name, value in table(poetry, "scripts").items():
        held = inner(value, "callable") or inner(value, "reference") if isinstance(value, dict) else value
        if isinstance(held, str):
            found[name] = held
    found.update(_texts(table(flit, "scripts")))
    found.update(_entries(config, setup, "console_scripts"))
    for one in words(setup.get("scripts")):
        found.setdefault(one.rpartition("/")[2], f"file:{one}")
    return found


def _entries(config: dict[str, dict[str, str]], setup: Mapping[str, Any], group: str) -> dict[str, str]:
    lines = words(config.get("options.entry_points", {}).get(group, ""))
    points = setup.get("entry_points")
    if isinstance(points, dict):
        lines += words(points.get(group))
    elif isinstance(points, str):
        lines += _section(points, group)
    pairs = [one.partition("=") for one in lines]
    return {left.strip(): right.strip() for left, _, right in pairs if right.strip()}


def _section(text: str, group: str) -> list[str]:
    found, here = [], False
    for line in words(text):
        if line.startswith("["):
            here = line.strip("[] ") == group
        elif here:
            found.append(line)
    return found


def _texts(pairs: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in pairs.items() if isinstance(value, str)}
