"""Call the function within Flask, whose request and replies it uses; Flask's own server takes no part."""

from __future__ import annotations

import importlib
from typing import Any

from builder.inline.wrappers.python.server import Function, Reply, Request, settled
from builder.inline.wrappers.python.wsgi_environment import environment_of


class Around:
    """The Flask application around the function, made once."""

    made: Any = None

    @classmethod
    def get(cls) -> Any:
        """Return it."""
        if cls.made is None:
            flask: Any = importlib.import_module("flask")
            cls.made = flask.Flask("function")
        return cls.made


def serve(function: Function, request: Request) -> Reply:
    """Call the function in the context of its request."""
    around = Around.get()
    flask: Any = importlib.import_module("flask")
    failures: Any = importlib.import_module("werkzeug.exceptions")
    with around.request_context(environment_of(request)):
        try:
            value = settled(function(flask.request._get_current_object()))  # noqa: SLF001 - the request behind the proxy
        except failures.HTTPException as exc:  # abort(404)
            value = exc
        reply = around.make_response(("", 204) if value is None else value)
        reply.direct_passthrough = False
        return Reply(reply.status_code, reply.get_data(), [(name, str(one)) for name, one in reply.headers])
