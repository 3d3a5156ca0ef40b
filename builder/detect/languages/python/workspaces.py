"""Folders that hold Python projects, and uv's workspaces."""

from collections.abc import Sequence
from fnmatch import fnmatch
from posixpath import basename, dirname, join, normpath

from builder.detect.languages.python.foreign import MANIFESTS as MANIFESTS_OF_OTHERS
from builder.detect.languages.python.manifest import inner, words
from builder.look import Look
from builder.provider import Workspace

MANIFESTS = (
    "pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "environment.yml", "environment.yaml",
    "manage.py", "uv.lock", "poetry.lock", "requirements.in", "pelicanconf.py", "mkdocs.yml", "mkdocs.yaml",
    "rxconfig.py", "scrapy.cfg",
)  # fmt: skip
_LISTS = ("requirements", "reqs", "requirement")
_ENTRIES = (
    "main.py",
    "app.py",
    "server.py",
    "wsgi.py",
    "asgi.py",
    "run.py",
    "bot.py",
    "index.py",
    "__main__.py",
    "application.py",
    "streamlit_app.py",
    "api.py",
)
_NEVER = frozenset(
    {
        "node_modules",
        "site-packages",
        "vendor",
        "venv",
        ".venv",
        "env",
        ".git",
        "dist",
        "build",
        ".github",
        ".devcontainer",
        ".circleci",
    }
)
_ASIDE = frozenset(
    {
        "benchmark",
        "perf",
        "testing",
        "tutorial",
        "tutorials",
        "skeleton",
        "template",
        "templates",
        "scripts",
        "tools",
        "ci",
        "docker",
        "integration_tests",
        "contrib",
        "hack",
        "project_template",
        "cookiecutter",
    }
)
"""Folders whose projects stand beside the one that is meant, unless there is nothing else."""

_INNER = frozenset({"manage.py", "setup.cfg", "uv.lock", "poetry.lock"})


def roots(look: Look) -> Sequence[str]:
    """Return the folders with manifests; where there are none, those of the likeliest sources."""
    found: dict[str, set[str]] = {}
    for path in look.tree.named(*MANIFESTS):
        folder = dirname(path)
        if not _skipped(folder) and basename(folder) not in _LISTS:
            found.setdefault(folder, set()).add(basename(path))
    for path in look.tree.ending(".txt"):
        name, folder = basename(path), dirname(path)
        if basename(folder) in _LISTS and not _skipped(folder):
            found.setdefault(dirname(folder), set()).add("requirements.txt")
        elif name.startswith(("requirements-", "requirements_", "requirements.", "pip-req")) and not _skipped(folder):
            found.setdefault(folder, set()).add("requirements.txt")
    chosen = [
        folder
        for folder, names in found.items()
        if _counts(folder, names, found) and not _inside_package(look, folder, names, found)
    ]
    within = [one for one in chosen if not any(part.lower() in _ASIDE for part in one.split("/"))]
    return within or chosen or _by_sources(look)


def _counts(folder: str, names: set[str], found: dict[str, set[str]]) -> bool:
    """Say whether a folder is a project of its own: manage.py below a manifest is a part of that project."""
    above = dirname(folder)
    while folder:
        if above in found and names <= _INNER | ({"mkdocs.yml", "mkdocs.yaml"}):
            return False
        if not above:
            break
        above = dirname(above)
    return True


def _inside_package(look: Look, folder: str, names: set[str], found: dict[str, set[str]]) -> bool:
    """Say whether a list of requirements lies inside of a package that a manifest above makes a distribution of."""
    above = dirname(folder)
    if (
        not folder
        or names - {"requirements.txt", "requirements.in", "setup.py"}
        or join(folder, "__init__.py") not in look.tree
    ):
        return False
    while above and above not in found:
        above = dirname(above)
    return bool(found.get(above, set()) & {"pyproject.toml", "setup.py", "setup.cfg"})


def _skipped(folder: str) -> bool:
    return any(part in _NEVER or part.startswith(("{{", ".")) for part in folder.split("/"))


def _by_sources(look: Look) -> Sequence[str]:
    """Return the topmost folder that holds a source with a usual name, else any source or notebook."""
    entries = [dirname(path) for path in look.tree.named(*_ENTRIES) if not _skipped(dirname(path))]
    sources = [dirname(path) for path in look.tree.ending(".py", ".pyw", ".ipynb") if not _skipped(dirname(path))]
    if not sources or _others(look, min(sources, key=_depth)):
        return ()
    first = min(sources, key=_depth)
    if basename(first) in {"source", "docs", "doc"} and join(first, "conf.py") in look.tree:
        return (dirname(first),)
    if "" in sources or not entries:
        return (
            ("",)
            if "" in sources or len({one.partition("/")[0] for one in sources}) > 1
            else (min(sources, key=_depth),)
        )
    folders = sorted(dict.fromkeys(entries), key=_depth)
    return tuple(one for one in folders if not any(one.startswith(f"{other}/") for other in folders))


def _others(look: Look, folder: str) -> bool:
    """Say whether another language's manifest stands above lone sources: then they are its scripts."""
    return bool((set(look.tree.names("")) | set(look.tree.names(folder))) & MANIFESTS_OF_OTHERS)


def _depth(folder: str) -> tuple[int, str]:
    return (folder.count("/") + bool(folder), folder)


def workspaces(look: Look) -> Sequence[Workspace]:
    """Return the workspaces that uv declares."""
    found = []
    for path in look.tree.named("pyproject.toml"):
        held = inner(look.toml(path), "tool", "uv", "workspace")
        if not isinstance(held, dict):
            continue
        folder = dirname(path)
        wanted = [normpath(join(folder, one)) for one in words(held.get("members"))]
        left = [normpath(join(folder, one)) for one in words(held.get("exclude"))]
        members = {
            dirname(other)
            for other in look.tree.named("pyproject.toml")
            if any(_matches(dirname(other), one) for one in wanted)
            and not any(_matches(dirname(other), one) for one in left)
        }
        found.append(Workspace(path=folder, members=tuple(sorted({folder, *members})), tool="uv"))
    return found


def _matches(folder: str, pattern: str) -> bool:
    return (
        folder.count("/") == pattern.count("/") and fnmatch(folder, pattern)
        if "**" not in pattern
        else fnmatch(folder, pattern.replace("**", "*"))
    )
