"""Every Dockerfile and every manifest that we write for the trees of the tests and of the datasets."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import tests.builder.detect.languages as languages
import tests.builder.detect.truths as truths
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.errors import BuilderError
from builder.files import Prepared, prepared
from builder.tree import Tree

WRITTEN = Path(__file__).parents[3] / "datasets" / "builder" / "written"


def trees() -> Iterator[tuple[str, Mapping[str, str | bytes]]]:
    """Tell the trees: those of the tables of tests, then those of the datasets."""
    for package in (languages, truths):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for name, value in vars(module).items():
                yield from _of(f"{found.name}.{name}", value)
    for path in sorted(WRITTEN.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            yield f"{path.stem}/{one['name']}", one["files"]


def _of(name: str, value: Any) -> Iterator[tuple[str, Mapping[str, str | bytes]]]:
    each = value if isinstance(value, tuple | list) else (value,)
    for at, one in enumerate(each):
        files = getattr(one, "files", None) if not isinstance(one, type) else None
        if not isinstance(files, Mapping) and isinstance(one, Mapping) and _is_tree(one):
            files = one
        if isinstance(files, Mapping) and _is_tree(files):
            yield f"{name}[{at}]", files


def _is_tree(value: Mapping[Any, Any]) -> bool:
    named = all(isinstance(path, str) and ("." in path or path.istitle()) for path in value)
    return bool(value) and named and all(isinstance(text, str | bytes) for text in value.values())


@cache
def everything() -> tuple[tuple[str, Prepared], ...]:
    """Return what each tree becomes, each Dockerfile once."""
    seen: set[str] = set()
    found: list[tuple[str, Prepared]] = []
    for name, files in trees():
        tree = Tree.of(files)
        try:
            each = prepared(plan(tree), tree, PROVIDERS)
        except BuilderError:
            continue
        for one in each:
            if one.ours and one.text not in seen:
                seen.add(one.text)
                found.append((name, one))
    return tuple(found)
