"""From which folder a module is imported: what ``module:app`` and ``python -m`` are relative to."""

import sys
from collections.abc import Iterator
from posixpath import basename, dirname, join

from builder.detect.languages.python.found import Facts
from builder.detect.languages.python.modules import Module, Program


def base_of(facts: Facts, file: str) -> str:
    """Return the folder from which a file's imports resolve; that of the component where nothing says otherwise."""
    program, folder = facts.program, dirname(file)
    ancestors = [folder, *_above(folder)]
    lowest = next((at for at, one in enumerate(ancestors) if one and not _importable(basename(one))), None)
    if lowest is not None:  # a folder with a dash in its name is in no module's name
        ancestors = ancestors[: lowest + 1]
    if not folder:
        return ""
    top = _package_top(program, folder)
    module = program.module(file)
    relative = module is not None and any(one.startswith(".") for one in module.imports)
    allowed = (
        [one for one in ancestors if one == top or top.startswith(f"{one}/") or not one] if top != folder else ancestors
    )
    if relative and top == folder:
        allowed = [one for one in allowed if one != folder] or allowed
    source = "src" if folder == "src" or folder.startswith("src/") else ""
    if source and facts.manifest.packaged and "src" in allowed and folder != "src":
        return "src"
    counts = {one: _resolved(program, module, one) for one in allowed}
    best = max(counts.values(), default=0)
    if best == 0 or counts.get("") == best:
        return "" if "" in allowed else top if top in allowed else allowed[-1]
    return max((one for one in allowed if counts[one] == best), key=lambda one: -len(one))


def module_name(file: str, base: str) -> str:
    """Return the dotted name of a file, imported from a folder."""
    inner = file[len(base) + 1 :] if base else file
    name = inner.removesuffix(".pyw").removesuffix(".py").replace("/", ".")
    return name.removesuffix(".__init__")


def directory_of(facts: Facts, base: str) -> str:
    """Return the folder that a command runs in: that of the component where the sources are installed as a package."""
    return "" if base == "src" and facts.manifest.packaged else base


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = dirname(folder)
        yield folder


def _importable(name: str) -> bool:
    return name.isidentifier()


def _package_top(program: Program, folder: str) -> str:
    """Return the folder above the outermost package that holds a folder: the folder itself where it is no package."""
    place = program.place
    while folder and place.has(join(folder, "__init__.py")):
        folder = dirname(folder)
    return folder


def _resolved(program: Program, module: Module | None, base: str) -> int:
    """Count the imports of a module, and of those that it imports, that lead to files below a folder."""
    if module is None:
        return 0
    place, seen, found = program.place, {module.file}, 0
    todo = [module]
    for one in todo:
        for dotted in sorted(one.imports):
            if dotted.startswith(".") or dotted.partition(".")[0] in sys.stdlib_module_names:
                continue
            head = join(base, dotted.partition(".")[0])
            if place.has(f"{head}.py", join(head, "__init__.py")) or _holds_python(program, head):
                found += 1
                file, _ = program.local(dotted, join(base, "_"))
                if file and file not in seen and len(seen) < _MAX_SEEN and (inner := program.module(file)):
                    seen.add(file)
                    todo.append(inner)
    return found


_MAX_SEEN = 6
"""Modules that are asked where their imports lead: the first ones tell."""


def _holds_python(program: Program, folder: str) -> bool:
    return any(name.endswith(".py") for name in program.place.tree.names(program.place.file(folder)))
