"""The image of a Python program: a virtual environment made in one stage, carried into a slim one."""

from posixpath import join, normpath, relpath

from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree
from builder.versions import numbers
from core.phrase import Phrase

ENVIRONMENT = "/opt/venv"
PIP_CACHE, UV_CACHE, POETRY_CACHE = "/root/.cache/pip", "/root/.cache/uv", "/root/.cache/pypoetry"

_TOOLS = {"uv": "uv", "rye": "uv", "poetry": "poetry", "pdm": "pdm", "pipenv": "pipenv", "pixi": ""}
"""What installs itself with pip before it installs the project."""

_FILES = {
    "uv": ("pyproject.toml", "uv.lock", ".python-version"), "rye": ("pyproject.toml", "requirements.lock"),
    "poetry": ("pyproject.toml", "poetry.lock", "poetry.toml"), "pdm": ("pyproject.toml", "pdm.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"), "pip": (),
}  # fmt: skip


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, start = component.runtime.value, component.start.value
    if runtime is None:
        raise PlanIncomplete(f"{component.name}: the release of Python must be known before it can be built.")
    if component.kind.value == Kind.STATIC:
        return _site(component, tree, runtime.version)
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    if component.package_manager.value == "conda":
        return _conda(component, start)
    directory = _directory(component)
    working = join(directory, component.working_directory.value) if component.working_directory.value else directory
    running = tuple(one.value for one in component.system_packages)
    steps: list[Step] = [Packages(names=running)] if running else []
    steps.append(Copy(sources=(ENVIRONMENT,), to=ENVIRONMENT, stage="build"))
    steps.append(
        Copy(sources=("/app",), to="/app", stage="build") if component.build.value else Copy(sources=(".",), to="/app/")
    )
    return Recipe(
        stages=(_build(component, tree, runtime.version),),
        final=Final(
            base=_base(runtime.version),
            steps=tuple(steps),
            command=start,
            directory=working,
            environment=_environment(component, directory),
            writable=("/tmp", *(normpath(join(working, one.value.path)) for one in component.volumes)),  # noqa: S108 - a folder of the image
            health_tool="python",
        ),
        ignored=(
            "**/__pycache__",
            "**/*.pyc",
            ".venv",
            "venv",
            ".pytest_cache",
            ".mypy_cache",
            ".ruff_cache",
            ".tox",
            "*.egg-info",
        ),
        notes=_notes(component),
    )


def _base(version: str) -> Base:
    found = numbers(version)
    system = "bookworm" if found >= (3, 8) else "bullseye" if found >= (3, 6) else "buster"
    return Base(image="docker.io/library/python", tag=f"{version}-slim-{system}")


def _directory(component: Component) -> str:
    inside = relpath(component.path or ".", component.context or ".")
    return "/app" if inside == "." else f"/app/{inside}"


def _build(component: Component, tree: Tree, version: str) -> Stage:
    manager = component.package_manager.value or "pip"
    directory = _directory(component)
    building = tuple(one.value for one in component.build_packages)
    steps: list[Step] = [Packages(names=building)] if building else []
    old = numbers(version) < (3, 3)
    make = f"pip install virtualenv && virtualenv {ENVIRONMENT}" if old else f"python -m venv {ENVIRONMENT}"
    tool = _TOOLS.get(manager, "")
    if tool:
        steps.append(Run(line=f"pip install {tool}", caches=(PIP_CACHE,)))
    steps.append(Run(line=make))
    steps.append(Set(variables=_building_variables(manager)))
    whole = Copy(sources=(".",), to="/app/")
    install = component.install.value.each if component.install.value else ()
    early, late = _layers(component, tree, manager, install)
    if early and component.context == component.path:
        files = _manifests(component, tree, manager, install)
        steps.extend(Copy(sources=held, to=f"/app/{folder}/" if folder else "/app/") for folder, held in files)
        steps.extend(Run(line=line, caches=_caches(manager)) for line in early)
    else:
        late = tuple(one.text for one in install)
    steps.append(whole)
    steps.extend(Run(line=line, caches=_caches(manager)) for line in late)
    if component.build.value:
        steps.extend(Run(line=one.text) for one in component.build.value.each)
    return Stage(name="build", base=_base(version), steps=tuple(steps), directory=directory)


def _layers(
    component: Component, tree: Tree, manager: str, install: tuple[Command, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is installed before the sources are there, and after."""
    packaged = any(one.value == "python.packaged" for one in component.traits)
    lines = tuple(one.text for one in install)
    if manager in {"uv", "rye"} and lines and lines[0].startswith("uv sync"):
        locked = "--locked" in lines[0]
        return (
            (
                (f"{lines[0]} --no-install-project", *lines[1:]),
                (f"{lines[0]} --no-editable --inexact",) if packaged else (),
            )
            if locked
            else ((), lines)
        )
    if manager == "poetry" and lines and join(component.path, "poetry.lock") in tree:
        first = lines[0] if "--no-root" in lines[0] else f"{lines[0]} --no-root"
        return (first, *lines[1:]), (lines[0],) if packaged else ()
    if manager == "pdm" and lines and join(component.path, "pdm.lock") in tree:
        return (f"{lines[0]} --no-self", *lines[1:]), (lines[0],) if packaged else ()
    if manager == "pipenv":
        return lines, ()
    if manager == "pip" and lines and " -r " in lines[0] and not _points_here(component, tree, install):
        return tuple(one for one in lines if not one.endswith(" .")), tuple(one for one in lines if one.endswith(" ."))
    return (), lines


def _points_here(component: Component, tree: Tree, install: tuple[Command, ...]) -> bool:
    """Say whether a requirement file asks for folders of the project (``-e .``): then the sources must be there."""
    for name in _required(install):
        text = tree.text(join(component.path, name)) or ""
        if any(
            line.strip().startswith(("-e .", "-e file:", ".", "-r", "-c", "--requirement", "--editable", "file:"))
            for line in text.splitlines()
        ):
            return True
    return False


def _required(install: tuple[Command, ...]) -> list[str]:
    return [one.argv[at + 1] for one in install for at, word in enumerate(one.argv[:-1]) if word == "-r"]


def _manifests(
    component: Component, tree: Tree, manager: str, install: tuple[Command, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    names = [*_FILES.get(manager, ()), *_required(install)]
    held = [one for one in dict.fromkeys(names) if join(component.path, one) in tree]
    folders: dict[str, list[str]] = {}
    for one in held:
        folders.setdefault(one.rpartition("/")[0], []).append(one)
    return [(folder, tuple(files)) for folder, files in folders.items()]


def _caches(manager: str) -> tuple[str, ...]:
    return {"uv": (UV_CACHE,), "rye": (UV_CACHE,), "poetry": (POETRY_CACHE, PIP_CACHE)}.get(manager, (PIP_CACHE,))


def _building_variables(manager: str) -> tuple[tuple[str, str], ...]:
    common = (
        ("VIRTUAL_ENV", ENVIRONMENT),
        ("PATH", f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    )
    if manager in {"uv", "rye"}:
        return (
            *common,
            ("UV_PROJECT_ENVIRONMENT", ENVIRONMENT),
            ("UV_LINK_MODE", "copy"),
            ("UV_COMPILE_BYTECODE", "1"),
            ("UV_PYTHON_DOWNLOADS", "never"),
        )
    if manager == "pdm":
        return (*common, ("PDM_CHECK_UPDATE", "false"))
    return common


def _environment(component: Component, directory: str) -> tuple[tuple[str, str], ...]:
    given = [
        one.value.removeprefix("python.environment:")
        for one in component.traits
        if one.value.startswith("python.environment:")
    ]
    pairs = tuple((left, right) for left, _, right in (one.partition("=") for one in given))
    path = f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    found = (("PATH", path), ("VIRTUAL_ENV", ENVIRONMENT), ("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1"))
    start = component.start.value.text if component.start.value else ""
    here = (("PYTHONPATH", directory),) if not start.startswith("python ") else ()
    return (*found, *here, *pairs)


_SERVED = "/usr/share/nginx/html/"
"""Where the web server finds the files that it serves."""


def _site(component: Component, tree: Tree, version: str) -> Recipe:
    output = component.output.value
    if output is None or component.build.value is None:
        raise PlanIncomplete(
            f"{component.name}: the build command and its output must be known before it can be built."
        )
    directory = _directory(component)
    return Recipe(
        stages=(_build(component, tree, version),),
        final=Final(
            base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="stable-alpine"),
            steps=(Copy(sources=(f"{join(directory, output)}/.",), to=_SERVED, stage="build"),),
            command=Command(argv=("nginx", "-g", "daemon off;")),
            directory=_SERVED.rstrip("/"),
            health_tool="busybox",
        ),
    )


def _conda(component: Component, start: Command) -> Recipe:
    install = tuple(one.text for one in component.install.value.each) if component.install.value else ()
    prefix = "/opt/conda"
    steps: list[Step] = [
        Copy(sources=(".",), to="/app/"),
        *(Run(line=one, caches=("/opt/conda/pkgs",)) for one in install),
    ]
    running = tuple(one.value for one in component.system_packages)
    final: list[Step] = [Packages(names=running)] if running else []
    final += [Copy(sources=(prefix,), to=prefix, stage="build"), Copy(sources=(".",), to="/app/")]
    return Recipe(
        stages=(
            Stage(
                name="build",
                base=Base(image="docker.io/mambaorg/micromamba", tag="2-debian12-slim"),
                steps=tuple(steps),
            ),
        ),
        final=Final(
            base=Base(image="docker.io/library/debian", tag="bookworm-slim"),
            steps=tuple(final),
            command=start,
            directory=join("/app", component.working_directory.value or ""),
            environment=(("PATH", f"{prefix}/bin:/usr/local/bin:/usr/bin:/bin"), ("PYTHONUNBUFFERED", "1")),
            health_tool="python",
        ),
    )


def _notes(component: Component) -> tuple[Phrase, ...]:
    added = [one.value.removeprefix("python.adds:") for one in component.traits if one.value.startswith("python.adds:")]
    return tuple(
        Phrase(
            en=f"{one} is installed beside what the project asks for: add it to the manifest.",
            zh=f"额外安装了 {one}，建议写入依赖清单。",
        )
        for one in added
    )
