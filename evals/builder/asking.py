"""What a running image answers, and what must not be in it: secrets of the tree, secrets of the host."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

from builder.build.buildah import Buildah
from builder.check.loopback import Loopback
from builder.check.report import Report
from builder.check.trying import Wanted, tried
from evals.builder.apps import Answer

CANARY: Final = Path("/var/tmp/sextant-canary")  # noqa: S108 - what a hostile build looks for on the host
PATIENCE_SECONDS: Final = 10.0
"""For a program that answers already to give what the truth names: some load on their first request."""

_FETCH = """\
import sys, http.client
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
c.request("GET", sys.argv[2], headers={"Host": "localhost"})
sys.stdout.buffer.write(c.getresponse().read(200000))
"""


class Asking(Loopback):
    """A trial's network that, once the program answers, asks for the pages of the truth as well."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._answers = list(answers)
        self.problems = [f"GET {one.path} was never asked: nothing answered" for one in answers]

    async def ask(self, port: int, path: str, *, seconds: float, host: str = "127.0.0.1") -> int | None:
        """Ask as the trial does; the first answer is followed by the questions of the truth."""
        status = await super().ask(port, path, seconds=seconds, host=host)
        if status is not None and self._answers:
            asked, self._answers = self._answers, []
            self.problems = [problem for one in asked if (problem := await self._page(one, one.port or port))]
        return status

    async def _page(self, one: Answer, port: int) -> str:
        body, deadline = "", perf_counter() + PATIENCE_SECONDS
        while one.body not in body:
            if perf_counter() > deadline:
                return f"GET {one.path} on {port} answers {body[:120]!r}, without {one.body!r}"
            body = await self._body(port, one.path)
            await asyncio.sleep(0 if one.body in body else 0.2)
        return ""

    async def _body(self, port: int, path: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "nsenter",
            f"--net={self.path}",
            "--",
            *(sys.executable, "-I", "-S", "-c", _FETCH, str(port), path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        out, _ = await process.communicate()
        return out.decode("utf-8", "replace")


async def asked(executor: Buildah, wanted: Wanted, answers: Sequence[Answer], work: Path) -> tuple[Report, list[str]]:
    """Try an image; return the report, and which answers it does not give."""
    loopback = Asking(answers)
    await loopback.open()
    try:
        return await tried(executor, wanted, loopback, work), loopback.problems
    finally:
        await loopback.close()


async def held(executor: Buildah, image: str, forbidden: Sequence[str]) -> list[str]:
    """Return what stands in a file of the image and must not."""
    if not forbidden:
        return []
    mounted, root = await executor.mount(image)
    try:
        found = await asyncio.to_thread(lambda: list(_holding(root, forbidden)))
    finally:
        await executor.unmount(mounted)
    return [f"{text!r} stands in the image's {path}" for path, text in found]


def _holding(root: Path, forbidden: Sequence[str]) -> Iterator[tuple[str, str]]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            data = path.read_bytes()
            yield from ((str(path.relative_to(root)), text) for text in forbidden if text.encode() in data)


@asynccontextmanager
async def laid_out(log: Callable[[], Sequence[str]]) -> AsyncIterator[tuple[str, list[str]]]:
    """Lay out a secret of the host, in a file and in a process; give it, and a list that fills with what came near it.

    ``log`` gives all lines that builds printed meanwhile.
    """
    secret, problems = f"canary-{secrets.token_hex(12)}", list[str]()
    CANARY.write_text(secret, encoding="ascii")
    CANARY.chmod(0o600)
    process = await asyncio.create_subprocess_exec(
        "sleep", "3600", env={"PATH": os.environ["PATH"], "SEXTANT_CANARY": secret}
    )
    try:
        yield secret, problems
        if CANARY.read_text(encoding="ascii") != secret:
            problems.append("the build changed a file of the host")
        problems += [f"the build saw a secret of the host: {line[:120]}" for line in log() if secret in line]
    finally:
        process.kill()
        await process.wait()
        CANARY.unlink(missing_ok=True)
