"""Call the function with a request, by the names that Flask and Azure give to its parts."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from builder.inline.wrappers.python.server import Function, Reply, Request, json_reply, settled


class Asked:
    """A request as functions know it."""

    def __init__(self, request: Request) -> None:
        self.method = request.method
        self.path = request.path
        self.headers = request.headers
        self.args = self.query = self.params = request.query
        self.route_params: dict[str, str] = {}
        self.data = self.body = request.body
        self.content_type = request.headers.get("Content-Type", "")
        self.content_length = len(request.body)
        self.host = request.headers.get("Host", "")
        self.query_string = request.query_string.encode()
        mark = "?" if request.query_string else ""
        self.url = f"http://{self.host}{request.raw_path}{mark}{request.query_string}"
        self.remote_addr = request.client
        self.cookies = _cookies(request.headers.get("Cookie", ""))
        self.is_json = self.content_type.partition(";")[0].strip().endswith("json")
        coded = self.content_type.startswith("application/x-www-form-urlencoded")
        self.form = dict(parse_qsl(request.text, keep_blank_values=True)) if coded else {}
        self._request = request

    @property
    def json(self) -> Any:
        """What the body says as JSON."""
        return self.get_json()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002, FBT001 - as Flask calls them
        """Return what the body says as JSON; with ``silent`` None where it is none."""
        try:
            return self._request.json()
        except ValueError:
            if silent:
                return None
            raise

    def get_data(self, cache: bool = True, as_text: bool = False) -> Any:  # noqa: ARG002, FBT001 - as Flask calls them
        """Return the body."""
        return self._request.text if as_text else self._request.body

    def get_body(self) -> bytes:
        """Return the body."""
        return self._request.body


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: one.value for name, one in SimpleCookie(text).items()}
    except CookieError:
        return {}


def reply_of(value: Any) -> Reply:
    """Return what the function gave: a body, or a body with its status and headers, as Flask takes it."""
    status, headers = 200, {}
    if isinstance(value, tuple):
        value, *rest = value
        for one in rest:
            if isinstance(one, int):
                status = one
            else:
                headers = dict(one)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        kind = "text/html; charset=utf-8" if isinstance(value, str) else "application/octet-stream"
        reply = Reply(status, data, [("Content-Type", kind)])
    elif value is None:
        reply = Reply(204 if status == 200 else status)
    else:
        reply = json_reply(status, value)
    given = {name.lower() for name in headers}
    reply.headers = [one for one in reply.headers if one[0].lower() not in given]
    reply.headers += [(name, str(one)) for name, one in headers.items()]
    return reply


def serve(function: Function, request: Request) -> Reply:
    """Call the function."""
    return reply_of(settled(function(Asked(request))))
