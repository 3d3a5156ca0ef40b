"""The containers of a pod: what was asked for beside what is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cluster.fields import EMPTY, Obj, mapping, moment, numbered, text, truth, whole

ContainerRole = Literal["init", "sidecar", "main", "ephemeral"]
FieldPath = tuple[str | int, ...]

_LISTS: tuple[tuple[str, str, ContainerRole], ...] = (
    ("initContainers", "initContainerStatuses", "init"),
    ("containers", "containerStatuses", "main"),
    ("ephemeralContainers", "ephemeralContainerStatuses", "ephemeral"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a pod. ``sidecar`` is an init container with ``restartPolicy: Always``.

    ``spec_path`` and ``status_path`` lead to both halves within the pod; without a status ``status`` is empty and
    ``status_path`` is ``()``.
    """

    pod: Obj
    name: str
    role: ContainerRole
    spec: Obj
    status: Obj
    spec_path: FieldPath
    status_path: FieldPath

    @property
    def image(self) -> str:
        """The image as the spec writes it."""
        return text(self.spec, "image")

    @property
    def waiting(self) -> Obj:
        """``state.waiting``, or empty."""
        return mapping(self.status, "state", "waiting")

    @property
    def waiting_reason(self) -> str:
        """``state.waiting.reason``: ``CrashLoopBackOff``, ``ImagePullBackOff``, … or empty."""
        return text(self.waiting, "reason")

    @property
    def running(self) -> bool:
        """Whether ``state.running`` is set."""
        return "running" in mapping(self.status, "state")

    @property
    def started_at(self) -> datetime | None:
        """When the current run began."""
        return moment(self.status, "state", "running", "startedAt")

    @property
    def ready(self) -> bool:
        """The status' ``ready``."""
        return truth(self.status, "ready")

    @property
    def restarts(self) -> int:
        """How often it was restarted since the pod was made."""
        return whole(self.status, "restartCount")

    @property
    def ended(self) -> Obj:
        """The last end of this container: ``state.terminated``, else ``lastState.terminated``, else empty."""
        return mapping(self.status, "state", "terminated") or mapping(self.status, "lastState", "terminated")

    @property
    def ended_path(self) -> FieldPath:
        """The path of ``ended`` within the pod."""
        which = "state" if mapping(self.status, "state", "terminated") else "lastState"
        return (*self.status_path, which, "terminated")

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last end, or None when it never ended or what was read does not say."""
        code = self.ended.get("exitCode")
        return code if isinstance(code, int) and not isinstance(code, bool) else None

    @property
    def ended_at(self) -> datetime | None:
        """When it last ended."""
        return moment(self.ended, "finishedAt")

    @property
    def run_seconds(self) -> float | None:
        """How long the run that ended last had lasted, in seconds; None when a time is missing or "never"."""
        start, end = moment(self.ended, "startedAt"), self.ended_at
        return (end - start).total_seconds() if start and end else None


_Remembered = dict[int, tuple[Obj, tuple[Container, ...]]]
_remembered: ContextVar[_Remembered | None] = ContextVar("containers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Join each pod with its statuses once while this lasts: the rules of one diagnosis ask some fifty times each."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def containers(pod: Obj) -> tuple[Container, ...]:
    """Return the containers of a pod in the order of its spec, joined with their statuses by name."""
    known = _remembered.get()
    if known is None:
        return tuple(_joined(pod))
    found = known.get(id(pod))
    if found is None:
        # The pod is kept beside the answer, so that its id cannot pass to another object meanwhile.
        found = known[id(pod)] = (pod, tuple(_joined(pod)))
    return found[1]


def _joined(pod: Obj) -> Iterator[Container]:
    spec, status = mapping(pod, "spec"), mapping(pod, "status")
    for spec_key, status_key, role in _LISTS:
        if spec_key not in spec:
            continue
        statuses = {text(entry, "name"): (index, entry) for index, entry in numbered(status, status_key)}
        for index, entry in numbered(spec, spec_key):
            name = text(entry, "name")
            found = statuses.get(name)
            yield Container(
                pod=pod,
                name=name,
                role="sidecar" if role == "init" and entry.get("restartPolicy") == "Always" else role,
                spec=entry,
                status=found[1] if found else EMPTY,
                spec_path=("spec", spec_key, index),
                status_path=("status", status_key, found[0]) if found else (),
            )


def container_named(pod: Obj, name: str) -> Container | None:
    """Return the container of that name, or None."""
    return next((container for container in containers(pod) if container.name == name), None)
