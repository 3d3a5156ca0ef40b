"""Look at a tree the way rules do: parsed files, places, and lines to cite. Everything is parsed once."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import basename, dirname, join, splitext
from typing import Any, Final, TypeVar, cast

from lxml import etree
from tree_sitter import Node

from builder.parsing import code, data
from builder.tree import Tree
from core.evidence import Evidence, FileSource, Source
from core.redaction import redact

T = TypeVar("T")

MAX_SOURCES: Final = 400
"""Source files of one place that are parsed: those near its top say how it starts. At 1 ms each it stays quick."""

MAX_QUOTE: Final = 200
"""Characters of a line that are quoted."""

ASIDE = frozenset(
    {
        "__tests__", "bench", "benchmarks", "cypress", "demo", "demos", "doc", "docs", "e2e", "example", "examples",
        "fixtures", "playground", "playgrounds", "sample", "samples", "spec", "specs", "stories", "test", "testdata",
        "tests", "third_party",
    }
)  # fmt: skip
"""Folders that stand beside the program: what they hold does not say how it runs."""


@dataclass(frozen=True)
class Look:
    """A tree with what was parsed of it so far."""

    tree: Tree
    _parsed: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    def at(self, path: str, inner: frozenset[str] = frozenset()) -> "Place":
        """Return a folder; ``inner`` are the folders below it that belong to other components."""
        return Place(look=self, path=path, inner=inner)

    def toml(self, path: str) -> dict[str, Any]:
        """Return a TOML file, empty where it is missing or broken."""
        return self._once("toml", path, data.toml) or {}

    def json(self, path: str) -> dict[str, Any]:
        """Return a JSON object (comments allowed), empty where it is missing, broken or something else."""
        found = self._once("json", path, data.json_value)
        return found if isinstance(found, dict) else {}

    def yaml(self, path: str) -> Any:
        """Return the first document of a YAML file, None where it is missing or broken."""
        return next(iter(self.yaml_documents(path)), None)

    def yaml_documents(self, path: str) -> list[Any]:
        """Return all documents of a YAML file."""
        return self._once("yaml", path, data.yaml_documents) or []

    def xml(self, path: str) -> etree._Element | None:
        """Return the root of an XML file."""
        return self._once("xml", path, data.xml)

    def ini(self, path: str) -> dict[str, dict[str, str]]:
        """Return the sections of an INI file."""
        return self._once("ini", path, data.ini) or {}

    def python(self, path: str) -> ast.Module | None:
        """Return the syntax tree of a Python file."""
        return self._once("python", path, code.python)

    def syntax(self, path: str, grammar: code.Grammar | None = None) -> Node | None:
        """Return the syntax tree of a source file, in the language of its suffix unless ``grammar`` says otherwise."""
        language = grammar or code.BY_SUFFIX.get(splitext(path)[1])
        return self._once(language, path, lambda text: code.syntax(text, language)) if language else None

    def cite(self, path: str, what: str | re.Pattern[str] | int) -> Evidence | None:
        """Return evidence for the line with this number, or the first line that holds ``what``; None if there is none.

        Secrets on the line are masked; what is masked does not verify, so the quote is cut before them.
        """
        lines = self._lines(path)
        if isinstance(what, int):
            number = what if 0 < what <= len(lines) else 0
        else:
            number = next((at for at, line in enumerate(lines, start=1) if _holds(line, what)), 0)
        if not number or not (line := lines[number - 1].strip()):
            return None
        return (
            Evidence(source=FileSource(path=path, line=number), quote=_safe(line)[:MAX_QUOTE].rstrip())
            if _safe(line)
            else None
        )

    def cite_file(self, path: str) -> Evidence | None:
        """Return evidence for the existence of a file."""
        return Evidence(source=FileSource(path=path, line=0), quote=path) if path in self.tree else None

    def read(self, source: Source) -> str | None:
        """Return the text that stands at ``source`` (see ``core.evidence.verify``)."""
        if not isinstance(source, FileSource) or source.path not in self.tree:
            return None
        lines = self._lines(source.path) if source.line else [source.path]
        return lines[max(source.line, 1) - 1] if source.line <= len(lines) else None

    def memo(self, what: str, path: str, make: Callable[[], T]) -> T:
        """Return what ``make`` gave the first time for this name and path: what rules ask of a file again and again."""
        key = (what, path)
        if key not in self._parsed:
            self._parsed[key] = make()
        return cast("T", self._parsed[key])

    def _lines(self, path: str) -> list[str]:
        return self.memo("lines", path, (self.tree.text(path) or "").splitlines)

    def _once(self, form: str, path: str, parse: Callable[[str], T]) -> T | None:
        key = (form, path)
        if key not in self._parsed:
            text = self.tree.text(path)
            self._parsed[key] = None if text is None else parse(text)
        return cast("T | None", self._parsed[key])


@dataclass(frozen=True)
class Place:
    """A folder that may be a component. All names that it takes are relative to the folder."""

    look: Look
    path: str
    inner: frozenset[str] = frozenset()

    @property
    def tree(self) -> Tree:
        """The whole tree."""
        return self.look.tree

    def file(self, name: str) -> str:
        """Return the path of a name inside of the whole tree."""
        return join(self.path, name)

    def has(self, *names: str) -> str:
        """Return the first of these names that is a file here, empty for none."""
        return next((name for name in names if self.file(name) in self.tree), "")

    def names(self, *suffixes: str) -> tuple[str, ...]:
        """Return the names of files directly here, those with one of the suffixes if any are given."""
        found = self.tree.names(self.path)
        return tuple(name for name in found if name.endswith(suffixes)) if suffixes else found

    def text(self, name: str) -> str:
        """Return a file's text, empty for none."""
        return self.tree.text(self.file(name)) or ""

    def toml(self, name: str) -> dict[str, Any]:
        """Return a TOML file here."""
        return self.look.toml(self.file(name))

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object here."""
        return self.look.json(self.file(name))

    def yaml(self, name: str) -> Any:
        """Return a YAML file here."""
        return self.look.yaml(self.file(name))

    def xml(self, name: str) -> etree._Element | None:
        """Return an XML file here."""
        return self.look.xml(self.file(name))

    def ini(self, name: str) -> dict[str, dict[str, str]]:
        """Return an INI file here."""
        return self.look.ini(self.file(name))

    def python(self, name: str) -> ast.Module | None:
        """Return the syntax tree of a Python file here."""
        return self.look.python(self.file(name))

    def syntax(self, name: str, grammar: code.Grammar | None = None) -> Node | None:
        """Return the syntax tree of a source file here."""
        return self.look.syntax(self.file(name), grammar)

    def cite(self, name: str, what: str | re.Pattern[str] | int) -> Evidence | None:
        """Return evidence for a line of a file here (see ``Look.cite``)."""
        return self.look.cite(self.file(name), what)

    def cite_file(self, name: str) -> Evidence | None:
        """Return evidence for the existence of a file here."""
        return self.look.cite_file(self.file(name))

    def sources(self, *suffixes: str, aside: bool = False, most: int = MAX_SOURCES) -> Iterator[str]:
        """Tell the names of source files of this component, upper folders first.

        What belongs to other components is left out, and what stands beside the program unless ``aside``.
        """
        todo, told = [self.path], 0
        for folder in todo:
            for name in self.tree.names(folder):
                if name.endswith(suffixes) and told < most:
                    told += 1
                    yield self.relative(join(folder, name))
            if told >= most:
                return
            for name in self.tree.folders(folder):
                path = join(folder, name)
                if path not in self.inner and (aside or name.lower() not in ASIDE) and not name.startswith("."):
                    todo.append(path)

    def relative(self, path: str) -> str:
        """Return a path of the whole tree as a name here."""
        return path[len(self.path) + 1 :] if self.path else path

    def above(self, *names: str) -> str:
        """Return the path (of the whole tree) of the nearest such file here or in a folder above, empty for none."""
        folder = self.path
        while True:
            for name in names:
                if join(folder, name) in self.tree:
                    return join(folder, name)
            if not folder:
                return ""
            folder = dirname(folder)

    @property
    def name(self) -> str:
        """The folder's own name, empty for the top of the tree."""
        return basename(self.path)


def _holds(line: str, what: str | re.Pattern[str]) -> bool:
    return what in line if isinstance(what, str) else what.search(line) is not None


def _safe(line: str) -> str:
    """Return the part of a line before the first secret."""
    masked = redact(line)
    if masked == line:
        return line
    same = next((at for at, (left, right) in enumerate(zip(line, masked, strict=False)) if left != right), len(masked))
    return line[:same].rstrip()
