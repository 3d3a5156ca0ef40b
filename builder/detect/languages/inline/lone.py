"""Whether a tree is one source file with nothing around it that says how it is built or run."""

from posixpath import basename, splitext

from builder.detect.census import LANGUAGES
from builder.detect.languages.python.foreign import MANIFESTS
from builder.look import ASIDE, Look
from builder.tree import Tree

PYTHON, NODE, GO = (".py",), (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"), (".go",)
SUFFIXES = (*PYTHON, *NODE, *GO)
"""What a wrapper can be written for. Files with JSX are parts of pages."""

WRAPPERS = ("sextant_serve.py", "sextant_serve.mjs", "sextant_serve.go", "cmd/serve/serve.go")
"""Paths of what is written beside a function. A tree that holds one was written out, and is a program."""

_SAID = frozenset(
    {
        "Containerfile", "Dockerfile", "Procfile", "compose.yaml", "compose.yml", "deno.json", "deno.jsonc",
        "docker-compose.yaml", "docker-compose.yml", "fly.toml", "render.yaml", "setup.cfg", "setup.py",
    }
)  # fmt: skip
"""Files that say how it is built, run or published."""

_ALLOWED = frozenset({"go.mod", "package.json"})
_ASIDE_NAMES = ("test_", "conftest.")
_ASIDE_ENDS = ("_test.py", "_test.go", ".d.ts", ".d.mts", ".d.cts")
_PAGES = (".html", ".htm", ".vue", ".svelte", ".astro", ".jsx", ".tsx", ".ipynb")

MAX_FILES = 200
"""Files of a tree around a function: data and notes. A larger tree is a project."""


MAX_BYTES = 256 * 1024
"""Of the source file: what people paste is far smaller, and it is parsed more than once."""


def lone_source(tree: Tree) -> str:
    """Return the path of the only source file, empty for any other tree."""
    if len(tree.sizes) > MAX_FILES or any(path in tree for path in WRAPPERS):
        return ""
    names = {basename(path) for path in tree.sizes}
    if names & (_SAID | (MANIFESTS - _ALLOWED)) or any(name.startswith("Dockerfile.") for name in names):
        return ""
    if any(path.lower().endswith(_PAGES) for path in tree.sizes):
        return ""
    sources = [path for path in tree.sizes if _is_source(path)]
    if len(sources) != 1 or not sources[0].endswith(SUFFIXES) or tree.sizes[sources[0]] > MAX_BYTES:
        return ""
    return "" if _is_published(Look(tree)) else sources[0]


def _is_source(path: str) -> bool:
    """Say whether a file is source code of the program, not of its tests or tools."""
    suffix, name = splitext(path)[1].lower(), basename(path).lower()
    if LANGUAGES.get(suffix, "html") in {"html", "terraform"} and suffix not in SUFFIXES:
        return False
    if name.startswith((*_ASIDE_NAMES, ".")) or name.endswith(_ASIDE_ENDS):
        return False
    if any(mark in name for mark in (".test.", ".spec.", ".config.")):
        return False
    return not any(part.lower() in ASIDE or part == "node_modules" for part in path.split("/")[:-1])


def _is_published(look: Look) -> bool:
    """Say whether a manifest makes it a package that others install, or says how it is started."""
    project = look.toml("pyproject.toml")
    tool = project.get("tool")
    if project.keys() & {"project", "build-system"} or (isinstance(tool, dict) and tool.keys() & {"poetry", "pdm"}):
        return True
    package = look.json("package.json")
    scripts = package.get("scripts")
    started = isinstance(scripts, dict) and bool(scripts.keys() & {"start", "dev", "serve"})
    kept = ("bin", "browser", "exports", "files", "publishConfig", "types", "typings", "workspaces")
    return started or any(key in package for key in kept)
