"""memcached: a few megabytes, without a login, as it is always used inside."""

import shutil
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import HOST, Login, Program, Serving, Stand


def find() -> Program | None:
    """Return the server program."""
    path = shutil.which("memcached")
    return Program(path=Path(path)) if path else None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run; there is no login."""
    del login
    return Serving(
        words=(str(program.path), "-l", HOST, "-p", str(port), "-U", "0", "-m", "32"),
        bounds=Bounds(memory_bytes=128 * MIB, processes=64, scratch_bytes=16 * MIB),
    )


MEMCACHED: Final = Stand(
    title="memcached",
    services=("memcached",),
    port=11211,
    package="memcached",
    find=find,
    serve=serve,
    hosts=("memcached", "memcache"),
)
