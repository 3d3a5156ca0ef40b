"""Which sources of a program are read, and in which order: large ones are read in part."""

import re
from collections.abc import Sequence
from posixpath import join

from builder.detect.languages.cpp.build import Build, Target
from builder.detect.languages.cpp.lexer import lexed
from builder.detect.languages.cpp.servers import Facts, facts
from builder.look import Place

MAX_FILES = 60
"""Sources of one program that are read."""


MAX_SOURCE_BYTES = 500 * 1024
"""Bytes of one program that are read, its main file first. At 1 MB a second it stays quick."""


CPP_SUFFIXES = (".cc", ".cpp", ".cxx", ".C", ".hpp", ".hh")


def guessed(place: Place, build: Build) -> Sequence[Target]:
    """Return the program of a project whose build file does not tell it: what its sources with ``main`` make."""
    sources = tuple(place.sources(".c", *CPP_SUFFIXES[:4], most=MAX_FILES))
    for name in sources:
        tokens = lexed(place.text(name)).tokens
        defined = (at for at, one in enumerate(tokens[:-1]) if one.text == "main" and tokens[at + 1].text == "(")
        if any(at and tokens[at - 1].text == "int" for at in defined):
            stem = build.name or place.name or name.rpartition("/")[2].split(".")[0]
            evidence = place.cite_file(name)
            return [Target(name=stem, program=True, sources=sources, output=stem, evidence=evidence)]
    return [Target(name=build.name or place.name or "library", program=False, sources=sources)] if sources else []


def reached(place: Place, target: Target, libraries: dict[str, Target], read: dict[str, Facts]) -> list[Facts]:
    """Return the sources of a target, of the libraries of the tree that it links, and the headers beside them."""
    names = list(target.sources)
    todo, seen = list(target.links), set(target.links)
    for one in todo:
        library = libraries.get(one)
        if library:
            names.extend(library.sources)
            todo.extend(inner for inner in library.links if inner not in seen)
            seen.update(library.links)
    names.sort(key=lambda one: (_rank(place, one, target.name), place.tree.sizes.get(place.file(one), 0)))
    names = [one for one in names if not _copied(one)]
    found: list[Facts] = []
    asked, held = set(names), 0
    for name in names:
        size = place.tree.sizes.get(place.file(name), 0)
        if len(found) >= MAX_FILES or (held + size > MAX_SOURCE_BYTES and found):
            continue
        held += size
        if name not in read:
            read[name] = facts(name, lexed(place.text(name)))
        found.append(read[name])
        folder = name.rpartition("/")[0]
        for header in read[name].source.includes:
            path = next((one for one in (join(folder, header), header, f"include/{header}") if place.has(one)), "")
            if path and path not in asked and not _copied(path):
                asked.add(path)
                names.append(path)
    return found


_BINDS = re.compile(r"\bbind\s*\(")


_LISTENS = re.compile(r"\b(listen|accept|accept4|recvfrom)\s*\(")
"""Both only order the files that are lexed; what they hold decides."""


_COPIED = frozenset(
    {"CivetServer", "asio", "cinatra", "civetweb", "crow", "crow_all", "httplib", "lithium_http_server", "mongoose"}
)
"""Libraries of one file, which people copy into their projects: what those can do is not what the program does."""


def _copied(name: str) -> bool:
    return name.rpartition("/")[2].split(".")[0] in _COPIED


def _rank(place: Place, name: str, target: str) -> int:
    """Return how early a source is read: where only some of a large program are, those with sockets must be of them."""
    stem = name.rpartition("/")[2].split(".")[0].lower()
    if stem in _MAINS or stem.replace("-", "_") == target.lower().replace("-", "_"):
        return 0
    text = place.text(name)
    if _BINDS.search(text) and _LISTENS.search(text):
        return 1
    return 2 if "port" in text.lower() else 3


_MAINS = frozenset({"main", "server", "app", "config", "conf", "settings", "options", "httpd", "daemon"})
