"""Which Rust files belong to a program: its main file, the modules below it, and the crates of the tree it uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath, splitext

from tree_sitter import Node

from builder.look import Look
from builder.parsing.code import of_type, select, string_of, written

MAX_FILES = 80
"""Files of one program that are read, the main file's own modules first. At 2 ms each it stays quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One source file. ``path`` is that in the whole tree, ``nodes`` what ``live`` tells of it.

    ``crates`` are the names that paths in it begin with.
    """

    path: str
    nodes: tuple[Node, ...]
    modules: tuple[str, ...]
    crates: frozenset[str]


def units(
    look: Look, main: str, libraries: dict[str, str], known: dict[str, Unit | None], most: int = MAX_FILES
) -> tuple[Unit, ...]:
    """Return the files that a main file reaches. ``libraries`` gives the file of each crate of the tree by its name.

    ``known`` holds what was read for other programs of the same package; ``most`` files are read.
    """
    found: dict[str, Unit] = {}
    todo, asked = [(main, True)], {main}
    for path, root in todo:
        if path not in known:
            known[path] = _unit(look, path, root=root)
        unit = known[path]
        if unit is None:
            continue
        found[path] = unit
        inner = [(one, False) for one in unit.modules]
        inner += [(libraries[one], True) for one in sorted(unit.crates) if one in libraries]
        for one in inner:
            if one[0] not in asked and len(asked) < most:
                asked.add(one[0])
                todo.append(one)
    return tuple(found.values())


def live(root: Node) -> tuple[Node, ...]:
    """Return the nodes of a file that say anything, in order, those that only tests compile left out."""
    skipped: list[tuple[int, int]] = []
    kept = []
    for node in select(root, "rust", *_TOLD):
        if skipped and node.start_byte < skipped[-1][1]:
            continue
        if node.type in _COMPILED_APART and _tests(node):
            skipped.append((node.start_byte, node.end_byte))
        else:
            kept.append(node)
    return tuple(kept)


_TOLD = (
    "attribute_item", "call_expression", "const_item", "enum_item", "extern_crate_declaration",
    "field_declaration_list", "field_initializer", "function_item", "impl_item", "let_declaration", "macro_invocation",
    "mod_item", "raw_string_literal", "scoped_identifier", "static_item", "string_literal", "use_declaration",
)  # fmt: skip
_COMPILED_APART = frozenset({"mod_item", "function_item", "impl_item"})


def attributes_before(node: Node) -> list[Node]:
    """Return the attributes that stand before a node."""
    found = []
    before = node.prev_sibling
    while before is not None and before.type in {"attribute_item", "line_comment", "block_comment"}:
        if before.type == "attribute_item":
            found.append(before)
        before = before.prev_sibling
    return found


def _unit(look: Look, path: str, *, root: bool) -> Unit | None:
    node = look.syntax(path, "rust")
    if node is None:
        return None
    stem = splitext(basename(path))[0]
    folder = dirname(path) if root or stem == "mod" else join(dirname(path), stem)
    nodes = live(node)
    modules: list[str] = []
    crates: set[str] = set()
    for one in nodes:
        if one.type == "mod_item" and one.child_by_field_name("body") is None:
            modules.extend(_module_file(look, path, folder, one))
        elif one.type == "use_declaration":
            crates.update(_firsts(one.child_by_field_name("argument")))
        elif one.type == "scoped_identifier":
            first = one.child_by_field_name("path")
            if first is not None and first.type == "identifier":
                crates.add(written(first))
        elif one.type == "attribute_item":
            crates.update(written(inner) for inner in of_type(one, "identifier"))
        elif one.type == "extern_crate_declaration":
            crates.add(written(one.child_by_field_name("name")))
        elif one.type == "macro_invocation":
            crates.update(_in_macro(one))
    return Unit(path=path, nodes=nodes, modules=tuple(modules), crates=frozenset(crates))


def _module_file(look: Look, path: str, folder: str, node: Node) -> Iterator[str]:
    name = written(node.child_by_field_name("name"))
    for attribute in attributes_before(node):
        if any(written(one) == "path" for one in of_type(attribute, "identifier")):
            given = next((string_of(one) for one in of_type(attribute, "string_literal")), None)
            if given:
                yield normpath(join(dirname(path), given))
                return
    for one in (join(folder, f"{name}.rs"), join(folder, name, "mod.rs")):
        if one in look.tree:
            yield one
            return


def _firsts(node: Node | None) -> Iterator[str]:
    """Tell the first name of each path of a ``use``: of ``{axum::Router, tokio::net}`` both."""
    while node is not None:
        if node.type == "use_list":
            for one in node.named_children:
                yield from _firsts(one)
            return
        if node.type in {"identifier", "crate", "self", "super"}:
            yield written(node)
            return
        node = node.child_by_field_name("path") or (node.named_children[0] if node.named_children else None)


def _in_macro(node: Node) -> Iterator[str]:
    """Tell names before ``::`` in what a macro is given: macros are not parsed, only cut into tokens."""
    for tree in of_type(node, "token_tree"):
        children = tree.children
        for at, one in enumerate(children[:-1]):
            if one.type == "identifier" and children[at + 1].type == "::":
                yield written(one)


def _tests(node: Node) -> bool:
    for one in attributes_before(node):
        names = [written(inner) for inner in of_type(one, "identifier")]
        if names and (names[-1] == "test" or (names[0] == "cfg" and "test" in names and "not" not in names)):
            return True
    return False
