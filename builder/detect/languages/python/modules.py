"""Python sources as facts: what names stand for, what is called where, which file a module name leads to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename, dirname, join

from builder.detect.languages.python import tolerant
from builder.detect.languages.python.summaries import Call, Function, Module, summarized
from builder.look import Place

__all__ = ["Call", "Function", "Module", "Program", "reached"]


MAX_PARSED = 250_000
"""Characters of one component that are parsed, at about 1 ms for each 1,000; then only files with a usual name."""

_USUAL = frozenset(
    {
        "__init__.py", "__main__.py", "app.py", "application.py", "asgi.py", "bot.py", "celery.py", "cli.py",
        "config.py", "main.py", "manage.py", "run.py", "server.py", "settings.py", "setup.py", "urls.py",
        "worker.py", "wsgi.py",
    }
)  # fmt: skip

_NO_PROGRAMS = frozenset({"conftest.py", "setup.py", "noxfile.py", "tasks_test.py", "__about__.py", "_version.py"})
_APART = frozenset(
    {
        "alembic", "bench", "build", "dist", "env", "hooks", "migrations", "node_modules", "notebooks",
        "site-packages", "project_template", "templates", "testing", "tools", "typings", "utils_test", "vendor",
        "venv", "virtualenv", "{{cookiecutter",
    }
)  # fmt: skip
"""Folders whose sources do not say how the program starts."""


@dataclass(frozen=True)
class Program:
    """The sources of one component, parsed when they are asked for."""

    place: Place
    _modules: dict[str, Module | None] = field(default_factory=dict, repr=False)

    def files(self) -> tuple[str, ...]:
        """Return the source files, those of upper folders first, without tests and what stands apart."""
        return self._listed()

    def mentions(self, *words: str) -> Iterator[Module]:
        """Tell the modules whose text holds one of the words: they are parsed, the rest is not."""
        for file in self._listed():
            text = self.place.text(file)
            if any(word in text for word in words) and (found := self.module(file)):
                yield found

    def _affordable(self, file: str, size: int) -> bool:
        if basename(file) in _USUAL and size < MAX_PARSED // 4:
            return True
        spent = self.__dict__.get("_spent", 0)
        if spent + size > MAX_PARSED:
            return False
        self.__dict__["_spent"] = spent + size
        return True

    def module(self, file: str, *, needed: bool = False) -> Module | None:
        """Return a module, None for what is no Python, or more than may be parsed unless it is ``needed``."""
        if file not in self._modules:
            if not needed and not self._affordable(file, len(self.place.text(file))):
                return None
            body = self.place.python(file)
            if body is None and self.place.file(file) in self.place.tree:
                body = tolerant.rest(self.place.text(file))
            self._modules[file] = None if body is None else summarized(file, body)
        return self._modules[file]

    def local(self, dotted: str, importer: str) -> tuple[str, str]:
        """Return the file that a dotted name leads to and what is left of the name; empty for what is not here."""
        if dotted.startswith("."):
            return self._below("", dotted[1:])
        folder = dirname(importer)
        bases = [folder, *_parents(folder), "src"]
        for base in dict.fromkeys(bases):
            if (found := self._below(base, dotted))[0]:
                return found
        return "", ""

    def _below(self, base: str, dotted: str) -> tuple[str, str]:
        parts = dotted.split(".")
        folder = base
        for at, part in enumerate(parts):
            left = ".".join(parts[at + 1 :])
            inner = join(folder, part)
            if self._has(join(inner, "__init__.py")):
                deeper = self._below(inner, left) if left else ("", "")
                return deeper if deeper[0] else (join(inner, "__init__.py"), left)
            if self._has(f"{inner}.py"):
                return f"{inner}.py", left
            if not self.place.tree.has_folder(self.place.file(inner)):
                return "", ""
            folder = inner
        return "", ""

    def _has(self, name: str) -> bool:
        return self.place.file(name) in self.place.tree

    def _listed(self) -> tuple[str, ...]:
        known = self.__dict__.get("_files")
        if known is None:
            known = tuple(name for name in self.place.sources(".py", ".pyw") if _starts(name))
            self.__dict__["_files"] = known
        return tuple(known)


def reached(program: Program, file: str, most: int = 12) -> tuple[str, ...]:
    """Return the files that a file imports, directly or not, itself first."""
    found = [file]
    for one in found:
        module = program.module(one)
        for dotted in sorted(module.imports) if module and len(found) < most else ():
            inner, _ = program.local(dotted, one)
            if inner and inner not in found and len(found) < most:
                found.append(inner)
    return tuple(found[:most])


def _starts(file: str) -> bool:
    name = basename(file)
    folders = dirname(file).lower().split("/")
    apart = any(one in _APART or one.startswith("{{") for one in folders)
    return not apart and name not in _NO_PROGRAMS and not name.startswith("test_") and not name.endswith("_test.py")


def _parents(folder: str) -> Iterator[str]:
    while folder:
        folder = dirname(folder)
        yield folder
