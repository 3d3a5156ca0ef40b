"""MongoDB: one node without a login: users could be made only by its shell, a program of its own."""

import shutil
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import DATA, HOST, Login, Program, Serving, Stand


def find() -> Program | None:
    """Return the server program."""
    path = shutil.which("mongod")
    return Program(path=Path(path).resolve()) if path else None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run; there is no login."""
    del login
    words = (str(program.path), "--dbpath", DATA, "--bind_ip", HOST, "--port", str(port), "--nounixsocket", "--quiet")
    return Serving(
        words=(*words, "--wiredTigerCacheSizeGB", "0.25"),  # the least that it takes
        bounds=Bounds(memory_bytes=1024 * MIB, processes=256, scratch_bytes=512 * MIB),
    )


MONGODB: Final = Stand(
    title="MongoDB",
    services=("mongodb",),
    port=27017,
    package="mongodb-server",
    find=find,
    serve=serve,
    usual=Login(database="app"),
    own=frozenset({"database"}),
    hosts=("mongo", "mongodb", "mongodb-server"),
)
