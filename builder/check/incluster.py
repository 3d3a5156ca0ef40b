"""Try an image out in a cluster: one pod under Pod Security ``restricted``, asked by the kubelet, then told to end.

For images that are not on this machine. The kubelet's own checks stand for ours: it refuses an image whose user is
root or a name, its startup probe says that the port is open, its readiness probe that HTTP answers. Services are not
stood in for here: what the program needs must be in ``Wanted.environment`` and reachable from the namespace.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote

from builder.build.kube_job import LABEL, OURS, fresh_name
from builder.build.programs import Ended, shown
from builder.check import judging
from builder.check.errors import CheckerMissing
from builder.check.report import Checked, Report, said
from builder.check.trying import HEALTH_SECONDS, KEPT_LINES, SETTLE_SECONDS, Wanted
from builder.plan import Kind
from cluster.fields import Obj, mapping, moment, objects, text, truth, whole
from cluster.following import lines_of
from cluster.identity import Identity
from cluster.pods import PodClient, connect_pods, pod_path
from core.errors import ClusterError, ClusterRejected, DeadlineExceeded, Denied, Forbidden

CONTAINER: Final = "trial"
LOOK_SECONDS = 0.2
SPARE_SECONDS = 120.0
"""For the pull of the image, and for taking the pod away."""

_STATUS = re.compile(r"statuscode: (\d{3})")
_ROOT = ("will run as root", "non-numeric user")
"""What the kubelet says of an image whose user is root, or a name behind which root may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a trial runs: a namespace, and the Secret with which nodes pull (empty: none)."""

    namespace: str
    pull_secret: str = ""


async def tried_in_cluster(identity: Identity, image: str, wanted: Wanted, place: Place) -> Report:
    """Run ``image`` (a reference that nodes can pull) in a pod and return what it showed. Raises ``CheckerMissing``."""
    began = perf_counter()
    try:
        async with connect_pods(identity) as client:
            trial = _Trial(client, image, wanted, place)
            async with trial.made():
                checks = await trial.checks()
            log = tuple(trial.log)
    except Forbidden as exc:
        raise CheckerMissing(
            f"You may not try images out in namespace {place.namespace}: {exc.message}",
            next_step="Ask for a Role that creates and deletes pods and secrets and reads pods, pods/log and events.",
        ) from exc
    except (ClusterError, Denied, DeadlineExceeded) as exc:
        raise CheckerMissing(f"The cluster does not run the image: {exc.message}", next_step=exc.next_step) from exc
    started = any(one.check == "starts" and one.outcome == "passed" for one in checks)
    return Report(
        checks=(*checks, *judging.logged(log, started=started)), log=log[-KEPT_LINES:], seconds=perf_counter() - began
    )


class _Trial:
    """One pod from its creation to its end."""

    def __init__(self, client: PodClient, image: str, wanted: Wanted, place: Place) -> None:
        self._client, self._image, self._wanted, self._place = client, image, wanted, place
        self._name = fresh_name("trial")
        self._path = pod_path(place.namespace, self._name)
        self._secret = f"/api/v1/namespaces/{quote(place.namespace, safe='')}/secrets"
        self._pod: Obj = {}
        self._gone = False
        self.log: list[str] = []

    @contextlib.asynccontextmanager
    async def made(self) -> AsyncIterator[None]:
        """Make the pod, and a Secret for its variables; take both away."""
        telling: asyncio.Task[None] | None = None
        wanted, place = self._wanted, self._place
        try:
            owner = await self._client.create(
                self._path.rpartition("/")[0], trial_pod(self._name, self._image, wanted, place)
            )
            if wanted.environment:
                await self._client.create(self._secret, _variables(self._name, owner, wanted.environment))
            telling = asyncio.create_task(self._told())
            yield
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await asyncio.shield(telling)
        finally:
            if telling is not None:
                telling.cancel()
                with contextlib.suppress(asyncio.CancelledError, ClusterError):
                    await telling
            await asyncio.shield(self._cleared())

    async def checks(self) -> list[Checked]:
        """Watch it start, answer and end."""
        wanted = self._wanted
        if refused := await self._begun():
            return [refused]
        if wanted.kind == Kind.JOB:
            return [judging.done(await self._ended(wanted.start_seconds), tuple(self.log))]
        opened = await self._until(lambda: truth(self._status, "started")) if wanted.port else await self._settled()
        ended = _ended(self._status)
        probed = ended is not None and not opened and wanted.port is not None and self._ended_by_its_probe()
        checks = [judging.started(None if probed else ended, tuple(self.log))]
        if wanted.port is not None and (ended is None or probed):
            checks.append(await self._listens(wanted.port, opened=opened))
        if ended is not None:
            return checks
        if wanted.port is not None and opened:
            checks.append(await self._answers())
        if wanted.health:
            checks.append(await self._health())
        checks.append(said("user", "passed", "The node runs it as no root.", "节点以非 root 身份运行它。"))
        checks.append(await self._stops())
        return checks

    async def _begun(self) -> Checked | None:
        """Wait until the container runs or has ended. Raises ``CheckerMissing`` where the cluster does not start it."""
        async for _ in self._looks(self._wanted.start_seconds + SPARE_SECONDS):
            state = mapping(self._status, "state")
            if state.get("running") or state.get("terminated"):
                return None
            reason, message = text(state, "waiting", "reason"), text(state, "waiting", "message")
            if reason == "CreateContainerConfigError" and any(word in message for word in _ROOT):
                return said(
                    "user", "failed", f"The node refuses its user: {message}", f"节点拒绝其用户：{message}", (message,)
                )
            if reason in {"ImagePullBackOff", "InvalidImageName", "CreateContainerError", "RunContainerError"} or (
                reason == "CreateContainerConfigError" and "not found" not in message
            ):
                raise CheckerMissing(
                    f"The node does not start {self._image} ({reason}): {message}",
                    next_step="Check build.kubernetes_pull_registry and build.kubernetes_registry_secret.",
                )
            if self._gone or text(self._pod, "status", "phase") == "Failed":
                break
        raise CheckerMissing(
            f"The pod of the trial did not come to run: {await self._warning('')}",
            next_step="Look at the events of the namespace: is there room on the nodes, is there a quota?",
        )

    async def _settled(self) -> bool:
        await self._ended(SETTLE_SECONDS)
        return False

    async def _until(self, reached: Any) -> bool:
        async for _ in self._looks(self._wanted.start_seconds + 5):
            if reached():
                return True
            if _ended(self._status) is not None or self._gone:
                return False
        return False

    def _ended_by_its_probe(self) -> bool:
        """Say whether the kubelet ended it since its port did not open in time; asked to, it may have ended well."""
        terminated = mapping(self._status, "state", "terminated")
        began, ended = moment(terminated, "startedAt"), moment(terminated, "finishedAt")
        if began is None or ended is None:
            return False
        return (ended - began).total_seconds() >= self._wanted.start_seconds - 1  # whole seconds are told

    async def _listens(self, port: int, *, opened: bool) -> Checked:
        if opened:
            return said("listens", "passed", f"Others reach it on port {port}.", f"其他 Pod 可以访问端口 {port}。")
        proof = await self._warning("Unhealthy")
        return said(
            "listens",
            "failed",
            f"Nobody reaches it on port {port}: nothing listens there, or on its own loopback only.",
            f"无法访问端口 {port}：没有程序监听，或只监听自身回环地址。",
            (proof,) if proof else (),
        )

    async def _answers(self) -> Checked:
        path, worst = (self._wanted.path, 400) if self._wanted.path else ("/", 500)
        if await self._until(lambda: truth(self._status, "ready")):
            text_ = f"GET {path} answers well.", f"GET {path} 正常响应。"
            return said("answers", "passed", *text_)
        found = _STATUS.search(await self._warning("Unhealthy"))
        return judging.answered(path, int(found[1]) if found else None, worst)

    async def _health(self) -> Checked:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                done = await self._client.execute(
                    self._place.namespace, self._name, CONTAINER, list(self._wanted.health)
                )
        except TimeoutError:
            return judging.health(124, ())
        except ClusterRejected as exc:
            return judging.health(126, (exc.message,))
        printed = tuple(shown(line) for line in (done.out + done.err).splitlines())
        return judging.health(done.status, printed)

    async def _stops(self) -> Checked:
        """Delete the pod and see how its container ends; the kubelet sends the image's own signal."""
        grace = self._wanted.grace_seconds
        began = perf_counter()
        await self._client.delete(self._path, grace_seconds=ceil(grace))
        ended: Ended | None = None
        async for _ in self._looks(grace + SPARE_SECONDS):
            ended = _ended(self._status) or ended
            if self._gone or ended is not None:
                break
        took = perf_counter() - began
        killed = took >= grace and (ended is None or ended.status == 137)
        return judging.stopped(None if killed else ended or Ended(status=0), took, self._wanted.stop.name, grace)

    async def _ended(self, seconds: float) -> Ended | None:
        async for _ in self._looks(seconds):
            if (ended := _ended(self._status)) is not None:
                return ended
        return None

    @property
    def _status(self) -> Obj:
        return next(iter(objects(self._pod, "status", "containerStatuses")), {})

    async def _looks(self, seconds: float) -> AsyncIterator[None]:
        """Look at the pod again and again for so long."""
        until = perf_counter() + seconds
        while True:
            try:
                self._pod = await self._client.get(self._path)
            except ClusterRejected as exc:
                if exc.http_status != 404:
                    raise
                self._gone = True
            yield
            if perf_counter() >= until:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _warning(self, reason: str) -> str:
        """Return the newest warning about the pod, of one reason where one is named."""
        path = f"{self._path.rpartition('/')[0].removesuffix('/pods')}/events"
        try:
            found = await self._client.get(path, fieldSelector=f"involvedObject.name={self._name}")
        except Forbidden:
            return ""
        events = [one for one in objects(found, "items") if text(one, "type") == "Warning"]
        said_ = [text(one, "message") for one in events if reason in {"", text(one, "reason")}]
        return said_[-1] if said_ else ""

    async def _told(self) -> None:
        going = lambda: not self._gone and _ended(self._status) is None  # noqa: E731 - asked again and again
        try:
            async for line in lines_of(self._client, self._place.namespace, self._name, CONTAINER, running=going):
                if len(self.log) < 10 * KEPT_LINES:
                    self.log.append(shown(line.encode()))
        except ClusterRejected as exc:
            if exc.http_status != 404:  # the pod was deleted, by its own trial at the end: all is told
                raise

    async def _cleared(self) -> None:
        with contextlib.suppress(ClusterError, Denied, DeadlineExceeded, TimeoutError):
            async with asyncio.timeout(30):
                await self._client.delete(self._path, grace_seconds=0)
                if self._wanted.environment:
                    await self._client.delete(f"{self._secret}/{self._name}")


def trial_pod(name: str, image: str, wanted: Wanted, place: Place) -> dict[str, Any]:
    """Return the pod: Pod Security ``restricted``, a read-only root, only what is written to is writable."""
    bounds = wanted.bounds
    volumes = [
        {"name": f"scratch-{at}", "emptyDir": {"sizeLimit": str(bounds.scratch_bytes)}}
        for at, _ in enumerate(wanted.writable)
    ]
    container: dict[str, Any] = {
        "name": CONTAINER,
        "image": image,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "resources": {
            "requests": {"cpu": "100m", "memory": str(bounds.memory_bytes // 4)},
            "limits": {"cpu": "2", "memory": str(bounds.memory_bytes)},
        },
        "volumeMounts": [{"name": f"scratch-{at}", "mountPath": path} for at, path in enumerate(wanted.writable)],
    }
    if wanted.environment:
        container["envFrom"] = [{"secretRef": {"name": name}}]
    if wanted.port is not None and wanted.kind != Kind.JOB:
        every = {"periodSeconds": 1, "timeoutSeconds": 5}
        opens = {"tcpSocket": {"port": wanted.port}, "failureThreshold": ceil(wanted.start_seconds)}
        answers = {"httpGet": {"path": wanted.path or "/", "port": wanted.port}, "failureThreshold": 1}
        container |= {"startupProbe": opens | every, "readinessProbe": answers | every}
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "activeDeadlineSeconds": int(2 * wanted.start_seconds + wanted.grace_seconds + 2 * SPARE_SECONDS),
        "terminationGracePeriodSeconds": ceil(wanted.grace_seconds),
        "containers": [container],
        "volumes": volumes,
    }
    if place.pull_secret:
        spec["imagePullSecrets"] = [{"name": place.pull_secret}]
    labels = {LABEL: OURS, "app.kubernetes.io/component": "trial"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec}


def _variables(name: str, owner: Obj, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the Secret with the variables, which ends with the pod."""
    reference = {"apiVersion": "v1", "kind": "Pod", "name": name, "uid": text(owner, "metadata", "uid")}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {LABEL: OURS}, "ownerReferences": [reference]},
        "stringData": dict(environment),
    }


def _ended(status: Obj) -> Ended | None:
    terminated = mapping(status, "state", "terminated")
    return Ended(status=whole(terminated, "exitCode")) if terminated else None
