"""Call the function as OpenWhisk does: with one dictionary of arguments, from the query and from the body's JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

from builder.inline.wrappers.python.server import BadRequest, Function, Reply, Request, json_reply, settled


def arguments_of(request: Request) -> dict[str, Any]:
    """Return the arguments, with the request's parts beside them."""
    found: dict[str, Any] = dict(request.query)
    if "json" in request.headers.get("Content-Type", "") and request.body:
        sent = request.json()
        if not isinstance(sent, dict):
            raise BadRequest("the body is no JSON object")
        found.update(sent)
    elif request.body:
        found["__ow_body"] = request.text
    headers = {name.lower(): one for name, one in request.headers.items()}
    found.update(__ow_method=request.method.lower(), __ow_path=request.path, __ow_headers=headers)
    return found


def reply_of(value: Any) -> Reply:
    """Return what the function gave: a reply where it names a body or a status, else JSON."""
    if not isinstance(value, dict) or not {"body", "statusCode"} & set(value):
        return json_reply(200, value)
    body, headers = value.get("body"), dict(value.get("headers") or {})
    if isinstance(body, str):
        coded = str(headers.get("content-type", "")).startswith(("image/", "application/octet-stream"))
        data = base64.b64decode(body) if coded else body.encode()
    else:
        data = b"" if body is None else json.dumps(body).encode()
    if all(name.lower() != "content-type" for name in headers):
        headers["Content-Type"] = "text/html; charset=utf-8" if isinstance(body, str) else "application/json"
    return Reply(int(value.get("statusCode", 200)), data, [(name, str(one)) for name, one in headers.items()])


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    return reply_of(settled(function(arguments_of(request))))
