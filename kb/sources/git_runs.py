"""Run git for a repository of strangers: no shell, no configuration but ours, no hooks, bounded time and disk."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.sources.errors import SourceError, SourceTooLarge, SourceUnavailable

WATCH_SECONDS = 0.5
"""How often the size of a folder is looked at while git writes into it."""
MAX_SAID = 64 * 1024
MIB = 1024 * 1024
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.helper=",
    "http.followRedirects=false",  # a redirect would lead to an address that nobody has judged
    "http.proxy=",
    "http.sslVerify=true",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "fetch.negotiationAlgorithm=noop",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.version=2",
    "advice.detachedHead=false",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLimits:
    """``seconds`` bounds one command that talks to a server, ``local_seconds`` one that does not."""

    seconds: float = 600.0
    local_seconds: float = 60.0
    max_repository_bytes: int = 2048 * MIB


class GitFailed(SourceError):
    """git ended with an error. ``said`` is what it printed."""

    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """git in one bare repository. ``protocols`` are those that it may use; ``config`` is added to ours."""

    folder: Path
    protocols: str
    limits: GitLimits
    config: tuple[str, ...] = ()
    ssh: str = ""

    async def run(self, *arguments: str, stdin: bytes = b"", max_bytes: int = 256 * MIB, online: bool = False) -> bytes:
        """Return what a command prints. Raises GitFailed, SourceUnavailable when it takes too long, SourceTooLarge."""
        program = shutil.which("git")
        if program is None:
            raise SourceError(
                "The program git is not installed, and Git sources need it.", next_step="Install git 2.37 or newer."
            )
        given = [program, "--git-dir", str(self.folder)]
        for line in (*_CONFIG, *self.config):
            given += ["-c", line]
        process = await asyncio.create_subprocess_exec(
            *given,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            cwd=self.folder.parent,
            start_new_session=True,  # git starts programs of its own, which end with it
        )
        seconds = self.limits.seconds if online else self.limits.local_seconds
        output = asyncio.create_task(_output(process.stdout, max_bytes, arguments[0]))
        said = asyncio.create_task(_kept(process.stderr))
        feed = asyncio.create_task(_feed(process, stdin))
        tasks: list[asyncio.Task[Any]] = [output, said, feed]
        if online:
            tasks.append(asyncio.create_task(self._watch()))  # the only one that ends by raising alone
        try:
            async with asyncio.timeout(seconds):
                while not (output.done() and said.done()):
                    done, _ = await asyncio.wait(
                        [task for task in tasks if not task.done()], return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in done:
                        task.result()
                await process.wait()
        except TimeoutError as exc:
            raise SourceUnavailable(f"git {arguments[0]} took longer than {seconds:g} s and was stopped.") from exc
        finally:
            await _ended(process, tasks)
        if process.returncode:
            raise _failure(arguments[0], said.result())
        return output.result()

    async def _watch(self) -> None:
        """Raise SourceTooLarge once the repository has grown over its limit."""
        most = self.limits.max_repository_bytes
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if await asyncio.to_thread(size_of, self.folder) > most:
                raise SourceTooLarge(
                    f"The repository is larger than {most / MIB:g} MiB.", next_step="Raise the limit on Git sources."
                )

    def _environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE", "SSH_AUTH_SOCK") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder.parent),
            "XDG_CONFIG_HOME": str(self.folder.parent),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_ALLOW_PROTOCOL": self.protocols,
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_SSH_COMMAND": self.ssh or "false",
            "GIT_SSH_VARIANT": "ssh",
            **({"GIT_SSL_CAINFO": kept["SSL_CERT_FILE"]} if kept.get("SSL_CERT_FILE") else {}),
        }


def size_of(folder: Path) -> int:
    """Return the bytes of all files below ``folder``. Blocks."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # git renames and deletes meanwhile
                total += os.lstat(f"{where}/{name}").st_size
    return total


async def _feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - asked for above
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it did not want all of it
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()


async def _kept(stream: asyncio.StreamReader | None) -> str:
    """Read to the end and keep the last part."""
    kept = b""
    while stream is not None and (chunk := await stream.read(MAX_SAID)):
        kept = (kept + chunk)[-MAX_SAID:]
    return kept.decode("utf-8", "replace")


async def _output(stream: asyncio.StreamReader | None, max_bytes: int, command: str) -> bytes:
    kept = bytearray()
    while stream is not None and (chunk := await stream.read(MIB)):
        kept += chunk
        if len(kept) > max_bytes:
            raise SourceTooLarge(f"git {command} gave more than {max_bytes / MIB:g} MiB.")
    return bytes(kept)


async def _ended(process: asyncio.subprocess.Process, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Kill what still runs, git's own children included."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await process.wait()


def _failure(command: str, said: str) -> SourceError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:", "ssh:"))] or lines
    reason = " ".join(fatal[:3])[:500] or "it did not say why"
    error = GitFailed(f"git {command} failed: {reason}")
    error.said = said
    return error


def words(said: str, *wanted: str) -> bool:
    """Return whether git said one of these, in any case."""
    lowered = said.lower()
    return any(word in lowered for word in wanted)
