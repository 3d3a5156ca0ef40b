"""JSON: OpenAPI as its operations, a JSON Schema as its fields, anything else as indented code by top-level key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kb.documents.drafts import Draft, Read
from kb.documents.errors import DocumentBroken
from kb.documents.limits import Budget
from kb.documents.readers.openapi import is_openapi, openapi_drafts
from kb.documents.readers.schemas import field_lines
from kb.documents.readers.yaml import check_brackets, crd_drafts

INDENT_BELOW = 2_000_000  # characters; a larger file is kept as it was written


def read_json(text: str, budget: Budget) -> Read:
    """Return the blocks of a JSON document. Raises DocumentBroken with the line where it stops being JSON."""
    value = parsed(text)
    read = Read(drafts=(), media_type="application/json")
    read.drafts = list(_drafts(value, text, budget, read))
    return read


def parsed(text: str) -> Any:
    """Return the value of a JSON text. Raises DocumentBroken or DocumentTooLarge."""
    check_brackets(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        raise DocumentBroken(f"The JSON cannot be parsed: line {exc.lineno}: {exc.msg}.") from exc
    except ValueError as exc:
        raise DocumentBroken(f"The JSON cannot be parsed: {exc}.") from exc


def _drafts(value: Any, text: str, budget: Budget, read: Read) -> Iterator[Draft]:
    if is_openapi(value):
        yield from openapi_drafts(value, budget, read)
    elif isinstance(value, Mapping) and value.get("kind") == "CustomResourceDefinition" and "spec" in value:
        yield from crd_drafts(value, budget, read)
    elif isinstance(value, Mapping) and "$schema" in value and "properties" in value:
        read.title = str(value.get("title", ""))
        if value.get("description"):
            yield Draft("text", str(value["description"]))
        yield Draft("list", "\n".join(f"- {line}" for line in field_lines(value, budget.limits)))
    elif isinstance(value, Mapping) and len(text) < INDENT_BELOW and len(text) > 2_000:
        for key, inner in value.items():
            budget.check_time()
            yield Draft("heading", str(key), 2)
            yield Draft("code", json.dumps(inner, indent=2, ensure_ascii=False))
    else:
        yield Draft("code", json.dumps(value, indent=2, ensure_ascii=False) if len(text) < INDENT_BELOW else text)
