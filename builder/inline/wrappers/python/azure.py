"""Call the function as Azure Functions does: with the request of its own library."""

from __future__ import annotations

import importlib
from typing import Any

from builder.inline.wrappers.python.server import Function, Reply, Request, json_reply, settled


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    library: Any = importlib.import_module("azure.functions")
    mark = "?" if request.query_string else ""
    asked = library.HttpRequest(
        method=request.method,
        url=f"http://{request.headers.get('Host', '')}{request.raw_path}{mark}{request.query_string}",
        headers=dict(request.headers.items()),
        params=request.query,
        route_params={},
        body=request.body,
    )
    value = settled(function(asked))
    if isinstance(value, library.HttpResponse):
        headers = [(name, str(one)) for name, one in value.headers.items() if name.lower() != "content-type"]
        kind = value.mimetype + (f"; charset={value.charset}" if value.mimetype.startswith("text/") else "")
        return Reply(value.status_code, value.get_body(), [("Content-Type", kind), *headers])
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        return Reply(200, data, [("Content-Type", "text/plain; charset=utf-8")])
    return Reply(204) if value is None else json_reply(200, value)
