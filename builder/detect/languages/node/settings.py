"""Configuration files that are programs: the literals in them, by key."""

from collections.abc import Iterator

from tree_sitter import Node

from builder.detect.languages.node.values import literal_text
from builder.look import Place
from builder.parsing.code import of_type, string_of, written


def pairs(place: Place, file: str, key: str) -> Iterator[Node]:
    """Tell the values that a file gives to a key, wherever in it."""
    root = place.syntax(file) if file else None
    for pair in of_type(root, "pair") if root else ():
        name = pair.child_by_field_name("key")
        if name is not None and (string_of(name) if "string" in name.type else written(name)) == key:
            value = pair.child_by_field_name("value")
            if value is not None:
                yield value


def setting(place: Place, file: str, key: str) -> str:
    """Return the first literal that a file gives to a key, as text; empty for none."""
    return next((text for node in pairs(place, file, key) if (text := literal_text(node)) is not None), "")


def imports(place: Place, file: str) -> set[str]:
    """Return the packages that a configuration file imports."""
    root = place.syntax(file) if file else None
    found = set()
    for node in of_type(root, "import_statement", "call_expression") if root else ():
        source = node.child_by_field_name("source")
        if source is None and written(node.child_by_field_name("function")) in {"require", "import"}:
            given = node.child_by_field_name("arguments")
            source = given.named_children[0] if given is not None and given.named_children else None
        if source is not None and (name := string_of(source)):
            found.add(name)
    return found
