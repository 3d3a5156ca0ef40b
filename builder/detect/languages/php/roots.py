"""Folders that may hold a PHP program: those of Composer's manifests, and sites that have none."""

from posixpath import dirname

from builder.detect.languages.php.families.project import PUBLIC
from builder.look import ASIDE, Look

_NEVER = frozenset({"vendor", "node_modules", "wp-content", "wp-includes", "wp-admin", "bower_components", "modules",
                    "plugins", "themes", "extensions", "skins", "addons"})  # fmt: skip
"""Folders of dependencies and of what is installed into a site: not programs of their own."""

_OTHERS = ("package.json", "pyproject.toml", "setup.py", "requirements.txt", "go.mod", "Cargo.toml", "pom.xml",
           "build.gradle", "build.gradle.kts", "Gemfile", "mix.exs", "CMakeLists.txt")  # fmt: skip
"""Manifests of other languages: an index.php below one is a detail of theirs."""


def roots(look: Look) -> tuple[str, ...]:
    """Return the folders."""
    tree = look.tree
    manifests = [dirname(path) for path in tree.named("composer.json") if not _aside(dirname(path))]
    page = "index.html" in tree and not manifests and not any(name in tree for name in _OTHERS)
    if page and any(name.endswith(".php") for name in tree.sizes if not _aside(dirname(name))):
        return ("",)  # pages that call programs in folders beside them
    sites = [_site(dirname(path)) for path in tree.named("index.php", "wp-config-sample.php")]
    found: list[str] = list(manifests)
    for folder in sorted(dict.fromkeys(sites), key=lambda one: (one.count("/") + bool(one), one)):
        foreign = any(f"{one}/{name}".lstrip("/") in tree for one in _above(folder) for name in _OTHERS)
        if _aside(folder) or (foreign and folder) or any(_within(folder, one) for one in found):
            continue
        found.append(folder)
    if not found and any(name.endswith(".php") for name in tree.names("")):
        found.append("")
    return tuple(found)


def _site(folder: str) -> str:
    """Return the folder of the program whose public folder this is."""
    above, _, name = folder.rpartition("/")
    return above if name in PUBLIC else folder


def _aside(folder: str) -> bool:
    parts = folder.split("/")
    return any(part in _NEVER or part.startswith(".") or (at and part.lower() in ASIDE) for at, part in
               enumerate(parts))  # fmt: skip


def _above(folder: str) -> list[str]:
    found = [folder]
    while folder:
        folder = dirname(folder)
        found.append(folder)
    return found


def _within(folder: str, other: str) -> bool:
    return not other or folder == other or folder.startswith(f"{other}/")
