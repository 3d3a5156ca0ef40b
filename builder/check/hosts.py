"""The names of machines that a container knows: itself, and what stands in for the services beside it."""

from collections.abc import Iterable
from pathlib import Path

from builder.check.bundle import Bind

FILE = "/etc/hosts"


def hosts(folder: Path, names: Iterable[str] = ()) -> Bind:
    """Write a file of hosts into ``folder`` and return how a container is given it. Every name is the loopback's."""
    lines = ("127.0.0.1 localhost", "::1 localhost ip6-localhost", *(f"127.0.0.1 {one}" for one in ("trial", *names)))
    path = folder / "hosts"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    path.chmod(0o644)
    return Bind(source=path, to=FILE)
