"""Gemfile, Gemfile.lock and gemspecs: the first and the last are Ruby and read as syntax trees."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, walk, written
from core.evidence import Evidence

_ASIDE = frozenset({"development", "test", "ci", "lint", "doc", "docs", "debug", "tools", "documentation", "release"})
"""Groups that no image of a program holds."""

_SPEC = re.compile(r"^ {4}(\S+) \(([^)]+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gem:
    """A gem of a Gemfile."""

    name: str
    requirements: tuple[str, ...]
    groups: frozenset[str]
    line: int

    @property
    def runs(self) -> bool:
        """Whether it is there when the program runs."""
        return not self.groups or bool(self.groups - _ASIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemfile:
    """What a folder's Gemfile and its lock say. ``file`` is empty where there is none."""

    place: Place
    file: str
    gems: Mapping[str, Gem]
    ruby: tuple[str, ...]
    ruby_line: int
    of_gemspec: bool
    locked: Mapping[str, str]
    lock: str
    locked_ruby: str
    platforms: frozenset[str]
    """Those that the lock file was made for."""
    paths: bool
    """Some gems come from folders of the tree."""

    def runs(self, *names: str) -> str:
        """Return the first of these gems that the program has when it runs, by name of the Gemfile."""
        return next((one for one in names if one in self.gems and self.gems[one].runs), "")

    def has(self, *names: str) -> str:
        """Return the first of these gems that is there, named in the Gemfile or locked because of another."""
        return self.runs(*names) or next((one for one in names if one in self.locked), "")

    def cite(self, name: str) -> Evidence | None:
        """Return the line that names a gem."""
        if name in self.gems:
            return self.place.cite(self.file, self.gems[name].line)
        return self.place.cite(self.lock, re.compile(rf"^ {{4}}{re.escape(name)} \(")) if self.lock else None

    def major(self, name: str) -> tuple[int, ...]:
        """Return the first two numbers of a gem's version: the locked one, else the highest that is named."""
        texts = (
            (self.locked[name],) if name in self.locked else self.gems[name].requirements if name in self.gems else ()
        )
        found = [tuple(int(part) for part in one.split(".")[:2]) for text in texts for one in
                 re.findall(r"\d+(?:\.\d+)*", text)]  # fmt: skip
        return max(found, default=())


@dataclass(slots=True)
class _Read:
    gems: dict[str, Gem] = field(default_factory=dict)
    ruby: tuple[str, ...] = ()
    ruby_line: int = 0
    of_gemspec: bool = False
    paths: bool = False


def gemfile_of(place: Place) -> Gemfile:
    """Return what the Gemfile of a folder says, nothing where there is none."""
    file = place.has("Gemfile", "gems.rb")
    lock = place.has("Gemfile.lock") if file != "gems.rb" else place.has("gems.locked")
    read = _Read()
    root = place.syntax(file, "ruby") if file else None
    if root is not None:
        _statements(root, frozenset(), read)
    locked, locked_ruby, platforms = _lock(place.text(lock)) if lock else ({}, "", frozenset[str]())
    return Gemfile(
        place=place, file=file, gems=read.gems, ruby=read.ruby, ruby_line=read.ruby_line, of_gemspec=read.of_gemspec,
        locked=locked, lock=lock, locked_ruby=locked_ruby, platforms=platforms, paths=read.paths,
    )  # fmt: skip


def _statements(node: Node, groups: frozenset[str], read: _Read) -> None:
    for one in node.named_children:
        if one.type == "identifier" and written(one) == "gemspec":
            read.of_gemspec = True
        elif one.type == "call":
            _call(one, groups, read)
        elif one.type in {"if", "unless", "then", "else", "elsif", "body_statement", "begin", "if_modifier",
                          "unless_modifier", "do_block", "block", "block_body", "case", "when"}:  # fmt: skip
            _statements(one, groups, read)


def _call(node: Node, groups: frozenset[str], read: _Read) -> None:
    method = written(node.child_by_field_name("method"))
    texts = [text for one in arguments(node) if (text := string_of(one)) is not None]
    if method == "gem" and texts:
        own = groups | frozenset(_grouped(node))
        read.gems.setdefault(
            texts[0], Gem(name=texts[0], requirements=tuple(texts[1:]), groups=own, line=line_of(node))
        )
        read.paths = read.paths or any(key == "path" for key, _ in pairs(node))
    elif method == "ruby":
        read.ruby, read.ruby_line = tuple(texts), line_of(node)
    elif method == "gemspec":
        read.of_gemspec = True
    block = node.child_by_field_name("block")
    if block is not None:
        named = frozenset(symbol(one) for one in arguments(node)) if method == "group" else frozenset[str]()
        read.paths = read.paths or method == "path"
        _statements(block, groups | (named - {""}), read)


def _grouped(node: Node) -> Iterator[str]:
    for key, value in pairs(node):
        if key in {"group", "groups"}:
            for one in walk(value):
                if one.type in {"simple_symbol", "bare_symbol"}:
                    yield written(one).lstrip(":")


def arguments(node: Node) -> list[Node]:
    """Return the arguments of a call, without its named ones."""
    held = node.child_by_field_name("arguments")
    return [one for one in held.named_children if one.type != "pair"] if held else []


def pairs(node: Node) -> Iterator[tuple[str, Node]]:
    """Tell the named arguments of a call."""
    held = node.child_by_field_name("arguments")
    for one in held.named_children if held else ():
        key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
        if one.type == "pair" and key is not None and value is not None:
            yield (string_of(key) if key.type == "string" else written(key).strip(":")) or "", value


def symbol(node: Node) -> str:
    """Return a symbol's or a string's text, empty for anything else."""
    return written(node).lstrip(":") if node.type == "simple_symbol" else string_of(node) or ""


def _lock(text: str) -> tuple[dict[str, str], str, frozenset[str]]:
    """Return the gems that a lock file fixes, the Ruby that it was made with, and its platforms."""
    found: dict[str, str] = {}
    section = ruby = ""
    platforms: set[str] = set()
    for line in text.splitlines():
        if line and not line[0].isspace():
            section = line.strip()
        elif section == "RUBY VERSION" and (said := re.search(r"ruby (\d+\.\d+\.\d+)", line)):
            ruby = said[1]
        elif section == "PLATFORMS" and line.strip():
            platforms.add(line.strip())
        elif section in {"GEM", "PATH", "GIT"} and (spec := _SPEC.match(line)):
            found.setdefault(spec[1], spec[2])
    return found, ruby, frozenset(platforms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gemspec:
    """What a gemspec says of the gem that is made here."""

    file: str
    name: str
    ruby: tuple[str, ...]
    ruby_line: int
    dependencies: tuple[tuple[str, int], ...]


def gemspec_of(place: Place) -> Gemspec | None:
    """Return the gem that a folder makes, None where it makes none."""
    file = next(iter(place.names(".gemspec")), "")
    root = place.syntax(file, "ruby") if file else None
    if root is None:
        return None
    name, line = file.removesuffix(".gemspec"), 0
    ruby: tuple[str, ...] = ()
    needs: list[tuple[str, int]] = []
    for one in of_type(root, "assignment", "call"):
        if one.type == "assignment":
            left, right = written(one.child_by_field_name("left")), one.child_by_field_name("right")
            if left.endswith(".name") and (said := string_of(right)):
                name = said
            elif left.endswith(".required_ruby_version") and right is not None:
                ruby = tuple(text for inner in walk(right) if inner.type == "string" and (text := string_of(inner)))
                line = line_of(one)
        elif written(one.child_by_field_name("method")) in {"add_dependency", "add_runtime_dependency"}:
            needs.extend((text, line_of(one)) for inner in arguments(one)[:1] if (text := string_of(inner)))
    return Gemspec(file=file, name=name, ruby=ruby, ruby_line=line, dependencies=tuple(needs))
