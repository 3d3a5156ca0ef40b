"""Mail: a server of our own that takes every message and keeps none. Nothing leaves the trial."""

import sys
from pathlib import Path
from typing import Final

from builder.check.bundle import MIB, Bounds
from builder.check.services.model import GIVEN, HOST, Login, Program, Serving, Stand

_SINK: Final = Path(__file__).with_name("sink.py")


def find() -> Program | None:
    """Return the interpreter that this process runs by."""
    return Program(path=Path(sys.executable).resolve())


def serve(program: Program, port: int, login: Login) -> Serving:
    """Return how it is run; it takes any login."""
    del login
    base = Path(sys.base_prefix).resolve()
    return Serving(
        words=(str(program.path), "-I", "-S", f"{GIVEN}/sink.py", HOST, str(port)),
        files={"sink.py": _SINK.read_text(encoding="utf-8")},
        folders=() if base.is_relative_to("/usr") else (base,),
        bounds=Bounds(memory_bytes=128 * MIB, processes=16, scratch_bytes=16 * MIB),
    )


SMTP: Final = Stand(
    title="SMTP",
    services=("smtp",),
    port=1025,  # 25 needs a right; this one is what mail catchers for developers listen on
    package="python3",
    find=find,
    serve=serve,
    usual=Login(user="trial", password="trial"),  # noqa: S106 - any login is taken
    hosts=("mail", "smtp", "mailhog", "mailpit", "mailcatcher", "maildev"),
)
