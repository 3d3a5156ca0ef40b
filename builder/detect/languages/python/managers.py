"""Package managers: which one a project uses, and what it installs with."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, relpath

from builder.detect.languages.python import conda, pep723
from builder.detect.languages.python.manifest import Manifest, inner
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED, DEFAULT, LOCKED
from builder.look import Place
from builder.plan import Command, Commands
from builder.provider import Workspace
from core.evidence import Evidence
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Something that speaks for a package manager."""

    name: str
    confidence: float
    rule: str
    why: Phrase
    evidence: Evidence | None


def add_manager(place: Place, manifest: Manifest, draft: Draft, workspace: Workspace | None) -> str:
    """Add what speaks for each package manager; return the strongest, ``pip`` where nothing does."""
    for one in signs(place, manifest, workspace):
        draft.package_manager.add(one.name, one.confidence, one.rule, one.why, one.evidence)
    if draft.package_manager.best is None:
        why = Phrase(en="Python's own package manager is taken.", zh="采用 Python 自带的包管理器。")
        draft.package_manager.add("pip", DEFAULT, "python.manager.usual", why)
    return draft.package_manager.best or "pip"


def signs(place: Place, manifest: Manifest, workspace: Workspace | None = None) -> Iterator[Sign]:
    """Tell the signs, lock files first."""
    yield from _locks(place, workspace)
    project = manifest.pyproject
    tools = (
        ("uv", ("tool", "uv"), 0.86),
        ("poetry", ("tool", "poetry"), 0.82),
        ("pdm", ("tool", "pdm"), 0.78),
        ("pixi", ("tool", "pixi"), 0.84),
        ("rye", ("tool", "rye"), 0.8),
        ("hatch", ("tool", "hatch", "envs"), 0.7),
    )  # each step wider than a tie, below lock files and above what only lists dependencies
    for name, path, confidence in tools:
        held = inner(project, *path)
        if (
            not held
            or (name == "poetry" and not _poetry(held, manifest))
            or (name == "pdm" and set(held) <= {"version", "build"})
        ):
            continue
        weaker = 0.22 if name == "uv" and manifest.installed and not inner(project, "project", "dependencies") else 0.0
        label = ".".join(path)
        why = Phrase(en=f"pyproject.toml has settings of {name}.", zh=f"pyproject.toml 中有 {name} 的设置。")
        yield Sign(
            name=name,
            confidence=confidence - weaker,
            rule=f"python.manager.{name}-settings",
            why=why,
            evidence=place.cite("pyproject.toml", f"[{label}"),
        )
    for key, name in (("poetry", "poetry"), ("pdm", "pdm"), ("uv_build", "uv")):
        if manifest.backend.startswith(key):
            weaker = 0.22 if manifest.installed else 0.06
            why = Phrase(en=f"{manifest.backend} builds it.", zh=f"由 {manifest.backend} 构建。")
            yield Sign(
                name=name,
                confidence=LOCKED - weaker,
                rule="python.manager.backend",
                why=why,
                evidence=place.cite("pyproject.toml", "build-backend"),
            )
    yield from _files(place, manifest)


def _poetry(held: object, manifest: Manifest) -> bool:
    return (
        isinstance(held, dict) and bool({"name", "dependencies", "group", "package-mode", "packages"} & set(held))
    ) or manifest.backend.startswith("poetry")


def _locks(place: Place, workspace: Workspace | None) -> Iterator[Sign]:
    locks = (
        ("uv.lock", "uv", 0.98),
        ("poetry.lock", "poetry", 0.94),
        ("pdm.lock", "pdm", 0.95),
        ("pixi.lock", "pixi", 0.91),
        ("Pipfile.lock", "pipenv", 0.9),
        ("conda-lock.yml", "conda", 0.88),
        ("requirements.lock", "rye", 0.72),
    )
    for file, name, confidence in locks:
        if place.has(file):
            why = Phrase(en=f"{file} is written by {name}.", zh=f"{file} 由 {name} 生成。")
            yield Sign(
                name=name,
                confidence=confidence,
                rule=f"python.manager.{name}-lock",
                why=why,
                evidence=place.cite_file(file),
            )
    if workspace and workspace.tool == "uv" and workspace.path != place.path:
        path = f"{workspace.path}/uv.lock" if workspace.path else "uv.lock"
        why = Phrase(en="It is a member of a uv workspace.", zh="它是 uv 工作区的成员。")
        yield Sign(
            name="uv",
            confidence=DECLARED,
            rule="python.manager.uv-workspace",
            why=why,
            evidence=place.look.cite_file(path),
        )


def _files(place: Place, manifest: Manifest) -> Iterator[Sign]:
    if place.has("Pipfile"):
        why = Phrase(en="Pipfile is read by pipenv.", zh="Pipfile 由 pipenv 使用。")
        yield Sign(
            name="pipenv",
            confidence=0.75,
            rule="python.manager.pipfile",
            why=why,
            evidence=place.cite_file("Pipfile"),
        )
    if name := conda.environment(place):
        only = not manifest.installed and not place.has("pyproject.toml", "setup.py", "setup.cfg")
        why = Phrase(en=f"{name} describes a conda environment.", zh=f"{name} 描述了 conda 环境。")
        yield Sign(
            name="conda",
            confidence=LOCKED if only else CONVENTION - 0.1,
            rule="python.manager.conda",
            why=why,
            evidence=place.cite_file(name),
        )
    for file in manifest.installed:
        why = Phrase(en=f"{file} is read by pip.", zh=f"{file} 由 pip 使用。")
        yield Sign(
            name="pip",
            confidence=0.73 if not place.has("Pipfile") else 0.68,
            rule="python.manager.requirements",
            why=why,
            evidence=place.cite_file(file),
        )
    if manifest.packaged and not manifest.installed:
        why = Phrase(en="pip installs what the manifest describes.", zh="由 pip 安装清单描述的内容。")
        yield Sign(
            name="pip",
            confidence=0.6,
            rule="python.manager.packaged",
            why=why,
            evidence=place.cite_file(manifest.file),
        )
    if pep723.scripts(place) and not manifest.file:
        name = pep723.scripts(place)[0]
        why = Phrase(
            en=f"{name} carries its dependencies in itself, which uv reads.", zh=f"{name} 自带依赖声明，由 uv 读取。"
        )
        yield Sign(
            name="uv",
            confidence=CONVENTION,
            rule="python.manager.inline-metadata",
            why=why,
            evidence=place.cite(name, "# /// script"),
        )


def install(
    place: Place, manifest: Manifest, manager: str, adds: tuple[str, ...], workspace: Workspace | None
) -> Commands | None:
    """Return what installs the dependencies (and the project itself where it is a package), frozen where a lock is."""
    commands = list(_commands(place, manifest, manager, workspace))
    if adds:
        commands.append(Command(argv=("uv", "pip", "install", *adds) if manager == "uv" else ("pip", "install", *adds)))
    return Commands(each=tuple(commands)) if commands else None


def _commands(place: Place, manifest: Manifest, manager: str, workspace: Workspace | None) -> Iterator[Command]:
    package = manifest.packaged
    if manager in {"uv", "rye"}:
        yield from _uv(place, manifest, workspace)
    elif manager == "poetry":
        yield Command(
            argv=("poetry", "install", "--no-interaction", "--only", "main", *(() if package else ("--no-root",)))
        )
    elif manager == "pdm":
        frozen = ("--frozen-lockfile",) if place.has("pdm.lock") else ()
        yield Command(argv=("pdm", "install", "--prod", "--no-editable", *frozen))
    elif manager == "pipenv":
        yield Command(
            argv=(
                "pipenv",
                "install",
                *(("--deploy", "--ignore-pipfile") if place.has("Pipfile.lock") else ("--skip-lock",)),
            )
        )
    elif manager == "conda":
        yield Command(
            argv=(
                "micromamba",
                "install",
                "--yes",
                "--name",
                "base",
                "--file",
                conda.environment(place) or "conda-lock.yml",
            )
        )
    elif manager == "pixi":
        yield Command(argv=("pixi", "install", *(("--locked",) if place.has("pixi.lock") else ())))
    elif manifest.installed:
        yield Command(argv=("pip", "install", *(word for file in manifest.installed for word in ("-r", file))))
        if package and manifest.scripts and not _self_installed(manifest):
            yield Command(argv=("pip", "install", "--no-deps", "."))
    elif package:
        yield Command(argv=("pip", "install", "."))
    elif names := [_written(one) for one in manifest.dependencies.values() if one.name]:
        yield Command(argv=("pip", "install", *names))


def _uv(place: Place, manifest: Manifest, workspace: Workspace | None) -> Iterator[Command]:
    root = workspace.path if workspace else place.path
    lock = f"{root}/uv.lock" if root else "uv.lock"
    if place.has("pyproject.toml"):
        frozen = ("--locked",) if lock in place.tree else ()
        member = ("--package", manifest.name) if workspace and workspace.path != place.path and manifest.name else ()
        yield Command(argv=("uv", "sync", *frozen, "--no-dev", *member))
    elif manifest.installed:
        yield Command(argv=("uv", "pip", "install", *(word for file in manifest.installed for word in ("-r", file))))
    elif names := [_written(one) for one in manifest.dependencies.values() if one.name]:
        yield Command(argv=("uv", "pip", "install", *names))


def _self_installed(manifest: Manifest) -> bool:
    return (
        any(one.address.startswith(".") for one in manifest.dependencies.values())
        or manifest.name in manifest.dependencies
    )


def _written(one: object) -> str:
    name, extras, specifier = getattr(one, "name", ""), getattr(one, "extras", ()), getattr(one, "specifier", "")
    return f"{name}[{','.join(extras)}]{specifier}" if extras else f"{name}{specifier}"


def shared_folder(place: Place, manifest: Manifest) -> str:
    """Return the folder to build from: higher than the component's where it takes packages from beside it."""
    context = place.path
    for one in manifest.dependencies.values():
        address = one.address.removeprefix("file:")
        if address.startswith("../"):
            depth = address.split("/").count("..")
            folder = place.path
            for _ in range(depth):
                folder = dirname(folder)
            if relpath(context or ".", folder or ".").count("..") == 0:
                context = folder if len(folder) < len(context) else context
    return context
