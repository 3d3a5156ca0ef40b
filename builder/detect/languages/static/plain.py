"""Files that are served as they are: folders with ``index.html`` that no other language's project holds."""

import re
from collections.abc import Iterator, Sequence
from posixpath import dirname, join

from builder.look import Look, Place
from core.evidence import Evidence

MANIFESTS = (
    "BUILD.bazel", "CMakeLists.txt", "Cargo.toml", "Gemfile", "Package.swift", "Pipfile", "build.gradle",
    "build.gradle.kts", "build.sbt", "build.zig", "composer.json", "conf.py", "deno.json", "deno.jsonc", "gleam.toml",
    "go.mod", "manage.py", "meson.build", "mix.exs", "mkdocs.yml", "mkdocs.yaml", "package.json", "pom.xml",
    "project.clj", "pubspec.yaml", "pyproject.toml", "rebar.config", "requirements.txt", "setup.py", "stack.yaml",
    "dune-project", "shard.yml", "environment.yml", "Project.toml",
)  # fmt: skip
_PROJECTS = (".csproj", ".fsproj", ".vbproj", ".sln", ".cabal", ".nimble", ".xcodeproj")
_SOURCES = (".py", ".php", ".rb", ".go", ".java", ".cs", ".ex", ".exs", ".pl", ".rs", ".kt", ".scala", ".clj", ".dart")
_PARTS = frozenset(
    {"templates", "template", "views", "view", "partials", "layouts", "_layouts", "includes", "_includes", "components",
     "resources", "themes", "emails", "email", "coverage", "htmlcov", "node_modules", "vendor", "javadoc", "assets",
     "webview", "webviews", "fragments"}
)  # fmt: skip
"""Folders whose pages are parts of something else."""
_TEMPLATE = re.compile(r"\{%-?\s*(extends|block|include|load|for|if)\b|<%[=@\s]|\{\{>\s|th:(text|each|fragment)=")
_ALL = re.compile(r"^/\*\s+/(index\.html)?\s+200\b", re.MULTILINE)


def roots(look: Look) -> Sequence[str]:
    """Return the folders of pages, the uppermost of each branch."""
    found: list[str] = []
    pages = look.tree.named("index.html", "index.htm") or _lone(look)
    for path in sorted(pages, key=lambda one: (one.count("/"), one)):
        folder = dirname(path)
        within = any(not one or folder == one or folder.startswith(f"{one}/") for one in found)
        if within or _PARTS & set(folder.lower().split("/")) or _held(look, folder):
            continue
        if not _TEMPLATE.search(look.tree.text(path) or ""):
            found.append(folder)
    return found


def page(place: Place) -> str:
    """Return the page that is shown first, empty for none."""
    return place.has("index.html", "index.htm") or next(iter(place.names(".html", ".htm")), "")


def falls_back(place: Place) -> Evidence | None:
    """Return what says that unknown addresses get the first page: settings of hosting services."""
    for name in ("_redirects", "public/_redirects"):
        if found := _ALL.search(place.text(name)):
            return place.cite(name, found[0])
    redirects = place.toml("netlify.toml").get("redirects")
    for one in redirects if isinstance(redirects, list) else []:
        if isinstance(one, dict) and one.get("status") == 200 and str(one.get("to")).endswith("index.html"):
            return place.cite("netlify.toml", "redirects")
    for name, keys in (
        ("vercel.json", ("rewrites", "routes")),
        ("firebase.json", ("hosting",)),
        ("serve.json", ("rewrites",)),
    ):
        table = place.json(name)
        for key in keys:
            value = table.get(key)
            inner = value.get("rewrites") if isinstance(value, dict) else value
            for one in inner if isinstance(inner, list) else []:
                target = one.get("destination", one.get("dest")) if isinstance(one, dict) else None
                if isinstance(target, str) and target in {"/index.html", "/", "index.html"}:
                    return place.cite(name, target)
    if "navigationFallback" in place.json("staticwebapp.config.json"):
        return place.cite("staticwebapp.config.json", "navigationFallback")
    return None


def extension(place: Place) -> Evidence | None:
    """Return what says that the pages are those of a browser's extension."""
    return (
        place.cite("manifest.json", "manifest_version") if "manifest_version" in place.json("manifest.json") else None
    )


def _lone(look: Look) -> Iterator[str]:
    """Tell pages at the top of a tree that holds nothing to run."""
    if not look.tree.ending(*_SOURCES):
        yield from (name for name in look.tree.names("") if name.endswith((".html", ".htm")))


def _held(look: Look, folder: str) -> bool:
    """Say whether a project of another language holds the folder: its manifest, or its sources above."""
    place = folder
    while True:
        names = look.tree.names(place)
        if any(join(place, one) in look.tree for one in MANIFESTS) or any(one.endswith(_PROJECTS) for one in names):
            return True
        if place != folder and any(one.endswith(_SOURCES) or one in {"server.js", "app.js"} for one in names):
            return True
        if not place:
            return False
        place = dirname(place)
