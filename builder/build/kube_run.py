"""One Job in a cluster from its creation to its end: its files sent, its log told, its objects taken away."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from builder.build.errors import BuildInterrupted, ExecutorMissing
from builder.build.executor import BuildRequest, Line
from builder.build.kube_job import CONTAINER, MAX_SECRET_BYTES, RECEIVE, KubernetesBuilds, job, secret
from builder.build.kube_package import Package
from builder.build.kube_trouble import Look, ended_badly, not_beginning
from builder.build.outcome import too_long
from builder.build.programs import MAX_LINES, shown
from builder.build.steps import Steps
from cluster.fields import name as name_of
from cluster.fields import objects, text
from cluster.following import lines_of
from cluster.pods import PodClient
from core.errors import (
    ClusterBusy,
    ClusterError,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Denied,
    Forbidden,
)

LOOK_SECONDS = 0.5
"""Between looks at the pod: a build takes at least some seconds."""

CLEAR_SECONDS = 30.0
"""For taking away what was made, when a build is cancelled or fails."""

DRAIN_SECONDS = 15.0
"""For the rest of the log after the container has ended."""

AWAY_SECONDS = 60.0
"""For which an API server may not answer while a build runs: as long as its restart takes."""

MAX_RESULT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a Job leaves: what buildah tells of the image, and its digest in the registry."""

    told: dict[str, Any]
    digest: str


@dataclass(kw_only=True)
class Run:
    """One Job. ``request`` is what it is for, in words of errors; ``seen`` takes the lines."""

    client: PodClient
    builds: KubernetesBuilds
    name: str
    request: BuildRequest
    seen: Steps
    package: Package
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    _look: Look = field(default_factory=lambda: Look(job=None, pod=None))
    _result: list[str] = field(default_factory=list)
    _answered: float = 0.0

    async def done(self) -> Done:
        """Carry it out. Raises ``BuildFailed``, ``BuildTooLong``, ``PushFailed``, ``ExecutorMissing``."""
        with _as_executor(self.builds.namespace):
            async with self._made():
                await self._begun()
                try:
                    async with asyncio.timeout(self.request.seconds):
                        await self._sent()
                        await self._followed()
                except TimeoutError:
                    raise too_long(self.request, self.seen) from None
                return self._outcome()

    @contextlib.asynccontextmanager
    async def _made(self) -> AsyncIterator[None]:
        """Make Job and Secret; take them away however it ends, and wait for that where it does not end well."""
        if sum(map(len, self.secrets.values())) > MAX_SECRET_BYTES:
            raise ExecutorMissing(
                f"The secrets of a build may have {MAX_SECRET_BYTES} bytes together in a cluster.",
                next_step="Give fewer or smaller secrets, or build on a machine.",
            )
        body = job(
            self.name,
            self.builds,
            image=self.request.name,
            seconds=self.request.seconds,
            with_secret=bool(self.secrets),
        )
        wait = True
        try:
            owner = await self.client.create(self._jobs, body)
            if self.secrets:
                await self.client.create(self._secrets, secret(self.name, owner, self.secrets))
            yield
            wait = False
        finally:
            await asyncio.shield(self._cleared(wait=wait))

    async def _cleared(self, *, wait: bool) -> None:
        """Delete the Job, which takes pod and Secret with it. What cannot be deleted ends by its own deadline."""
        with contextlib.suppress(ClusterError, Denied, DeadlineExceeded, TimeoutError):
            async with asyncio.timeout(CLEAR_SECONDS):
                await self.client.delete(f"{self._jobs}/{self.name}")
                if self.secrets:
                    await self.client.delete(f"{self._secrets}/{self.name}")
                while wait and await self._pod() is not None:  # noqa: ASYNC110 - the cluster tells nobody
                    await asyncio.sleep(LOOK_SECONDS)

    async def _begun(self) -> None:
        """Wait until the container runs."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.builds.start_seconds
        self.seen.told(f"Job {self.name} in namespace {self.builds.namespace} waits for its pod", "")
        while True:
            await self._looked(events=not self._look.running)
            if self._look.running:
                return
            if error := not_beginning(self._look, self.builds.image, patient=loop.time() < until):
                raise error
            if self._look.over:
                raise ended_badly(self._look, self.request, self.seen)
            await asyncio.sleep(LOOK_SECONDS)

    async def _sent(self) -> None:
        words = ["/bin/sh", "-c", RECEIVE, "sh", str(self.package.size)]
        done = await self.client.execute(
            self.builds.namespace, name_of(self._look.pod), CONTAINER, words, stdin=self.package.pieces()
        )
        if done.status:
            said = shown(done.err[-1000:])
            raise BuildInterrupted(
                f"The files of the build could not be put into its pod: {said or f'status {done.status}'}",
                next_step="Raise build.kubernetes_scratch where there is no room; else build again.",
            )

    async def _followed(self) -> None:
        """Tell the log while looking at the pod, to the end of both."""
        telling = asyncio.create_task(self._told())
        try:
            while not self._look.over and self._look.pod is not None:
                await asyncio.sleep(LOOK_SECONDS)
                await self._looked()
            self._look = replace(self._look, job=await self._job())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await asyncio.shield(telling)
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, ClusterError):
                await telling

    async def _told(self) -> None:
        mark, pod, told = f"{self.package.mark} ", name_of(self._look.pod), 0
        going = lambda: not self._look.over and self._look.pod is not None  # noqa: E731 - asked again and again
        async for line in lines_of(self.client, self.builds.namespace, pod, CONTAINER, running=going):
            if line.startswith(mark):
                if sum(map(len, self._result)) < MAX_RESULT_BYTES:
                    self._result.append(line.removeprefix(mark))
                continue
            told += 1
            if told <= MAX_LINES:
                self.seen.line(Line(text=shown(line.encode())))

    def _outcome(self) -> Done:
        stage, _, rest = text(self._look.terminated, "message").partition(" ")
        digest, _, checksum = rest.partition(" ")
        if stage != "done":
            raise ended_badly(self._look, self.request, self.seen)
        try:
            told = base64.b64decode("".join(self._result), validate=True)
        except binascii.Error:
            told = b""
        if hashlib.sha256(told).hexdigest() != checksum.strip():
            raise BuildInterrupted(
                f"The image {self.request.name} was built and pushed ({digest}), but the log about it is not whole.",
                next_step="Build again: its steps come from the cache.",
            )
        return Done(told=json.loads(told), digest=digest)

    # -- looking

    async def _looked(self, *, events: bool = False) -> None:
        """Look at the pod; at the Job too where the pod does not tell enough. A cluster may be away for a while."""
        loop = asyncio.get_running_loop()
        try:
            pod = await self._pod()
            known = self._look.job
            if pod is None or events or text(pod, "status", "phase") == "Failed":
                known = await self._job()
            self._look = Look(job=known, pod=pod, events=await self._events(pod) if events else ())
            self._answered = loop.time()
        except (ClusterUnreachable, ClusterBusy):
            if loop.time() - self._answered > AWAY_SECONDS:
                raise

    async def _pod(self) -> dict[str, Any] | None:
        path = f"/api/v1/namespaces/{self._space}/pods"
        found = await self.client.get(path, labelSelector=f"batch.kubernetes.io/job-name={self.name}")
        pods = objects(found, "items")
        return dict(pods[0]) if pods else None

    async def _job(self) -> dict[str, Any] | None:
        try:
            return await self.client.get(f"{self._jobs}/{self.name}")
        except ClusterRejected as exc:
            if exc.http_status != 404:
                raise
            return None

    async def _events(self, pod: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
        """Return the events of pod or Job; none where the caller may not read them."""
        about = self.name if pod is None else name_of(pod)
        try:
            found = await self.client.get(
                f"/api/v1/namespaces/{self._space}/events", fieldSelector=f"involvedObject.name={about}"
            )
        except Forbidden:
            return []
        return list(objects(found, "items"))

    @property
    def _space(self) -> str:
        return quote(self.builds.namespace, safe="")

    @property
    def _secrets(self) -> str:
        return f"/api/v1/namespaces/{self._space}/secrets"

    @property
    def _jobs(self) -> str:
        return f"/apis/batch/v1/namespaces/{self._space}/jobs"


@contextlib.contextmanager
def _as_executor(namespace: str) -> Iterator[None]:
    """Say what the cluster refuses as what it is here: images cannot be built there."""
    try:
        yield
    except Forbidden as exc:
        raise ExecutorMissing(
            f"You may not build in namespace {namespace}: {exc.message}",
            next_step="Ask for a Role that creates and deletes jobs and secrets, reads pods, pods/log and events, and "
            "creates pods/exec there.",
        ) from exc
    except (ClusterError, Denied, DeadlineExceeded) as exc:
        raise ExecutorMissing(f"The cluster does not build: {exc.message}", next_step=exc.next_step) from exc
