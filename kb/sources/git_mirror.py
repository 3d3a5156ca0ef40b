"""A local copy of one commit of a repository: bare, shallow, with only the files that are asked for."""

import asyncio
import contextlib
import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb.sources.addresses import Resolve, judged, resolve
from kb.sources.errors import SourceError, SourceGone, SourceRefused, SourceUnavailable
from kb.sources.git_places import Place
from kb.sources.git_runs import Git, GitFailed, GitLimits, size_of, words

CURRENT = "refs/sextant/current"
PINS_SINCE = (2, 37)
"""The first git that can be told which address a name has (``http.curloptResolve``)."""
_QUIET = ("--quiet", "--no-tags", "--no-auto-gc", "--no-recurse-submodules", "--no-write-fetch-head")
_REGULAR, _FILES = ("100",), ("100", "120")
"""How modes of blobs begin: regular files, and links as well."""
_PORTS = {"https": 443, "http": 80, "ssh": 22}
_DAMAGED = (
    "bad object",
    "corrupt",
    "missing blob",
    "did not send all necessary",
    ".lock'",
    "is empty",
    "not a git repo",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A regular file of the commit."""

    path: str
    hash: str


class Mirror:
    """Keeps the copy in ``folder``, which is its own and may be deleted at any time."""

    def __init__(
        self,
        place: Place,
        ref: str,
        folder: Path,
        *,
        limits: GitLimits,
        allow_private: bool,
        resolve: Resolve = resolve,
    ) -> None:
        self._place, self._ref, self._folder = place, ref, folder
        self._limits, self._allow_private, self._resolve = limits, allow_private, resolve
        self._local = Git(folder=folder, protocols="none", limits=limits)

    async def update(self) -> None:
        """Fetch the commit that the ref names now, without its files. A damaged copy is thrown away once."""
        git = await self._online()
        try:
            await self._update(git)
        except GitFailed as exc:
            if not words(exc.said, *_DAMAGED):
                raise self._meaning(exc) from exc
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            try:
                await self._update(git)
            except GitFailed as again:
                raise self._meaning(again) from again

    async def tree(self, subpath: str) -> tuple[Blob, ...]:
        """Return the regular files below a path. Links and submodules are left out, since they lead elsewhere."""
        return await self._blobs(subpath, _REGULAR)

    async def _blobs(self, subpath: str, modes: tuple[str, ...]) -> tuple[Blob, ...]:
        inside = ("--", subpath) if subpath else ()
        listed = await self._local.run("ls-tree", "-r", "-z", "--full-tree", CURRENT, *inside)
        found: list[Blob] = []
        for line in listed.split(b"\0"):
            head, tab, path = line.partition(b"\t")
            mode, _, rest = head.decode("ascii", "replace").partition(" ")
            kind, _, digest = rest.partition(" ")
            if tab and kind == "blob" and mode.startswith(modes):
                found.append(Blob(path=path.decode("utf-8", "surrogateescape"), hash=digest.strip()))
        return tuple(found)

    async def exists(self) -> bool:
        """Return whether there is a copy already."""
        if not (self._folder / "HEAD").exists():
            return False
        try:
            await self._local.run("rev-parse", "--verify", "--quiet", f"{CURRENT}^{{tree}}")
        except GitFailed:
            return False
        return True

    async def bring(self, hashes: Iterable[str]) -> None:
        """Fetch the files that are not here yet, all in one go."""
        wanted = set(hashes)
        if not wanted:
            return
        told = await self._local.run("rev-list", "--objects", "--missing=print", CURRENT)
        missing = sorted(wanted & {line[1:] for line in told.decode("ascii", "replace").split("\n") if line[:1] == "?"})
        if not missing:
            return
        git = await self._online()
        lines = "\n".join(missing).encode() + b"\n"
        try:
            await git.run("fetch", *_QUIET, "--filter=blob:none", "--stdin", "origin", stdin=lines, online=True)
        except GitFailed:
            # A server that gives no single files: take all of the commit.
            whole = f"+{self._ref or 'HEAD'}:{CURRENT}"
            try:
                await git.run("fetch", *_QUIET, "--depth=1", "--refetch", "--no-filter", "origin", whole, online=True)
            except GitFailed as exc:
                raise self._meaning(exc) from exc

    async def read(self, digest: str, max_bytes: int) -> bytes:
        """Return the bytes of a file. Raises SourceTooLarge for one that is larger than ``max_bytes``."""
        try:
            return await self._local.run("cat-file", "blob", digest, max_bytes=max_bytes)
        except GitFailed:
            await self.bring((digest,))
        try:
            return await self._local.run("cat-file", "blob", digest, max_bytes=max_bytes)
        except GitFailed as exc:
            raise SourceUnavailable(f"The file cannot be had from {self._place.url}: {exc.message}") from exc

    async def export(self, subpath: str, file: Path) -> str:
        """Write the files below a path into a tar file, links and modes as they are; return the commit's hash.

        What the repository's own attributes leave out of archives is left out, submodules are empty folders.
        """
        await self.bring(blob.hash for blob in await self._blobs(subpath, _FILES))
        commit = (await self._local.run("rev-parse", "--verify", f"{CURRENT}^{{commit}}")).decode("ascii").strip()
        tree = f"{CURRENT}:{subpath}" if subpath else CURRENT
        await self._local.run("archive", "--format=tar", f"--output={file}", tree)
        return commit

    async def _update(self, git: Git) -> None:
        await asyncio.to_thread(self._prepare)
        if not (self._folder / "HEAD").exists():
            await self._local.run("init", "--quiet", "--bare", "--template=")
        spec = f"+{self._ref or 'HEAD'}:{CURRENT}"
        await git.run("fetch", *_QUIET, "--depth=1", "--filter=blob:none", "origin", spec, online=True)

    def _prepare(self) -> None:
        """Make the folder, and remove what a killed process left. Blocks."""
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._folder.exists() and size_of(self._folder) > self._limits.max_repository_bytes:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(exist_ok=True)
        for left in (*self._folder.rglob("*.lock"), *self._folder.glob("objects/pack/tmp_*")):
            with contextlib.suppress(OSError):
                left.unlink()

    async def _online(self) -> Git:
        """Return git that talks to the addresses of the host that were judged, and to no others."""
        place = self._place
        config: tuple[str, ...] = (f"remote.origin.url={place.url}",)
        ssh = ""
        if place.protocol != "file":
            port = place.port or _PORTS[place.protocol]
            host = place.host.strip("[]")
            addresses = await judged(host, port, allow_private=self._allow_private, resolve=self._resolve)
            if place.protocol == "ssh":
                ssh = _ssh(host, port, addresses[0])
            else:
                await self._check_version()
                config += (f"http.curloptResolve={host}:{port}:{','.join(addresses)}",)
        return Git(folder=self._folder, protocols=place.protocol, limits=self._limits, config=config, ssh=ssh)

    async def _check_version(self) -> None:
        await asyncio.to_thread(self._folder.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        said = (await self._local.run("version")).decode("ascii", "replace")
        found = re.search(r"(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) < PINS_SINCE and not self._allow_private:
            raise SourceError(
                f"git {found[0]} cannot be held to an address that was checked.", next_step="Install git 2.37 or newer."
            )

    def _meaning(self, failed: GitFailed) -> SourceError:
        """Return what git's words mean."""
        where, said = self._place.url, failed.said
        if words(said, "couldn't find remote ref", "could not find remote ref", "not our ref", "unadvertised object"):
            return SourceGone(
                f"{where} has no branch, tag or commit {self._ref or 'HEAD'!r}.", next_step="Check `ref`."
            )
        if words(said, "could not read username", "terminal prompts disabled", "authentication failed"):
            return SourceRefused(
                f"{where} does not exist, or is not public.", next_step="Check the address, or use ssh with a key."
            )
        if words(said, "permission denied", "host key verification failed", "error: 403", "dubious ownership"):
            return SourceRefused(f"{where} does not let this service in: {failed.message}")
        if words(said, "redirect", "error: 301", "error: 302", "error: 307", "error: 308"):
            return SourceRefused(f"{where} has moved: {failed.message}", next_step="Give the address that it moved to.")
        if words(said, "not found", "does not exist", "does not appear to be a git", "not a git repository", "no such"):
            return SourceGone(f"{where} is no repository: {failed.message}", next_step="Check the address.")
        if words(said, "unable to access", "timed out", "refused", "reset", "early eof", "hung up", "resolve host"):
            return SourceUnavailable(f"{where} does not answer: {failed.message}")
        return failed


def _ssh(host: str, port: int, address: str) -> str:
    """Return the command that git calls for ssh: the checked address, no questions, a host key that is known."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "CheckHostIP": "no",
        "HostName": address,
        "HostKeyAlias": host if port == 22 else f"[{host}]:{port}",
        "ProxyCommand": "none",
        "PermitLocalCommand": "no",
        "ForwardAgent": "no",
        "ConnectTimeout": "15",
        "ServerAliveInterval": "15",
    }
    said = " ".join(f"-o {shlex.quote(f'{name}={value}')}" for name, value in options.items())
    return f"ssh -F /dev/null {said}"
