"""Questions to syntax trees of JavaScript and TypeScript, answered by tree-sitter itself: each file is passed once."""

from functools import cache

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Query, QueryCursor

from builder.parsing.code import Grammar

GRAMMARS: dict[str, Grammar] = {
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript", ".ts": "typescript",
    ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
}  # fmt: skip
"""By suffix."""

SUFFIXES = tuple(GRAMMARS)

_FACTS = """
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression function: (identifier) @name arguments: (arguments . (string) @import) (#eq? @name "require"))
(call_expression function: (import) arguments: (arguments . (string) @import))
(member_expression object: (member_expression) @holder property: (property_identifier) @env)
(subscript_expression object: (member_expression) @holder index: (string) @env)
(variable_declarator name: (object_pattern) @pattern value: (member_expression) @holder)
(call_expression) @call
(new_expression) @new
(export_statement "default" value: (object) @default)
(export_statement "default" value: (_) @exported)
(variable_declarator name: (identifier) value: (_)) @variable
(pair) @pair
"""


def captured(root: Node, suffix: str) -> dict[str, list[Node]]:
    """Return the nodes that rules look at, by what they are, each in the order of the source."""
    return QueryCursor(_query(GRAMMARS.get(suffix, "javascript"))).captures(root)


@cache
def _query(grammar: Grammar) -> Query:
    return Query(_language(grammar), _FACTS)


@cache
def _language(grammar: Grammar) -> Language:
    if grammar == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    if grammar == "typescript":
        return Language(tree_sitter_typescript.language_typescript())
    return Language(tree_sitter_javascript.language())
