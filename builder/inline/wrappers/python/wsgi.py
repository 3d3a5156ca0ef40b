"""Call the function as a WSGI server does (PEP 3333)."""

from __future__ import annotations

from typing import Any

from builder.inline.wrappers.python.server import Function, Reply, Request
from builder.inline.wrappers.python.wsgi_environment import environment_of


def serve(function: Function, request: Request) -> Reply:
    """Call the function and take all that it gives."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ARG001 - of WSGI
        said.append((status, headers))
        return written.append

    given = function(environment_of(request), start_response)
    try:
        written.extend(given)
    finally:
        if hasattr(given, "close"):
            given.close()
    status, headers = said[-1]
    return Reply(int(status.split()[0]), b"".join(written), list(headers))
