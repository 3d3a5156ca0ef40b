"""Call the function as AWS Lambda does: with an event and a context."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from builder.inline.wrappers.python.server import CALL_SECONDS, Function, Reply, Request, json_reply, settled

# True: the event is the JSON that was sent. False: the event is the request, as an API gateway tells it.
PAYLOAD = False


class Context:
    """What Lambda tells a function about its call."""

    function_name = "function"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:function"
    memory_limit_in_mb = "128"
    log_group_name = log_stream_name = ""
    identity = client_context = None

    def __init__(self, request: Request) -> None:
        self.aws_request_id = request.id
        self.deadline = time.monotonic() + CALL_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the call may still take."""
        return max(int(1000 * (self.deadline - time.monotonic())), 0)


def event_of(request: Request) -> dict[str, Any]:
    """Return the request as an event: the form of a function's URL (2.0) with the names of older gateways beside it."""
    try:
        body, coded = request.body.decode("utf-8"), False
    except UnicodeDecodeError:
        body, coded = base64.b64encode(request.body).decode(), True
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    query: dict[str, list[str]] = {}
    for name, value in request.query_pairs:
        query.setdefault(name, []).append(value)
    agent = request.headers.get("User-Agent", "")
    http = {"method": request.method, "path": request.path, "protocol": "HTTP/1.1", "sourceIp": request.client,
            "userAgent": agent}  # fmt: skip
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query_string,
        "cookies": [one.strip() for one in "; ".join(headers.get("cookie", [])).split(";") if one.strip()],
        "headers": {name: ", ".join(values) for name, values in headers.items()},
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "httpMethod": request.method,
        "path": request.path,
        "resource": "/{proxy+}",
        "multiValueHeaders": headers,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "http": http,
            "httpMethod": request.method,
            "path": request.path,
            "identity": {"sourceIp": request.client, "userAgent": agent},
            "domainName": request.headers.get("Host", ""),
            "requestId": request.id,
            "stage": "$default",
            "timeEpoch": int(1000 * time.time()),
        },
        "body": body or None,
        "isBase64Encoded": coded,
    }


def reply_of(value: Any) -> Reply:
    """Return what the function gave: a reply where it names a status, else JSON."""
    if not isinstance(value, dict) or "statusCode" not in value:
        return json_reply(200, value)
    body = value.get("body")
    if isinstance(body, str):
        data = base64.b64decode(body) if value.get("isBase64Encoded") else body.encode()
    else:
        data = b"" if body is None else json.dumps(body).encode()
    headers: list[tuple[str, str]] = [(name, str(one)) for name, one in (value.get("headers") or {}).items()]
    for name, several in (value.get("multiValueHeaders") or {}).items():
        headers += [(name, str(one)) for one in several]
    headers += [("Set-Cookie", str(one)) for one in value.get("cookies") or ()]
    if all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Reply(int(value["statusCode"]), data, headers)


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    event = event_of(request)
    if PAYLOAD:
        event = request.json() if request.body else dict(request.query)
    return reply_of(settled(function(event, Context(request))))
