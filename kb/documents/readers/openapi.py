"""OpenAPI and Swagger: one section for each operation and for each schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from kb.documents.drafts import Draft, Read
from kb.documents.limits import Budget
from kb.documents.readers.schemas import field_lines, type_of

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def is_openapi(value: object) -> bool:
    """Return whether ``value`` is an OpenAPI or Swagger description."""
    return isinstance(value, Mapping) and ("openapi" in value or "swagger" in value) and "info" in value


def openapi_drafts(value: Mapping[str, Any], budget: Budget, read: Read) -> Iterator[Draft]:
    """Yield the description, the operations and the schemas. Sets the title and the version of ``read``."""
    info = _mapping(value.get("info"))
    read.title, read.version = str(info.get("title", "")), str(info.get("version", ""))
    if info.get("description"):
        yield Draft("text", str(info["description"]))
    for path, operations in _mapping(value.get("paths")).items():
        budget.check_time()
        for method in _METHODS:
            operation = _mapping(operations).get(method)
            if isinstance(operation, Mapping):
                yield from _operation(f"{method.upper()} {path}", operation, _mapping(operations))
    components = _mapping(_mapping(value.get("components")).get("schemas")) or _mapping(value.get("definitions"))
    for name, schema in components.items():
        budget.check_time()
        yield Draft("heading", str(name), 2)
        described = _mapping(schema).get("description")
        if described:
            yield Draft("text", str(described))
        lines = [f"- {line}" for line in field_lines(schema, budget.limits)]
        yield (
            Draft("list", "\n".join(lines)) if lines else Draft("text", f"{name}: {type_of(_mapping(schema)) or 'any'}")
        )


def _operation(heading: str, operation: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Draft]:
    yield Draft("heading", heading, 2)
    said = [str(operation[key]) for key in ("summary", "description") if operation.get(key)]
    named = f"Operation {operation['operationId']}." if operation.get("operationId") else ""
    yield Draft("text", "\n".join([*dict.fromkeys(said), named]) or heading)
    parameters = [*_list(shared.get("parameters")), *_list(operation.get("parameters"))]
    lines = [_parameter(_mapping(parameter)) for parameter in parameters]
    if lines:
        yield Draft("list", "\n".join(lines))
    body = _content(_mapping(operation.get("requestBody")))
    if body:
        yield Draft("text", f"Request body: {body}")
    answers = [
        f"- {status}: {_mapping(answer).get('description', '')} {_content(_mapping(answer))}".rstrip()
        for status, answer in _mapping(operation.get("responses")).items()
    ]
    if answers:
        yield Draft("list", "\n".join(answers))


def _parameter(parameter: Mapping[str, Any]) -> str:
    if "$ref" in parameter:
        return f"- {str(parameter['$ref']).rpartition('/')[2]}"
    schema = _mapping(parameter.get("schema")) or parameter
    facts = [str(parameter.get("in", "")), type_of(schema), "required" if parameter.get("required") else ""]
    said = ", ".join(fact for fact in facts if fact)
    return f"- `{parameter.get('name', '')}` ({said}): {parameter.get('description', '')}"


def _content(part: Mapping[str, Any]) -> str:
    schemas = [_mapping(_mapping(media).get("schema")) for media in _mapping(part.get("content")).values()] or [
        _mapping(part.get("schema"))
    ]
    return " or ".join(dict.fromkeys(kind for schema in schemas if (kind := type_of(schema))))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
