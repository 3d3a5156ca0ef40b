"""A container that does not get to run, and the words in which kubelet and runtime say why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import dig, text
from cluster.snapshot import Event
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.containers import Container
from diagnose.fault import ContainerFault
from diagnose.findings import Confidence, Finding, NextCheck, Reach, Remedy, Role
from diagnose.logs.ending import NOT_STARTED
from diagnose.remedies import roll_back
from diagnose.scene import Scene
from diagnose.state import termination_current

WAITING = frozenset(
    {
        "ContainerCannotRun",
        "CreateContainerConfigError",
        "CreateContainerError",
        "PostStartHookError",
        "PreCreateHookError",
        "PreStartHookError",
        "RunContainerError",
        "StartError",
    }
)
"""Waiting reasons of a container that kubelet or runtime could not create or start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(ContainerFault):
    """What is said of a container that does not start, and where it stands."""

    message: str
    evidence: Evidence
    event: Event | None = None

    @property
    def since(self) -> datetime | None:
        """When it began."""
        return self.event.first if self.event else self.container.ended_at

    def finding(
        self,
        code: str,
        summary: Phrase,
        *,
        confidence: Confidence,
        role: Role = Role.ROOT,
        expected: str = "",
        actual: str = "",
        near: Sequence[str] = (),
        evidence: Sequence[Evidence] = (),
        remedies: Sequence[Remedy | None] = (),
        next_checks: Sequence[NextCheck] = (),
        chain: Sequence[Reach] = (),
    ) -> Finding:
        """Make a finding of this failure; going back to a ready revision is always offered last."""
        offered = [*remedies, roll_back(self.scene, self.pod)]
        return Finding(
            code=code,
            role=role,
            confidence=confidence,
            object=self.object,
            part=self.container.name,
            affected=self.scene.reach_pods([self.pod]),
            summary=summary,
            expected=expected,
            actual=actual,
            near=tuple(near)[:3],
            evidence=tuple(dict.fromkeys([self.evidence, *evidence]))[:4],
            chain=tuple(chain),
            remedies=tuple(remedy for remedy in offered if remedy is not None),
            next_checks=tuple(next_checks),
            since=self.since,
        )


def failure_of(scene: Scene, container: Container) -> Failure | None:
    """Return why a container does not start now; None when it starts, or ended after a start."""
    event = _event(scene, container)
    if container.waiting_reason in WAITING:
        path = (*container.status_path, "state", "waiting")
        if message := text(container.waiting, "message"):
            return Failure(
                scene=scene,
                container=container,
                message=message,
                evidence=scene.field(container.pod, *path, "message"),
                event=event,
            )
        if event is not None:
            return Failure(
                scene=scene, container=container, message=event.message, evidence=scene.event(event), event=event
            )
        return Failure(
            scene=scene,
            container=container,
            message="",
            evidence=scene.field(container.pod, *path, "reason"),
            event=event,
        )
    if text(container.ended, "reason") in NOT_STARTED and termination_current(scene, container):
        key = "message" if text(container.ended, "message") else "reason"
        return Failure(
            scene=scene,
            container=container,
            message=text(container.ended, "message"),
            evidence=scene.field(container.pod, *container.ended_path, key),
            event=event,
        )
    return None


def _event(scene: Scene, container: Container) -> Event | None:
    found = (
        event
        for event in reversed(scene.snapshot.events(container.pod))
        if event.reason == "Failed" and event.message.startswith("Error: ") and event.container in {"", container.name}
    )
    return next(found, None)


_PREFIXES = re.compile(
    r"^(?:Error: |failed to (?:create|start) (?:containerd task|shim task|container): |failed to create shim task: |"
    r"OCI runtime (?:create|start) failed: |runc create failed: |crun: |container create failed: |"
    r"unable to start container process: |failed to start container \"[^\"]{0,80}\": |Error response from daemon: |"
    r"failed to generate container \"[^\"]{0,80}\" spec: |rpc error: code = \w{1,30} desc = |"
    r"error during container init: |\s+)"
)
_SUFFIXES = re.compile(r"(?:: unknown)+$")


def innermost(message: str) -> str:
    """Strip what the layers of the runtime put in front, and return the cause."""
    for _ in range(12):
        match = _PREFIXES.match(message)
        if match is None or match.end() == len(message):
            break
        message = message[match.end() :]
    return _SUFFIXES.sub("", message).strip()


def effective(container: Container, key: str) -> tuple[object, tuple[str | int, ...]]:
    """Return a security setting and its path: the container's own, else the pod's."""
    own = dig(container.spec, "securityContext", key)
    if own is not None:
        return own, (*container.spec_path, "securityContext", key)
    return dig(container.pod, "spec", "securityContext", key), ("spec", "securityContext", key)
