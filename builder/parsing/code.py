"""Source code as syntax trees: Python by its own parser, all other languages by tree-sitter.

A tree-sitter tree is always there, however broken the source: broken parts are ``ERROR`` nodes beside sound ones.
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from time import monotonic
from typing import Literal

from tree_sitter import Language, Node, Parser, Query, QueryCursor

Grammar = Literal[
    "bash", "c_sharp", "cmake", "elixir", "go", "groovy", "java", "javascript", "kotlin", "php", "ruby", "rust",
    "scala", "tsx", "typescript",
]  # fmt: skip

MAX_CODE_BYTES = 512 * 1024
"""Larger sources are generated or bundled: they say nothing about how a program is started."""

MAX_SECONDS = 2.0
"""A grammar may need minutes for a few hundred bytes that were made for it; a source file takes milliseconds."""

_PIECE = 256
"""Bytes that are handed to the parser at once. The text of a node is read through the same pieces: large ones would be
copied for each name of three letters."""

BY_SUFFIX: dict[str, Grammar] = {
    ".bash": "bash", ".cjs": "javascript", ".cs": "c_sharp", ".cts": "typescript", ".ex": "elixir", ".exs": "elixir",
    ".go": "go", ".gradle": "groovy", ".java": "java", ".js": "javascript", ".jsx": "javascript", ".kt": "kotlin",
    ".kts": "kotlin", ".mjs": "javascript", ".mts": "typescript", ".php": "php", ".rb": "ruby", ".rs": "rust",
    ".ru": "ruby", ".sbt": "scala", ".scala": "scala", ".sh": "bash", ".ts": "typescript", ".tsx": "tsx",
}  # fmt: skip


def syntax(text: str, grammar: Grammar) -> Node | None:
    """Return the root of the syntax tree; None for what is too large, or keeps its grammar busy for too long."""
    data = text.encode()
    if len(data) > MAX_CODE_BYTES:
        return None
    deadline = monotonic() + MAX_SECONDS
    try:
        # Through a reader, piece by piece: only so does the parser ask whether it may go on.
        tree = _parser(grammar).parse(
            lambda at, _point: data[at : at + _PIECE], progress_callback=lambda _at, _broken: monotonic() > deadline
        )
    except ValueError:
        return None
    return tree.root_node


def python(text: str) -> ast.Module | None:
    """Return the module's syntax tree; None for what Python cannot parse (Python 2, templates)."""
    if len(text) > MAX_CODE_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes in strangers' code
            return ast.parse(text)
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
        SystemError,
    ):  # the last: a fault of 3.11 in deep code
        return None


def walk(node: Node) -> Iterator[Node]:
    """Tell a node and all below it, in the order of the source. Depth costs no recursion."""
    cursor = node.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def of_type(node: Node, *types: str) -> Iterator[Node]:
    """Tell the nodes of these types."""
    return (one for one in walk(node) if one.type in types)


def select(root: Node, grammar: Grammar, *types: str) -> tuple[Node, ...]:
    """Return the named nodes of these types, in the order of the source: ``of_type`` at a tenth of its cost."""
    found = QueryCursor(_query(grammar, types)).captures(root).get("one", [])
    return tuple(sorted(found, key=lambda one: (one.start_byte, -one.end_byte)))


def written(node: Node | None) -> str:
    """Return the source text of a node, empty for none."""
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def line_of(node: Node) -> int:
    """Return the line of a node, counted from 1."""
    return node.start_point[0] + 1


def string_of(node: Node | None) -> str | None:
    """Return what a string literal says, None where it is none or is put together at run time."""
    if node is None or not node.is_named or not ("string" in node.type or node.type == "character_literal"):
        return None
    text = written(node)
    if any(one.type in _JOINED for one in walk(node)) or _joins_unseen(node, text):
        return None
    parts = [written(one) for one in walk(node) if one.type in _CONTENT and not one.named_children]
    return "".join(parts) if parts else text.strip("\"'`")


_DOLLAR = re.compile(r"(?<!\\)\$[{A-Za-z_]")


def _joins_unseen(node: Node, text: str) -> bool:
    """Say whether a dollar joins a string: Groovy's grammar, which is like Java's, does not tell its parts."""
    return node.type == "string_literal" and text.startswith('"') and _DOLLAR.search(text) is not None


_JOINED = frozenset(
    {
        "command_substitution", "expansion", "interpolated_expression", "interpolation", "simple_expansion",
        "string_interpolation", "template_substitution", "variable_name",
    }
)  # fmt: skip
_CONTENT = frozenset(
    {
        "character_content", "escape_sequence", "interpreted_string_literal_content", "multiline_string_fragment",
        "quoted_content", "raw_string_content", "string_content", "string_fragment", "string_literal_content",
        "string_value",
    }
)  # fmt: skip

_LOADED: dict[Grammar, tuple[str, str]] = {
    "php": ("tree_sitter_php", "language_php"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}


@cache
def language_of(grammar: Grammar) -> Language:
    """Return a grammar as tree-sitter has it."""
    module, name = _LOADED.get(grammar, (f"tree_sitter_{grammar}", "language"))
    made: Callable[[], object] = getattr(import_module(module), name)
    return Language(made())


@cache
def _parser(grammar: Grammar) -> Parser:
    return Parser(language_of(grammar))


@cache
def _query(grammar: Grammar, types: tuple[str, ...]) -> Query:
    return Query(language_of(grammar), f"[{' '.join(f'({one})' for one in types)}] @one")
