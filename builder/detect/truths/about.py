"""Which draft a file is about: by its folder, by the language that it names, by the name that it gives."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join, normpath

from builder.draft import Draft
from builder.look import ASIDE, Look
from builder.plan import Kind

_DEVELOPING = frozenset(
    {
        "dev",
        "develop",
        "development",
        "local",
        "debug",
        "override",
        "devcontainer",
        "hot",
        "watch",
        "tools",
        "test",
        "tests",
        "testing",
        "ci",
        "e2e",
    }
)
_PRODUCING = frozenset({"prod", "production", "release", "live", "deploy", "prd"})
AROUND = frozenset(
    {
        "docker", ".docker", "deploy", "deployment", "deployments", "ops", "infra", "build", "package", "container",
        "containers", ".devcontainer", "compose", "config", "ci", "scripts", "images", "dockerfiles", "etc",
        "tools", "devops", "k8s", "kubernetes", "helm", "charts", "chart", "systemd", ".github", ".deploy", "env",
        "environments", "misc", "contrib", "packaging", "dist", "dev", "prod", "production", "local", "base",
        "overlays", "manifests", "templates", "services", "init", "support",
    }
)  # fmt: skip
"""Folders that hold files about the program that stands above them."""


def inside(folder: str, name: str) -> str | None:
    """Return a path that a file in ``folder`` names, None for what leads out of the tree."""
    if "://" in name or name.startswith(("/", "~")) or "$" in name:
        return None
    path = normpath(join(folder, name))
    return "" if path == "." else None if path.startswith("..") else path


def developing(path: str) -> bool:
    """Say whether a file is for developing or testing, by the words of its name and folder."""
    words = _words(path)
    return bool(words & _DEVELOPING) and not words & _PRODUCING


def producing(path: str) -> bool:
    """Say whether a file is for production by its name."""
    return bool(_words(path) & _PRODUCING)


def _words(path: str) -> set[str]:
    return {word for part in path.lower().split("/")[-2:] for word in re.split(r"[^a-z0-9]+", part)}


def stands_aside(path: str) -> bool:
    """Say whether a file belongs to an example, a test or documentation."""
    return any(part.lower() in ASIDE | {"node_modules", "vendor", "site-packages"} for part in path.split("/")[:-1])


def at(drafts: Sequence[Draft], folder: str, *, language: str = "") -> list[Draft]:
    """Return the drafts of a folder; those of a language where some are of it."""
    here = [one for one in drafts if one.path == folder]
    spoken = [one for one in here if language in {one.provider, one.language.best}]
    return spoken or ([] if language and here and not _compatible(here, language) else here)


def _compatible(here: Sequence[Draft], language: str) -> bool:
    """Say whether a base image that names no draft's language may still run one of them (nginx for files)."""
    return language in {"static", "shell"} or all(one.provider == "dockerfile" for one in here)


def meant(drafts: Sequence[Draft], folder: str, *, language: str = "", name: str = "") -> list[Draft]:
    """Return the drafts that a file is about: of its folder, else the only one around, else the one it names."""
    here = at(drafts, folder, language=language)
    if not here:
        here = _around(drafts, folder, language)
    if len(here) > 1 and name:
        here = [one for one in here if _called(one, name)] or here
    return one_program(here)


def _around(drafts: Sequence[Draft], folder: str, language: str) -> list[Draft]:
    below = [one for one in drafts if not folder or one.path.startswith(f"{folder}/")]
    spoken = [one for one in below if language in {one.provider, one.language.best}] if language else []
    chosen = spoken or below
    serving = [one for one in chosen if one.kind.best is not None and one.kind.best.deployable] or chosen
    if len({one.path for one in serving}) == 1:
        return serving
    above = folder
    while above and basename(above).lower() in AROUND | _DEVELOPING | _PRODUCING:
        above = dirname(above)
        if here := at(drafts, above, language=language):
            return here
    return []


def one_program(here: Sequence[Draft]) -> list[Draft]:
    """Return what serves, where a folder holds that and a part that is built for it, or a tool."""
    if len(here) < 2:
        return list(here)
    for kind in (Kind.WEB, Kind.STATIC, Kind.WORKER):
        serving = [one for one in here if one.kind.best == kind]
        others = {one.provider for one in serving}
        if len(serving) > 1 and len(others) > 1:
            serving = [one for one in serving if one.provider not in {"node", "deno"}] or serving
        if len(serving) == 1:
            return serving
        if serving:
            return serving
    return list(here)


def called(drafts: Sequence[Draft], name: str) -> list[Draft]:
    """Return the drafts with a name: their own, their folder's, with or without a common prefix."""
    exact = [one for one in drafts if _plain(name) in {_plain(one.name), _plain(basename(one.path))}]
    return exact or [one for one in drafts if _called(one, name)]


def _called(draft: Draft, name: str) -> bool:
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    return any(
        own and (own == _plain(name) or own in words) for own in (_plain(draft.name), _plain(basename(draft.path)))
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def named(look: Look, *names: str, folders: Sequence[str] | None = None) -> list[str]:
    """Return the files with these names, those of examples and tests left out unless there are no others."""
    found = [path for path in look.tree.named(*names) if folders is None or dirname(path) in folders]
    upper = [path for path in found if not stands_aside(path)]
    return sorted(upper or [], key=lambda path: (path.count("/"), path))
