"""The files that make a service of a function: its wrapper, and the manifest of what it imports where there is none."""

import json
from dataclasses import dataclass, replace
from posixpath import dirname, join, splitext

from builder.detect.languages.inline import distributions
from builder.detect.languages.inline.exports import exports_of
from builder.detect.languages.inline.go import go_file
from builder.detect.languages.inline.imports import packages_of, runs_as_it_stands
from builder.detect.languages.inline.lone import GO, PYTHON
from builder.detect.shared.pins import pins
from builder.inline.handler import Handler
from builder.inline.stitching import go_part, node_wrapper, python_wrapper
from builder.look import Place
from builder.plan import Command
from builder.recipe import SIGNATURE, Generated
from builder.tree import Tree
from builder.versions import RELEASES, release_of
from core.phrase import Phrase

PYTHON_WRAPPER, NODE_WRAPPER = "sextant_serve.py", "sextant_serve.mjs"
GO_FOLDER = "cmd/serve"

TYPE_STRIPPING = (22, 24, 26)
"""Releases of Node that run TypeScript by leaving the types out, without being asked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """What is written beside a function, how the wrapper is started with a function's name, what a person must know.

    ``unpinned`` says that versions are chosen while building; ``unknown`` are imports that nothing is installed for.
    """

    files: tuple[Generated, ...]
    start: tuple[str, ...]
    unpinned: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def command(self, handler: Handler) -> Command:
        """Return the command that serves a function."""
        return Command(argv=(*self.start, handler.name))

    @property
    def notes(self) -> tuple[Phrase, ...]:
        """What a person must know."""
        found = []
        if self.unpinned:
            names = ", ".join(self.unpinned)
            found.append(
                Phrase(
                    en=f"No versions are pinned: {names} in the newest version that fits when it is built.",
                    zh=f"未固定版本：构建时采用 {names} 的最新可用版本。",
                )
            )
        if self.unknown:
            names = ", ".join(self.unknown)
            found.append(
                Phrase(
                    en=f"Nothing is installed for {names}: list what provides it in requirements.txt.",
                    zh=f"未为 {names} 安装任何包：请在 requirements.txt 中列出。",
                )
            )
        return tuple(found)


def wrapped(place: Place, source: str, handler: Handler) -> Wrapped | None:
    """Return what is written beside a function, None where no wrapper can run it."""
    if source.endswith(PYTHON):
        return _python(place, source, handler)
    if source.endswith(GO):
        return _go(place, source, handler)
    return _node(place, source, handler)


def with_files(tree: Tree, files: tuple[Generated, ...]) -> Tree:
    """Return the tree as it is once these files are written."""
    held = {one.path: one.text.encode() for one in files}
    sizes = {**tree.sizes, **{path: len(data) for path, data in held.items()}}
    return replace(
        tree, sizes=dict(sorted(sizes.items())), read=lambda path: held[path] if path in held else tree.read(path)
    )


def _python(place: Place, source: str, handler: Handler) -> Wrapped | None:
    tree = place.python(source)
    if tree is None:
        return None
    text = python_wrapper(handler.part, {"FILE": source, **dict(handler.settings)})
    files = [Generated(path=PYTHON_WRAPPER, text=text)]
    start = ("python", PYTHON_WRAPPER)
    listed = place.has("requirements.txt", "Pipfile", "environment.yml", "environment.yaml", "uv.lock", "poetry.lock")
    if listed or "# /// script" in place.text(source):
        return Wrapped(files=tuple(files), start=start)
    known, unknown = distributions.imported(tree)
    needed = known if handler.part != "azure" else tuple(sorted({*known, "azure-functions"}))
    if needed:
        lines = "".join(f"{name}\n" for name in needed)
        files.append(Generated(path="requirements.txt", text=f"# What {source!a} imports; {SIGNATURE}.\n{lines}"))
    return Wrapped(files=tuple(files), start=start, unpinned=needed, unknown=unknown)


def _node(place: Place, source: str, handler: Handler) -> Wrapped | None:
    root = place.syntax(source)
    if root is None:
        return None
    suffix = splitext(source)[1]
    module = exports_of(root).module if suffix in {".js", ".ts"} else suffix in {".mjs", ".mts"}
    settings = {"FILE": source, "COMMONJS": not module, **dict(handler.settings)}
    files = [Generated(path=NODE_WRAPPER, text=node_wrapper(handler.part, settings))]
    packages = packages_of(root, source)
    translated = suffix.endswith("ts") and not (_strips(place) and runs_as_it_stands(root))
    start = ("node", *(("--import", "tsx") if translated else ()), NODE_WRAPPER)
    if place.has("package.json"):
        listed = place.json("package.json").get("dependencies")
        held = isinstance(listed, dict) and "tsx" in listed
        return None if translated and not held else Wrapped(files=tuple(files), start=start)
    needed = tuple(sorted({*packages, *(("tsx",) if translated else ())}))
    manifest = {
        "name": "function",
        "description": f"What the function imports; {SIGNATURE}.",
        "private": True,
        "type": "module" if module else "commonjs",
        "scripts": {"start": " ".join((*start, json.dumps(handler.name)))},
        **({"dependencies": dict.fromkeys(needed, "*")} if needed else {}),
    }
    files.append(Generated(path="package.json", text=json.dumps(manifest, indent=2) + "\n"))
    return Wrapped(files=tuple(files), start=start, unpinned=needed)


def _strips(place: Place) -> bool:
    pin = next(pins(place, "node"), None)
    return pin is None or not pin.numbers or pin.numbers[0] in TYPE_STRIPPING


def _go(place: Place, source: str, handler: Handler) -> Wrapped | None:
    root = place.syntax(source)
    if root is None:
        return None
    about = go_file(root)
    stated = next((line.split() for line in place.text("go.mod").splitlines() if line.startswith("module ")), [])
    module = stated[1].strip('"') if len(stated) > 1 else "function"
    folder = dirname(source) if about.is_main else GO_FOLDER
    prefix = "sextant_" if about.is_main else ""
    parts = ["serve", *(["event"] if handler.part == "event" else [])]
    files = [Generated(path=join(folder, f"{prefix}{one}.go"), text=go_part(one)) for one in parts]
    text = _go_functions(handler, "" if about.is_main else join(module, dirname(source)).rstrip("/"))
    files.append(Generated(path=join(folder, f"{prefix}function.go"), text=text))
    if not place.has("go.mod"):
        pin = next(pins(place, "go"), None)
        given = release_of("go", ".".join(map(str, pin.numbers))) if pin and pin.numbers else RELEASES["go"].usual
        files.append(Generated(path="go.mod", text=f"module {module}\n\ngo {given}\n"))
    return Wrapped(
        files=tuple(files),
        start=("/app/serve",),
        unpinned=about.foreign if not place.has("go.mod") else (),
    )


def _go_functions(handler: Handler, package: str) -> str:
    """Return the file that names the function: the only part of the wrapper that differs from one to the other."""
    called = f"function.{handler.name}" if package else handler.name
    payload = dict(handler.settings).get("payload")
    parameters = "w http.ResponseWriter, r *http.Request"
    made = {
        "http": f"http.HandlerFunc({called})",
        "http_context": f"http.HandlerFunc(func({parameters}) {{ {called}(r.Context(), w, r) }})",
        "event": f"servingEvent({called}, {'true' if payload else 'false'})",
    }[handler.part]
    own = f'\n\n\tfunction "{package}"' if package else ""
    head = f'package main\n\nimport (\n\t"net/http"{own}\n)\n\n'
    about = "// The functions that can be served, by the name that the command line gives.\n"
    return f'{head}{about}var servingFunctions = map[string]http.Handler{{\n\t"{handler.name}": {made},\n}}\n'
