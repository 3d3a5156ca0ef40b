"""Call the function with arguments by name: from the JSON object that was sent, or from the query."""

from __future__ import annotations

from typing import Any

from builder.inline.wrappers.python.server import BadRequest, Function, Reply, Request, json_reply, settled

PARAMETERS: tuple[tuple[str, str, bool], ...] = ()  # name, type, whether it must be given

TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
    "any": (object,),
}
TRUE, FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def read(name: str, kind: str, text: str) -> Any:
    """Return a value of the query."""
    try:
        if kind in ("int", "float"):
            return int(text) if kind == "int" else float(text)
    except ValueError:
        raise BadRequest(f"{name} is no {kind}") from None
    if kind == "bool" and text.lower() in TRUE + FALSE:
        return text.lower() in TRUE
    if kind in ("str", "any"):
        return text
    raise BadRequest(f"{name} is no {kind}")


def arguments_of(request: Request) -> dict[str, Any]:
    """Return the arguments. Raises ``BadRequest`` that names the one that is missing, unknown or of another type."""
    given: dict[str, Any] = dict(request.query)
    sent = request.json() if request.body else None
    if sent is not None and not isinstance(sent, dict):
        raise BadRequest("the body is no JSON object")
    known = {name: kind for name, kind, _ in PARAMETERS}
    if unknown := sorted({*given, *(sent or {})} - set(known)):
        raise BadRequest(f"there is no argument {unknown[0][:80]}")
    found = {name: read(name, known[name], text) for name, text in given.items()}
    for name, value in (sent or {}).items():
        is_bool = isinstance(value, bool) and known[name] in ("int", "float")
        if is_bool or not isinstance(value, TYPES[known[name]]):
            raise BadRequest(f"{name} is no {known[name]}")
        found[name] = value
    if missing := [name for name, _, needed in PARAMETERS if needed and name not in found]:
        raise BadRequest(f"{missing[0]} is missing")
    return found


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    return json_reply(200, settled(function(**arguments_of(request))))
