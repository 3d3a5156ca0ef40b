"""Folders that may hold a Ruby program: those of Gemfiles, gemspecs and config.ru; sources without any of them."""

from posixpath import dirname, join

from builder.look import ASIDE, Look

_NEVER = frozenset({"vendor", "node_modules", "templates", "template", "generators", "gemfiles"})
_OTHERS = ("package.json", "pyproject.toml", "setup.py", "go.mod", "Cargo.toml", "pom.xml", "composer.json", "mix.exs",
           "CMakeLists.txt", "configure.ac", "Makefile", "build.gradle")  # fmt: skip
"""Manifests of other languages: a lone Ruby script beside one is a tool of theirs."""


def roots(look: Look) -> tuple[str, ...]:
    """Return the folders."""
    tree = look.tree
    manifests = {dirname(path) for path in (*tree.named("Gemfile", "gems.rb", "config.ru"), *tree.ending(".gemspec"))}
    found = sorted((one for one in manifests if not _aside(one)), key=lambda one: (one.count("/") + bool(one), one))
    applications = [one for one in found if join(one, "config/application.rb") in tree]
    kept = [one for one in found if not any(_part(one, other, look) for other in applications)]
    if not kept and _jekyll(look):
        return ("",)
    sources = any(name.endswith(".rb") for name in tree.names(""))
    if not kept and sources and not any(name in tree for name in _OTHERS):
        return ("",)
    return tuple(kept)


def _aside(folder: str) -> bool:
    parts = folder.split("/") if folder else []
    return any(part in _NEVER or part.startswith(".") or (at and part.lower() in ASIDE) for at, part in
               enumerate(parts))  # fmt: skip


def _part(folder: str, application: str, look: Look) -> bool:
    """Say whether a folder is an engine or plugin inside of an application."""
    inside = folder != application and (not application or folder.startswith(f"{application}/"))
    return inside and join(folder, "config/application.rb") not in look.tree


def _jekyll(look: Look) -> bool:
    """Say whether the top is a Jekyll site without a Gemfile."""
    tree = look.tree
    return "_config.yml" in tree and any(tree.has_folder(one) for one in ("_posts", "_layouts", "_includes"))
