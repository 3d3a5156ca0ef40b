"""Trees of other languages: their documentation sites and helper scripts in Python are not the program."""

from collections import Counter
from posixpath import dirname, join, splitext

from builder.detect.census import LANGUAGES
from builder.look import ASIDE, Place

MANIFESTS = frozenset(
    {
        "package.json", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle",
        "composer.json", "Gemfile", "mix.exs", "CMakeLists.txt", "meson.build", "configure.ac", "deno.json",
        "build.sbt", "project.clj", "gleam.toml", "Package.swift", "pubspec.yaml",
    }
)  # fmt: skip
"""Files that make a folder a project of another language."""

_MARKUP = frozenset({"html", "shell", "terraform", "python"})


def manifest_above(place: Place) -> bool:
    """Say whether the folder, or one above, is a project of another language."""
    folder = place.path
    while True:
        if any(join(folder, name) in place.tree for name in MANIFESTS):
            return True
        if not folder:
            return False
        folder = dirname(folder)


def leads(place: Place) -> bool:
    """Say whether no other programming language has more source in a folder than Python; a notebook counts little."""
    sizes: Counter[str] = Counter()
    prefix = f"{place.path}/" if place.path else ""
    for path, size in place.tree.sizes.items():
        if path.startswith(prefix) and not any(part.lower() in ASIDE for part in path[len(prefix) :].split("/")[:-1]):
            suffix = splitext(path)[1].lower()
            language = LANGUAGES.get(suffix, "")
            sizes[language] += min(size, _NOTEBOOK) if suffix == ".ipynb" else size
    return all(sizes["python"] >= held for language, held in sizes.items() if language and language not in _MARKUP)


_NOTEBOOK = 5_000
"""Bytes of a notebook that are taken for code: the rest is output."""
