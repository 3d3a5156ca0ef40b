"""The description of the API as a page without scripts, made of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.pages.layout import safe

METHODS = ("get", "post", "put", "patch", "delete")


def reference(openapi: Mapping[str, Any]) -> str:
    """Return HTML for every operation, then for every schema."""
    return "".join(_parts(openapi))


def _parts(openapi: Mapping[str, Any]) -> Iterator[str]:
    info = openapi["info"]
    yield f"<h1>{safe(info['title'])} {safe(info['version'])}</h1><p>{safe(info.get('description', ''))}</p>"
    yield '<p><a href="/openapi.json">/openapi.json</a></p>'
    for path, item in openapi["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(method, path, item[method])
    yield "<h1>Schemas</h1>"
    for name, schema in sorted(openapi["components"]["schemas"].items()):
        yield _schema(name, schema)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        (f"{entry['in']} {entry['name']}", entry.get("description", ""), _kind(entry.get("schema", {})))
        for entry in operation.get("parameters", ())
    ]
    bodies = operation.get("requestBody", {}).get("content", {})
    rows += [("body", media_type, _kind(entry.get("schema", {}))) for media_type, entry in bodies.items()]
    answers = [
        (status, entry.get("description", ""), ", ".join(entry.get("content", {})))
        for status, entry in sorted(operation["responses"].items())
    ]
    return (
        f"<section><h2><code>{method.upper()} {safe(path)}</code></h2>"
        f"<p><strong>{safe(operation['summary'])}.</strong> {safe(operation.get('description', ''))}</p>"
        f"{_table(rows)}{_table(answers)}</section>"
    )


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            field + ("" if field in required else " (optional)"),
            entry.get("description", ""),
            _kind(entry),
        )
        for field, entry in schema.get("properties", {}).items()
    ]
    return f'<h2 id="{safe(name)}">{safe(name)}</h2><p>{safe(schema.get("description", ""))}</p>{_table(rows)}'


def _table(rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{safe(first)}</code></td><td>{safe(second)}</td><td>{safe(third)}</td></tr>"
        for first, second, third in rows
    )
    return f"<table><tbody>{cells}</tbody></table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Write the type of a schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(_kind(entry) for entry in schema[key])
    if "enum" in schema:
        return " | ".join(str(entry) for entry in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'any')}{form}"
