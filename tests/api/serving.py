"""The API on a real socket of the loopback, in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from api.context import ApiContext
from api.server import make_server


@contextlib.contextmanager
def served(context: ApiContext) -> Iterator[str]:
    """Serve ``context`` and give its base URL; leaving stops the server and waits for its end."""
    server = make_server(context, host="127.0.0.1", port=0)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="api", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
