"""Build with buildah on this machine, in chroot isolation: needs no daemon, and no more rights than its own user has.

Images live in a storage of our own. The overlay driver is taken where it works, else vfs, which copies every layer.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any

from builder.build.claim import Claim
from builder.build.errors import ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.build.outcome import failed, image_of, too_long
from builder.build.programs import Ended, asked, run
from builder.build.registries import Registries
from builder.build.steps import Steps
from builder.build.words import build_words, proxies

SHORT_SECONDS = 120.0
"""For everything but a build."""


class Buildah:
    """Builds with buildah. ``folder`` holds storage and is ours.

    ``authfile`` holds credentials as ``docker login`` writes them, for base images; pushes are given theirs.
    """

    name = "buildah"

    def __init__(
        self,
        folder: Path,
        registries: Registries = Registries(),  # noqa: B008 - frozen
        *,
        authfile: Path | None = None,
    ) -> None:
        self._folder = folder
        self._authfile = authfile
        self._registries = registries
        self._driver = ""
        self._opening = asyncio.Lock()
        self._mounted: dict[str, Claim] = {}
        self._left_over = True  # of a process that was killed

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Build the image."""
        began = perf_counter()
        seen = Steps(tell, request.secrets.values())
        with tempfile.TemporaryDirectory(dir=self._made("work"), prefix="build-") as work:
            given = ["--authfile", str(self._authfile)] if self._authfile else []
            words = [*_words(request, Path(work)), *given, str(request.context)]
            async with self._in_use():
                ended = await self._whole(words, seen.line, request)
        if ended.timed_out:
            raise too_long(request, seen)
        if ended.status:
            raise failed(request, seen)
        return image_of(await self._inspected(request.name), request, seen, seconds=perf_counter() - began)

    async def push(
        self,
        image: Image,
        destination: str,
        *,
        authfile: Path | None = None,
        certificates: Path | None = None,
    ) -> str:
        """Push the image and return its digest.

        ``authfile`` holds credentials as ``docker login`` writes them, ``certificates`` the registry's authorities
        (``*.crt``). Without them nothing of the kind is used: no credentials of this machine's user are looked for.
        """
        given = ["--authfile", str(authfile)] if authfile else []
        given += ["--cert-dir", str(certificates)] if certificates else []
        with tempfile.TemporaryDirectory(dir=self._made("work"), prefix="push-") as work:
            digest, said = await self._pushed([*given, image.name, f"docker://{destination}"], Path(work))
        if digest is None:
            raise PushFailed(
                f"{destination} could not be pushed: {said}",
                next_step="Check the registry's address, that it may be reached and that you may write there.",
            )
        return digest

    async def archive(self, image: Image, path: Path) -> str:
        """Write the image into the file ``path`` as an OCI archive (tar) and return its digest.

        A file that is there is replaced once the archive is whole. Raises ``PushFailed``.
        """
        with tempfile.TemporaryDirectory(dir=self._made("work"), prefix="archive-") as work:
            made = Path(work) / "image.tar"  # a path with a colon could not be said to buildah
            digest, said = await self._pushed([image.name, f"oci-archive:{made}:{image.name}"], Path(work))
            if digest is None:
                raise PushFailed(
                    f"{image.name} could not be written as an archive: {said}", next_step="Check the space on the disk."
                )
            try:
                await asyncio.to_thread(_moved, made, path)
            except OSError as exc:
                raise PushFailed(
                    f"{path} could not be written: {exc.strerror}.", next_step="Check the folder, its rights and space."
                ) from exc
        return digest

    async def _pushed(self, words: list[str], work: Path) -> tuple[str | None, str]:
        """Push, and return the digest, None where it failed, and what was said at the end."""
        lines: list[str] = []
        digest = work / "digest"
        ended = await self._run(
            ["push", "--quiet", "--digestfile", str(digest), *words],
            lambda line: lines.append(line.text),
            seconds=10 * SHORT_SECONDS,
        )
        return (None if ended.status else digest.read_text(encoding="ascii").strip()), " ".join(lines[-3:])

    async def remove(self, name: str) -> None:
        """Forget an image."""
        await self._run(["rmi", "--force", name], lambda _line: None, seconds=SHORT_SECONDS)

    async def _whole(self, words: list[str], tell: Callable[[Line], None], request: BuildRequest) -> Ended:
        """Run a build; when it is ended from outside, its container and mounts are left over."""
        try:
            ended = await self._run(words, tell, seconds=request.seconds, more=proxies(request.network))
        except BaseException:
            self._left_over = True
            raise
        self._left_over = self._left_over or ended.timed_out
        return ended

    @asynccontextmanager
    async def _in_use(self) -> AsyncIterator[None]:
        """Claim the storage. What a build left that was ended from outside is removed when nobody builds."""
        claim = await self._claimed()
        try:
            yield
        finally:
            await asyncio.shield(self._left(claim))

    async def _claimed(self) -> Claim:
        return await Claim.taken(self._folder / "claimed")

    async def _left(self, claim: Claim) -> None:
        """End a claim; the last one of all programs that share the storage cleans up."""
        await claim.leave(self._swept if self._left_over else None)

    async def _swept(self) -> None:
        """Remove all containers: no build owns one of them."""
        await self._run(["rm", "--all"], lambda _line: None, seconds=SHORT_SECONDS)
        self._left_over = False

    async def mount(self, name: str) -> tuple[str, Path]:
        """Make a container of an image and return its id and the folder of its files. End it with ``unmount``."""
        claim = await self._claimed()
        try:
            container = await self._asked(["from", "--pull-never", name])
            path = Path(await self._asked(["mount", container]))
        except BaseException:
            self._left_over = True
            await asyncio.shield(self._left(claim))
            raise
        self._mounted[container] = claim
        return container, path

    async def unmount(self, container: str) -> None:
        """Remove a container that ``mount`` made."""
        claim = self._mounted.pop(container)
        try:
            await self._run(["rm", container], lambda _line: None, seconds=SHORT_SECONDS)
        finally:
            await asyncio.shield(self._left(claim))

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

    async def _run(
        self,
        words: list[str],
        tell: Callable[[Line], None],
        *,
        seconds: float,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Ended:
        """Run buildah. ``more`` are variables for itself: proxies, by which it pulls base images."""
        program = self._program()
        driver = await self._chosen_driver(program)
        return await run(
            [program, *self._storage(driver), *words],
            lambda text: tell(Line(text=text)),
            seconds=seconds,
            environment={**self._environment(), **more},
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


def _words(request: BuildRequest, work: Path) -> list[str]:
    """Write what the build is given into files of ours and return the words that name them."""
    (work / "Dockerfile").write_text(request.dockerfile, encoding="utf-8")
    if request.ignore:
        (work / "ignore").write_text(request.ignore, encoding="utf-8")
    secrets: dict[str, str] = {}
    for at, (name, secret) in enumerate(request.secrets.items()):
        file = work / f"secret-{at}"
        file.touch(mode=0o600)
        file.write_bytes(secret)
        secrets[name] = str(file)
    return build_words(
        request,
        dockerfile=str(work / "Dockerfile"),
        ignore=str(work / "ignore") if request.ignore else "",
        secrets=secrets,
        mounts={inside: str(outside) for inside, outside in request.network.mounts.items()},
    )


def _moved(made: Path, path: Path) -> None:
    """Move a file to where it is wanted, also onto another file system; nobody sees a part of it there."""
    beside = path.with_name(f".{path.name}.part")
    try:
        shutil.move(made, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
