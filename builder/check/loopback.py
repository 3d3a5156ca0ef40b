"""A network of its own for a trial: a namespace with nothing but its loopback, and what listens in it."""

import asyncio
import ipaddress
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from builder.check.errors import CheckerMissing

_LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""

_HOLD = "ip link set lo up && echo up && exec sleep infinity"

_ASK = """\
import sys, http.client
host, port, path, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
c = http.client.HTTPConnection(host, port, timeout=seconds)
c.request("GET", path, headers={"User-Agent": "sextant-check"})
r = c.getresponse()
print(r.status)
"""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Listening:
    """A port that something in the namespace listens on, and the address that it is bound to."""

    port: int
    address: str

    @property
    def reachable(self) -> bool:
        """Whether others than the container itself reach it."""
        return not ipaddress.ip_address(self.address).is_loopback


class Loopback:
    """A network namespace, from ``open`` to ``close``. It needs the right to make one (root)."""

    def __init__(self) -> None:
        self._holder: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Make the namespace. Raises ``CheckerMissing``."""
        for program in ("unshare", "nsenter", "ip"):
            if shutil.which(program) is None:
                raise CheckerMissing(
                    f"The program {program} is not installed.", next_step="Install util-linux and iproute2."
                )
        self._holder = await asyncio.create_subprocess_exec(
            "unshare", "--net", "--kill-child", "--fork", "--", "sh", "-c", _HOLD,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._holder.stdout is not None  # noqa: S101 - asked for above
        if (await self._holder.stdout.readline()).strip() != b"up":
            said = (await self._holder.communicate())[1].decode("utf-8", "replace").strip()
            raise CheckerMissing(
                f"A network of its own cannot be made: {said}",
                next_step="Run the builder as root, or in a container that may make namespaces.",
            )

    async def close(self) -> None:
        """End the namespace with all that still runs in it."""
        if self._holder is not None and self._holder.returncode is None:
            self._holder.kill()
            await self._holder.wait()

    @property
    def path(self) -> Path:
        """The namespace, as other programs join it."""
        return Path(f"/proc/{self._inside()}/ns/net")

    def listening(self) -> tuple[Listening, ...]:
        """Return what listens, by port."""
        found = set()
        for file in ("tcp", "tcp6"):
            for line in Path(f"/proc/{self._inside()}/net/{file}").read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                if words[3] == _LISTENING:
                    address, _, port = words[1].partition(":")
                    found.add(Listening(port=int(port, 16), address=_address(address)))
        return tuple(sorted(found))

    async def ask(self, port: int, path: str, *, seconds: float, host: str = "127.0.0.1") -> int | None:
        """Return the status of a GET, None where nothing answers as HTTP in time."""
        words = [
            f"--net={self.path}",
            "--",
            sys.executable,
            "-I",
            "-S",
            "-c",
            _ASK,
            host,
            str(port),
            path,
            str(seconds),
        ]
        process = await asyncio.create_subprocess_exec(
            "nsenter",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        out, _ = await process.communicate()
        return int(out) if process.returncode == 0 and out.strip().isdigit() else None

    def _inside(self) -> int:
        """Return the process that holds the namespace: the child of ``unshare``, which itself stays outside."""
        assert self._holder is not None  # noqa: S101 - opened
        children = (
            Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text(encoding="ascii").split()
        )
        return int(children[0]) if children else self._holder.pid


def _address(text: str) -> str:
    """Read an address as the kernel writes it: words of four bytes, each in the machine's order."""
    data = b"".join(int(text[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(text), 8))
    address = ipaddress.ip_address(data)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def may_make_namespaces() -> bool:
    """Say whether this process may try images out at all."""
    return os.geteuid() == 0
