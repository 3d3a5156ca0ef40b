"""pom.xml as nodes, with its parents inside of the tree and its profiles that are active by default."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from lxml import etree

from builder.detect.languages.jvm.remembering import remembered
from builder.look import Look
from builder.tree import Tree

MAX_PARENTS = 8
"""Steps of inheritance inside of one tree; also ends a circle."""


MAX_DEPTH = 60
"""Nested elements; deeper ones are made to exhaust the stack."""


_REFERENCE = re.compile(r"\$\{([^{}]+)\}")


class Node:
    """An element with what is read of it: lxml makes a new object at every step, slow over hundreds of files."""

    __slots__ = ("children", "first", "line", "name", "text")

    def __init__(self, element: etree._Element) -> None:
        self.name = element.tag.rpartition("}")[2]
        self.text = (element.text or "").strip()
        self.line = element.sourceline or 0
        self.children = [Node(one) for one in element if isinstance(one.tag, str)]
        self.first: dict[str, Node] = {}
        for one in self.children:
            self.first.setdefault(one.name, one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pom:
    """A pom.xml with its path."""

    path: str
    root: Node

    def child(self, *names: str) -> Node | None:
        """Return the element at a path of names."""
        return child_of(self.root, *names)

    def text(self, *names: str) -> str:
        """Return the text of the element at a path of names."""
        return text_of(child_of(self.root, *names))


def open_pom(look: Look, path: str) -> Pom | None:
    """Return a pom.xml, None for what is none."""
    known = remembered(look)
    key = ("pom", path)
    if key not in known:
        root = look.xml(path)
        whole = root is not None and isinstance(root.tag, str) and root.tag.rpartition("}")[2] == "project"
        known[key] = Pom(path=path, root=Node(root)) if whole and _depth(root) < MAX_DEPTH else None
    found: Pom | None = known[key]
    return found


def _depth(root: etree._Element) -> int:
    """Return how deep elements are nested, as far as it matters."""
    level = [root]
    for depth in range(MAX_DEPTH):
        level = [one for upper in level for one in upper]
        if not level:
            return depth
    return MAX_DEPTH


def inheritance(look: Look, pom: Pom | None) -> Iterator[Pom]:
    """Tell a pom and its parents in the tree, the nearest first."""
    for _ in range(MAX_PARENTS):
        if pom is None:
            return
        yield pom
        parent = pom.child("parent")
        if parent is None:
            return
        given = child_of(parent, "relativePath")
        relative = text_of(given) if given is not None else "../pom.xml"
        if not relative:
            return
        path = normpath(join(dirname(pom.path), relative))
        if path not in look.tree and not path.endswith(".xml"):
            path = join(path, "pom.xml")
        upper = None if path.startswith("..") else open_pom(look, path)
        wanted = text_of(child_of(parent, "artifactId"))
        pom = upper if upper is not None and upper.text("artifactId") == wanted else None


def active_profiles(pom: Pom) -> Iterator[Node]:
    """Tell the profiles that are active by default."""
    for one in children_of(pom.child("profiles")):
        if text_of(child_of(one, "activation", "activeByDefault")) == "true":
            yield one


def sections_of(pom: Pom, *names: str) -> Iterator[Node]:
    """Tell the elements of a section, those of active profiles too."""
    for holder in (pom.root, *active_profiles(pom)):
        found = child_of(holder, *names)
        if found is not None:
            yield from children_of(found)


def flat_settings(element: Node | None, prefix: str) -> Iterator[tuple[str, str]]:
    """Tell plain values by dotted path."""
    for one in children_of(element):
        key = f"{prefix}.{one.name}" if prefix else one.name
        inner = list(children_of(one))
        if inner and len(key) < 200:
            yield from flat_settings(one, key)
        else:
            yield key, text_of(one)


def filled_in(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its ``${properties}`` filled in; those that are not known stay."""
    for _ in range(8):
        new = _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)
        if new == text or len(new) > 2000:
            break
        text = new
    return text.strip()


def found_above(tree: Tree, folder: str, name: str) -> str:
    """Return the path of a file in a folder or the nearest above it, empty for none."""
    while True:
        path = join(folder, name)
        if path in tree:
            return path
        if not folder:
            return ""
        folder = dirname(folder)


def children_of(element: Node | None) -> list[Node]:
    """Return the elements below one."""
    return element.children if element is not None else []


def walk_nodes(element: Node) -> Iterator[Node]:
    """Tell an element and all below it."""
    yield element
    for one in element.children:
        yield from walk_nodes(one)


def child_of(element: Node | None, *names: str) -> Node | None:
    """Return the element at a path of names below another."""
    for name in names:
        if element is None:
            return None
        element = element.first.get(name)
    return element


def text_of(element: Node | None) -> str:
    """Return the text of an element, empty for none."""
    return element.text if element is not None else ""
