"""Call the function as OpenFaaS does: with the text that was sent, or with an event that has the request's parts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from builder.inline.wrappers.python.server import Function, Reply, Request, json_reply, settled

EVENT = False  # True: handle(event, context); False: handle(text)


def reply_of(value: Any) -> Reply:
    """Return what the function gave: a body, or a dictionary with its status and headers."""
    status, headers = 200, {}
    if isinstance(value, dict) and "statusCode" in value:
        status, headers, value = int(value["statusCode"]), dict(value.get("headers") or {}), value.get("body")
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        reply = Reply(status, data, [("Content-Type", "text/plain; charset=utf-8")])
    else:
        reply = Reply(status) if value is None else json_reply(status, value)
    given = {name.lower() for name in headers}
    reply.headers = [one for one in reply.headers if one[0].lower() not in given]
    reply.headers += [(name, str(one)) for name, one in headers.items()]
    return reply


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    if not EVENT:
        return reply_of(settled(function(request.text)))
    event = SimpleNamespace(
        body=request.body, headers=request.headers, method=request.method, query=request.query, path=request.path
    )
    return reply_of(settled(function(event, SimpleNamespace(hostname="function"))))
