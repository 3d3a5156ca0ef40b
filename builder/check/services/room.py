"""The room that a service runs in: this machine's programs read-only, memory to write to, and nothing else of it.

It is a container without an image. Its root is a folder of our own into which ``/usr`` is bound; homes, configurations
and data of this machine are not in it. It has no right, runs as a user that owns nothing, and sees only the network of
the trial. What it writes is memory, which is gone when it ends.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from builder.check.bundle import Bind, Trial
from builder.check.hosts import hosts
from builder.check.services.model import DATA, GIVEN, Serving

USER: Final = 65_533
"""Debian keeps the numbers from 65,000 free of users; servers refuse to run as root."""

_MERGED: Final = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders that are links into ``/usr``; on machines where they are not, they are bound too."""

_SYSTEM: Final = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/erlang")
"""What programs look up to be found and to tell the time."""

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_ACCOUNTS: Final = {
    "passwd": f"root:x:0:0:root:/:/usr/sbin/nologin\nstand:x:{USER}:{USER}:stand:{DATA}:/bin/sh\n",
    "group": f"root:x:0:\nstand:x:{USER}:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
"""Programs ask for the name of the user that they run as."""


def room(serving: Serving, folder: Path, namespace: Path) -> Trial:
    """Make the root below ``folder`` and return what is to be run. ``namespace`` is the network of the trial."""
    root = folder / "root"
    (root / "etc").mkdir(parents=True)
    for name, text in _ACCOUNTS.items():
        (root / "etc" / name).write_text(text, encoding="ascii")
    for name in _MERGED:
        if (link := Path("/") / name).is_symlink():
            (root / name).symlink_to(link.readlink())
    given = folder / "given"
    given.mkdir()
    for name, text in serving.files.items():
        (given / name).write_text(text, encoding="utf-8")
    for path in (root, root / "etc", given, *(root / "etc").iterdir(), *given.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)  # a strict umask would shut the user out
    environment = {"PATH": _PATH, "HOME": DATA, "TZ": "UTC", "LC_ALL": "C.UTF-8", **serving.environment}
    return Trial(
        root=root,
        configuration={
            "User": f"{USER}:{USER}",
            "Cmd": list(serving.words),
            "Env": [f"{name}={value}" for name, value in environment.items()],
            "WorkingDir": DATA,
        },
        writable=("/tmp", DATA),  # noqa: S108 - a folder of the room
        namespace=namespace,
        binds=(*_binds(serving), Bind(source=given, to=GIVEN), hosts(folder)),
        bounds=serving.bounds,
    )


def _binds(serving: Serving) -> Iterator[Bind]:
    yield Bind(source=Path("/usr"), to="/usr")
    for name in _MERGED:
        path = Path("/") / name
        if path.is_dir() and not path.is_symlink():
            yield Bind(source=path, to=str(path))
    for path in (*map(Path, _SYSTEM), *serving.folders):
        if path.exists():
            yield Bind(source=path.resolve(), to=str(path))
