"""Schemas (CRD, JSON Schema, OpenAPI) as sentences: one line for each field, with its path, type and meaning."""

from collections.abc import Iterator, Mapping
from typing import Any

from kb.documents.errors import DocumentTooLarge
from kb.documents.limits import Limits

MAX_FIELDS = 50_000
MAX_ENUM = 30


def field_lines(schema: Any, limits: Limits) -> Iterator[str]:
    """Yield ``path (type, required): description`` for every property under ``schema``, parents first.

    Raises DocumentTooLarge beyond ``max_depth`` levels, which also ends circles of anchors.
    """
    queue: list[tuple[str, Any, bool, int]] = [("", schema, False, 0)]
    seen = 0
    while queue:
        path, node, required, depth = queue.pop()
        if not isinstance(node, Mapping):
            continue
        seen += 1
        if seen > MAX_FIELDS:
            raise DocumentTooLarge(f"The schema has more than {MAX_FIELDS:,} fields.", next_step="Split the schema.")
        if depth > limits.max_depth:
            raise DocumentTooLarge(
                f"The schema is nested more than {limits.max_depth} levels deep, or refers to itself in a circle.",
                next_step="Look for an anchor that contains itself.",
            )
        if path:
            yield field_line(path, node, required=required)
        if isinstance(node.get("items"), Mapping):
            queue.append((f"{path}[]", {**node["items"], "description": ""}, False, depth + 1))
        if isinstance(node.get("additionalProperties"), Mapping):
            queue.append((f"{path}.*", node["additionalProperties"], False, depth + 1))
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            needed = node.get("required")
            needed = {str(name) for name in needed} if isinstance(needed, list) else set()
            for name in reversed(list(properties)):
                inner = f"{path}.{name}".lstrip(".")
                queue.append((inner, properties[name], str(name) in needed, depth + 1))


def field_line(path: str, node: Mapping[str, Any], *, required: bool) -> str:
    """Write one field."""
    facts = [type_of(node)]
    if required:
        facts.append("required")
    if "default" in node and not isinstance(node["default"], Mapping | list):
        facts.append(f"default {node['default']}")
    enum = node.get("enum")
    if isinstance(enum, list):
        facts.append("one of " + ", ".join(str(value) for value in enum[:MAX_ENUM]))
    bounds = ("minimum", "maximum", "pattern", "format")
    facts += [f"{key} {node[key]}" for key in bounds if isinstance(node.get(key), str | int | float)]
    description = " ".join(str(node.get("description") or "").split())
    head = f"`{path}` ({', '.join(fact for fact in facts if fact)})"
    return f"{head}: {description}" if description else head


def type_of(node: Mapping[str, Any]) -> str:
    """Return the type in words: ``string``, ``array of object``, ``Pod`` for a reference."""
    reference = node.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    if node.get("x-kubernetes-int-or-string"):
        return "integer or string"
    kind = node.get("type", "")
    kind = " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
    items = node.get("items")
    if kind == "array" and isinstance(items, Mapping) and items is not node:
        return f"array of {items.get('type') or str(items.get('$ref', 'any')).rpartition('/')[2]}"
    return kind
