"""Build in a cluster: each build is a Job with one pod, in which buildah builds and pushes to a registry.

Job, Secret and all that is asked of them are made with the caller's own credential: a build can do no more in a
namespace than its caller. Layers are kept in the registry, below the namespace's own name, so that one namespace's
builds are no base of another's. Steps run without the right to change their root: they stay out of the pod's own files.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from builder.build.errors import ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.build.kube_job import KubernetesBuilds, fresh_name
from builder.build.kube_package import Package, build_files, copy_files, packed
from builder.build.kube_run import Done, Run
from builder.build.outcome import image_of
from builder.build.registries import Registries
from builder.build.steps import Steps
from cluster.identity import Identity
from cluster.pods import connect_pods

COPY_SECONDS = 1_200.0
"""For pulling an image and pushing it elsewhere."""


class KubernetesExecutor:
    """Builds in the cluster of an identity. ``folder`` is for what is sent; ``registries`` as pods reach them."""

    name = "kubernetes"

    def __init__(
        self,
        identity: Identity,
        builds: KubernetesBuilds,
        folder: Path,
        registries: Registries = Registries(),  # noqa: B008 - frozen
    ) -> None:
        self._identity = identity
        self._builds = builds
        self._folder = folder
        self._registries = registries
        self._told: dict[str, dict[str, Any]] = {}

    @property
    def namespace(self) -> str:
        """Where Jobs run."""
        return self._builds.namespace or self._identity.default_namespace

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Build the image and push it to the registry of builds. Raises ``PushFailed`` too."""
        self._require()
        began = perf_counter()
        seen = Steps(tell, request.secrets.values())
        files = {name: f"secret-{at}" for at, name in enumerate(request.secrets)}
        destination = self.destination(request.name)
        mark = secrets.token_hex(16)
        sent = await asyncio.to_thread(
            build_files,
            request,
            self._registries,
            secrets=files,
            destination=destination,
            cache=self._cache() if request.cached else "",
            mark=mark,
        )
        async with self._packed(request.context, sent, mark) as package:
            values = {files[name]: value for name, value in request.secrets.items()}
            done = await self._run("build", request, seen, package, values)
        self._told[request.name] = done.told
        return image_of(
            done.told,
            request,
            seen,
            seconds=perf_counter() - began,
            digest=done.digest,
            reference=f"{_repository(destination)}@{done.digest}",
        )

    async def push(self, image: Image, destination: str) -> str:
        """Copy the image in a pod from the registry of builds to ``destination`` and return its digest there."""
        self._require()
        if not image.reference:
            raise PushFailed(f"{image.name} was not built here.", next_step="Build it with this executor first.")
        if destination == self.destination(image.name):
            return image.digest
        request = BuildRequest(context=self._folder, dockerfile="", name=image.name, seconds=COPY_SECONDS)
        mark = secrets.token_hex(16)
        sent = copy_files(image.reference, destination, self._registries, mark=mark)
        async with self._packed(None, sent, mark) as package:
            done = await self._run("push", request, Steps(lambda _line: None), package, {})
        return done.digest

    async def remove(self, name: str) -> None:
        """Forget an image. What the registry holds of it, the registry's own rules take away."""
        self._told.pop(name, None)

    async def configuration(self, name: str) -> dict[str, Any]:
        """Return the image's OCI configuration. Raises ``ExecutorMissing`` where it was not built here."""
        if name not in self._told:
            raise ExecutorMissing(f"{name} was not built here.", next_step="Build it with this executor first.")
        found: dict[str, Any] = self._told[name]["OCIv1"]
        return found

    def destination(self, name: str) -> str:
        """Return where an image of this name is pushed to: below the namespace, without the host in its name."""
        first, _, rest = name.partition("/")
        path = rest if rest and (first == "localhost" or "." in first or ":" in first) else name
        return f"{self._builds.registry}/{self.namespace}/{path}"

    def pulled_as(self, image: Image) -> str:
        """Return the image's reference as nodes reach it."""
        seen_by_nodes = self._builds.pull_registry or self._builds.registry
        return seen_by_nodes + image.reference.removeprefix(self._builds.registry)

    def _cache(self) -> str:
        return f"{self._builds.registry}/{self.namespace}/cache" if self._builds.cached else ""

    async def _run(
        self, purpose: str, request: BuildRequest, seen: Steps, package: Package, values: dict[str, bytes]
    ) -> Done:
        async with connect_pods(self._identity) as client:
            return await Run(
                client=client,
                builds=replace(self._builds, namespace=self.namespace),
                name=fresh_name(purpose),
                request=request,
                seen=seen,
                package=package,
                secrets=values,
            ).done()

    @asynccontextmanager
    async def _packed(self, context: Path | None, files: dict[str, bytes], mark: str) -> AsyncIterator[Package]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="send-") as work:
            limit = self._builds.max_context_bytes
            yield await asyncio.to_thread(packed, context, files, Path(work), mark=mark, max_bytes=limit)

    def _require(self) -> None:
        for setting, value in (
            ("build.kubernetes_image", self._builds.image),
            ("build.registry", self._builds.registry),
        ):
            if not value:
                raise ExecutorMissing(
                    f"Builds in a cluster need the setting {setting}.",
                    next_step="build.kubernetes_image names an image with buildah, build.registry where images go.",
                )


def _repository(destination: str) -> str:
    """Return a reference without its tag."""
    head, _, last = destination.rpartition("/")
    return f"{head}/{last.partition(':')[0]}"
