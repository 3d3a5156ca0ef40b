"""Build with a buildkitd elsewhere, by its own program ``buildctl``: the image goes straight to a registry.

Which mirror stands in for which registry is buildkitd's own configuration. What a build may read of this machine (a CA
bundle, a mirror's configuration) travels as a context of its own, bound into every RUN: BuildKit mounts nothing else.
"""

import base64
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from builder.build.errors import BuildFailed, ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.build.outcome import failed, too_long
from builder.build.programs import Ended, run, shown
from builder.build.steps import Steps
from builder.build.words import arguments
from cluster.fields import objects, text, truth

COPY_SECONDS = 1_200.0
NETWORK = "sextant-network"

_STEP = re.compile(r"^\[(?:\S+ )?\d+/\d+\] (.*)")
_BASE = re.compile(r"^\[internal\] load metadata for (\S+)")
_UNREACHED = re.compile(r"connection error|failed to list workers|no such file or directory|context deadline exceeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildKitBuilds:
    """Where buildkitd is, and where it pushes. Files are of this machine; ``authfile`` is a docker config.json."""

    address: str
    registry: str
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    server_name: str = ""
    authfile: Path | None = None
    insecure: frozenset[str] = field(default_factory=frozenset)
    cached: bool = True


class BuildKit:
    """Builds with a buildkitd. ``folder`` is for what is sent."""

    name = "buildkit"

    def __init__(self, builds: BuildKitBuilds, folder: Path) -> None:
        self._builds = builds
        self._folder = folder

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Build the image and push it to the registry of builds. Its size is not known here: 0."""
        began = perf_counter()
        seen = Steps(tell, request.secrets.values())
        destination = self.destination(request.name)
        with tempfile.TemporaryDirectory(dir=self._made(), prefix="build-") as work:
            ended, told = await self._solved(request, destination, Path(work), _Progress(seen))
        if ended.timed_out:
            raise too_long(request, seen)
        if ended.status or not told:
            raise self._error(request, seen)
        head, _, last = destination.rpartition("/")
        digest = text(told, "containerimage.digest")
        return Image(
            id=text(told, "containerimage.config.digest"),
            name=request.name,
            size=0,
            steps=seen.steps,
            steps_cached=seen.cached,
            seconds=perf_counter() - began,
            digest=digest,
            reference=f"{head}/{last.partition(':')[0]}@{digest}",
        )

    async def push(self, image: Image, destination: str) -> str:
        """Let buildkitd copy the image from the registry of builds to ``destination`` and return its digest there."""
        if not image.reference:
            raise PushFailed(f"{image.name} was not built here.", next_step="Build it with this executor first.")
        seen = Steps(lambda _line: None)
        with tempfile.TemporaryDirectory(dir=self._made(), prefix="push-") as work:
            (Path(work) / "context").mkdir()
            request = BuildRequest(
                context=Path(work) / "context",
                dockerfile=f"FROM {image.reference}\n",
                name=image.name,
                seconds=COPY_SECONDS,
            )
            ended, told = await self._solved(request, destination, Path(work), _Progress(seen))
        if ended.status or not told:
            said = " ".join(line.text for line in list(seen.kept)[-3:])
            raise PushFailed(
                f"{destination} could not be pushed: {said}",
                next_step="Check the registry's address, that buildkitd reaches it and that you may write there.",
            )
        return text(told, "containerimage.digest")

    async def remove(self, name: str) -> None:
        """Do nothing: what the registry holds, its own rules take away; buildkitd cleans up after itself."""

    def destination(self, name: str) -> str:
        """Return where an image of this name is pushed to, without the host in its name."""
        first, _, rest = name.partition("/")
        path = rest if rest and (first == "localhost" or "." in first or ":" in first) else name
        return f"{self._builds.registry}/{path}"

    async def _solved(
        self, request: BuildRequest, destination: str, work: Path, progress: "_Progress"
    ) -> tuple[Ended, dict[str, Any]]:
        program = shutil.which("buildctl")
        if program is None or not self._builds.address or not self._builds.registry:
            raise ExecutorMissing(
                "Builds with buildkitd need the program buildctl and the settings build.buildkit_address and "
                "build.registry.",
                next_step="Install buildctl beside Sextant and set both, or configure another executor.",
            )
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(work), "DOCKER_CONFIG": str(work)}
        if self._builds.authfile is not None:
            shutil.copyfile(self._builds.authfile, work / "config.json")
        words = [program, *self._reached(), *self._words(request, destination, work)]
        ended = await run(words, progress.line, seconds=request.seconds, environment=environment, folder=work)
        told = work / "told.json"
        return ended, json.loads(told.read_bytes()) if told.exists() else {}

    def _reached(self) -> list[str]:
        builds = self._builds
        named = (
            ("--addr", builds.address),
            ("--tlscacert", builds.ca_file),
            ("--tlscert", builds.cert_file),
            ("--tlskey", builds.key_file),
            ("--tlsservername", builds.server_name),
        )
        return [word for name, value in named if value for word in (name, value)]

    def _words(self, request: BuildRequest, destination: str, work: Path) -> list[str]:
        """Write what the build is given into files of ours and return the words that name them."""
        given, files = work / "given", work / "network"
        given.mkdir()
        mounts = {inside: str(at) for at, inside in enumerate(request.network.mounts)}
        (given / "Dockerfile").write_text(bound(request.dockerfile, mounts), encoding="utf-8")
        if request.ignore:
            (given / "Dockerfile.dockerignore").write_text(request.ignore, encoding="utf-8")
        insecure = ",registry.insecure=true" if destination.split("/", maxsplit=1)[0] in self._builds.insecure else ""
        output = f"type=image,name={destination},push=true,rewrite-timestamp=true,oci-mediatypes=true{insecure}"
        words = ["build", "--frontend", "dockerfile.v0", "--progress", "rawjson", "--output", output]
        words += ["--local", f"context={request.context}", "--local", f"dockerfile={given}"]
        words += ["--opt", "filename=Dockerfile", "--opt", "build-arg:SOURCE_DATE_EPOCH=0"]
        words += ["--metadata-file", str(work / "told.json")]
        words += ["--no-cache"] if not request.cached else []
        words += ["--opt", f"target={request.target}"] if request.target else []
        for name, value in arguments(request).items():
            words += ["--opt", f"build-arg:{name}={value}"]
        if self._builds.cached and request.cached:
            cache = f"type=registry,ref={self._builds.registry}/cache{insecure}"
            words += ["--import-cache", cache, "--export-cache", f"{cache},mode=max"]
        if mounts:
            files.mkdir()
            for inside, name in mounts.items():
                shutil.copyfile(request.network.mounts[inside], files / name)
            words += ["--local", f"network={files}", "--opt", f"context:{NETWORK}=local:network"]
        for at, (name, secret) in enumerate(request.secrets.items()):
            file = work / f"secret-{at}"
            file.touch(mode=0o600)
            file.write_bytes(secret)
            words += ["--secret", f"id={name},src={file}"]
        return words

    def _error(self, request: BuildRequest, seen: Steps) -> BuildFailed | ExecutorMissing | PushFailed:
        last = " ".join(line.text for line in list(seen.kept)[-3:])
        if not seen.step and _UNREACHED.search(last):
            return ExecutorMissing(
                f"buildkitd at {self._builds.address} does not answer: {last}",
                next_step="Check build.buildkit_address, the certificates, and that buildkitd runs.",
            )
        if "failed to push" in last:
            return PushFailed(
                f"The image {request.name} could not be pushed: {last}",
                next_step="Check build.registry, that buildkitd reaches it, and build.registry_auth_file.",
            )
        return failed(request, seen)

    def _made(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder


class _Progress:
    """Read what ``buildctl --progress rawjson`` prints: one JSON object a line, else words of an error."""

    def __init__(self, seen: Steps) -> None:
        self._seen = seen
        self._steps: dict[str, str] = {}
        self._begun: set[str] = set()
        self._done: set[str] = set()

    def line(self, line: str) -> None:
        """Take a line."""
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self._seen.told(self._seen.masked(line), self._seen.step)
            return
        for vertex in objects(told, "vertexes"):
            self._vertex(vertex)
        for log in objects(told, "logs"):
            step = self._steps.get(text(log, "vertex"), "")
            for one in base64.b64decode(text(log, "data")).splitlines():
                self._seen.told(self._seen.masked(shown(one)), step)

    def _vertex(self, vertex: Mapping[str, Any]) -> None:
        digest, name = text(vertex, "digest"), text(vertex, "name")
        found, base = _STEP.match(name), _BASE.match(name)
        if digest not in self._begun and (found or base) and (text(vertex, "started") or truth(vertex, "cached")):
            self._begun.add(digest)
            step = found[1] if found else f"FROM {base[1]}" if base else ""
            self._steps[digest] = self._seen.step = step
            if found:
                self._seen.steps += 1
                self._seen.told(self._seen.masked(name), step)
        if digest not in self._done and found and truth(vertex, "cached"):
            self._done.add(digest)
            self._seen.cached += 1
        if error := text(vertex, "error"):
            self._seen.step = self._steps.get(digest, self._seen.step)
            self._seen.told(self._seen.masked(error), self._seen.step)


def bound(dockerfile: str, mounts: Mapping[str, str]) -> str:
    """Return the Dockerfile with files of the context ``NETWORK`` bound into every RUN, by the path in the build."""
    if not mounts:
        return dockerfile
    flags = " ".join(f"--mount=type=bind,from={NETWORK},source={name},target={path}" for path, name in mounts.items())
    lines, inside = [], False
    for line in dockerfile.splitlines(keepends=True):
        found = None if inside else re.match(r"\s*RUN\s+", line, re.IGNORECASE)
        lines.append(f"{found[0]}{flags} {line[found.end() :]}" if found else line)
        if not (inside and line.lstrip().startswith("#")):  # a comment amid an instruction does not end it
            inside = line.rstrip().endswith("\\") and not line.lstrip().startswith("#")
    return "".join(lines)
