"""Build with buildah on this machine, in chroot isolation: needs no daemon, and no more rights than its own user has.

Images live in a storage of our own. The overlay driver is taken where it works, else vfs, which copies every layer.
"""

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from builder.build.errors import BuildFailed, BuildTooLong, ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.build.programs import Ended, asked, run
from builder.build.registries import Registries

KEPT_LINES = 400
"""Lines of the log that a failure carries: the error stands near the end."""

SHORT_SECONDS = 120.0
"""For everything but a build."""


class Buildah:
    """Builds with buildah. ``folder`` holds storage and is ours."""

    name = "buildah"

    def __init__(self, folder: Path, registries: Registries = Registries()) -> None:  # noqa: B008 - frozen
        self._folder = folder
        self._registries = registries
        self._driver = ""
        self._opening = asyncio.Lock()
        self._using = 0
        self._left_over = False

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Build the image."""
        began = perf_counter()
        seen = _Steps(tell)
        with tempfile.TemporaryDirectory(dir=self._made("work"), prefix="build-") as work:
            words = ["build", *self._of(request, Path(work)), str(request.context)]
            async with self._in_use():
                ended = await self._whole(words, seen.line, seconds=request.seconds)
        if ended.timed_out:
            raise BuildTooLong(
                f"The build of {request.name} was stopped after {request.seconds:g} s, in: {seen.step}",
                next_step="Look at the last lines: what waits there? Or allow more time.",
                step=seen.step,
                log=tuple(seen.kept),
            )
        if ended.status:
            raise BuildFailed(
                f"The build of {request.name} failed in: {seen.step or 'its first step'}",
                next_step="The last lines of the log say why.",
                step=seen.step,
                log=tuple(seen.kept),
            )
        told = await self._inspected(request.name)
        manifest = json.loads(told["Manifest"])
        return Image(
            id=f"sha256:{told['FromImageID'].removeprefix('sha256:')}",
            name=request.name,
            size=sum(layer["size"] for layer in manifest["layers"]),  # in our storage layers are not compressed
            steps=seen.steps,
            steps_cached=seen.cached,
            seconds=perf_counter() - began,
        )

    def _of(self, request: BuildRequest, work: Path) -> list[str]:
        (work / "Dockerfile").write_text(request.dockerfile, encoding="utf-8")
        words = ["--isolation", "chroot", "--layers", "--timestamp", "0"]
        words += ["--format", "oci"]  # Docker's holds random names, so that no build gives the same image twice
        words += ["--file", str(work / "Dockerfile"), "--tag", request.name]
        if request.ignore:
            (work / "ignore").write_text(request.ignore, encoding="utf-8")
            words += ["--ignorefile", str(work / "ignore")]
        words += ["--no-cache"] if not request.cached else []
        words += ["--target", request.target] if request.target else []
        network = request.network
        proxies = (
            ("HTTP_PROXY", network.http_proxy),
            ("HTTPS_PROXY", network.https_proxy),
            ("NO_PROXY", network.no_proxy),
        )
        given = {name: value for name, value in proxies if value} | {
            name.lower(): value for name, value in proxies if value
        }
        for name, value in (given | dict(request.arguments)).items():
            words += ["--build-arg", f"{name}={value}"]
        for inside, outside in network.mounts.items():
            words += ["--volume", f"{outside}:{inside}:ro"]
        for at, (name, secret) in enumerate(request.secrets.items()):
            file = work / f"secret-{at}"
            file.touch(mode=0o600)
            file.write_bytes(secret)
            words += ["--secret", f"id={name},src={file}"]
        return words

    async def push(self, image: Image, destination: str) -> str:
        """Push the image and return its digest."""
        lines: list[str] = []
        with tempfile.TemporaryDirectory(dir=self._made("work"), prefix="push-") as work:
            digest = Path(work) / "digest"
            words = ["push", "--quiet", "--digestfile", str(digest)]
            words += [image.name, f"docker://{destination}"]
            ended = await self._run(words, lambda line: lines.append(line.text), seconds=10 * SHORT_SECONDS)
            if ended.status:
                raise PushFailed(
                    f"{destination} could not be pushed: {' '.join(lines[-3:])}",
                    next_step="Check the registry's address, that it may be reached and that you may write there.",
                )
            return digest.read_text(encoding="ascii").strip()

    async def remove(self, name: str) -> None:
        """Forget an image."""
        await self._run(["rmi", "--force", name], lambda _line: None, seconds=SHORT_SECONDS)

    async def _whole(self, words: list[str], tell: Callable[[Line], None], *, seconds: float) -> Ended:
        """Run a build; when it is ended from outside, its container and mounts are left over."""
        try:
            ended = await self._run(words, tell, seconds=seconds)
        except BaseException:
            self._left_over = True
            raise
        self._left_over = self._left_over or ended.timed_out
        return ended

    @asynccontextmanager
    async def _in_use(self) -> AsyncIterator[None]:
        """Count what goes on. After a build that was ended from outside, what it left is removed when nothing does."""
        self._using += 1
        try:
            yield
        finally:
            self._using -= 1
            if self._left_over and not self._using:
                await asyncio.shield(self._swept())

    async def _swept(self) -> None:
        await self._run(["rm", "--all"], lambda _line: None, seconds=SHORT_SECONDS)
        self._left_over = False

    async def mount(self, name: str) -> tuple[str, Path]:
        """Make a container of an image and return its id and the folder of its files. End it with ``unmount``."""
        self._using += 1
        try:
            container = await self._asked(["from", "--pull-never", name])
            return container, Path(await self._asked(["mount", container]))
        except BaseException:
            self._using -= 1
            raise

    async def unmount(self, container: str) -> None:
        """Remove a container that ``mount`` made."""
        try:
            await self._run(["rm", container], lambda _line: None, seconds=SHORT_SECONDS)
        finally:
            self._using -= 1

    async def configuration(self, name: str) -> dict[str, Any]:
        """Return the image's configuration: ``config`` holds user, command, environment."""
        found: dict[str, Any] = (await self._inspected(name))["OCIv1"]
        return found

    async def _inspected(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self._asked(["inspect", "--type", "image", name]))
        return found

    async def _asked(self, words: list[str]) -> str:
        program = self._program()
        driver = await self._chosen_driver(program)
        ended, out, said = await asked(
            [program, *self._storage(driver), *words],
            seconds=SHORT_SECONDS,
            environment=self._environment(),
            folder=self._folder,
        )
        if ended.status:
            raise ExecutorMissing(
                f"buildah {words[0]} failed: {said}", next_step="Run `sextant doctor`: it says what is missing."
            )
        return out.decode("utf-8", "replace").strip()

    async def _run(self, words: list[str], tell: Callable[[Line], None], *, seconds: float) -> Ended:
        program = self._program()
        driver = await self._chosen_driver(program)
        return await run(
            [program, *self._storage(driver), *words],
            lambda text: tell(Line(text=text)),
            seconds=seconds,
            environment=self._environment(),
            folder=self._folder,
        )

    def _program(self) -> str:
        program = shutil.which("buildah")
        if program is None:
            raise ExecutorMissing(
                "The program buildah is not installed.",
                next_step="Install it (Debian: apt-get install buildah), or configure another executor.",
            )
        return program

    async def _chosen_driver(self, program: str) -> str:
        """Try the overlay driver once; a file system or a container that does not let it work answers at once."""
        async with self._opening:
            if not self._driver:
                self._made("storage")
                self._made("run")
                tried = await run(
                    [program, *self._storage("overlay"), "from", "--name", "sextant-trial", "scratch"],
                    lambda _text: None,
                    seconds=SHORT_SECONDS,
                    environment=self._environment(),
                    folder=self._folder,
                )
                self._driver = "vfs" if tried.status else "overlay"
                if not tried.status:
                    await run(
                        [program, *self._storage("overlay"), "rm", "sextant-trial"],
                        lambda _text: None,
                        seconds=SHORT_SECONDS,
                        environment=self._environment(),
                        folder=self._folder,
                    )
            return self._driver

    def _storage(self, driver: str) -> list[str]:
        return [
            "--storage-driver",
            driver,
            "--root",
            str(self._folder / "storage" / driver),
            "--runroot",
            str(self._folder / "run"),
        ]

    def _environment(self) -> dict[str, str]:
        """Return what buildah gets: no variable of ours, which may hold a credential, reaches a build."""
        registries = self._folder / "registries.conf"
        if not registries.exists() or registries.read_text(encoding="utf-8") != self._registries.text:
            registries.write_text(self._registries.text, encoding="utf-8")
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "TMPDIR": str(self._made("work")),
            "CONTAINERS_REGISTRIES_CONF": str(registries),
        }

    def _made(self, name: str) -> Path:
        path = self._folder / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


_STEP = re.compile(r"^(?:\[\d+/\d+\] )?STEP \d+(?:/\d+)?: (.*)")


class _Steps:
    """Follow a build by what buildah prints: which instruction runs, how many came out of the cache."""

    def __init__(self, tell: Callable[[Line], None]) -> None:
        self._tell = tell
        self.step = ""
        self.steps = 0
        self.cached = 0
        self.kept: deque[Line] = deque(maxlen=KEPT_LINES)

    def line(self, line: Line) -> None:
        """Take a line."""
        if found := _STEP.match(line.text):
            self.step = found[1]
            self.steps += 1
        elif line.text.startswith("--> Using cache"):
            self.cached += 1
        named = Line(text=line.text, step=self.step)
        self.kept.append(named)
        self._tell(named)
