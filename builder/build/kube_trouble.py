"""Why a build in a cluster does not begin, or ended otherwise than by itself: from objects and events to errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from builder.build.errors import BuildFailed, BuildInterrupted, ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest
from builder.build.kube_job import CONTAINER
from builder.build.kube_package import NO_STORAGE
from builder.build.outcome import failed, too_long
from builder.build.steps import Steps
from builder.errors import BuilderError
from cluster.fields import Obj, condition, mapping, moment, objects, text, whole

_NO_IMAGE = frozenset({"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"})
"""Reasons to give up at once. ``ErrImagePull`` is not among them: the second attempt follows within seconds."""

_NO_CONTAINER = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the cluster says of a build at one moment. Absent objects are None; ``events`` are those of Job and pod."""

    job: dict[str, Any] | None
    pod: dict[str, Any] | None
    events: Sequence[Obj] = ()

    @property
    def container(self) -> Obj:
        """The status of the container, empty before there is one."""
        found = objects(self.pod, "status", "containerStatuses") if self.pod else []
        return next((one for one in found if text(one, "name") == CONTAINER), {})

    @property
    def running(self) -> bool:
        """Whether the container runs."""
        return bool(mapping(self.container, "state", "running"))

    @property
    def terminated(self) -> Obj:
        """How the container ended, empty while it did not."""
        return mapping(self.container, "state", "terminated")

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it: the container ended, or the pod did without one."""
        return bool(self.terminated) or text(self.pod, "status", "phase") in {"Failed", "Succeeded"}


def not_beginning(look: Look, image: str, *, patient: bool) -> BuilderError | None:
    """Return why the pod does not come to run, None while it still may. ``patient``: there is time left to wait."""
    if look.pod is None:
        return _no_pod(look, patient=patient)
    waiting = mapping(look.container, "state", "waiting")
    reason, message = text(waiting, "reason"), text(waiting, "message")
    if reason in _NO_IMAGE or (reason == "ErrImagePull" and not patient):
        return ExecutorMissing(
            f"The image {image} that builds run in cannot be pulled: {message or reason}",
            next_step="Check build.kubernetes_image, and build.kubernetes_registry_secret for its registry.",
        )
    if reason in _NO_CONTAINER:
        return ExecutorMissing(
            f"The container of the build cannot be started ({reason}): {message}",
            next_step="Check build.kubernetes_image: it must hold buildah and a shell, and run as user 1000.",
        )
    if text(look.pod, "status", "phase") == "Failed":
        return _taken(look) or BuildInterrupted(
            f"The pod of the build failed before it began: {_said(look)}", next_step="Try again."
        )
    if patient:
        return None
    scheduled = condition(look.pod, "PodScheduled")
    if text(scheduled, "status") == "False":
        return ExecutorMissing(
            f"No node takes the pod of the build: {text(scheduled, 'message')}",
            next_step="Lower build.kubernetes_cpu and build.kubernetes_memory, wait for others, or add nodes.",
        )
    return ExecutorMissing(
        f"The pod of the build did not come to run in time: {_latest(look) or reason or 'it is pending'}",
        next_step="Look at the pod's events, or raise build.kubernetes_start_seconds.",
    )


def _no_pod(look: Look, *, patient: bool) -> BuilderError | None:
    refused = [one for one in look.events if text(one, "reason") == "FailedCreate"]
    message = text(max(refused, key=_when), "message") if refused else ""
    if look.job is None:
        return BuildInterrupted("The Job of the build was deleted.", next_step="Build again.")
    if "exceeded quota" in message:
        if patient:
            return None  # another build that ends makes room
        return ExecutorMissing(
            f"The quota of the namespace leaves no room for a build: {message}",
            next_step="Wait until other builds are done, lower build.kubernetes_cpu and memory, or ask for more quota.",
        )
    if "violates PodSecurity" in message:
        return ExecutorMissing(
            f"The namespace does not let the pod of a build in: {message}",
            next_step="Builds need Pod Security baseline, and privileged with build.kubernetes_seccomp or apparmor "
            "Unconfined: name such a namespace in build.kubernetes_namespace.",
        )
    if message:
        return ExecutorMissing(
            f"The cluster makes no pod for the build: {message}",
            next_step="Correct what the message names: service account, limits or policy of the namespace.",
        )
    if patient:
        return None
    return ExecutorMissing(
        "The cluster made no pod for the build in time.", next_step="Look whether the Job controller works."
    )


def ended_badly(look: Look, request: BuildRequest, seen: Steps) -> BuilderError:
    """Return why a build that ran did not give an image."""
    if look.job is None or look.pod is None:
        return _gone(look, request, seen)
    if taken := _taken(look):
        return taken
    if _past_deadline(look):
        return too_long(request, seen)
    if text(look.pod, "metadata", "deletionTimestamp"):
        return BuildInterrupted(
            f"The pod of the build of {request.name} was deleted while it ran.", next_step="Build again."
        )
    stage, status = text(look.terminated, "message").partition(" ")[0], whole(look.terminated, "exitCode")
    if text(look.terminated, "reason") == "OOMKilled":
        return BuildFailed(
            f"The build of {request.name} used more memory than its pod may, in: {seen.step or 'its first step'}",
            next_step="Raise build.kubernetes_memory, or let the build do less at once.",
            step=seen.step,
            log=tuple(seen.kept),
        )
    if stage == "build":
        return failed(request, seen)
    last = " ".join(line.text for line in list(seen.kept)[-3:])
    if stage in {"push", "pull"}:
        return PushFailed(
            f"The image {request.name} could not be {stage}ed: {last}",
            next_step="Check build.registry, that pods reach it, and the rights of build.kubernetes_registry_secret.",
        )
    if status == NO_STORAGE or stage == "storage":
        return ExecutorMissing(
            f"buildah cannot work in the pod of the build: {last}",
            next_step="The node must let user 1000 make user namespaces: check user.max_user_namespaces, and set "
            "build.kubernetes_seccomp and build.kubernetes_apparmor to Unconfined or to a profile that allows them.",
        )
    if stage == "context":
        return BuildInterrupted("The pod of the build waited in vain for its files.", next_step="Build again.")
    return BuildInterrupted(f"The pod of the build ended with status {status}: {last}", next_step="Build again.")


def _gone(look: Look, request: BuildRequest, seen: Steps) -> BuilderError:
    if look.job is not None and _past_deadline(look):
        return too_long(request, seen)
    what = "Job" if look.job is None else "pod"
    return BuildInterrupted(
        f"The {what} of the build of {request.name} was deleted while it ran.",
        next_step="Somebody or the cluster took it away: build again.",
    )


def _taken(look: Look) -> BuilderError | None:
    """Return the error where the node or the cluster ended the pod."""
    reason, disrupted = text(look.pod, "status", "reason"), condition(look.pod, "DisruptionTarget")
    if reason != "Evicted" and text(disrupted, "status") != "True":
        return None
    said = text(look.pod, "status", "message") or text(disrupted, "message") or reason
    room = "EmptyDir" in said or "ephemeral" in said
    return BuildInterrupted(
        f"The cluster took the pod of the build away: {said}",
        next_step="Raise build.kubernetes_scratch: files and layers need more room."
        if room
        else "Build again; where it happens often, the nodes have too little memory or disk for builds.",
    )


def _past_deadline(look: Look) -> bool:
    return (
        any(text(condition(look.job, one), "reason") == "DeadlineExceeded" for one in ("FailureTarget", "Failed"))
        or text(look.pod, "status", "reason") == "DeadlineExceeded"
    )


def _said(look: Look) -> str:
    return text(look.pod, "status", "message") or text(look.pod, "status", "reason") or _latest(look)


def _latest(look: Look) -> str:
    """Return the newest warning."""
    warnings = [one for one in look.events if text(one, "type") == "Warning"]
    return text(max(warnings, key=_when), "message") if warnings else ""


def _when(event: Obj) -> float:
    found = (
        moment(event, "lastTimestamp") or moment(event, "eventTime") or moment(event, "metadata", "creationTimestamp")
    )
    return found.timestamp() if found else 0.0
