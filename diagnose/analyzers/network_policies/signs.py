"""Callers that show that a connection or a name fails: by their log, or by not getting ready without a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, text
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.complaints import FIRST_SECONDS, WINDOW_SECONDS, Complaint, complaints, words_read
from diagnose.containers import Container, containers
from diagnose.fault import named
from diagnose.findings import Confidence, Finding, NextCheck, Reach, Remedy, Severity
from diagnose.logs.ending import LOST, NOT_STARTED
from diagnose.logs.line import MAX_CHARACTERS
from diagnose.logs.reading import LogItem, read_log
from diagnose.scene import Scene
from diagnose.state import pod_satisfied, termination_current

_WORDS = "while connecting to upstream"
_UPSTREAM = re.compile(
    rf"(?:timed out|No route to host)\).{{0,40}}{_WORDS}.{{0,800}}?upstream: \"[a-z]{{2,12}}://"
    r"(\[[0-9a-f:]+\]|[\w.-]{1,253})(?::(\d{1,5}))?"
)
MAX_ITEMS = 400
_OTHER = NOT_STARTED | LOST | {"OOMKilled"}
SILENT_SECONDS = 2 * FIRST_SECONDS
"""A container that has run this long without getting ready or saying why may wait for a peer."""

LEAST_SECONDS = 5
"""A run that ended without a word before this did not wait for an answer that never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A container that shows a fault: ``said`` is the line about it, None where it fails without a word.

    A ``proxy`` calls for others: who is behind it is hit as well.
    """

    scene: Scene
    container: Container
    said: Complaint | None = None
    proxy: bool = False

    @property
    def pod(self) -> Obj:
        """The pod."""
        return self.container.pod

    @property
    def who(self) -> Phrase:
        """The container as the subject of a sentence."""
        return named(self.container)

    @property
    def consequence(self) -> Phrase:
        """What follows, as the end of a sentence."""
        if self.said is not None:
            return self.said.consequence
        if self.container.role == "init":
            return Phrase(en=", and the pod does not get past its start", zh="，且 Pod 停在启动阶段")
        return Phrase(en=", and it is not ready", zh="，且尚未就绪")

    @property
    def proof(self) -> Evidence:
        """What shows the fault."""
        if self.said is not None:
            return self.said.line
        return self.scene.field(self.pod, *(self.container.status_path or ("status", "phase")))

    def report(
        self,
        code: str,
        summary: Phrase,
        *,
        about: ObjectRef,
        part: str,
        confidence: Confidence,
        evidence: tuple[Evidence, ...],
        remedies: tuple[Remedy, ...],
        variant: str = "",
        expected: str = "",
        actual: str = "",
        next_checks: tuple[NextCheck, ...] = (),
        affected: tuple[Reach, ...] = (),
        absent: bool = False,
        near: tuple[str, ...] = (),
    ) -> Finding:
        """Make a finding of it: the pod is affected, the policy is what must change."""
        serving = self.said is not None and self.said.serving
        log = (self.said.log_check(),) if self.said is not None else ()
        began = self.said.since if self.said is not None else self.container.ended_at or self.container.started_at
        return Finding(
            code=code,
            variant=variant,
            severity=Severity.MEDIUM if serving else Severity.HIGH,
            confidence=confidence,
            object=about,
            absent=absent,
            part=part,
            affected=(*self.scene.reach_pods([self.pod]), *affected),
            summary=summary,
            expected=expected,
            actual=actual,
            near=near,
            evidence=tuple(dict.fromkeys((self.proof, *evidence)))[:4],
            remedies=remedies,
            next_checks=(*next_checks, *log),
            since=began,
        )


def signs(scene: Scene) -> Iterator[Sign]:
    """Yield what the containers of live pods show: each line about a peer, or one sign without a word."""
    for pod in scene.live_pods:
        for container in containers(pod):
            if container.role == "ephemeral":
                continue
            said = complaints(scene, container)
            for complaint in said:
                yield Sign(scene=scene, container=container, said=complaint)
            for complaint in _upstreams(scene, container):
                yield Sign(scene=scene, container=container, said=complaint, proxy=True)
            if not said and _fails(scene, container) and not words_read(scene, container):
                yield Sign(scene=scene, container=container)


def _upstreams(scene: Scene, container: Container) -> Iterator[Complaint]:
    """Yield the backends that a reverse proxy gets no answer from while it connects, each once, by its own log."""
    excerpt = scene.snapshot.log(container.pod, container.name) if container.running else None
    if excerpt is None or not any(_WORDS in line for line in excerpt.lines):
        return
    reading = read_log(scene, container.pod, container.name, previous=False)
    found: dict[tuple[str, str], list[LogItem]] = {}
    for item in reading.items[-MAX_ITEMS:] if reading else ():
        match = _UPSTREAM.search(item.raw[:MAX_CHARACTERS])
        if match and (item.time is None or scene.age(item.time) <= WINDOW_SECONDS):
            found.setdefault((match[1].strip("[]"), match[2] or "80"), []).append(item)
    for (host, port), items in found.items():
        yield Complaint(
            scene=scene,
            container=container,
            code="DependencyUnreachable",
            variant="timeout",
            item=items[-1],
            previous=False,
            captures={"host": host, "port": port},
            count=len(items),
        )


def _fails(scene: Scene, container: Container) -> bool:
    if container.ready or pod_satisfied(scene, container.pod) or text(container.ended, "reason") in _OTHER:
        return False
    if container.ended:
        waited = (container.run_seconds or 0) >= LEAST_SECONDS
        return waited and bool(container.exit_code) and termination_current(scene, container)
    return container.running and scene.age(container.started_at) > SILENT_SECONDS
