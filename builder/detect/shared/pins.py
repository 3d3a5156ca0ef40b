"""Version files of version managers: ``.tool-versions``, ``mise.toml``, ``.python-version`` and their like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join

from builder.look import Look, Place
from core.evidence import Evidence

_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "python": (("python",), (".python-version",)),
    "node": (("nodejs", "node"), (".nvmrc", ".node-version")),
    "go": (("golang", "go"), (".go-version",)),
    "ruby": (("ruby",), (".ruby-version",)),
    "java": (("java",), (".java-version",)),
    "php": (("php",), (".php-version",)),
    "elixir": (("elixir",), (".elixir-version", ".exenv-version")),
    "erlang": (("erlang",), (".erlang-version",)),
    "rust": (("rust",), ("rust-toolchain",)),
    "deno": (("deno",), (".dvmrc", ".deno-version")),
    "bun": (("bun",), (".bun-version",)),
    "dotnet": (("dotnet", "dotnet-core"), ()),
    "gleam": (("gleam",), ()),
    "scala": (("scala",), ()),
}
"""By runtime: its names in asdf and mise, its own files."""

_VERSION = re.compile(r"(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A version that somebody chose. ``text`` is as it stands there (``v20.11.0``, ``lts/iron``, ``3.12``)."""

    text: str
    evidence: Evidence | None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version's numbers, empty for a name such as ``lts/iron``."""
        found = _VERSION.search(self.text)
        return tuple(int(part) for part in found[1].split(".")) if found else ()


def pins(place: Place, runtime: str) -> Iterator[Pin]:
    """Tell the versions chosen for a runtime, the nearest folder first; in one folder its own file first."""
    tools, files = _NAMES[runtime]
    look, folder = place.look, place.path
    while True:
        for file in files:
            path = join(folder, file)
            line = next((one.strip() for one in (look.tree.text(path) or "").splitlines() if _says(one)), "")
            if line:
                yield Pin(text=line, evidence=look.cite(path, line))
        yield from _managed(look, folder, tools)
        if not folder:
            return
        folder = dirname(folder)


def _managed(look: Look, folder: str, tools: tuple[str, ...]) -> Iterator[Pin]:
    path = join(folder, ".tool-versions")
    for line in (look.tree.text(path) or "").splitlines():
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] in tools:
            yield Pin(text=words[1], evidence=look.cite(path, line.strip()))
    for name in ("mise.toml", ".mise.toml"):
        path = join(folder, name)
        given = look.toml(path).get("tools")
        chosen = given if isinstance(given, dict) else {}
        for tool in tools:
            value = chosen.get(tool)
            value = value[0] if isinstance(value, list) and value else value
            value = value.get("version") if isinstance(value, dict) else value
            if isinstance(value, str | int | float):
                yield Pin(text=str(value), evidence=look.cite(path, re.compile(rf"^\s*\"?{re.escape(tool)}\"?\s*=")))


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
