"""Redis, or Valkey, which speaks the same: sixteen empty databases that are kept nowhere."""

import shutil
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import DATA, GIVEN, HOST, Login, Program, Serving, Stand

_PROGRAMS: Final = {"redis-server": "Redis", "valkey-server": "Valkey"}


def find() -> Program | None:
    """Return the server program."""
    for name, product in _PROGRAMS.items():
        if path := shutil.which(name):
            return Program(path=Path(path), product=product)
    return None


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run. Without a password it must be told that nobody else reaches it."""
    lines = [
        f"bind {HOST} -::1",
        f"port {port}",
        "protected-mode no",
        'save ""',
        "appendonly no",
        f"dir {DATA}",
        "maxmemory 128mb",
        *([f"requirepass {login.password}"] if login.password else []),
    ]
    return Serving(
        words=(str(program.path), f"{GIVEN}/redis.conf"),
        files={"redis.conf": "\n".join(lines) + "\n"},
        bounds=Bounds(memory_bytes=256 * MIB, processes=64, scratch_bytes=64 * MIB),
    )


REDIS: Final = Stand(
    title="Redis",
    services=("redis",),
    port=6379,
    package="redis-server",
    find=find,
    serve=serve,
    usual=Login(user="default", database="0"),
    own=frozenset({"password"}),
    hosts=("redis", "valkey", "cache", "redis-server"),
)
